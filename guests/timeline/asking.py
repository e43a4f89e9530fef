"""Which rows of a timeline answer to what was asked: found by the database, so that a page costs what it shows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from events.models import Event, Membership, Role
from guests.models import Assignment, Visit
from guests.timeline.axis import Axis
from guests.timeline.whole import Whole
from liaison.folding import folded, folded_columns

_MOST_WORDS = 6
_OFFICER = ("user__name", "user__email")
_GUEST = (
    "guest__name",
    "guest__honorific_before",
    "guest__honorific_after",
    "guest__addressed_as",
    "delegation__name",
)


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


OFFERED = {
    Down.OFFICERS: (Only.ALL, Only.TROUBLE, Only.FREE),
    Down.GUESTS: (Only.ALL, Only.TROUBLE, Only.UNLED),
}


@dataclass(frozen=True)
class Asked:
    """What is to be seen. Without a day the whole event; `words` are looked for in the names of guests, delegations and officers.

    Accents and case do not count; each word has to stand in the name of the row or of somebody on it.
    """

    down: Down = Down.OFFICERS
    day: date | None = None
    only: Only = Only.ALL
    delegation: int | None = None
    words: str = ""
    page: str = "1"


def answering(event: Event, asked: Asked, whole: Whole, axis: Axis, at: datetime) -> QuerySet[Any]:
    """The officers by name, or the visits by precedence, that answer."""
    rows = _officers(event, asked, axis) if asked.down is Down.OFFICERS else _guests(event, asked, axis)
    if asked.only is Only.UNLED:
        return rows.filter(pk__in=whole.unled(axis, at))
    if asked.only is Only.TROUBLE and asked.down is Down.OFFICERS:
        return rows.filter(pk__in=whole.trouble(axis).keys("officer"))
    if asked.only is Only.TROUBLE:
        return rows.filter(pk__in=whole.unled(axis, at) | whole.trouble(axis).keys("visit"))
    return rows


def _officers(event: Event, asked: Asked, axis: Axis) -> QuerySet[Any]:
    """Whoever is an officer, and whoever was one and still has a duty."""
    held = Assignment.objects.standing().filter(officer=OuterRef("pk"))
    team = Membership.objects.filter(Q(role=Role.OFFICER) | Exists(held), event=event)
    on_axis = held.overlapping(axis.starts_at, axis.ends_at)
    if asked.only is Only.FREE:
        team = team.exclude(Exists(on_axis))
    if asked.delegation:
        team = team.filter(Exists(on_axis.filter(visit__delegation=asked.delegation)))
    guests = [f"visit__{name}" for name in _GUEST]
    return _named(team, asked.words, _OFFICER, on_axis, guests).order_by("user__name", "pk")


def _guests(event: Event, asked: Asked, axis: Axis) -> QuerySet[Any]:
    on_axis = Assignment.objects.overlapping(axis.starts_at, axis.ends_at).filter(visit=OuterRef("pk"))
    visits: QuerySet[Any] = Visit.objects.filter(event=event)
    if asked.delegation:
        visits = visits.filter(delegation=asked.delegation)
    officers = [f"officer__{name}" for name in _OFFICER]
    rows = _named(visits, asked.words, _GUEST, on_axis, officers)
    return rows.order_by(F("rank").asc(nulls_last=True), "guest__name", "pk")


def _named(
    rows: QuerySet[Any], words: str, own: Any, duties: QuerySet[Assignment], others: Any
) -> QuerySet[Any]:
    for word in folded(words.replace("\x00", " ")).split()[:_MOST_WORDS]:
        with_others = duties.annotate(said=folded_columns(*others)).filter(said__contains=word)
        rows = rows.alias(said=folded_columns(*own)).filter(Q(said__contains=word) | Exists(with_others))
    return rows
