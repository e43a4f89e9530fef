"""The live board: where every guest of an event is and who moves next. Frozen, worded and ready for the page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Count
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from events.models import Driver, Event, Vehicle
from guests.hours import Hours
from guests.models import Assignment, Guest, Handover, Incident, ItineraryItem, Movement, Request, Visit
from guests.moving_next import MOVES_AT, coming_items, next_to_move
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
)
from liaison.clock import day_bounds
from liaison.history import Watch

LINES = 150
"""How many guests one board shows; whoever moves later is only counted."""

_LEFT_FOR = timedelta(hours=12)
_CAR_AT_THE_DOOR = timedelta(minutes=15)  # before the guest leaves
_CAR_KNOWN = timedelta(hours=2)  # before the guest leaves
_SHOWN = (
    "level", "status", "status_at", "arrives_at", "arrival_precision", "departs_at", "departure_precision", "guest__name", "guest__honorific_before", "guest__honorific_after",
    "guest__addressed_as", "delegation__name", "hotel__name", "hotel__latitude", "hotel__longitude",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs a person: a word, an icon and a colour. `is_urgent` where it cannot wait."""

    text: str
    icon: str
    tone: str
    is_urgent: bool = True


@dataclass(frozen=True, slots=True)
class Escort:
    """An officer on duty for the guest now."""

    name: str
    phone: str
    is_lead: bool
    has_confirmed: bool = True
    cannot: bool = False


class Waiting(NamedTuple):
    """What waits for somebody around a guest: alarms, overdue requests, handovers nobody accepted."""

    alarms: int
    overdue: int
    handovers: int


