"""Hours of duty as lists write them, to spans: “06.00-14.00” on every day, “12 Mei 22.00–06.00” over midnight."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from guests.importing.cells import Facts
from liaison.sheets.dates import day_in, without_weekday
from liaison.sheets.moments import told_by
from liaison.sheets.table import Cell, tidy

Span: TypeAlias = tuple[datetime, datetime]

_A_DAY = timedelta(days=1)
_CLOCK = r"\d{1,2}[.:h]\d{2}(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?|\d{4}(?= ?(?:[-–—h]|$))"
_TO = r" *(?:-|–|—|s\.?/?d\.?|sampai|hingga|until|to) *"
_SPAN = re.compile(
    rf"(?<![\d.:/-])(?P<start>{_CLOCK})(?: ?h(?:rs)?)?{_TO}(?P<end>{_CLOCK})(?![-./:]?\d)"
    r"(?: ?h(?:rs)?\b)?(?: *(?P<zone>wib|wita|wit)\b)?"
)
_ONE_CLOCK = re.compile(r"\d{2}[.:]\d{2}(?::\d{2})?")  # a start and an end in columns of their own
_BARE = re.compile(r"(\d{1,2}) ?[-–—] ?(\d{1,2})")
_FILLING = re.compile(r"^(?:[\s,;:&()/–—-]|\b(?:dan|and|pukul|jam|pkl|shift \d)\b\.?)+|[\s,;:(–—-]+$")
_NO_SHIFT = re.compile(r"[\s,;&().]*(?:shift \d)?[\s,;&().]*")


@dataclass(frozen=True)
class Hours:
    """The spans that were understood, in UTC; `unread` is all that was written where some of it was not."""

    spans: tuple[Span, ...] = ()
    unread: str = ""


def read_hours(days: Sequence[Cell], hours: Sequence[Cell], facts: Facts) -> Hours:
    """The spans of duty: of the days named, else of every day of the event. All is understood, or none of it."""
    written = "; ".join(text for cell in (*days, *hours) if (text := tidy(cell)))
    if not written:
        return Hours()
    own = [day for cell in days if (day := _day(cell, facts))]
    texts = [text for cell in hours if (text := tidy(cell).casefold())]
    if len(own) != len([cell for cell in days if tidy(cell)]) or not texts:
        return Hours(unread=written)
    if len(texts) == 2 and all(map(_ONE_CLOCK.fullmatch, texts)):
        texts = ["-".join(text[:5] for text in texts)]
    spans: list[Span] = []
    for text in texts:
        found = _spans(text, own, facts)
        if not found:
            return Hours(unread=written)
        spans += found
    return Hours(tuple(sorted(set(spans))))


def _day(cell: Cell, facts: Facts) -> date | None:
    told = told_by([cell], facts.order, facts.starts_on)
    return told.day if told else None


def _spans(text: str, own: Sequence[date], facts: Facts) -> list[Span]:
    """The spans of one text; none where anything in it is not understood."""
    bare = _BARE.fullmatch(text)
    if bare:
        text = f"{bare[1]}.00-{bare[2]}.00"
    days, spans, reached = list(own), [], 0
    for found in _SPAN.finditer(text):
        before = _FILLING.sub("", _FILLING.sub("", text[reached : found.start()]))
        if before:
            named = day_in(without_weekday(before), facts.order, facts.starts_on)
            if named is None or named[1].strip(" ,;:.()"):
                return []
            days = [named[0]]
        reached = found.end()
        for day in days or list(_days(facts)):
            span = _span(day, found, facts)
            if span is None:
                return []
            spans.append(span)
    return spans if _NO_SHIFT.fullmatch(text[reached:]) else []


def _days(facts: Facts) -> Iterator[date]:
    day = facts.starts_on
    while day <= facts.ends_on:
        yield day
        day += _A_DAY


def _span(day: date, found: re.Match[str], facts: Facts) -> Span | None:
    """From the one time to the other; an end that does not come after the start is on the next day."""
    starts_at, ends_at = (_moment(day, found[key], found["zone"], facts) for key in ("start", "end"))
    if starts_at is None or ends_at is None:
        return None
    return starts_at, ends_at if ends_at > starts_at else ends_at + _A_DAY


def _moment(day: date, clock: str, zone: str | None, facts: Facts) -> datetime | None:
    if clock.isdecimal():
        clock = f"{clock[:2]}.{clock[2:]}"
    clock = re.sub(r"^24[.:h]00$", "00.00", clock)
    told = told_by([day, f"{clock} {zone or ''}".strip()], facts.order, facts.starts_on)
    return told.moment(facts.time_zone) if told else None
