"""What a timeline says of its whole event: how long its axis is, who is unled, what collides. Kept as numbers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from events.models import Event
from guests.collisions.kept import Found, Shelf
from guests.duties import stay_between
from guests.models import Assignment, Movement
from guests.timeline.axis import Axis
from guests.timeline.gaps import Span, uncovered
from liaison.clock import day_of

AROUND = timedelta(days=14)
"""So long before and after the event its timeline can reach."""

_Span = tuple[int, float, float]


@dataclass(frozen=True)
class _Stays:
    """The first and the last day on which something is on, and the gaps in leading: whose, from when, to when."""

    days: tuple[date, date]
    gaps: Sequence[_Span]


@dataclass(frozen=True)
class Whole:
    """The event's days, its collisions, and the parts of stays that nobody leads.

    The days are the event's, and those of stays and duties around it; a year that was mistyped makes no axis of a
    thousand days.
    """

    days: tuple[date, date]
    collisions: Found
    gaps: Sequence[_Span]
    departed: frozenset[int]

    @classmethod
    def of(cls, event: Event, *, at: datetime) -> "Whole":
        """What there is now, in two queries, or up to sixteen after something was written."""
        shelf = Shelf([event], at=at)
        collisions, stays = (
            shelf.collisions()[event.pk],
            shelf.get("stays", _stays, of=(Assignment, Event))[event.pk],
        )
        departed = event.visits.filter(status=Movement.DEPARTED).values_list("pk", flat=True)
        return cls(stays.days, collisions, stays.gaps, frozenset(departed))

    def trouble(self, axis: Axis) -> Found:
        """The collisions on the axis that nobody meant."""
        return self.collisions.meant(False).within(axis.starts_at, axis.ends_at)

    def unled(self, axis: Axis, at: datetime) -> set[int]:
        """The visits with a gap on the axis in which somebody can still be sent; who has departed needs nobody."""
        if axis.ends_at <= at:
            return set()
        since, until = max(axis.starts_at, at).timestamp(), axis.ends_at.timestamp()
        return {visit for visit, begins, ends in self.gaps if begins < until and ends > since} - self.departed


def _stays(events: Sequence[Event], _at: datetime) -> dict[int, _Stays]:
    return {event.pk: _stays_at(event) for event in events}


def _stays_at(event: Event) -> _Stays:
    duties = Assignment.objects.standing().filter(visit__event=event).order_by("starts_at", "ends_at", "pk")
    leads: defaultdict[int, list[Span]] = defaultdict(list)
    moments = set[datetime]()
    for visit, role, *span in duties.values_list("visit_id", "role", "starts_at", "ends_at"):
        moments.update(span)
        if role == Assignment.Role.LEAD:
            leads[visit].append((span[0], span[1]))
    gaps = []
    for visit, arrives_at, departs_at in event.visits.order_by().values_list(
        "pk", "arrives_at", "departs_at"
    ):
        moments.update(filter(None, (arrives_at, departs_at)))
        for begins, until in uncovered(stay_between(arrives_at, departs_at, event), leads.get(visit, ())):
            gaps.append((visit, begins.timestamp(), until.timestamp()))
    return _Stays(_days(event, moments), gaps)


def _days(event: Event, moments: Collection[datetime]) -> tuple[date, date]:
    ends = [min(moments), max(moments)] if moments else []  # comparing is quicker than reading clocks
    days = {event.starts_on, event.ends_on, *(day_of(moment, event.time_zone) for moment in ends)}
    return max(min(days), event.starts_on - AROUND), min(max(days), event.ends_on + AROUND)
