"""Today as an officer sees it: a card for each guest, by who moves next. Frozen, worded and ready for the page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s
from operator import attrgetter
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Driver, Event, Membership, Point, Vehicle, Venue
from guests.confirming import terms_read
from guests.hours import Hours
from guests.looking import CHANGES_ON_A_CARD, changes_since, has_news
from guests.models import (
    Assignment,
    Guest,
    Handover,
    ItineraryItem,
    LogbookEntry,
    Look,
    ProtocolNote,
    Request,
    RequestComment,
    Visit,
)
from guests.movement import UNDO_FOR, comes_by_air, likely_next
from guests.requests import OpenRequest, open_request
from guests.steps import (
    ITEM_COLUMNS,
    Car,
    Planned,
    Step,
    arrival_or_departure,
    car_for,
    movement_words,
    next_step,
    planned,
    step,
)
from liaison.accounts.models import User
from liaison.clock import day_bounds
from liaison.history import Watch
from liaison.prepared import Among, ModelQuestion, Question, given

REQUESTS_ON_A_CARD = 4
_GOES_ON_FOR = timedelta(hours=1)  # an item that says no end

_DUTY = (
    "starts_at", "ends_at", "role", "state", "cannot_because", "visit__level", "visit__status", "visit__status_at", "visit__arrives_at", "visit__arrival_precision",
    "visit__departs_at", "visit__departure_precision", "visit__rank", "visit__event__time_zone", "visit__event__movements", "visit__event__travel_kmh", "visit__event__travel_buffer_minutes",
    "visit__hotel__name", "visit__hotel__latitude", "visit__hotel__longitude", "visit__guest__name",
    "visit__guest__honorific_before", "visit__guest__honorific_after", "visit__guest__addressed_as",
    "visit__guest__country",
)  # fmt: skip
_PLAN = Question(
    ITEM_COLUMNS,
    lambda: (
        ItineraryItem.objects.standing()
        .touching(given("since"), given("until"))
        .filter(Among("visit", "visits"))
    ),
)
_WAITING = Question(
    ("pk", "visit_id", "category", "text", "raised_at", "due_at", "owner_is_there"),
    lambda: Request.objects.open().with_owner_there(given("at")).filter(Among("visit", "visits")),
)


def _offers(person: Any, at: Any) -> Any:
    """The handover that has waited longest for that person."""
    return Handover.objects.offered_to(person, at).order_by("offered_at").values("pk")[:1]


def _own_duties() -> Any:
    """Somebody's own duties, the latest first, each with the last look at the guest and with the offer that waits."""
    person, at = given("person"), given("at")
    look = Look.objects.filter(visit=OuterRef("visit"), user=person).values("seen_at")[:1]
    own = Assignment.objects.held_by(person, at).select_related(
        "visit__guest", "visit__event", "visit__hotel"
    )
    told = own.annotate(
        offer=Subquery(_offers(person, at)), looked_at=Subquery(look), has_news=has_news(person)
    )
    return told.only(*_DUTY).order_by("-starts_at")


_OWN = ModelQuestion(_own_duties)
# Not yet a query, and built once: naming the columns takes longer than asking for them.
_RED_LINES: Any = ProtocolNote.objects.red_lines().only("event_id", "guest_id", "country", "text")
_WATCH = Watch(
    Assignment, Visit, Guest, ItineraryItem, Request, Handover, ProtocolNote, Look, Event, Membership, Venue, Point,
    Vehicle, Driver, besides=(LogbookEntry, RequestComment),
)  # fmt: skip
Move = tuple[str, str]  # a movement's value, and its word as it begins a line


@dataclass(frozen=True, slots=True)
class Asked:
    """A duty the officer has not confirmed: its terms in words, and as `read` for the form. `cannot` is their own objection."""

    pk: int
    visit: int
    guest: str
    role: str
    starts: str
    ends: str
    read: str
    cannot: str


