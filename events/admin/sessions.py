"""The public programme at the desk, session by session."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.admin.base import EventAdmin, EventForm, moment_column
from events.admin.places import point_in_venue
from events.admin.searched import SearchedFilter
from events.models import Session
from events.programme.stored import STANDING, followed
from events.programme.wording import followers_text
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter
from liaison.searching import Said

_MOVES = {"starts_at", "ends_at", "venue", "point", "state"}


class SessionForm(EventForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        point_in_venue(self, cleaned)
        return cleaned


@admin.register(Session)
class SessionAdmin(EventAdmin):
    """The public programme."""

    form = SessionForm
    list_display = (
        "title",
        moment_column(Session, "starts_at"),
        moment_column(Session, "ends_at"),
        "place",
        "attending",
        "state_shown",
        "source",
        "event",
    )
    list_select_related = ("event", "venue", "point__venue", "listed__programme_file")
    list_filter = (
        ("venue", SearchedFilter),
        ("state", ChoicesDropdownFilter),
    )
    search_fields = (
        "title",
        "part",
        "starts_at",
        "ends_at",
        "venue__name",
        "point__name",
        "point__venue__name",
        "guests",
        "state",
        "listed__programme_file__filename",
        "audience",
        "dress",
        "event__name",
        "external_key",
    )
    autocomplete_fields = ("venue", "point")
    said = (Said(_("entered here"), Q(listed=None) | Q(listed__programme_file=None)),)
    fieldsets = (
        (None, {"fields": ("event", ("title", "state"), "part")}),
        (_("When and where"), {"fields": (("starts_at", "ends_at"), ("venue", "point"))}),
        (_("For whom"), {"fields": (("audience", "dress"), "external_key")}),
    )

    def for_list(self, rows: QuerySet[Session], request: HttpRequest) -> QuerySet[Session]:
        standing = Q(items__state__in=STANDING)
        return rows.annotate(guests=Count("items__visit", distinct=True, filter=standing))

    @column(_("place"), ordering="venue__name")
    def place(self, session: Session) -> str:
        return str(session.point or session.venue or "")

    @column(_("guests"), ordering="guests")
    def attending(self, session: Any) -> int:
        """How many guests have it in their itinerary."""
        return int(session.guests)

    @column(_("state"), ordering="state", label={"confirmed": "success", "cancelled": "danger"})
    def state_shown(self, session: Session) -> tuple[str, str]:
        return session.state, session.get_state_display()

    @column(_("source"), ordering="listed__programme_file__filename")
    def source(self, session: Session) -> str:
        """The file that named it last."""
        listed = getattr(session, "listed", None)
        return str((listed and listed.programme_file) or gettext("entered here"))

    def save_model(self, request: HttpRequest, obj: Session, form: EventForm, change: bool) -> None:
        """Say whose days moved along; the database moves them."""
        counted = (
            followed(Session.objects.filter(pk=obj.pk)) if change and _MOVES & {*form.changed_data} else {}
        )
        super().save_model(request, obj, form, change)
        follows = counted.get(obj.pk, {"following": 0, "staying": 0})
        if text := followers_text(follows["following"], follows["staying"]):
            messages.info(request, text)
