"""Moments as lists write them; in the event's zone unless they carry a zone or an offset of their own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from liaison.clock import zone
from liaison.sheets.dates import YEARS, Order, day_in, without_weekday
from liaison.sheets.table import Cell, tidy

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,6})?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?", re.IGNORECASE
)
_ABOUT = re.compile(
    r"^(?:~|±|ca\.|ca(?= )|sekitar|kira-kira|kurang lebih|approximately|approx\.?|about|around|circa|est\.?(?= )) *"
)
_ZONES = {"wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "z": 0}
_ZONE = re.compile(
    r"(?<=[\d .m(])\(?(?P<name>wib|wita|wit|utc|gmt|z)? ?(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?\)?$"
)
_TIME = re.compile(
    r"(?P<word>pukul|jam|pkl\.?|pk\.?|at|@)? *(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?)?"
    r" *(?P<half>[ap]\.?m\.?|pagi|siang|sore|malam)?(?P<hours> *(?:hrs?|hours|h))?"
)
_MILITARY = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2}) *(?:hrs?|hours|h|lt)?")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet's moments have no zone)
_LONGEST = 80  # no moment is written at greater length


@dataclass(frozen=True)
class Told:
    """What cells tell of a moment: its day, its time of day, its own zone; `is_about` where they call it approximate.

    `is_serial`: it was a bare number, as a spreadsheet keeps a moment whose format got lost.
    """

    day: date | None = None
    clock: time | None = None
    offset: tzinfo | None = None
    is_about: bool = False
    is_serial: bool = False

    def moment(self, time_zone: str) -> datetime | None:
        """The moment in UTC; None where the day or the time is missing."""
        if self.day is None or self.clock is None:
            return None
        try:
            local = datetime.combine(self.day, self.clock, tzinfo=self.offset or zone(time_zone))
            return local.astimezone(UTC)
        except OverflowError:
            return None


def told_by(cells: Iterable[Cell], order: Order, near: date) -> Told | None:
    """What the cells say together: the day from one, the time from another. None where one of them is no moment."""
    together = Told()
    for cell in cells:
        if not tidy(cell):
            continue
        told = _told(cell, order, near)
        if told is None:
            return None
        together = replace(
            together,
            day=together.day or told.day,
            clock=told.clock if together.clock is None else together.clock,
            offset=together.offset or told.offset,
            is_about=together.is_about or told.is_about,
            is_serial=together.is_serial or told.is_serial,
        )
    return together if together != Told() else None


def _told(cell: Cell, order: Order, near: date) -> Told | None:
    if isinstance(cell, datetime):
        if cell.year not in YEARS:
            return None
        return Told(cell.date(), cell.time().replace(tzinfo=None), cell.tzinfo)
    if isinstance(cell, date):
        return Told(day=cell) if cell.year in YEARS else None
    if isinstance(cell, time):
        return Told(clock=cell)
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return _serial(float(cell))
    return _written(tidy(cell), order, near)


def _serial(number: float) -> Told | None:
    """A spreadsheet's number: days since the end of 1899, the time as a fraction; below 1 a time alone."""
    if not 0 < number < 80_000:
        return None
    seconds = round(number * 86_400)
    moment = _SERIAL_EPOCH + timedelta(seconds=seconds)
    clock = moment.time() if seconds % 86_400 else None
    if number < 1:
        return Told(clock=clock, is_serial=True) if clock else None
    return Told(moment.date(), clock, is_serial=True) if moment.year in YEARS else None


def _written(text: str, order: Order, near: date) -> Told | None:
    if len(text) > _LONGEST:
        return None
    if _ISO.fullmatch(text):
        return _iso(text)
    if _SERIAL.fullmatch(text):
        return _serial(float(text.replace(",", ".")))
    lowered = text.casefold()
    bare = _ABOUT.sub("", lowered)
    told = _in_words(without_weekday(bare), order, near)
    return replace(told, is_about=True) if told and bare != lowered else told


def _iso(text: str) -> Told | None:
    try:
        return _told(
            datetime.fromisoformat(re.sub(r" (?=[Z+-])", "", text.upper())), Order.DAY_FIRST, date.max
        )
    except ValueError:
        return None


def _in_words(text: str, order: Order, near: date) -> Told | None:
    """A day, a time, or both, and nothing beside them."""
    found = day_in(text, order, near)
    day, rest = found if found else (None, text)
    rest = rest.strip(" ,;-–/|").removeprefix("t")
    if not rest:
        return Told(day) if day else None
    offset, rest = _offset(rest)
    clock = _clock(rest.strip(" ,()"), has_day=day is not None)
    if clock is None:
        return None
    hour, minute, second = clock
    if hour == 24:
        return Told(day + timedelta(days=1), time(), offset) if day and day < date.max else None
    return Told(day, time(hour, minute, second), offset)


def _offset(text: str) -> tuple[tzinfo | None, str]:
    found = _ZONE.search(text)
    if not found or not (found["name"] or found["offset"]):
        return None, text
    hours = _ZONES[found["name"]] if found["name"] else 0
    shift = timedelta(hours=hours)
    if found["offset"]:
        digits = found["offset"][1:].replace(":", "")
        own = (
            timedelta(hours=int(digits))
            if len(digits) < 3
            else timedelta(hours=int(digits[:-2]), minutes=int(digits[-2:]))
        )
        shift += own if found["offset"][0] == "+" else -own
    if abs(shift) > timedelta(hours=15):
        return None, text
    return timezone(shift), text[: found.start()]


def _clock(text: str, *, has_day: bool) -> tuple[int, int, int] | None:
    if has_day and (found := _MILITARY.fullmatch(text)):
        return _valid(int(found["hour"]), int(found["minute"]), 0)
    found = _TIME.fullmatch(text)
    if not found or not (found["minute"] or found["half"] or found["word"]):
        return None
    hour = _of_24(int(found["hour"]), (found["half"] or "").replace(".", ""))
    return None if hour is None else _valid(hour, int(found["minute"] or 0), int(found["second"] or 0))


def _of_24(hour: int, half: str) -> int | None:
    """The hour from 0 to 24; None for a half of the day that does not go with it (“12 malam” may be either midnight)."""
    if not half or hour > 12:
        return hour
    if half == "am":
        return hour % 12
    if half == "pagi":
        return hour if hour < 12 else None
    if half == "malam":
        return hour + 12 if 5 < hour < 12 else None
    if half == "siang" and hour in (10, 11):
        return hour
    return hour % 12 + 12


def _valid(hour: int, minute: int, second: int) -> tuple[int, int, int] | None:
    is_day = hour < 24 or (hour, minute, second) == (24, 0, 0)
    return (hour, minute, second) if is_day and minute < 60 and second < 60 else None
