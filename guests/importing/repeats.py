"""One guest in several rows: an error where the key is the same, a question where the spelling differs."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from guests.importing.fields import longest
from guests.importing.judged import CheckedRow
from liaison.sheets.mapping import Mapping
from liaison.sheets.severity import Severity

OTHER = "other"
"""The answer that two rows, or a row and a visit, are different people."""


def question_about(number: int) -> str:
    """Under this name a person answers who the guest of that row is."""
    return f"person-{number}"


def in_row(number: int) -> str:
    """The answer that the guest is the one of that row."""
    return f"row-{number}"


def with_repeats_settled(
    rows: Sequence[CheckedRow], mapping: Mapping
) -> tuple[list[CheckedRow], tuple[tuple[int, int], ...]]:
    """The rows, each guest once as far as a person has said so, and which row went into which.

    A row that goes into another fills what is blank there. Rows with one key of their own in the list are wrong,
    whoever they are.
    """
    settled: dict[int, CheckedRow] = {}
    by_key: dict[str, int] = {}
    merged = []
    for row in rows:
        answer = mapping.answer(question_about(row.number))
        earlier = by_key.get(row.key) if row.key else None
        into = next((number for number in settled if answer == in_row(number)), None) if answer else None
        if into is not None and not (earlier and "external_key" in row.values):
            settled[into] = _filled(settled[into], row)
            merged.append((row.number, into))
            continue
        if answer == OTHER and earlier and "external_key" not in row.values:
            settled[row.number] = replace(row, key=_numbered(row.key, by_key))
        else:
            settled[row.number] = _marked(row, earlier, answer)
        if row.key:
            by_key.setdefault(settled[row.number].key, row.number)
    return list(settled.values()), tuple(merged)


def _filled(row: CheckedRow, later: CheckedRow) -> CheckedRow:
    said = tuple(message for message in later.messages if message not in row.messages)
    return replace(row, values=dict(later.values) | dict(row.values), messages=(*row.messages, *said))


def _numbered(key: str, taken: dict[str, int]) -> str:
    number = 2
    while (numbered := f"{key[: longest('external_key') - 6]} | {number}") in taken:
        number += 1
    return numbered


def _marked(row: CheckedRow, same_key: int | None, answer: str) -> CheckedRow:
    if same_key is not None and "external_key" in row.values:
        text = _("Row %(row)s has the key “%(key)s” already.") % {"row": same_key, "key": row.key}
        return replace(row, like=0).with_message(Severity.ERROR, "external_key", text)
    if same_key is not None:
        text = _("The same guest as in row %(row)s: name, country and organisation are equal.")
        return replace(row, like=same_key).with_message(Severity.ERROR, "name", text % {"row": same_key})
    if row.like and not answer:
        text = _(
            "Perhaps the same guest as in row %(row)s; until you say so, this row stands for another guest."
        )
        return row.with_message(Severity.WARNING, "name", text % {"row": row.like})
    return row
