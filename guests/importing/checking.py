"""Rows of a sheet against the chosen columns: what each row says, and what is doubtful or wrong about it."""

import hashlib
from collections.abc import Mapping as Values
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from django.utils.translation import gettext as _

from guests.importing.cells import UNKNOWN_COUNTRY, Facts, Value, read_cell
from guests.importing.comparing import same
from guests.importing.fields import label_of, longest
from guests.importing.mapping import Mapping
from guests.importing.sheets import Row, Sheet
from liaison.clock import day_of

_FAR = timedelta(days=7)  # from the event's days; beyond it a date is more likely a slip


class Severity(IntEnum):
    OK = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True)
class Message:
    """Something to say about a row, in the reader's language; `field` is empty where it concerns the whole row."""

    severity: Severity
    field: str
    text: str

    @property
    def label(self) -> str:
        return label_of(self.field) if self.field else _("the row")


@dataclass(frozen=True)
class CheckedRow:
    """A row with its key, the values it gives (blank cells give none), and the messages about it."""

    number: int
    key: str
    values: Values[str, Value]
    messages: tuple[Message, ...] = ()

    @property
    def severity(self) -> Severity:
        return max((message.severity for message in self.messages), default=Severity.OK)

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))

    def with_message(self, severity: Severity, field: str, text: str) -> "CheckedRow":
        return replace(self, messages=(*self.messages, Message(severity, field, text)))


@dataclass(frozen=True)
class Checked:
    """The rows of a list, and the numbers of those that have nothing in the chosen columns."""

    rows: tuple[CheckedRow, ...]
    passed_over: tuple[int, ...]


def check_rows(sheet: Sheet, mapping: Mapping, facts: Facts) -> Checked:
    """Every row below the headings, read, keyed and judged; messages in the language that is active."""
    body = sheet.below(mapping.header_row)
    read = [_checked(row, mapping, facts) for row in body]
    rows = [row for row in read if row is not None]
    passed_over = tuple(row.number for row, checked in zip(body, read, strict=True) if checked is None)
    return Checked(tuple(_marking_repeats(rows)), passed_over)


def _checked(row: Row, mapping: Mapping, facts: Facts) -> CheckedRow | None:
    values: dict[str, Value] = {}
    messages = []
    for column, key in mapping.columns:
        reading = read_cell(key, row.cell(column), facts)
        values |= reading.values
        if reading.error:
            messages.append(Message(Severity.ERROR, key, reading.error))
        if reading.warning:
            messages.append(Message(Severity.WARNING, key, reading.warning))
    if not values and not messages:
        return None
    has_key_column = any(key == "external_key" for _column, key in mapping.columns)
    key = str(values.get("external_key", "")) if has_key_column else made_key(values)
    messages += _missing(values, messages, has_key_column=has_key_column)
    messages += [*_doubtful_country(values), *_doubtful_stay(values, facts)]
    return CheckedRow(row.number, key, _with_country_settled(values), tuple(messages))


def _missing(values: Values[str, Value], said: list[Message], *, has_key_column: bool) -> list[Message]:
    """Complaints about a missing name or key, unless the cell is there and was already complained about."""
    needed = {"name": _("The name is missing.")}
    if has_key_column:
        needed["external_key"] = _("The key is missing; the next list could not find this guest again.")
    faulty = {message.field for message in said if message.severity is Severity.ERROR}
    return [
        Message(Severity.ERROR, key, text)
        for key, text in needed.items()
        if key not in values and key not in faulty
    ]


def _doubtful_country(values: Values[str, Value]) -> list[Message]:
    if UNKNOWN_COUNTRY not in values:
        return []
    if "delegation" in values:
        text = _("“%(text)s” is no country we know; left out.")
    else:
        text = _("“%(text)s” is no country we know; it is kept as the delegation's name.")
    return [Message(Severity.WARNING, "country", text % {"text": values[UNKNOWN_COUNTRY]})]


def _with_country_settled(values: dict[str, Value]) -> dict[str, Value]:
    """An unknown country becomes the delegation's name, where the row names no delegation."""
    settled = {key: value for key, value in values.items() if key != UNKNOWN_COUNTRY}
    if UNKNOWN_COUNTRY in values:
        settled.setdefault("delegation", values[UNKNOWN_COUNTRY])
    return settled


def made_key(values: Values[str, Value]) -> str:
    """The key of a row that has none: name, country and organisation, without differences of case and blanks.

    Empty without a name.
    """
    if not values.get("name"):
        return ""
    country = values.get("country") or values.get(UNKNOWN_COUNTRY)
    parts = (values.get("name"), country, values.get("organisation"))
    key = " | ".join(same(str(part or "")) for part in parts)
    limit = longest("external_key")
    if len(key) <= limit:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: limit - len(digest) - 1]}…{digest}"


def _doubtful_stay(values: Values[str, Value], facts: Facts) -> list[Message]:
    found = []
    arrives_at, departs_at = values.get("arrives_at"), values.get("departs_at")
    if isinstance(arrives_at, datetime) and isinstance(departs_at, datetime) and departs_at <= arrives_at:
        found.append(Message(Severity.WARNING, "departs_at", _("The departure comes before the arrival.")))
    for key, moment in (("arrives_at", arrives_at), ("departs_at", departs_at)):
        if isinstance(moment, datetime) and _is_far(moment, facts):
            text = _("More than a week away from the days of the event.")
            found.append(Message(Severity.WARNING, key, text))
    return found


def _is_far(moment: datetime, facts: Facts) -> bool:
    day = day_of(moment, facts.time_zone)
    return not facts.starts_on - _FAR <= day <= facts.ends_on + _FAR


def _marking_repeats(rows: list[CheckedRow]) -> list[CheckedRow]:
    """Rows whose key stands higher up already are wrong; those that only name the same guest are doubtful."""
    by_key: dict[str, int] = {}
    by_guest: dict[str, int] = {}
    marked = []
    for row in rows:
        guest = made_key(row.values)
        marked.append(_marked(row, by_key.get(row.key), by_guest.get(guest)))
        if row.key:
            by_key.setdefault(row.key, row.number)
        if guest:
            by_guest.setdefault(guest, row.number)
    return marked


def _marked(row: CheckedRow, same_key: int | None, same_guest: int | None) -> CheckedRow:
    if same_key is not None and "external_key" in row.values:
        text = _("Row %(row)s has the key “%(key)s” already.") % {"row": same_key, "key": row.key}
        return row.with_message(Severity.ERROR, "external_key", text)
    if same_key is not None:
        text = _("The same guest as in row %(row)s: name, country and organisation are equal.")
        return row.with_message(Severity.ERROR, "name", text % {"row": same_key})
    if same_guest is not None:
        text = _("Perhaps the same guest as in row %(row)s: name, country and organisation are equal.")
        return row.with_message(Severity.WARNING, "name", text % {"row": same_guest})
    return row