@dataclass(frozen=True, slots=True)
class Card:
    """One guest, today; `name` is empty where the guest is called by it. Without `can_act` the duty begins later, at `duty_from`.

    `changes` are what others changed since the officer's last look, at `looked`.
    """

    pk: int
    called: str
    name: str
    level: str
    is_vvip: bool
    status: str
    since: str
    now: Step | None
    next: Step | None
    later: tuple[Step, ...]
    car: Car | None
    red_lines: tuple[str, ...]
    requests: tuple[OpenRequest, ...]
    more_requests: int
    likely: Move | None
    moves: tuple[Move, ...]
    can_act: bool
    can_undo: bool
    duty_from: str
    looked: str
    changes: tuple[str, ...]
    more_changes: int


@dataclass(frozen=True, slots=True)
class Today:
    """Every guest the officer looks after, by who moves next; those whose duty has not begun come last.

    `offer` is a handover that waits for the officer's answer.
    """

    cards: tuple[Card, ...]
    at: datetime
    seen: str
    offer: int | None = None
    asked: tuple[Asked, ...] = ()

    @property
    def first(self) -> Card | None:
        """The guest who moves next, where the officer may act for them."""
        return self.cards[0] if self.cards and self.cards[0].can_act else None


@dataclass(frozen=True, slots=True)
class _Duty:
    """A visit and from when the officer looks after it, with all that the card is made of.

    `looked_at` is the officer's last look; `items` come with when to leave for each.
    """

    offer: int | None
    looked_at: datetime | None
    changes: Sequence[str]
    visit: Visit
    starts_at: datetime
    hours: Hours
    items: Sequence[Planned]
    requests: Sequence[Any]
    red_lines: tuple[str, ...]


def todays_screen(*, user: User, at: datetime, undo: int | None = None) -> Today:
    """What `user` has to know at the moment `at`; `undo` is the visit whose last tap may be taken back."""
    rows = _OWN.found(person=user.pk, at=at) if user.is_active else []
    found = [(_card(duty, undo), duty) for duty in _duties(rows, user, at)]
    if not found:  # whoever has a guest reads the offer in the same query as the guests
        return Today((), at, "", _offers(user.pk, at).values_list("pk", flat=True).first())
    found.sort(key=lambda pair: _who_moves_next(*pair))
    _first, duty = found[0]
    asked = tuple(_asked(row, at) for row in reversed(rows) if row.state == Assignment.State.ASSIGNED)
    return Today(tuple(card for card, _duty in found), at, duty.hours.clock(at), duty.offer, asked)


