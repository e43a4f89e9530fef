"""Rows of a sheet against the chosen columns: what each row says, and what is doubtful or wrong about it."""

import hashlib
import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Values
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from django.utils.translation import gettext as _

from guests.importing.alike import Person, like_earlier
from guests.importing.cells import UNKNOWN_COUNTRY, Facts, Value, read_cells
from guests.importing.fields import NAME_PARTS, longest
from guests.importing.judged import Checked, CheckedRow, Message
from guests.importing.officers import Listed
from guests.importing.repeats import with_repeats_settled
from guests.importing.titles import full_address, taken_apart
from liaison.clock import day_of
from liaison.sheets.comparing import same
from liaison.sheets.dates import Order, order_of
from liaison.sheets.mapping import Mapping
from liaison.sheets.severity import Severity
from liaison.sheets.table import Row, Sheet

_FAR = timedelta(days=7)  # from the event's days; beyond it a date is more likely a slip


Step: TypeAlias = Callable[[int, int], None]
"""Told now and then how many rows of how many are done; may raise to stop."""

_OFTEN = 500  # rows


def check_rows(
    sheet: Sheet,
    mapping: Mapping,
    facts: Facts,
    *,
    roster: tuple[Listed, ...] = (),
    step: Step = lambda _done, _total: None,
) -> Checked:
    """Every row below the headings, read, keyed and judged; messages in the language that is active."""
    body = sheet.below(mapping.header_row)
    order = _order(mapping, body, facts)
    facts = replace(facts, order=order or Order.DAY_FIRST)
    heading = next((row.cells for row in sheet.rows if row.number == mapping.header_row), None)
    rows: list[CheckedRow] = []
    passed_over = []
    for done, row in enumerate(body):
        if done % _OFTEN == 0:
            step(done, len(body))
        checked = None if row.cells == heading or is_note(row) else _checked(row, mapping, facts)
        if checked:
            rows.append(checked)
        else:
            passed_over.append(row.number)
    rows, merged = with_repeats_settled(_with_likenesses(rows), mapping)
    return Checked(
        tuple(rows),
        tuple(passed_over),
        merged,
        roster=roster,
        answers=dict(mapping.answers),
        order_is_open=order is None,
    )


def _order(mapping: Mapping, body: Sequence[Row], facts: Facts) -> Order | None:
    """The order of the days' figures: as answered, else as the file proves it; None where it has to be asked."""
    if (answer := mapping.answer("order")) in list(Order):
        return Order(answer)
    columns = [column for key in ("arrives_at", "departs_at") for column in mapping.fields.get(key, ())]
    texts = (cell for row in body for column in columns if isinstance(cell := row.cell(column), str))
    return order_of(texts, facts.starts_on - _FAR, facts.ends_on + _FAR)


_NOTE = re.compile(
    r"(?:catatan|keterangan|notes?|nb|n\.b|ps|total|jumlah|sumber|source) *[:.=]|\*", re.IGNORECASE
)


def is_note(row: Row) -> bool:
    """Whether the row is a remark below the table, alone in its row and introduced as one."""
    said = [cell for cell in row.cells if cell is not None]
    return len(said) == 1 and isinstance(said[0], str) and bool(_NOTE.match(said[0]))


def _checked(row: Row, mapping: Mapping, facts: Facts) -> CheckedRow | None:
    values: dict[str, Value] = {}
    messages = []
    own_room = ("room",) if "room" in mapping.fields else ("hotel",)
    for key, columns in mapping.fields.items():
        reading = read_cells(key, [row.cell(column) for column in columns], facts)
        values |= {name: value for name, value in reading.values.items() if name != "room" or key in own_room}
        if reading.error:
            messages.append(Message(Severity.ERROR, key, reading.error))
        if reading.warning:
            messages.append(Message(Severity.WARNING, key, reading.warning))
    if not values and not messages:
        return None
    values = with_titles_apart(with_whole_name(values))
    has_key_column = any(key == "external_key" for _column, key in mapping.columns)
    key = str(values.get("external_key", "")) if has_key_column else made_key(values)
    messages += _missing(values, messages, has_key_column=has_key_column)
    messages += [*_too_long(values, messages), *_doubtful_country(values), *_doubtful_stay(values, facts)]
    return CheckedRow(row.number, key, _with_country_settled(values), tuple(messages))


def _too_long(values: Values[str, Value], said: list[Message]) -> list[Message]:
    """Complaints about what became too long when it was put together."""
    faulty = {message.field for message in said if message.severity is Severity.ERROR}
    return [
        Message(
            Severity.ERROR,
            key,
            _("%(length)s characters; at most %(limit)s can be kept.")
            % {"length": len(text), "limit": longest(key)},
        )
        for key in ("name", "honorific_before", "honorific_after", "addressed_as", "native_name")
        if isinstance(text := values.get(key), str) and len(text) > longest(key) and key not in faulty
    ]


def with_whole_name(values: dict[str, Value]) -> dict[str, Value]:
    """A name kept in two columns becomes one, the given name first; a column with the whole name comes before both."""
    parts = [str(values[key]) for key in NAME_PARTS if key in values]
    whole = {key: value for key, value in values.items() if key not in NAME_PARTS}
    if parts:
        whole.setdefault("name", " ".join(parts))
    return whole


def with_titles_apart(values: dict[str, Value]) -> dict[str, Value]:
    """Titles leave the name for the columns they have; what a column of the list says of them comes first."""
    if "name" not in values:
        return values
    named = taken_apart(str(values["name"]))
    found = {
        "honorific_before": named.before,
        "honorific_after": named.after,
        "native_name": named.native,
    }
    apart = {key: text for key, text in found.items() if text} | values | {"name": named.name}
    if "addressed_as" in apart:
        apart["addressed_as"] = full_address(str(apart["addressed_as"]), named.name)
    return apart


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


def _with_likenesses(rows: list[CheckedRow]) -> list[CheckedRow]:
    """Each row with the number of the one higher up that is probably the same guest."""
    earlier = like_earlier([Person.of(row.values) for row in rows])
    return [
        replace(row, like=rows[earlier[place]].number) if place in earlier else row
        for place, row in enumerate(rows)
    ]
