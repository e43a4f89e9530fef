"""One officer's day with one guest, in plain values: what a day sheet is made of.

Nothing of what is encrypted (health, passport, private phones, security) and no room is read for it, since paper gets
lost; red lines are. Nothing in it depends on the moment at which it is read, so that time alone makes no new version.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

from django.db.models import Q

from events.models import Contact, Membership, Point, Role
from guests.itinerary import where
from guests.leaving import Leaving, leaving_for
from guests.models import Assignment, ItineraryItem, ProtocolNote, Request, Visit
from liaison.accounts.models import User
from liaison.clock import day_bounds
from liaison.wall import openly

_COURTESY = (
    ProtocolNote.Topic.ADDRESS, ProtocolNote.Topic.GREETING, ProtocolNote.Topic.SEATING, ProtocolNote.Topic.DINING,
    ProtocolNote.Topic.DRESS, ProtocolNote.Topic.GIFT, ProtocolNote.Topic.DONT,
)  # fmt: skip
_PLACES = ("origin", "venue", "point__venue", "session__venue", "session__point", "vehicle__driver", "driver")
_MOVES = (ItineraryItem.Kind.TRANSFER, ItineraryItem.Kind.FLIGHT)


@dataclass(frozen=True)
class Duty:
    """An item as its officer needs it. Moments are ISO 8601 in UTC; what is not known is empty."""

    title: str
    kind: str
    leave_by_at: str
    arrives_at: str
    starts_at: str
    ends_at: str
    precision: str
    is_tentative: bool
    is_for_officers: bool
    flight_number: str
    origin: str
    place: str
    entry: str
    greeter: str
    seat: str
    interpreter: str
    dress: str
    gift: str
    note: str


@dataclass(frozen=True)
class Ride:
    """A way by car: when, from where to where, in which, and who drives."""

    starts_at: str
    origin: str
    place: str
    plate: str
    car: str
    driver: str
    phone: str


@dataclass(frozen=True)
class Reach:
    """Somebody to call about one thing; `function` is a value of `Contact.Function`, or one of our own below."""

    function: str
    name: str
    phone: str
    note: str


COORDINATION, COLLEAGUE = "coordination", "colleague"


@dataclass(frozen=True)
class Asked:
    """A request that is open."""

    category: str
    text: str
    raised_at: str
    due_at: str


@dataclass(frozen=True)
class DutyDay:
    """All that a day sheet says. `day` is an ISO date in the event's zone."""

    event: str
    time_zone: str
    country: str
    day: str
    officer: str
    called: str
    name: str
    native_name: str
    guest_country: str
    pronunciation: str
    level: str
    office: str
    languages: tuple[str, ...]
    diet: str
    hotel: str
    red_lines: tuple[str, ...]
    courtesy: tuple[tuple[str, str], ...]
    duties: tuple[Duty, ...]
    rides: tuple[Ride, ...]
    entourage: tuple[str, ...]
    contacts: tuple[Reach, ...]
    requests: tuple[Asked, ...]

    def as_data(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """The day that `as_data` told of, whether it has been through JSON or not."""
        lists: dict[str, Any] = {
            "duties": tuple(Duty(**one) for one in data["duties"]),
            "rides": tuple(Ride(**one) for one in data["rides"]),
            "contacts": tuple(Reach(**one) for one in data["contacts"]),
            "requests": tuple(Asked(**one) for one in data["requests"]),
            "courtesy": tuple((topic, text) for topic, text in data["courtesy"]),
        }
        for name in ("languages", "red_lines", "entourage"):
            lists[name] = tuple(data[name])
        return cls(**{**data, **lists})


Wanted = tuple[int, date, int]
"""The keys of a visit and of the officer (a user) for whom, and on which day."""


def duty_days(wanted: Collection[Wanted]) -> dict[Wanted, DutyDay]:
    """What these sheets say, in as many queries for many as for one."""
    people = User.objects.in_bulk({holder for _visit, _day, holder in wanted})
    with openly():  # a sheet names the colleagues of the delegation and whom they lead
        reading = _Reading({visit for visit, _day, _holder in wanted})
    return {
        (visit, day, holder): reading.day_of(reading.visits[visit], day, people[holder])
        for visit, day, holder in wanted
        if visit in reading.visits and holder in people
    }


class _Reading:
    """All that was read about some visits, by visit or event."""

    def __init__(self, keys: Collection[int]) -> None:
        told = Visit.objects.filter(pk__in=keys).select_related("guest", "event", "hotel", "delegation")
        self.visits = {visit.pk: visit for visit in told}
        visits = list(self.visits.values())
        events = {visit.event_id for visit in visits}
        items = ItineraryItem.objects.standing().filter(visit__in=keys).with_places()
        self.items = _by(items.select_related(*_PLACES), "visit_id")
        self.notes = list(ProtocolNote.objects.concerning(visits))
        self.requests = _by(Request.objects.open().filter(visit__in=keys), "visit_id")
        self.contacts = _by(Contact.objects.filter(event__in=events), "event_id")
        coordinators = Membership.objects.filter(
            event__in=events, role=Role.COORDINATOR, user__is_active=True
        )
        self.coordinators = _by(coordinators.select_related("user").order_by("user__name", "pk"), "event_id")
        delegations = {visit.delegation_id for visit in visits if visit.delegation_id}
        duties = Assignment.objects.standing().filter(
            Q(visit__in=keys) | Q(visit__delegation__in=delegations), officer__user__is_active=True
        )
        self.duties = list(duties.select_related("officer__user", "visit__guest").order_by("starts_at", "pk"))

    def day_of(self, visit: Visit, day: date, holder: User) -> DutyDay:
        event, guest, bounds = visit.event, visit.guest, day_bounds(day, visit.event.time_zone)
        items: list[ItineraryItem] = self.items[visit.pk]
        on_day = [item for item in items if _is_on(item, bounds)]
        leaving, arriving = leaving_for(items, visit), _arrivals(items)
        notes = [note for note in self.notes if note.holds_for(visit)]
        return DutyDay(
            event=event.name, time_zone=event.time_zone, country=event.country, day=day.isoformat(),
            officer=holder.name, called=guest.called, name=guest.titled_name, native_name=guest.native_name,
            guest_country=guest.country, pronunciation=guest.pronunciation, level=visit.level,
            office=" · ".join(filter(None, (guest.office, guest.organisation))), languages=tuple(guest.languages),
            diet=guest.diet, hotel=visit.hotel.name if visit.hotel else "",
            red_lines=tuple(note.text for note in notes if note.is_red_line),
            courtesy=tuple(
                (note.topic, note.text) for topic in _COURTESY for note in notes
                if note.topic == topic and not note.is_red_line
            ),
            duties=tuple(_duty(item, visit, leaving[item.pk], arriving.get(item.pk)) for item in on_day),
            rides=tuple(_ride(item) for item in on_day if item.vehicle or item.driver or item.kind == item.Kind.TRANSFER),
            entourage=tuple(self._entourage(visit, bounds, holder)),
            contacts=tuple(self._contacts(visit, bounds, holder)),
            requests=tuple(_asked(one) for one in self.requests[visit.pk]),
        )  # fmt: skip

    def _entourage(self, visit: Visit, bounds: tuple[datetime, datetime], holder: User) -> Iterator[str]:
        """The companions as written, the delegation, and of its other guests those whom the officer looks after that day."""
        if visit.companions or visit.companions_note:
            number = f"{visit.companions}" if visit.companions else ""
            yield ": ".join(filter(None, (number, visit.companions_note)))
        if visit.delegation:
            yield visit.delegation.name
            fellows = (
                duty.visit.guest.called
                for duty in self._on_duty(bounds)
                if duty.visit.delegation_id == visit.delegation_id and duty.officer.user_id == holder.pk
            )
            yield from dict.fromkeys(name for name in fellows if name != visit.guest.called)

    def _contacts(self, visit: Visit, bounds: tuple[datetime, datetime], holder: User) -> Iterator[Reach]:
        """What is urgent first, then who runs the event, then who else looks after the guest that day."""
        order = list(Contact.Function)
        listed = self.contacts[visit.event_id]
        for one in sorted(listed, key=lambda one: order.index(one.function)):
            yield Reach(one.function, one.name, one.phone, one.note)
        for member in self.coordinators[visit.event_id]:
            if member.user_id != holder.pk:
                yield Reach(COORDINATION, member.user.name, member.user.phone, "")
        for duty in self._on_duty(bounds):
            if duty.visit_id == visit.pk and duty.officer.user_id != holder.pk:
                yield Reach(COLLEAGUE, duty.officer.user.name, duty.officer.user.phone, "")

    def _on_duty(self, bounds: tuple[datetime, datetime]) -> Iterator[Assignment]:
        since, until = bounds
        return (duty for duty in self.duties if duty.starts_at < until and duty.ends_at > since)


def _by(rows: Iterable[Any], column: str) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def _is_on(item: ItineraryItem, bounds: tuple[datetime, datetime]) -> bool:
    """Whether the item begins or goes on within the day; what awaits its time may yet fall on it."""
    since, until = bounds
    if item.starts_at is None:
        return True
    goes_on = item.ends_at is not None and item.ends_at > since
    return item.starts_at < until and (item.starts_at >= since or goes_on)


def _arrivals(items: Iterable[ItineraryItem]) -> dict[int, datetime]:
    """When the guest is there: at the end of a way, and for what follows at the same place on from a way, the same."""
    found: dict[int, datetime] = {}
    before: ItineraryItem | None = None
    for item in items:
        if item.kind in _MOVES:
            if item.ends_at:
                found[item.pk] = item.ends_at
        elif before and (arrived := found.get(before.pk)) and before.kind in _MOVES:
            place = where(item)[0]
            if place and place == where(before)[0] and item.starts_at and arrived <= item.starts_at:
                found[item.pk] = arrived
        before = item
    return found


def _duty(item: ItineraryItem, visit: Visit, leaving: Leaving | None, arrives_at: datetime | None) -> Duty:
    venue, point = where(item)
    is_own_room = point is not None and point.kind == Point.Kind.ROOM and point.venue_id == visit.hotel_id
    session = item.session
    return Duty(
        title=item.title,
        kind=item.kind,
        leave_by_at=_moment(leaving.at if leaving else None),
        arrives_at=_moment(arrives_at),
        starts_at=_moment(item.starts_at),
        ends_at=_moment(item.ends_at),
        precision=item.precision,
        is_tentative=item.state == ItineraryItem.State.TENTATIVE,
        is_for_officers=item.visibility == ItineraryItem.Visibility.OFFICERS,
        flight_number=item.flight_number,
        origin=item.origin.name if item.origin else "",
        place=venue.name if venue else "",
        entry=point.name if point and not is_own_room else "",
        greeter=item.greeter,
        seat=item.seat,
        interpreter=item.interpreter,
        dress=item.dress or (session.dress if session else ""),
        gift=item.gift,
        note=item.note,
    )


def _ride(item: ItineraryItem) -> Ride:
    venue, driver = where(item)[0], item.car_driver
    return Ride(
        starts_at=_moment(item.starts_at),
        origin=item.origin.name if item.origin else "",
        place=venue.name if venue else "",
        plate=item.vehicle.plate if item.vehicle else "",
        car=item.vehicle.kind if item.vehicle else "",
        driver=driver.name if driver else "",
        phone=driver.phone if driver else "",
    )


def _asked(request: Request) -> Asked:
    return Asked(request.category, request.text, _moment(request.raised_at), _moment(request.due_at))


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""
