"""A guest's days as the guest may know them, in plain values: what a paper is made of, and nothing that is private.

There is no field here for plates, rooms, health, security, requests or other guests, so none can reach a paper.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Self

from django.db.models import Prefetch, QuerySet

from events.models import Event, Point, Role, Venue
from guests.models import Assignment, Guest, ItineraryItem, Visit
from liaison.clock import day_of


@dataclass(frozen=True)
class EventFacts:
    """The event; days as ISO dates, the logo by its name in the media storage."""

    name: str
    host: str
    city: str
    country: str
    time_zone: str
    starts_on: str
    ends_on: str
    colour: str
    logo: str


@dataclass(frozen=True)
class GuestFacts:
    """The guest as an invitation names one; titles as written."""

    name: str
    honorific_before: str
    honorific_after: str
    native_name: str
    office: str
    organisation: str
    country: str


@dataclass(frozen=True)
class Officer:
    """Who looks after the guest, from when to when (ISO 8601, UTC); the photo by its name in the media storage."""

    name: str
    phone: str
    photo: str
    starts_at: str
    ends_at: str


@dataclass(frozen=True)
class Place:
    """A place in Latin letters, and in the script its drivers read."""

    name: str
    local_name: str
    address: str
    local_address: str


@dataclass(frozen=True)
class Item:
    """One thing in the day. Moments are ISO 8601 in UTC, empty where they are open."""

    title: str
    starts_at: str
    ends_at: str
    precision: str
    is_tentative: bool
    flight_number: str
    origin: Place | None
    place: Place | None
    point: str
    dress: str
    kind: str = ItineraryItem.Kind.OTHER


@dataclass(frozen=True)
class Day:
    """A calendar day in the event's zone, as an ISO date; empty for what awaits its time."""

    date: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Itinerary:
    """All that a guest's handout is made of."""

    event: EventFacts
    guest: GuestFacts
    officers: tuple[Officer, ...]
    hotel: Place | None
    days: tuple[Day, ...]

    def places_to_drive_to(self) -> Iterator[Place]:
        """The hotel, and where else the guest goes and an address or a local name is known; each place once."""
        gone_to = (
            place for day in self.days for item in day.items for place in (item.origin, item.place) if place
        )
        told = (place for place in gone_to if place.address or place.local_name or place.local_address)
        yield from dict.fromkeys((self.hotel, *told) if self.hotel else told)

    def as_data(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """The itinerary that `as_data` told of, whether it has been through JSON or not."""
        return cls(
            event=EventFacts(**data["event"]),
            guest=GuestFacts(**data["guest"]),
            officers=tuple(Officer(**officer) for officer in data["officers"]),
            hotel=_place_of_data(data["hotel"]),
            days=tuple(
                Day(day["date"], tuple(_item_of_data(item) for item in day["items"])) for day in data["days"]
            ),
        )


def itineraries(visits: QuerySet[Visit], *, at: datetime) -> dict[int, Itinerary]:
    """The itineraries of these visits by their keys, in as many queries for many visits as for one.

    The officers are those whose duty is not over at `at`: the leads, or the deputies where nobody leads.
    """
    told = visits.select_related("event", "guest", "hotel").prefetch_related(
        Prefetch("items", queryset=_shown_items(), to_attr="shown_items"),
        Prefetch("assignments", queryset=_duties(at), to_attr="duties"),
    )
    return {visit.pk: _itinerary(visit) for visit in told}


def _shown_items() -> QuerySet[ItineraryItem]:
    return ItineraryItem.objects.for_guest().select_related(
        "origin", "venue", "point__venue", "session__venue", "session__point"
    )


def _duties(at: datetime) -> QuerySet[Assignment]:
    return (
        Assignment.objects.not_over(at)
        .filter(officer__role=Role.OFFICER, officer__user__is_active=True)
        .select_related("officer__user")
        .order_by("starts_at", "pk")
    )


def _itinerary(visit: Visit) -> Itinerary:
    shown: list[ItineraryItem] = visit.shown_items  # type: ignore[attr-defined]  # prefetched above
    duties: list[Assignment] = visit.duties  # type: ignore[attr-defined]
    return Itinerary(
        event=event_facts(visit.event),
        guest=_guest(visit.guest),
        officers=_officers(duties),
        hotel=_place(visit.hotel),
        days=_days(shown, visit),
    )


def event_facts(event: Event) -> EventFacts:
    """What papers say of the event on their covers."""
    return EventFacts(
        name=event.name,
        host=event.host,
        city=event.city,
        country=event.country,
        time_zone=event.time_zone,
        starts_on=event.starts_on.isoformat(),
        ends_on=event.ends_on.isoformat(),
        colour=event.colour,
        logo=event.logo.name or "",
    )


def _guest(guest: Guest) -> GuestFacts:
    return GuestFacts(
        name=guest.name,
        honorific_before=guest.honorific_before,
        honorific_after=guest.honorific_after,
        native_name=guest.native_name,
        office=guest.office,
        organisation=guest.organisation,
        country=guest.country,
    )


def _officers(duties: list[Assignment]) -> tuple[Officer, ...]:
    leads = [duty for duty in duties if duty.role == Assignment.Role.LEAD]
    return tuple(
        Officer(
            name=duty.officer.user.name,
            phone=duty.officer.user.phone,
            photo=duty.officer.user.photo.name or "",
            starts_at=_moment(duty.starts_at),
            ends_at=_moment(duty.ends_at),
        )
        for duty in leads or duties
    )


def _days(items: Iterable[ItineraryItem], visit: Visit) -> tuple[Day, ...]:
    """The items by day, those without a time last; they come in the order of their start."""
    zone = visit.event.time_zone

    def date(item: ItineraryItem) -> str:
        return day_of(item.starts_at, zone).isoformat() if item.starts_at else ""

    return tuple(
        Day(on, tuple(_item(item, visit) for item in group)) for on, group in groupby(items, key=date)
    )


def _item(item: ItineraryItem, visit: Visit) -> Item:
    session = item.session
    venue, point = where(item)
    return Item(
        title=item.title,
        starts_at=_moment(item.starts_at),
        ends_at=_moment(item.ends_at),
        precision=item.precision,
        is_tentative=item.state == ItineraryItem.State.TENTATIVE,
        flight_number=item.flight_number,
        origin=_place(item.origin),
        place=_place(venue),
        point=point.name if point and may_be_told(point, visit) else "",
        dress=item.dress or (session.dress if session else ""),
        kind=item.kind,
    )


def where(item: ItineraryItem) -> tuple[Venue | None, Point | None]:
    """The place the item names; where it names none, its session's."""
    if item.venue or item.point:
        return item.venue or (item.point.venue if item.point else None), item.point
    return (item.session.venue, item.session.point) if item.session else (None, None)


def may_be_told(point: Point, visit: Visit) -> bool:
    """A hall or a gate, yes; a seat block, and a room where the guest sleeps, no."""
    if point.kind == Point.Kind.SEATS:
        return False
    return point.kind != Point.Kind.ROOM or point.venue_id != visit.hotel_id


def _place(venue: Venue | None) -> Place | None:
    if venue is None:
        return None
    return Place(venue.name, venue.local_name, venue.address, venue.local_address)


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def _place_of_data(data: Mapping[str, Any] | None) -> Place | None:
    return Place(**data) if data else None


def _item_of_data(data: Mapping[str, Any]) -> Item:
    places = {"origin": _place_of_data(data["origin"]), "place": _place_of_data(data["place"])}
    return Item(**{**data, **places})
