"""Who comes and goes when, and who is driven where: an event's movements in plain values, of which two papers are made.

Nothing that is private is read for them, no room and no note. Nothing in them depends on the moment at which they are read
or on the language they will be set in.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

from django.db.models import Prefetch

from events.models import Event, Point, Venue
from guests.itinerary import EventFacts, event_facts, may_be_told, where
from guests.models import Assignment, ItineraryItem, Visit
from liaison.clock import day_bounds, day_of

_KINDS = (ItineraryItem.Kind.FLIGHT, ItineraryItem.Kind.TRANSFER)
COMING, GOING = "coming", "going"


@dataclass(frozen=True)
class Person:
    """A guest as lists name one: with titles, by level, of which delegation, and how many come along."""

    name: str
    country: str
    delegation: str
    level: str
    companions: int


@dataclass(frozen=True)
class Reach:
    """Somebody on the road who can be called: an officer or a driver; all empty where there is none."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Journey:
    """A coming or a going. `moment` is ISO 8601 in UTC, empty while it is to be confirmed; `as_written` is what was said of it."""

    way: str
    moment: str
    precision: str
    as_written: str
    flight_number: str
    place: str
    point: str
    met_by: str
    guest: Person
    officer: Reach
    plate: str
    driver: Reach


@dataclass(frozen=True)
class Drive:
    """One ride of one car: when to leave and start, from where to where, with whom, and who looks after them."""

    leave_by_at: str
    starts_at: str
    precision: str
    is_tentative: bool
    origin: str
    place: str
    point: str
    flight_number: str
    guests: tuple[Person, ...]
    officers: tuple[Reach, ...]


@dataclass(frozen=True)
class CarDay:
    """A car with its driver on one day; without a plate and a driver, what nobody drives yet."""

    plate: str
    car: str
    driver: Reach
    drives: tuple[Drive, ...]


