"""Events at the desk, with the team beside them."""

from typing import Any

from babel.dates import format_interval
from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from events.admin.base import EventAdmin, EventTabularInline, at_desk, number_of
from events.models import Contact, Event, Membership, Movement
from events.models.movement import movements_to_choose
from liaison.admin import ScopedAdmin, column
from liaison.filters import ChoicesDropdownFilter


class EventForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """An event with the places its guests can be at as boxes to tick."""

    movements = forms.MultipleChoiceField(
        label=_("Where guests can be"),
        choices=[(value, Movement(value).label) for value in movements_to_choose()],
        initial=movements_to_choose,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("What officers can tap. Where a guest is already stays as it was noted."),
        error_messages={"required": _("Choose at least one.")},
    )


class TeamInline(EventTabularInline):
    """Who works at the event; people come in by an invitation, on its own page."""

    model = Membership
    fields = readonly_fields = ("user", "role", "capacity")
    ordering = ("role", "user__name")
    show_change_link = True
    verbose_name_plural = _("team")
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ContactInline(EventTabularInline):
    """Whom officers call for what."""

    model = Contact
    fields = ("function", "name", "phone", "venue", "note")
    tab = True


@admin.register(Event)
class EventTableAdmin(ScopedAdmin):
    """Events one runs. Administrators open and remove them."""

    list_display = ("name", "days", "city", "time_zone", "state_shown", "officers", "guests")
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = (
        "name",
        "slug",
        "city",
        "host",
        "starts_on",
        "ends_on",
        "time_zone",
        "state",
        "officer_count",
        "guest_count",
    )
    form = EventForm
    change_form_outer_after_template = "admin/events/event/papers.html"
    inlines: tuple[Any, ...] = (TeamInline, ContactInline)
    fieldsets = (
        (None, {"fields": ("name", "slug", "host", ("city", "country"), "state")}),
        (_("Days and zone"), {"fields": (("starts_on", "ends_on"), "time_zone")}),
        (_("On paper"), {"fields": ("logo", "colour", "precedence")}),
        (
            _("What officers can manage"),
            {"fields": (("travel_kmh", "travel_buffer_minutes"), "rest_hours")},
        ),
        (_("On the officers' phones"), {"fields": ("movements",)}),
        (_("Quiet hours"), {"fields": (("quiet_from", "quiet_until"),)}),
        (_("Erasing"), {"fields": (("retention_days", "anonymise_days"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return at_desk(super().get_queryset(request), request.user, "pk")  # type: ignore[arg-type]  # signed in

    def for_list(self, rows: QuerySet[Event], request: HttpRequest) -> QuerySet[Event]:
        officers = Membership.objects.officers().filter(event=OuterRef("pk"))
        return rows.annotate(officer_count=number_of(officers, "event"), guest_count=Count("visits"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The short name stands in addresses that people keep."""
        return () if request.user.is_superuser else ("slug",)

    @column(_("days"), ordering="starts_on")
    def days(self, event: Event) -> str:
        return format_interval(event.starts_on, event.ends_on, "yMMMd", locale=get_language() or "en")

    @column(_("state"), label={"draft": "info", "open": "success", "closed": "default"})
    def state_shown(self, event: Event) -> tuple[str, str]:
        return event.state, event.get_state_display()

    @column(_("officers"), ordering="officer_count")
    def officers(self, event: Any) -> int:
        return int(event.officer_count)

    @column(_("guests"), ordering="guest_count")
    def guests(self, event: Any) -> int:
        return int(event.guest_count)


@admin.register(Contact)
class ContactAdmin(EventAdmin):
    """Whom officers call for what, over all one's events."""

    list_display = ("name", "function_shown", "phone", "venue", "note", "event")
    list_select_related = ("event", "venue")
    list_filter = (("function", ChoicesDropdownFilter),)
    search_fields = ("name", "function", "phone", "note", "venue__name", "event__name")
    autocomplete_fields = ("venue",)
    fields = ("event", ("function", "name"), ("phone", "venue"), "note")

    @column(_("for what"), ordering="function")
    def function_shown(self, contact: Contact) -> str:
        return str(contact.get_function_display())
