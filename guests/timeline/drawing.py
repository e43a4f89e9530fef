"""One page of a timeline: what was asked, which rows answer it, and how much trouble there is in all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from django.core.paginator import Paginator

from events.models import Event
from guests.models import Assignment
from guests.timeline.axis import Axis, Extent, Tick
from guests.timeline.facts import Facts
from guests.timeline.rows import Row, guest_row, officer_row, shown_collisions, shown_gaps


class Down(Enum):
    """Whose rows they are."""

    OFFICERS = "officers"
    GUESTS = "guests"


class Only(Enum):
    """Which rows are left: with a gap or a collision; guests whom nobody leads; officers who have nobody."""

    ALL = ""
    TROUBLE = "trouble"
    UNLED = "unled"
    FREE = "free"


ROWS = {Down.OFFICERS: 25, Down.GUESTS: 40}
"""How many rows a page has, by what is down: an officer's row is as high as the guests they have at one time."""
OFFERED = {
    Down.OFFICERS: (Only.ALL, Only.TROUBLE, Only.FREE),
    Down.GUESTS: (Only.ALL, Only.TROUBLE, Only.UNLED),
}


@dataclass(frozen=True)
class Asked:
    """What is to be seen. Without a day the whole event; `words` are looked for in the names of guests and officers."""

    down: Down = Down.OFFICERS
    day: date | None = None
    only: Only = Only.ALL
    delegation: int | None = None
    words: str = ""
    page: str = "1"


@dataclass(frozen=True)
class Timeline:
    """One page of rows under their hours.

    `total` counts the rows that answer; `collisions` those nobody meant, and `unled` the guests with a gap, of the whole
    event as far as the axis goes, whatever was asked.
    """

    axis: Axis
    ticks: tuple[Tick, ...]
    now: Extent | None
    days: tuple[date, ...]
    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    collisions: int
    unled: int
    delegations: tuple[tuple[int, str], ...]


def draw(event: Event, asked: Asked, *, at: datetime) -> Timeline:
    """The page that was asked for, as of `at`; six queries, or eleven after something was written."""
    facts = Facts.of(event, at=at)
    first, last = facts.days
    axis = Axis(asked.day or first, asked.day or last, event.time_zone)
    keys = [key for key in _keys(facts, asked.down) if _answers(facts, axis, asked, key, at)]
    page = Paginator(keys, ROWS[asked.down]).get_page(asked.page)
    standing = shown_collisions(facts, axis, facts.duties)
    return Timeline(
        axis=axis,
        ticks=tuple(axis.ticks()),
        now=axis.moment(at),
        days=tuple(Axis(first, last, event.time_zone).days),
        rows=tuple(_row(facts, axis, asked.down, key, at) for key in page.object_list),
        total=len(keys),
        page=page.number,
        pages=page.paginator.num_pages,
        collisions=sum(not one.is_meant for one in standing),
        unled=sum(bool(shown_gaps(facts, axis, visit, at)) for visit in facts.visits),
        delegations=_delegations(facts),
    )


def _keys(facts: Facts, down: Down) -> Iterable[int]:
    return facts.officers if down is Down.OFFICERS else facts.visits


def _duties(facts: Facts, down: Down, key: int) -> Iterable[Assignment]:
    held = facts.by_officer if down is Down.OFFICERS else facts.by_visit
    return held.get(key, ())


def _row(facts: Facts, axis: Axis, down: Down, key: int, at: datetime) -> Row:
    return officer_row(facts, axis, key) if down is Down.OFFICERS else guest_row(facts, axis, key, at)


def _answers(facts: Facts, axis: Axis, asked: Asked, key: int, at: datetime) -> bool:
    duties = [duty for duty in _duties(facts, asked.down, key) if axis.shows(duty.starts_at, duty.ends_at)]
    visits = [key] if asked.down is Down.GUESTS else [duty.visit_id for duty in duties]
    if asked.delegation and asked.delegation not in {facts.visits[visit].delegation_id for visit in visits}:
        return False
    if asked.words and not _is_named(facts, asked, key, duties):
        return False
    if asked.only is Only.FREE:
        return not duties
    gaps = asked.down is Down.GUESTS and bool(shown_gaps(facts, axis, key, at))
    if asked.only is Only.UNLED:
        return gaps
    if asked.only is Only.TROUBLE:
        return gaps or any(not one.is_meant for one in shown_collisions(facts, axis, duties))
    return True


def _is_named(facts: Facts, asked: Asked, key: int, duties: Iterable[Assignment]) -> bool:
    """Whether each word stands in the name of the row or of somebody on it."""
    officers = {duty.officer_id for duty in duties}
    visits = {duty.visit_id for duty in duties}
    (officers if asked.down is Down.OFFICERS else visits).add(key)
    names = [str(facts.officers[officer].user) for officer in officers]
    for visit in visits:
        guest = facts.visits[visit].guest
        names += [guest.name, guest.called]
    said = " ".join(names).casefold()
    return all(word in said for word in asked.words.casefold().split())


def _delegations(facts: Facts) -> tuple[tuple[int, str], ...]:
    named = {
        visit.delegation.pk: visit.delegation.name
        for visit in facts.visits.values()
        if visit.delegation is not None
    }
    return tuple(sorted(named.items(), key=lambda pair: (pair[1].casefold(), pair[0])))
