"""Venues and their points, and the programme that happens in them, at the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events.admin.base import EventAdmin, EventForm, EventTabularInline, moment_column
from events.models import Point, Session, Venue
from liaison.filters import ChoicesDropdownFilter, UsedDropdownFilter


def point_in_venue(form: EventForm, cleaned: dict[str, Any]) -> None:
    """Refuse a room of another venue than the one chosen beside it."""
    point, venue = cleaned.get("point"), cleaned.get("venue")
    if point and venue and point.venue_id != venue.pk:
        form.add_error("point", _("“%(point)s” is not in %(venue)s.") % {"point": point, "venue": venue})


class PointInline(EventTabularInline):
    model = Point
    fields = ("kind", "name")


@admin.register(Venue)
class VenueAdmin(EventAdmin):
    """Where things happen."""

    list_display = ("name", "local_name", "kind", "address", "event")
    list_select_related = ("event",)
    list_filter = (("kind", ChoicesDropdownFilter), ("event", UsedDropdownFilter))
    search_fields = ("name", "local_name", "address", "local_address")
    inlines = (PointInline,)
    fieldsets = (
        (None, {"fields": ("event", "kind", ("name", "local_name"), ("address", "local_address"))}),
        (_("On the map"), {"fields": (("latitude", "longitude"),)}),
    )


@admin.register(Point)
class PointAdmin(EventAdmin):
    """Gates, lounges and rooms."""

    event_path = "venue__event"
    list_display = ("name", "kind", "venue")
    list_filter = (("kind", ChoicesDropdownFilter), ("venue", UsedDropdownFilter))
    search_fields = ("name", "venue__name")
    autocomplete_fields = ("venue",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Point]:
        rows: QuerySet[Point] = super().get_queryset(request)
        return rows.select_related("venue__event")


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
        "venue",
        "point",
        "dress",
        "event",
    )
    list_select_related = ("event", "venue", "point__venue")
    list_filter = (("event", UsedDropdownFilter), ("venue", UsedDropdownFilter))
    search_fields = ("title", "part", "venue__name", "audience", "dress", "external_key")
    autocomplete_fields = ("venue", "point")
    fieldsets = (
        (None, {"fields": ("event", "title", "part")}),
        (_("When and where"), {"fields": (("starts_at", "ends_at"), ("venue", "point"))}),
        (_("For whom"), {"fields": (("audience", "dress"), "external_key")}),
    )
