"""The rows of a list of officers, as its chosen columns read them: one officer each, whatever the number of rows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from events.programme.listed import Message
from guests.importing.cells import NOTHING, Facts
from guests.roster.fields import ROSTER
from guests.roster.hours import Span, read_hours
from guests.roster.tongues import Level, read_tongues
from liaison.phones import to_e164
from liaison.sheets.comparing import same, words
from liaison.sheets.dates import Order, order_of
from liaison.sheets.mapping import Mapping as Columns
from liaison.sheets.severity import Severity
from liaison.sheets.table import Cell, Row, Sheet, tidy

LARGEST_CAPACITY = 100
_LONGEST = {"name": 200, "email": 254}
_NOTE = 200


@dataclass(frozen=True)
class Line:
    """An officer as the list has them: from one row, or from several that name the same person."""

    rows: tuple[int, ...]
    name: str = ""
    email: str = ""
    phone: str = ""
    languages: Mapping[str, Level | None] | None = None
    spans: tuple[Span, ...] = ()
    duty_note: str = ""
    capacity: int | None = None
    charges: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()

    @property
    def is_faulty(self) -> bool:
        return any(message.severity is Severity.ERROR for message in self.messages)

    def with_message(self, severity: Severity, field: str, text: str) -> "Line":
        return replace(self, messages=(*self.messages, Message(severity, field, text)))


@dataclass(frozen=True)
class Listing:
    """All officers of a list; `order_is_open` while it is not known which figure of its dates is the day."""

    lines: tuple[Line, ...]
    order: str = ""
    order_is_open: bool = False


def listing_of(sheet: Sheet, mapping: Columns, facts: Facts) -> Listing:
    """The officers of the sheet, in the order of their first rows."""
    body = sheet.below(mapping.header_row)
    answer = mapping.answer("order")
    columns = mapping.fields
    texts = [tidy(cell) for row in body for key in ("day", "shift") for cell in _cells(row, columns, key)]
    proven = Order(answer) if answer in set(Order) else order_of(texts, facts.starts_on, facts.ends_on)
    facts = replace(facts, order=proven or Order.DAY_FIRST)
    lines: list[Line] = []
    for row in body:
        line = _line(row, columns, facts)
        if line.name or line.email or line.phone:
            lines.append(line)
        elif lines and (line.charges or line.spans or line.duty_note):
            lines[-1] = _together(lines[-1], line)
    return Listing(_merged(lines), answer, proven is None)


# --- a row ---------------------------------------------------------------------------------------------------------


def _cells(row: Row, columns: Mapping[str, Sequence[int]], key: str) -> list[Cell]:
    cells = (row.cell(column) for column in columns.get(key, ()))
    return [cell for cell in cells if (text := tidy(cell)) and same(text) not in NOTHING]


def _line(row: Row, columns: Mapping[str, Sequence[int]], facts: Facts) -> Line:
    def text(key: str) -> str:
        return ROSTER.by_key[key].between.join(map(tidy, _cells(row, columns, key)))

    line = Line(rows=(row.number,), name=text("name"), charges=_charges(row, columns))
    line = _with_address(line, text("email"))
    line = _with_phone(line, text("phone"), facts.country)
    line = _with_languages(line, text("languages"))
    line = _with_hours(line, _cells(row, columns, "day"), _cells(row, columns, "shift"), facts)
    return _with_capacity(_within_bounds(line), text("capacity"))


def _charges(row: Row, columns: Mapping[str, Sequence[int]]) -> tuple[str, ...]:
    """The texts of the cells, a line or what stands between semicolons each on its own."""
    cells = _cells(row, columns, "charges")
    parts = (
        part for cell in cells for part in re.split(r"[;\n]", cell if isinstance(cell, str) else tidy(cell))
    )
    return tuple(dict.fromkeys(text for part in parts if (text := tidy(part))))


def _within_bounds(line: Line) -> Line:
    for key, limit in _LONGEST.items():
        if len(getattr(line, key)) > limit:
            text = _("%(length)s characters; at most %(limit)s can be kept.")
            said = text % {"length": len(getattr(line, key)), "limit": limit}
            line = replace(line, **{key: getattr(line, key)[:limit]}).with_message(Severity.ERROR, key, said)
    return line


def _with_address(line: Line, text: str) -> Line:
    if not text:
        return line
    try:
        validate_email(text)
    except ValidationError:
        said = _("“%(text)s” is no e-mail address.") % {"text": text[:100]}
        return line.with_message(Severity.ERROR, "email", said)
    return replace(line, email=text.lower())


def _with_phone(line: Line, text: str, country: str) -> Line:
    if not text:
        return line
    try:
        return replace(line, phone=to_e164(text, country=country))
    except ValidationError:
        said = _("“%(text)s” is no phone number; left out.") % {"text": text[:100]}
        return line.with_message(Severity.WARNING, "phone", said)


def _with_languages(line: Line, text: str) -> Line:
    tongues = read_tongues(text)
    if tongues.unknown:
        said = _("Not known as languages and left out: %(texts)s.") % {"texts": ", ".join(tongues.unknown)}
        line = line.with_message(Severity.WARNING, "languages", said)
    if tongues.no_levels:
        said = _("Level not understood, taken as working: %(texts)s.")
        line = line.with_message(
            Severity.WARNING, "languages", said % {"texts": ", ".join(tongues.no_levels)}
        )
    return replace(line, languages=tongues.levels or None)


def _with_hours(line: Line, days: Sequence[Cell], shifts: Sequence[Cell], facts: Facts) -> Line:
    hours = read_hours(days, shifts, facts)
    if not hours.unread:
        return replace(line, spans=hours.spans)
    said = _("“%(text)s” says no certain hours; it is kept as written, and makes no shift.")
    line = line.with_message(Severity.WARNING, "shift", said % {"text": hours.unread[:_NOTE]})
    return replace(line, duty_note=hours.unread[:_NOTE])


def _with_capacity(line: Line, text: str) -> Line:
    if not text:
        return line
    if text.isdecimal() and len(text) < 4 and 0 < int(text) <= LARGEST_CAPACITY:
        return replace(line, capacity=int(text))
    said = _("“%(text)s” is no number of guests from 1 to %(limit)s; left out.")
    return line.with_message(
        Severity.WARNING, "capacity", said % {"text": text[:100], "limit": LARGEST_CAPACITY}
    )


# --- rows of one person ----------------------------------------------------------------------------------------------


def _merged(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Rows of one address are one officer; so are rows without one that share phone or name with exactly that officer."""
    lines = list(lines)
    addressed: dict[str, int] = {}
    merged: list[Line] = []
    for line in lines:
        place = addressed[line.email] if line.email in addressed else _place_of(line, merged, lines)
        if place < 0:
            place = len(merged)
            merged.append(line)
        else:
            merged[place] = _together(merged[place], line)
        if line.email:
            addressed[line.email] = place
    return tuple(merged)


