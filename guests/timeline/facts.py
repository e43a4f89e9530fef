"""All that the rows of one page are drawn from: as many queries for any number of guests and officers at the event."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from events.models import Event, Membership, Shift
from guests.collisions.standing import Standing, standing_of
from guests.duties import Duty, stay_of
from guests.models import Assignment, Movement, Visit
from guests.timeline.gaps import gaps_in

_SHOWN = (
    "event_id", "level", "status", "arrives_at", "departs_at", "guest__name", "guest__honorific_before",
    "guest__honorific_after", "guest__addressed_as", "delegation__name",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Officers and visits of the page's rows and of the duties in them, with shifts, collisions and gaps.

    Duties, by officer and by visit, and shifts come by their starts; collisions by the assignment's key, judged now.
    """

    officers: Mapping[int, Membership]
    visits: Mapping[int, Visit]
    by_officer: Mapping[int, Sequence[Assignment]]
    by_visit: Mapping[int, Sequence[Assignment]]
    shifts: Mapping[int, Sequence[Shift]] = field(default_factory=dict)
    collisions: Mapping[int, Sequence[Standing]] = field(default_factory=dict)
    gaps: Mapping[int, Sequence[Duty]] = field(default_factory=dict)

    @classmethod
    def of_officers(cls, event: Event, keys: Collection[int], *, at: datetime) -> "Facts":
        """What the rows of these officers need."""
        duties = list(_duties(event).filter(officer__in=keys))
        shifts = Shift.objects.filter(membership__in=keys).order_by("starts_at")
        return cls._with(event, duties, officers=keys, visits=(), at=at, shifts=_by("membership_id", shifts))

    @classmethod
    def of_guests(cls, event: Event, keys: Collection[int], *, at: datetime) -> "Facts":
        """What the rows of these visits need."""
        duties = list(_duties(event).filter(visit__in=keys))
        return cls._with(event, duties, officers=(), visits=keys, at=at)

    @classmethod
    def _with(
        cls,
        event: Event,
        duties: Sequence[Assignment],
        *,
        officers: Collection[int],
        visits: Collection[int],
        at: datetime,
        **more: Any,
    ) -> "Facts":
        """Somebody may come or go between the questions: a duty whose guest or officer is not there is left out."""
        team = Membership.objects.select_related("user").in_bulk(
            {*officers, *(duty.officer_id for duty in duties)}
        )
        rows = Visit.objects.select_related("guest", "delegation").only(*_SHOWN)
        guests = rows.in_bulk({*visits, *(duty.visit_id for duty in duties)})
        for visit in guests.values():
            visit.event = event
        shown = [duty for duty in duties if duty.visit_id in guests and duty.officer_id in team]
        by_visit = _by("visit_id", shown)
        collisions = _by("assignment", standing_of({duty.officer_id for duty in shown}, at=at))
        gaps = {pk: _gaps(guests[pk], by_visit) for pk in visits if pk in guests}
        return cls(team, guests, _by("officer_id", shown), by_visit, collisions=collisions, gaps=gaps, **more)


def _duties(event: Event) -> Any:
    return Assignment.objects.standing().filter(visit__event=event).order_by("starts_at", "ends_at", "pk")


def _gaps(visit: Visit, by_visit: Mapping[int, Sequence[Assignment]]) -> list[Duty]:
    if visit.status == Movement.DEPARTED:  # and needs nobody
        return []
    return gaps_in(stay_of(visit), by_visit.get(visit.pk, ()))


def _by(name: str, rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    key = attrgetter(name)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)