@dataclass(frozen=True, slots=True)
class Line:
    """One guest: where they are, what is next, who is with them, what is wrong."""

    pk: int
    called: str
    name: str
    delegation: str
    level: str
    is_vvip: bool
    status: str
    since: str
    next: Step | None
    car: Car | None
    officers: tuple[Escort, ...]
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Whoever calls for help comes first, then who moves next; guests who have departed are not on it, nor those beyond the first lines."""

    lines: tuple[Line, ...]
    more: int
    at: datetime
    seen: str

    @property
    def troubled(self) -> int:
        """How many of the lines have something that cannot wait."""
        return sum(any(trouble.is_urgent for trouble in line.troubles) for line in self.lines)


def live_board(event: Event, *, at: datetime) -> Board:
    """The board of the event at the moment `at`; eleven queries, and one more where more guests are here than lines."""
    hours = Hours(event.time_zone, at)
    alarms = _counts(Incident.objects.alarms().filter(visit__event=event), "visit_id")
    keys = next_to_move(event, at=at, number=LINES, besides=alarms)
    on_it = sorted(keys, key=lambda pk: pk not in alarms)[:LINES]
    items = {item.visit_id: item for item in _next_items(on_it, at)}
    shown = Visit.objects.with_is_ahead(at).select_related("guest", "delegation", "hotel").only(*_SHOWN)
    visits = shown.in_bulk(on_it)
    coming = _coming(visits, items, event, hours)
    officers = _on_duty(on_it, at)
    overdue = _counts(Request.objects.overdue(at).filter(visit__in=on_it), "visit_id")
    handovers = _counts(Handover.objects.open().filter(assignment__visit__in=on_it), "assignment__visit_id")
    lines = (
        _line(
            visits[pk],
            coming.get(pk),
            officers[pk],
            Waiting(alarms.get(pk, 0), overdue.get(pk, 0), handovers.get(pk, 0)),
            hours,
        )
        for pk in on_it
        if pk in visits
    )
    in_order = sorted(lines, key=lambda line: (line.pk not in alarms, line.next is None, _next_at(line, at)))
    everyone = event.visits.exclude(status=Movement.DEPARTED).count()
    return Board(tuple(in_order), more=everyone - len(on_it), at=at, seen=hours.clock(at))


def _next_at(line: Line, at: datetime) -> datetime:
    return line.next.moves_at if line.next else at


def _coming(
    visits: Mapping[int, Visit], items: Mapping[int, Any], event: Event, hours: Hours
) -> dict[int, Planned]:
    """What is next for each of the visits, with when to leave for it: by the way where nobody has set it. One query.

    The way is known from the day's items; what is next beyond half a day is taken as it stands in the plan.
    """
    found = {pk: Planned.as_set(item) for pk, item in items.items() if pk in visits}
    since = day_bounds(hours.today, hours.zone_name)[0]
    rows: Any = ItineraryItem.objects.standing().touching(since, hours.at + _LEFT_FOR)
    plans: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows.filter(visit__in=list(visits)).values_list(*ITEM_COLUMNS, named=True):
        plans[row.visit_id].append(row)
    for pk, plan in plans.items():
        visits[pk].event = event
        ahead = [each for each in planned(plan, visits[pk], hours) if each.item.starts_at > hours.at]
        if ahead:
            found[pk] = min(ahead, key=attrgetter("moves_at"))
    return found


def _next_items(visits: Sequence[int], at: datetime) -> Iterable[Any]:
    """The next thing of each of the visits, within two days."""
    rows = coming_items(at).filter(visit__in=visits).order_by("visit_id", MOVES_AT, "pk")
    return rows.distinct("visit_id").values_list(*ITEM_COLUMNS, named=True)  # type: ignore[no-any-return]


def _on_duty(visits: Sequence[int], at: datetime) -> dict[int, list[Escort]]:
    """The officers on duty for each of the visits, the lead first."""
    rows = Assignment.objects.current(at).filter(visit__in=visits).order_by("-role", "pk")
    found: dict[int, list[Escort]] = defaultdict(list)
    columns = ("visit_id", "role", "state", "cannot_because", "officer__user__name", "officer__user__phone")
    for visit, role, state, because, name, phone in rows.values_list(*columns):
        has_confirmed = state == Assignment.State.CONFIRMED
        found[visit].append(Escort(name, phone, role == Assignment.Role.LEAD, has_confirmed, bool(because)))
    return found


def _counts(rows: Any, of: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(of).annotate(number=Count("pk")))


def _line(
    visit: Any, coming: Planned | None, officers: Sequence[Escort], waiting: Waiting, hours: Hours
) -> Line:
    words = movement_words(get_language() or "en")
    return Line(
        pk=visit.pk,
        called=visit.guest.called,
        name="" if visit.guest.called == str(visit.guest) else str(visit.guest),
        delegation=visit.delegation.name if visit.delegation else "",
        level=visit.get_level_display(),
        is_vvip=visit.level == Visit.Level.VVIP,
        status=words[visit.status],
        since=hours.say(visit.status_at) if visit.status_at else "",
        next=next_step(coming, hours) if coming else arrival_or_departure(visit, hours),
        car=car_for([coming.item], coming.item, hours) if coming else None,
        officers=tuple(officers),
        troubles=tuple(_troubles(visit.is_ahead, coming, officers, waiting, hours.at)),
    )


def _troubles(
    is_ahead: bool, coming: Planned | None, officers: Sequence[Escort], waiting: Waiting, at: datetime
) -> Iterable[Trouble]:
    if waiting.alarms:
        yield Trouble(_("SOS"), "alert", "red")
    if is_ahead and not any(officer.is_lead for officer in officers):
        yield Trouble(_("No lead on duty"), "person", "red")
    if any(officer.cannot for officer in officers):
        yield Trouble(_("Officer cannot"), "person", "red")
    elif not all(officer.has_confirmed for officer in officers):
        yield Trouble(_("Officer has not confirmed"), "person", "amber", is_urgent=False)
    if coming and coming.moves_at <= at:
        yield Trouble(_("Should have left"), "alert", "red")
    if coming:
        yield from _trouble_with_car(coming, at)
    if waiting.overdue:
        said = ngettext("%(number)s request overdue", "%(number)s requests overdue", waiting.overdue)
        yield Trouble(said % {"number": waiting.overdue}, "bell", "red")
    if waiting.handovers:
        yield Trouble(_("Handover not accepted"), "swap", "amber", is_urgent=False)


def _trouble_with_car(coming: Planned, at: datetime) -> Iterable[Trouble]:
    item, left = coming.item, coming.moves_at - at
    if item.vehicle__plate:
        if left <= _CAR_AT_THE_DOOR and not item.car_at_door_at:
            yield Trouble(_("Car not at the door"), "car", "red")
    elif item.kind == ItineraryItem.Kind.TRANSFER and left <= _CAR_KNOWN:
        yield Trouble(_("No car yet"), "car", "amber", is_urgent=False)


_WATCH = Watch(Visit, Guest, ItineraryItem, Assignment, Handover, Incident, Request, Vehicle, Driver)


def state_of_the_board(at: datetime) -> str:
    """Changes when anything a board shows was written, and with every minute, since lateness comes by itself. One query."""
    return f"{at:%Y%m%d%H%M}-{_WATCH.state()}"
