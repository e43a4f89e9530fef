"""Moments as guest lists write them; in the event's zone unless they carry an offset of their own."""

import re
from datetime import UTC, date, datetime

from guests.importing.sheets import Cell, tidy
from liaison.clock import zone

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}),? (\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?")
_YEARS = range(1990, 2101)  # outside it is a slip of the hand


def moment_of(cell: Cell, time_zone: str) -> datetime | None:
    """The moment in UTC; None where the cell names none, or a day without a time."""
    if isinstance(cell, datetime):
        moment: datetime | None = cell
    elif isinstance(cell, str):
        moment = _written(tidy(cell))
    else:
        return None
    if moment is None or moment.year not in _YEARS:
        return None
    local = moment if moment.tzinfo else moment.replace(tzinfo=zone(time_zone))
    return local.astimezone(UTC)


def _written(text: str) -> datetime | None:
    try:
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(re.sub(r" (?=[Z+-])", "", text))
        if found := _DAY_FIRST.fullmatch(text):
            day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 (the caller gives it the event's zone)
    except ValueError:
        return None
    return None


def is_day(cell: Cell) -> bool:
    """Whether the cell is a real date without a time."""
    return isinstance(cell, date) and not isinstance(cell, datetime)
