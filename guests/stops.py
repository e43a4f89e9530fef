"""Where guests, and so their officers, have to be: who would be needed at two places, and who could not get there in time.

Reads once and then compares: whatever the number of guests, two queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from events.models import Event, Venue
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


def stops_of(visits: Collection[int]) -> dict[int, list[Stop]]:
    """Each visit's stops by time. What has no time, is to be confirmed, cancelled or rest asks nobody to be anywhere.

    Nobody flies along: a flight is a moment at its airport. Arrival and departure are moments, too.
    """
    stops: defaultdict[int, list[Stop]] = defaultdict(list)
    items = (
        ItineraryItem.objects.standing()
        .filter(visit__in=visits, starts_at__isnull=False)
        .exclude(precision=Visit.Precision.TO_BE_CONFIRMED)
        .exclude(kind=ItineraryItem.Kind.REST)
        .select_related("origin", "venue", "point__venue", "visit__guest")
    )
    for item in items:
        stops[item.visit_id].append(_stop(item))
    for visit in Visit.objects.filter(pk__in=visits).select_related("guest"):
        stops[visit.pk] += _comings_and_goings(visit)
        stops[visit.pk].sort(key=lambda stop: (stop.starts_at, stop.ends_at))
    return dict(stops)


def _stop(item: ItineraryItem) -> Stop:
    starts_at: datetime = item.starts_at  # type: ignore[assignment]  # the query asks for a start
    ends_at = item.ends_at or starts_at + _MOMENT
    venue = item.venue or (item.point.venue if item.point else None)
    origin = item.origin or venue
    if item.kind == ItineraryItem.Kind.FLIGHT:
        if item.origin:
            venue, ends_at = item.origin, starts_at + _MOMENT
        else:
            starts_at = ends_at - _MOMENT
    return Stop(
        item.visit_id, item.visit.guest.called, item.title, starts_at, ends_at, _place(origin), _place(venue),
        item.vehicle_id,
    )  # fmt: skip


def _place(venue: Venue | None) -> Place | None:
    if venue is None:
        return None
    if venue.latitude is None or venue.longitude is None:
        return Place(venue.pk, venue.name)
    return Place(venue.pk, venue.name, float(venue.latitude), float(venue.longitude))


def _comings_and_goings(visit: Visit) -> Iterator[Stop]:
    to_be_confirmed = Visit.Precision.TO_BE_CONFIRMED
    for at, precision in (
        (visit.arrives_at, visit.arrival_precision),
        (visit.departs_at, visit.departure_precision),
    ):
        if at and precision != to_be_confirmed:
            yield Stop(visit.pk, visit.guest.called, "", at, at + _MOMENT, None, None)


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
