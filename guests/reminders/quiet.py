"""Quiet hours: when a reminder that would come in them comes instead."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from events.models import Event
from liaison.clock import day_of, zone

BEFORE = timedelta(minutes=1)
"""How long before quiet hours comes what is of no use after them."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From a time of the day until another on the clocks of one zone; over midnight where the end is the earlier."""

    zone_name: str
    starts: time
    ends: time

    def around(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """The quiet hours in which the moment falls, in UTC; None where it falls in none."""
        today = day_of(moment, self.zone_name)
        for day in (today - timedelta(days=1), today):
            start, end = self._on(day)
            if start <= moment < end:
                return start, end
        return None

    def _on(self, day: date) -> tuple[datetime, datetime]:
        """Those that begin on that day. In UTC: two moments of one zone compare by their clocks, which is wrong twice a year."""
        last = day if self.starts < self.ends else day + timedelta(days=1)
        tz = zone(self.zone_name)
        start = datetime.combine(day, self.starts, tzinfo=tz).astimezone(UTC)
        return start, datetime.combine(last, self.ends, tzinfo=tz).astimezone(UTC)

    def heard_at(self, due_at: datetime, *, expires_at: datetime, at: datetime) -> datetime | None:
        """When what is due then is told; None where it is not told at all.

        Out of quiet hours, when it is due. In them, when they end; what is of no use then comes a minute before they
        begin, and not at all once they have begun. What is overdue at `at` is told at once, so it falls where `at` does.
        """
        quiet = self.around(max(due_at, at))
        if quiet is None:
            return due_at
        start, end = quiet
        if end < expires_at:
            return end
        return start - BEFORE if start - BEFORE >= at else None


def quiet_hours_of(event: Event) -> QuietHours | None:
    """The event's quiet hours; None where it keeps none."""
    if event.quiet_from is None or event.quiet_until is None:
        return None
    return QuietHours(event.time_zone, event.quiet_from, event.quiet_until)
