"""Where guests, and so their officers, have to be: who would be needed at two places, and who could not get there in time.

Reads once and then compares: whatever the number of guests, two queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.db.models import Q

from events.models import Event
from guests.models import ItineraryItem, Visit
from liaison.clock import span_text

_EARTH_KM = 6371.0
_MOMENT = timedelta(minutes=1)  # how long lasts what has no end


@dataclass(frozen=True, slots=True)
class Place:
    """A venue, with its coordinates in degrees where they are known."""

    key: int
    name: str
    latitude: float | None = None
    longitude: float | None = None

    def km_to(self, other: "Place") -> float:
        """As the crow flies; 0 where coordinates are missing, which claims nothing."""
        if None in (self.latitude, self.longitude, other.latitude, other.longitude):
            return 0.0
        south, west, north, east = (
            radians(degrees or 0.0)
            for degrees in (self.latitude, self.longitude, other.latitude, other.longitude)
        )
        half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
        return 2 * _EARTH_KM * asin(sqrt(half))


@dataclass(frozen=True, slots=True)
class Stop:
    """An item at which the officer is with the guest: from when to when, from where to where, in which car."""

    visit: int
    guest: str
    title: str
    starts_at: datetime
    ends_at: datetime
    begins: Place | None
    ends: Place | None
    vehicle: int | None = None

    def is_with(self, other: "Stop") -> bool:
        """Whether one officer can be at both as far as is known: the same place or car, or a place nobody has said."""
        if None in (self.begins, self.ends, other.begins, other.ends):
            return True
        is_same_car = self.vehicle is not None and self.vehicle == other.vehicle
        return is_same_car or (self.begins, self.ends) == (other.begins, other.ends)

    def collides_with(self, other: "Stop") -> bool:
        """Whether they share a moment at two places."""
        return self.starts_at < other.ends_at and self.ends_at > other.starts_at and not self.is_with(other)


@dataclass(frozen=True, slots=True)
class Roads:
    """How fast one gets about at an event."""

    km_an_hour: int
    buffer: timedelta

    @classmethod
    def of(cls, event: Event) -> "Roads":
        return cls(event.travel_kmh, timedelta(minutes=event.travel_buffer_minutes))

    def time_between(self, one: Place | None, other: Place | None) -> timedelta:
        """How long the way takes, the buffer included; nothing within one place or to one nobody has said."""
        if one is None or other is None or one == other:
            return timedelta()
        minutes = round(60 * one.km_to(other) / self.km_an_hour)
        return self.buffer + timedelta(minutes=minutes)


_COLUMNS = (
    "visit_id", "kind", "title", "starts_at", "ends_at", "vehicle_id",
    "origin__id", "origin__name", "origin__latitude", "origin__longitude",
    "venue__id", "venue__name", "venue__latitude", "venue__longitude",
    "point__venue__id", "point__venue__name", "point__venue__latitude", "point__venue__longitude",
)  # fmt: skip


def stops_of(visits: Collection[int], *, since: datetime | None = None) -> dict[int, list[Stop]]:
    """Each visit's stops by time, those over at `since` left out. What has no time, is to be confirmed, cancelled or
    rest asks nobody to be anywhere.

    Nobody flies along: a flight is a moment at its airport. Arrival and departure are moments, too.
    """
    stops: defaultdict[int, list[Stop]] = defaultdict(list)
    guests = {visit.pk: visit for visit in Visit.objects.filter(pk__in=visits).select_related("guest")}
    items: Any = (
        ItineraryItem.objects.standing()
        .filter(visit__in=visits, starts_at__isnull=False)
        .exclude(precision=Visit.Precision.TO_BE_CONFIRMED)
        .exclude(kind=ItineraryItem.Kind.REST)
    )
    if since:
        items = items.filter(Q(ends_at__gt=since) | Q(ends_at=None, starts_at__gt=since - _MOMENT))
    for row in items.order_by("starts_at", "pk").values_list(*_COLUMNS):
        if row[0] in guests:
            stops[row[0]].append(_stop(row, guests[row[0]].guest.titled_name))
    for visit in guests.values():
        stops[visit.pk] += _comings_and_goings(visit)
        stops[visit.pk].sort(key=lambda stop: (stop.starts_at, stop.ends_at))
    return dict(stops)


def _stop(row: tuple[Any, ...], guest: str) -> Stop:
    """The stop of one row of columns: tuples, since a big event has twenty thousand."""
    visit, kind, title, starts_at, ends_at, vehicle = row[:6]
    ends_at = ends_at or starts_at + _MOMENT
    venue = _place(*row[10:14]) or _place(*row[14:18])
    origin = _place(*row[6:10]) or venue
    if kind == ItineraryItem.Kind.FLIGHT:
        if row[6]:
            venue, ends_at = origin, starts_at + _MOMENT
        else:
            starts_at = ends_at - _MOMENT
    return Stop(visit, guest, title, starts_at, ends_at, origin, venue, vehicle)


@lru_cache(maxsize=1000)
def _place(key: int | None, name: str, latitude: Decimal | None, longitude: Decimal | None) -> Place | None:
    if key is None:
        return None
    if latitude is None or longitude is None:
        return Place(key, name)
    return Place(key, name, float(latitude), float(longitude))


def _comings_and_goings(visit: Visit) -> Iterator[Stop]:
    to_be_confirmed = Visit.Precision.TO_BE_CONFIRMED
    for at, precision in (
        (visit.arrives_at, visit.arrival_precision),
        (visit.departs_at, visit.departure_precision),
    ):
        if at and precision != to_be_confirmed:
            yield Stop(visit.pk, visit.guest.titled_name, "", at, at + _MOMENT, None, None)


def within(stops: Iterable[Stop], starts_at: datetime, ends_at: datetime) -> list[Stop]:
    """The stops that share some of the span."""
    return [stop for stop in stops if stop.starts_at < ends_at and stop.ends_at > starts_at]


def first_clash(ones: Sequence[Stop], others: Sequence[Stop]) -> tuple[Stop, Stop] | None:
    """The first two that would need one officer at two places at once; both lists by time."""
    return next(((one, other) for one in ones for other in others if one.collides_with(other)), None)


def first_rush(
    ones: Sequence[Stop], others: Sequence[Stop], roads: Roads
) -> tuple[Stop, Stop, timedelta] | None:
    """The first two that follow one another too fast, the earlier first, with how long the way takes."""
    for one in ones:
        for other in others:
            former, latter = (one, other) if one.ends_at <= other.starts_at else (other, one)
            gap = latter.starts_at - former.ends_at
            if timedelta() <= gap < (needed := roads.time_between(former.ends, latter.begins)):
                return former, latter, needed
    return None


def when(stop: Stop, zone_name: str) -> str:
    """From when to when in the zone."""
    return span_text(stop.starts_at, stop.ends_at, zone_name)
