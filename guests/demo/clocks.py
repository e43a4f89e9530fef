"""Moments as the demo's tables write them."""

from datetime import datetime, time, timedelta

from events.models import Event
from liaison.clock import zone

_STEP = timedelta(minutes=5)


def moment(event: Event, written: str) -> datetime:
    """“2 14:35” is 14:35 of the event's second day on its clocks, “0 …” is the eve."""
    day, clock = written.split()
    on = event.starts_on + timedelta(days=int(day) - 1)
    if clock == "24:00":
        on, clock = on + timedelta(days=1), "00:00"
    return datetime.combine(on, time.fromisoformat(clock), tzinfo=zone(event.time_zone))


def moment_or_none(event: Event, written: str) -> datetime | None:
    """The same; None where nothing is written."""
    return moment(event, written) if written else None


def minutes(written: str) -> timedelta:
    """A number of minutes; none where nothing is written."""
    return timedelta(minutes=int(written or 0))


def ago(at: datetime, written: str) -> datetime | None:
    """So many minutes before `at`, on a full minute; nothing written is None."""
    return at.replace(second=0, microsecond=0) - minutes(written) if written else None


def round_down(at: datetime) -> datetime:
    """The last full five minutes."""
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


def round_up(at: datetime) -> datetime:
    """The next full five minutes, `at` itself included."""
    down = round_down(at)
    return down if down == at else down + _STEP