@dataclass(frozen=True)
class Manifest:
    """What a list of movements says; of one day (an ISO date in the event's zone), or of the whole event."""

    event: EventFacts
    day: str
    journeys: tuple[Journey, ...] = ()
    cars: tuple[CarDay, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """The manifest that `as_data` told of, whether it has been through JSON or not."""
        return cls(
            event=EventFacts(**data["event"]),
            day=data["day"],
            journeys=tuple(_journey_of_data(one) for one in data["journeys"]),
            cars=tuple(_car_of_data(one) for one in data["cars"]),
        )


Wanted = tuple[int, date | None]
"""The key of an event and a day; None for the whole event."""


def arrivals(wanted: Collection[Wanted]) -> dict[Wanted, Manifest]:
    """Who comes and goes, by time; as many queries for many as for one. What is to be confirmed stands last, on the whole list."""
    events = Event.objects.in_bulk({event for event, _day in wanted})
    moves = ItineraryItem.objects.standing().filter(kind__in=_KINDS).with_places()
    visits = Visit.objects.filter(event__in=events).select_related("guest", "delegation")
    told = visits.prefetch_related(leads_of(), Prefetch("items", moves, to_attr="moves"))
    journeys: defaultdict[int, list[Journey]] = defaultdict(list)
    for visit in told.order_by("pk"):
        zone_name = events[visit.event_id].time_zone
        journeys[visit.event_id] += [_journey(visit, way, zone_name) for way in (COMING, GOING)]
    for of_event in journeys.values():
        of_event.sort(key=lambda one: (not one.moment, one.moment, one.guest.name))
    return {
        (event, day): Manifest(
            event_facts(events[event]),
            day.isoformat() if day else "",
            journeys=tuple(_of_day(journeys[event], day, events[event].time_zone)),
        )
        for event, day in wanted
        if event in events
    }


def journey_of(
    way: str, visit: Visit, moves: Sequence[ItineraryItem], zone_name: str
) -> tuple[datetime | None, ItineraryItem | None, ItineraryItem | None]:
    """When the guest comes or goes, None while that is to be confirmed; by which flight, and in which car.

    The flight is the one its guest list named, else the first (or last) of that day; the car the flight's, else the first after
    an arrival, or the last before a departure, on the same day.
    """
    is_coming = way == COMING
    at = visit.arrives_at if is_coming else visit.departs_at
    precision = visit.arrival_precision if is_coming else visit.departure_precision
    on_day = _on_day(moves, at, zone_name)
    flights = [item for item in on_day if item.kind == ItineraryItem.Kind.FLIGHT]
    named = (
        item for item in moves if item.external_key == ("arrival_flight" if is_coming else "departure_flight")
    )
    flight = next(named, None) or _nearest(flights, first=is_coming)
    cars = [item for item in on_day if item.vehicle and at and _is_beside(item, at, is_coming)]
    car = flight if flight and flight.vehicle else _nearest(cars, first=is_coming)
    return None if precision == Visit.Precision.TO_BE_CONFIRMED else at, flight, car  # fmt: skip


def _is_beside(item: ItineraryItem, at: datetime, is_coming: bool) -> bool:
    return item.starts_at is not None and (item.starts_at >= at if is_coming else item.starts_at <= at)


def _nearest(items: Sequence[ItineraryItem], *, first: bool) -> ItineraryItem | None:
    return (items[0] if first else items[-1]) if items else None


def _on_day(moves: Iterable[ItineraryItem], at: datetime | None, zone_name: str) -> list[ItineraryItem]:
    """What has a time on the day of that moment, where the event is, by time."""
    if at is None:
        return []
    first, last = day_bounds(day_of(at, zone_name), zone_name)
    timed = [
        (item.starts_at, item.pk, item) for item in moves if item.starts_at and first <= item.starts_at < last
    ]
    return [item for _at, _pk, item in sorted(timed, key=lambda one: one[:2])]


def _journey(visit: Visit, way: str, zone_name: str) -> Journey:
    moves: list[ItineraryItem] = visit.moves  # type: ignore[attr-defined]  # prefetched
    moment, flight, car = journey_of(way, visit, moves, zone_name)
    driver = car.car_driver if car else None
    is_coming = way == COMING
    place, point = _airport(flight, is_coming=is_coming)
    return Journey(
        way=way,
        moment=iso(moment),
        precision=visit.arrival_precision if is_coming else visit.departure_precision,
        as_written=visit.arrival_note if is_coming else visit.departure_note,
        flight_number=flight.flight_number if flight else "",
        place=place.name if place else "",
        point=point.name if point and may_be_told(point, visit) else "",
        met_by=flight.greeter if flight else "",
        guest=person_of(visit),
        officer=officer_at(visit, moment),
        plate=car.vehicle.plate if car and car.vehicle else "",
        driver=Reach(driver.name, driver.phone) if driver else Reach(),
    )


def _airport(flight: ItineraryItem | None, *, is_coming: bool) -> tuple[Venue | None, Point | None]:
    """Where one lands and is met; where one goes from."""
    if flight is None:
        return None, None
    place, point = where(flight)
    if is_coming or flight.origin is None or flight.origin == place:
        return place, point
    return flight.origin, None


def _of_day(journeys: Iterable[Journey], day: date | None, zone_name: str) -> Iterator[Journey]:
    for one in journeys:
        if day is None or (one.moment and day_of(datetime.fromisoformat(one.moment), zone_name) == day):
            yield one


def leads_of(lookup: str = "assignments") -> Any:
    """The standing leads of visits as `leads`, by time."""
    leads = Assignment.objects.standing().filter(role=Assignment.Role.LEAD, officer__user__is_active=True)
    return Prefetch(
        lookup, leads.select_related("officer__user").order_by("starts_at", "pk"), to_attr="leads"
    )


def officer_at(visit: Visit, at: datetime | None) -> Reach:
    """Who leads at that moment; where nobody does, or there is none, who leads next after it, else last."""
    leads: list[Assignment] = visit.leads  # type: ignore[attr-defined]  # prefetched
    ahead = [lead for lead in leads if at is None or lead.ends_at > at]
    lead = next(iter(ahead or leads[-1:]), None)
    return Reach(lead.officer.user.name, lead.officer.user.phone) if lead else Reach()


def person_of(visit: Visit) -> Person:
    """The guest as lists name one."""
    return Person(
        name=visit.guest.titled_name,
        country=visit.guest.country,
        delegation=visit.delegation.name if visit.delegation else "",
        level=visit.level,
        companions=visit.companions,
    )


def iso(moment: datetime | None) -> str:
    """The moment as plain values hold it; empty for none."""
    return moment.astimezone(UTC).isoformat() if moment else ""


def _journey_of_data(data: Mapping[str, Any]) -> Journey:
    people = {
        "guest": Person(**data["guest"]),
        "officer": Reach(**data["officer"]),
        "driver": Reach(**data["driver"]),
    }
    return Journey(**{**data, **people})  # fmt: skip


def _car_of_data(data: Mapping[str, Any]) -> CarDay:
    drives = tuple(_drive_of_data(one) for one in data["drives"])
    return CarDay(**{**data, "driver": Reach(**data["driver"]), "drives": drives})


def _drive_of_data(data: Mapping[str, Any]) -> Drive:
    guests, officers = (
        tuple(Person(**one) for one in data["guests"]),
        tuple(Reach(**one) for one in data["officers"]),
    )
    return Drive(**{**data, "guests": guests, "officers": officers})  # fmt: skip
