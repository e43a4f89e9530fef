"""Guests as persons, remembered from event to event, at the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events.admin.base import EventTabularInline, at_desk, shown
from events.admin.chosen import chosen_event
from guests.models import Guest, Visit
from liaison.accounts.models import User
from liaison.admin import ScopedAdmin, column


def guests_at_desk(rows: QuerySet[Any], user: User, path: str = "") -> QuerySet[Any]:
    """Of rows of guests, those whose visits the person runs, and those not yet tied to any visit."""
    if user.is_superuser:
        return rows
    guest = f"{path}__" if path else ""
    visits = Visit.objects.coordinated_by(user)
    unvisited = ~Exists(Visit.objects.filter(guest=OuterRef(f"{guest}pk")))
    return rows.filter(Q(**{f"{guest}pk__in": visits.values("guest_id")}) | unvisited)


class VisitOfGuestInline(EventTabularInline):
    """At which events the guest is; a visit has its own page."""

    model = Visit
    fields = readonly_fields = ("event", "level", "delegation", "arrives", "departs")
    show_change_link = True
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        rows = at_desk(super().get_queryset(request), request.user, "event")  # type: ignore[arg-type]  # signed in
        return rows.select_related("event", "delegation", "guest")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @column(_("arrives"))
    def arrives(self, visit: Visit) -> str:
        return shown(visit.arrives_at, visit.event)

    @column(_("departs"))
    def departs(self, visit: Visit) -> str:
        return shown(visit.departs_at, visit.event)


@admin.register(Guest)
class GuestAdmin(ScopedAdmin):
    """Persons, remembered from event to event."""

    list_display = ("titled", "called", "office", "organisation", "country", "speaks", "diet")
    list_display_links = ("titled",)
    search_fields = (
        "name",
        "honorific_before",
        "honorific_after",
        "addressed_as",
        "native_name",
        "office",
        "organisation",
        "country",
        "diet",
        "languages",
    )
    inlines = (VisitOfGuestInline,)
    change_form_outer_after_template = "admin/guests/guest/erase.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("honorific_before", "name", "honorific_after"),
                    ("addressed_as", "pronunciation"),
                    ("native_name", "country"),
                    ("office", "organisation"),
                )
            },
        ),
        (_("For the officer"), {"fields": ("languages", "diet", "photo")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Guest]:
        return guests_at_desk(super().get_queryset(request), request.user)  # type: ignore[arg-type]  # signed in

    def narrowed(self, rows: QuerySet[Guest], request: HttpRequest) -> QuerySet[Guest]:
        event = chosen_event(request)
        return rows.filter(pk__in=event.visits.values("guest_id")) if event else rows

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a person whom another event expects."""
        if not super().has_delete_permission(request, obj):
            return False
        if obj is None or request.user.is_superuser:
            return True
        ours = Visit.objects.coordinated_by(request.user)  # type: ignore[arg-type]  # signed in
        return not Visit.objects.filter(guest=obj).exclude(pk__in=ours.values("pk")).exists()

    def save_model(self, request: HttpRequest, obj: Guest, form: Any, change: bool) -> None:
        if not change:
            obj.introduced_by = request.user  # type: ignore[assignment]  # signed in
        super().save_model(request, obj, form, change)

    @column(_("name"), ordering="name", header=True)
    def titled(self, guest: Guest) -> tuple[str, str]:
        return guest.titled_name, guest.native_name

    @column(_("addressed as"), ordering="addressed_as")
    def called(self, guest: Guest) -> str:
        return guest.addressed_as

    @column(_("languages"))
    def speaks(self, guest: Guest) -> str:
        return ", ".join(guest.languages)