def state_of_today(user: User, at: datetime, *shown: object) -> str:
    """Changes when anything on anybody's today was written, with the minute, and with whatever else this page shows.

    Of one reader in one language: `shown` is what the reader's address and form add. One query.
    """
    parts = (f"{at:%Y%m%d%H%M}", user.pk, user.name, user.is_staff, get_language(), *shown, _WATCH.state())
    return blake2s("\0".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def _who_moves_next(card: Card, duty: _Duty) -> tuple[bool, bool, datetime, int, str]:
    moves_at = card.next.moves_at if card.next else duty.hours.at
    return (not card.can_act, card.next is None, moves_at, duty.visit.rank or 2**31, card.called)


def _asked(row: Any, at: datetime) -> Asked:
    hours = Hours(row.visit.event.time_zone, at)
    return Asked(
        pk=row.pk,
        visit=row.visit_id,
        guest=row.visit.guest.called,
        role=row.get_role_display(),
        starts=hours.say(row.starts_at),
        ends=hours.say(row.ends_at),
        read=terms_read(row),
        cannot=row.cannot_because,
    )


def _duties(rows: Sequence[Any], user: User, at: datetime) -> list[_Duty]:
    """Three queries, however many guests: items, open requests, red lines; one more where something changed."""
    own = {duty.visit_id: duty for duty in rows}  # of two for one guest, the earlier
    visits = [duty.visit for duty in own.values()]
    zones = {visit.event_id: Hours(visit.event.time_zone, at) for visit in visits}
    hours = {visit.pk: zones[visit.event_id] for visit in visits}
    items = _by_visit(_items(visits, zones.values()))
    requests = _by_visit(_WAITING.rows(visits=list(own), at=at)) if visits else {}
    notes = list(_RED_LINES.concerning(visits)) if visits else []
    looks = {pk: duty.looked_at for pk, duty in own.items() if duty.has_news}
    changes = changes_since(looks, user=user, hours=hours)
    return [
        _Duty(
            offer=own[visit.pk].offer,
            looked_at=own[visit.pk].looked_at,
            changes=changes.get(visit.pk, ()),
            visit=visit,
            starts_at=own[visit.pk].starts_at,
            hours=hours[visit.pk],
            items=planned(items.get(visit.pk, ()), visit, hours[visit.pk]),
            requests=requests.get(visit.pk, ()),
            red_lines=tuple(note.text for note in notes if note.holds_for(visit)),
        )
        for visit in visits
    ]


def _items(visits: Sequence[Visit], hours: Iterable[Hours]) -> Iterable[Any]:
    """What stands in these visits' plans today and tomorrow: near midnight, tomorrow is what comes next."""
    if not visits:
        return ()
    days = [day_bounds(each.today, each.zone_name)[0] for each in hours]
    until = max(days) + timedelta(days=2)
    return _PLAN.rows(visits=[visit.pk for visit in visits], since=min(days), until=until)


def _by_visit(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.visit_id].append(row)
    return grouped


def _card(duty: _Duty, undo: int | None) -> Card:
    visit, hours, at = duty.visit, duty.hours, duty.hours.at
    coming = sorted((each for each in duty.items if each.item.starts_at > at), key=attrgetter("moves_at"))
    running = [each.item for each in duty.items if _goes_on(each.item, at)]
    now = running[-1] if running else None
    later = [each for each in coming[1:] if hours.is_today(each.item.starts_at)]
    near = running[-1:] + [each.item for each in coming[:1] + later]
    used = visit.event.used_movements
    likely = likely_next(
        visit.status,
        used=used,
        comes_by_air=comes_by_air(each.item for each in duty.items),
        towards=near[0].venue__kind or "" if near else "",
    )
    words = movement_words(get_language() or "en")
    requests = sorted(duty.requests, key=_urgency)
    can_act = duty.starts_at <= at
    fresh = visit.status_at is not None and at - visit.status_at <= UNDO_FOR
    return Card(
        pk=visit.pk,
        called=visit.guest.called,
        name=visit.guest.titled_name if visit.guest.addressed_as else "",
        level=visit.get_level_display(),
        is_vvip=visit.level == Visit.Level.VVIP,
        status=words[visit.status],
        since=_("since %(time)s") % {"time": hours.say(visit.status_at)} if visit.status_at else "",
        now=step(now, hours, now.starts_at) if now else None,
        next=next_step(coming[0], hours) if coming else arrival_or_departure(visit, hours),
        later=tuple(step(each.item, hours, each.moves_at) for each in later),
        car=car_for(near, coming[0].item if coming else None, hours),
        red_lines=duty.red_lines,
        requests=tuple(open_request(each, hours) for each in requests[:REQUESTS_ON_A_CARD]),
        more_requests=max(0, len(requests) - REQUESTS_ON_A_CARD),
        likely=(likely.value, words[likely]) if likely else None,
        moves=tuple((move.value, words[move]) for move in used if move not in {visit.status, likely}),
        can_act=can_act,
        can_undo=fresh and can_act and undo == visit.pk,
        duty_from="" if can_act else hours.say(duty.starts_at),
        looked=hours.say(duty.looked_at) if duty.looked_at else "",
        changes=tuple(duty.changes[:CHANGES_ON_A_CARD]),
        more_changes=max(0, len(duty.changes) - CHANGES_ON_A_CARD),
    )


def _goes_on(item: Any, at: datetime) -> bool:
    return bool(item.starts_at <= at < (item.ends_at or item.starts_at + _GOES_ON_FOR))


def _urgency(request: Any) -> tuple[bool, datetime, int]:
    return (request.due_at is None, request.due_at or request.raised_at, request.pk)
