"""A whole event in plain values: what its book is made of.

Nothing of what is private is read for it, and no room in which somebody sleeps, since a book goes through many hands. Nothing
in it depends on the moment at which it is read or on the language it will be set in.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from events.models import Contact, Event, Membership, Point, Role, Session, Venue
from guests.itinerary import EventFacts, event_facts
from guests.models import Assignment, Visit

_SHOWN_POINTS = [kind.value for kind in Point.Kind if kind != Point.Kind.SEATS]


@dataclass(frozen=True)
class BookSession:
    """An item of the programme; moments are ISO 8601 in UTC."""

    title: str
    part: str
    starts_at: str
    ends_at: str
    place: str
    point: str
    dress: str
    audience: str


@dataclass(frozen=True)
class BookContact:
    """Somebody, or a desk, to call for one thing; `function` is a value of `Contact.Function`."""

    function: str
    name: str
    phone: str
    note: str


@dataclass(frozen=True)
class BookVenue:
    """A place, the points by which it is entered and the rooms in it (kind and name), and whom to call there."""

    kind: str
    name: str
    local_name: str
    address: str
    local_address: str
    points: tuple[tuple[str, str], ...]
    contacts: tuple[BookContact, ...]


@dataclass(frozen=True)
class BookOfficer:
    """One of the team; an officer with the guests whom they lead, as they are addressed."""

    name: str
    phone: str
    guests: tuple[str, ...]


@dataclass(frozen=True)
class BookGuest:
    """A guest with titles as written, and who leads."""

    name: str
    native_name: str
    country: str
    office: str
    organisation: str
    level: str
    is_head: bool
    officers: tuple[str, ...]


@dataclass(frozen=True)
class BookDelegation:
    """A delegation and its guests, the head first, then by precedence; without a name, those who belong to none."""

    name: str
    country: str
    guests: tuple[BookGuest, ...]


@dataclass(frozen=True)
class EventBook:
    """All that an event's book says."""

    event: EventFacts
    precedence: str
    sessions: tuple[BookSession, ...]
    venues: tuple[BookVenue, ...]
    contacts: tuple[BookContact, ...]
    coordinators: tuple[BookOfficer, ...]
    officers: tuple[BookOfficer, ...]
    delegations: tuple[BookDelegation, ...]

    def as_data(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """The book that `as_data` told of, whether it has been through JSON or not."""
        return cls(
            event=EventFacts(**data["event"]),
            precedence=data["precedence"],
            sessions=tuple(BookSession(**one) for one in data["sessions"]),
            venues=tuple(_venue_of_data(one) for one in data["venues"]),
            contacts=tuple(BookContact(**one) for one in data["contacts"]),
            coordinators=tuple(_officer_of_data(one) for one in data["coordinators"]),
            officers=tuple(_officer_of_data(one) for one in data["officers"]),
            delegations=tuple(_delegation_of_data(one) for one in data["delegations"]),
        )


def event_books(keys: Collection[int]) -> dict[int, EventBook]:
    """The books of these events by their keys, in as many queries for many as for one."""
    reading = _Reading(keys)
    return {event.pk: reading.book_of(event) for event in reading.events}


class _Reading:
    """All that was read about some events, by event."""

    def __init__(self, keys: Collection[int]) -> None:
        self.events = list(Event.objects.filter(pk__in=keys))
        of_events = {"event__in": keys}
        sessions = Session.objects.standing().filter(**of_events).select_related("venue", "point__venue")
        self.sessions = _by(sessions.order_by("starts_at", "title", "pk"), "event_id")
        self.venues = _by(Venue.objects.filter(**of_events).prefetch_related("points"), "event_id")
        self.contacts = _by(Contact.objects.filter(**of_events), "event_id")
        team = Membership.objects.filter(**of_events, user__is_active=True).select_related("user")
        self.team = _by(team.exclude(role=Role.PRESS).order_by("user__name", "pk"), "event_id")
        visits = Visit.objects.filter(**of_events).select_related("guest", "delegation")
        self.visits = _by(visits, "event_id")
        duties = Assignment.objects.standing().filter(visit__event__in=keys, role=Assignment.Role.LEAD)
        duties = duties.filter(officer__user__is_active=True).select_related("officer__user")
        self.leads = _by(duties.order_by("starts_at", "pk"), "visit_id")

    def book_of(self, event: Event) -> EventBook:
        contacts, visits = self.contacts[event.pk], self.visits[event.pk]
        return EventBook(
            event=event_facts(event),
            precedence=event.precedence,
            sessions=tuple(_session(one) for one in self.sessions[event.pk]),
            venues=tuple(self._venues(event)),
            contacts=tuple(_contacts(contacts)),
            coordinators=tuple(
                BookOfficer(one.user.name, one.user.phone, ()) for one in self.team[event.pk] if one.role == Role.COORDINATOR
            ),
            officers=tuple(self._officers(event)),
            delegations=tuple(self._delegations(visits)),
        )  # fmt: skip

    def _venues(self, event: Event) -> Iterator[BookVenue]:
        order = list(Venue.Kind)
        slept_in = {visit.hotel_id for visit in self.visits[event.pk]}
        for venue in sorted(self.venues[event.pk], key=lambda one: (order.index(one.kind), one.name)):
            is_hotel = venue.kind == Venue.Kind.HOTEL or venue.pk in slept_in
            yield BookVenue(
                kind=venue.kind, name=venue.name, local_name=venue.local_name, address=venue.address,
                local_address=venue.local_address, points=tuple(_points(venue, is_hotel=is_hotel)),
                contacts=tuple(_contacts(one for one in self.contacts[event.pk] if one.venue_id == venue.pk)),
            )  # fmt: skip

    def _officers(self, event: Event) -> Iterator[BookOfficer]:
        led: defaultdict[int, list[str]] = defaultdict(list)
        for visit in sorted(self.visits[event.pk], key=_place):
            for lead in self.leads[visit.pk]:
                led[lead.officer_id].append(visit.guest.called)
        for one in self.team[event.pk]:
            if one.role == Role.OFFICER:
                yield BookOfficer(one.user.name, one.user.phone, tuple(dict.fromkeys(led[one.pk])))

    def _delegations(self, visits: Iterable[Visit]) -> Iterator[BookDelegation]:
        """By the rank of the head, else of whoever stands highest; those without a rank by name, no delegation last."""
        found: defaultdict[Any, list[Visit]] = defaultdict(list)
        for visit in sorted(visits, key=_place):
            found[visit.delegation].append(visit)
        for delegation in sorted(found, key=lambda one: _standing(one, found[one])):
            head = delegation.head_id if delegation else None
            guests = sorted(found[delegation], key=lambda visit: visit.pk != head)
            yield BookDelegation(
                name=delegation.name if delegation else "",
                country=delegation.country if delegation else "",
                guests=tuple(self._guest(visit, is_head=visit.pk == head) for visit in guests),
            )

    def _guest(self, visit: Visit, *, is_head: bool) -> BookGuest:
        guest = visit.guest
        officers = dict.fromkeys(lead.officer.user.name for lead in self.leads[visit.pk])
        return BookGuest(
            name=guest.titled_name, native_name=guest.native_name, country=guest.country, office=guest.office,
            organisation=guest.organisation, level=visit.level, is_head=is_head, officers=tuple(officers),
        )  # fmt: skip


_LAST = 10**9


def _place(visit: Visit) -> tuple[int, int, str, int]:
    """Where a guest stands among the others: by rank, then by level, then by name."""
    return (
        _LAST if visit.rank is None else visit.rank,
        list(Visit.Level).index(Visit.Level(visit.level)),
        visit.guest.name,
        visit.pk,
    )


def _standing(delegation: Any, visits: list[Visit]) -> tuple[bool, int, str]:
    heads = [visit for visit in visits if delegation and visit.pk == delegation.head_id]
    ranks = [visit.rank for visit in heads or visits if visit.rank is not None]
    return delegation is None, min(ranks, default=_LAST), delegation.name if delegation else ""


def _points(venue: Venue, *, is_hotel: bool) -> Iterator[tuple[str, str]]:
    """Where one goes in and what there is inside; in a hotel no room, since guests sleep in them."""
    points = [one for one in venue.points.all() if one.kind in _SHOWN_POINTS]
    for one in sorted(points, key=lambda one: (_SHOWN_POINTS.index(one.kind), one.name)):
        if not (is_hotel and one.kind == Point.Kind.ROOM):
            yield one.kind, one.name


def _session(one: Session) -> BookSession:
    venue = one.venue or (one.point.venue if one.point else None)
    return BookSession(
        title=one.title, part=one.part, starts_at=_moment(one.starts_at), ends_at=_moment(one.ends_at),
        place=venue.name if venue else "", point=one.point.name if one.point else "", dress=one.dress,
        audience=one.audience,
    )  # fmt: skip


def _contacts(contacts: Iterable[Contact]) -> Iterator[BookContact]:
    """What is urgent first."""
    order = list(Contact.Function)
    for one in sorted(contacts, key=lambda one: order.index(Contact.Function(one.function))):
        yield BookContact(one.function, one.name, one.phone, one.note)


def _by(rows: Iterable[Any], column: str) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _venue_of_data(data: Mapping[str, Any]) -> BookVenue:
    contacts = tuple(BookContact(**one) for one in data["contacts"])
    points = tuple((kind, name) for kind, name in data["points"])
    return BookVenue(**{**data, "points": points, "contacts": contacts})


def _officer_of_data(data: Mapping[str, Any]) -> BookOfficer:
    return BookOfficer(**{**data, "guests": tuple(data["guests"])})


def _delegation_of_data(data: Mapping[str, Any]) -> BookDelegation:
    guests = tuple(BookGuest(**{**one, "officers": tuple(one["officers"])}) for one in data["guests"])
    return BookDelegation(**{**data, "guests": guests})
