"""Venues and their points at the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events.admin.base import EventAdmin, EventForm, EventTabularInline
from events.admin.searched import SearchedFilter
from events.models import Point, Venue
from liaison.filters import ChoicesDropdownFilter


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
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = (
        "name",
        "local_name",
        "kind",
        "address",
        "local_address",
        "event__name",
    )
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
    list_filter = (("kind", ChoicesDropdownFilter), ("venue", SearchedFilter))
    search_fields = (
        "name",
        "kind",
        "venue__name",
    )
    autocomplete_fields = ("venue",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Point]:
        rows: QuerySet[Point] = super().get_queryset(request)
        return rows.select_related("venue__event")
