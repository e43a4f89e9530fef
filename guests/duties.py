"""Duties: which span of whose stay an officer looks after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.models import Event
from guests.models import Assignment, Visit
from liaison.clock import day_bounds, span_text

BEFORE_ARRIVAL = AFTER_DEPARTURE = timedelta(hours=3)


@dataclass(frozen=True)
class Duty:
    """A visit to be looked after from a moment up to, but not including, another."""

    visit: Visit
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> str:
        """From when to when in the event's zone."""
        return span_text(self.starts_at, self.ends_at, self.visit.event.time_zone)


def usual_duty(visit: Visit, *, at: datetime) -> Duty:
    """From three hours before the guest arrives to three hours after the guest leaves; what of it is still ahead.

    What is not known, or cannot be (a departure before the arrival), falls back to the event's first and last day in
    its zone. A stay under way is looked after from the minute of `at` on: nobody takes charge of what is over, and a
    lead who has left does not stand in the way of the next.
    """
    event = visit.event
    first, _first_ends = day_bounds(event.starts_on, event.time_zone)
    _last_starts, last = day_bounds(event.ends_on, event.time_zone)
    starts_at = visit.arrives_at - BEFORE_ARRIVAL if visit.arrives_at else first
    ends_at = visit.departs_at + AFTER_DEPARTURE if visit.departs_at else last
    if ends_at <= starts_at:
        ends_at = max(last, starts_at + timedelta(days=1))
    is_under_way = starts_at < at < ends_at
    return Duty(visit, at.replace(second=0, microsecond=0) if is_under_way else starts_at, ends_at)


def stay_of(visit: Visit) -> Duty:
    """From the arrival to the departure, without the hours around them; what is not known or cannot be, as above."""
    return Duty(visit, *stay_between(visit.arrives_at, visit.departs_at, visit.event))


def stay_between(
    arrives_at: datetime | None, departs_at: datetime | None, event: Event
) -> tuple[datetime, datetime]:
    """The same from the moments alone, for who asks of thousands."""
    first, _first_ends = day_bounds(event.starts_on, event.time_zone)
    _last_starts, last = day_bounds(event.ends_on, event.time_zone)
    starts_at, ends_at = arrives_at or first, departs_at or last
    return starts_at, ends_at if ends_at > starts_at else max(last, starts_at + timedelta(days=1))


def duties_for(
    visits: Iterable[Visit],
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    *,
    at: datetime,
) -> list[Duty]:
    """A duty for each visit over the given span; an end of it that is left open is the visit's own (`usual_duty`)."""
    usual = (usual_duty(visit, at=at) for visit in visits)
    return [Duty(duty.visit, starts_at or duty.starts_at, ends_at or duty.ends_at) for duty in usual]


def overlap(one: Duty | Assignment, other: Duty | Assignment) -> bool:
    """Whether the spans share a moment."""
    return one.starts_at < other.ends_at and one.ends_at > other.starts_at