def _place_of(line: Line, merged: Sequence[Line], lines: Sequence[Line]) -> int:
    """Where the officer of a row stands already, though not both say the address; -1 where nobody does for certain."""
    addresses = {one.email for one in lines if one.email and _same_person(one, line)}
    found = [
        place for place, one in enumerate(merged)
        if _same_person(one, line) and not (one.email and line.email)
    ]  # fmt: skip
    return found[0] if len(found) == 1 and len(addresses) < 2 else -1


def _same_person(one: Line, other: Line) -> bool:
    if one.phone and other.phone and one.phone != other.phone:
        return False
    return bool(words(one.name)) and words(one.name) == words(other.name)


def _together(one: Line, other: Line) -> Line:
    """Both rows as one; where they contradict each other the upper one holds, with a warning."""
    for key in ("name", "phone", "capacity"):
        upper, lower = getattr(one, key), getattr(other, key)
        if upper and lower and (words(str(upper)) != words(str(lower))):
            text = _("Row %(row)s says “%(text)s”; the first row of this officer holds.")
            said = text % {"row": other.rows[0], "text": str(lower)[:100]}
            one = one.with_message(Severity.WARNING, key, said)
    languages = dict(other.languages or {}) | {
        code: level or (other.languages or {}).get(code) for code, level in (one.languages or {}).items()
    }
    return replace(
        one,
        rows=(*one.rows, *other.rows),
        name=one.name or other.name,
        email=one.email or other.email,
        phone=one.phone or other.phone,
        languages=languages or None,
        spans=tuple(sorted({*one.spans, *other.spans})),
        duty_note=one.duty_note or other.duty_note,
        capacity=one.capacity or other.capacity,
        charges=tuple(dict.fromkeys((*one.charges, *other.charges))),
        messages=(*one.messages, *other.messages),
    )
