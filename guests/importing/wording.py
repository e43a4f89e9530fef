"""A guest list's outcome in the reader's words: primitives for the page that shows it."""

from collections.abc import Iterable
from collections.abc import Mapping as Values
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guests.importing.asking import MOST, questions_of
from guests.importing.byhand import Change
from guests.importing.cells import Value
from guests.importing.diffing import Diff, Kind, RowDiff
from guests.importing.fields import NAME_PARTS, label_of
from guests.importing.shown import shown
from liaison.sheets.mapping import Mapping
from liaison.sheets.outcome import SHOWN_ROWS, Count, Question, ShownChange, ShownMessage
from liaison.sheets.severity import Severity

_NOTE_OF = {
    "arrives_at": "arrival_note",
    "departs_at": "departure_note",
    "companions": "companions_note",
}


@dataclass(frozen=True)
class ShownGuest:
    row: int
    name: str
    changes: tuple[ShownChange, ...] = ()
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What the page of a preview says; tuples hold what is shown, totals tell of all."""

    counts: tuple[Count, ...]
    errors: tuple[ShownMessage, ...]
    error_total: int
    warnings: tuple[ShownMessage, ...]
    warning_total: int
    changed: tuple[ShownGuest, ...]
    changed_total: int
    new: tuple[ShownGuest, ...]
    new_total: int
    new_headings: tuple[str, ...]
    unchanged: tuple[ShownGuest, ...]
    unchanged_total: int
    faulty: int
    delegations: tuple[str, ...]
    hotels: tuple[str, ...]
    passed_over: tuple[int, ...]
    kept: tuple[ShownGuest, ...] = ()
    gone: tuple[str, ...] = ()
    gone_total: int = 0
    questions: tuple[Question, ...] = ()
    question_total: int = 0
    by_hand: int = 0
    limit: int = SHOWN_ROWS


def outcome_of(diff: Diff, mapping: Mapping, time_zone: str) -> Outcome:
    """The diff, worded in the active language, with times in the event's zone."""
    errors = _messages(diff, Severity.ERROR)
    warnings = _messages(diff, Severity.WARNING)
    keys = _shown_keys(diff, mapping)
    questions = questions_of(diff, time_zone)
    kept = (one for one in diff.rows if one.kept)
    return Outcome(
        counts=_counts(diff, len(warnings)),
        errors=tuple(errors[:SHOWN_ROWS]),
        error_total=len(errors),
        warnings=tuple(warnings[:SHOWN_ROWS]),
        warning_total=len(warnings),
        changed=_guests(diff, Kind.CHANGED, lambda one: {"changes": _shown_changes(one, time_zone)}),
        changed_total=diff.count(Kind.CHANGED),
        new=_guests(diff, Kind.NEW, lambda one: {"cells": _shown_cells(one, keys, time_zone)}),
        new_total=diff.count(Kind.NEW),
        new_headings=tuple(capfirst(label_of(key)) for key in keys),
        unchanged=_guests(diff, Kind.UNCHANGED, lambda _one: {}),
        unchanged_total=diff.count(Kind.UNCHANGED),
        faulty=diff.count(Kind.FAULTY),
        delegations=diff.delegations,
        hotels=diff.hotels,
        passed_over=diff.passed_over,
        kept=tuple(
            ShownGuest(one.row.number, one.row.name, _shown_changes(one, time_zone, kept=True))
            for one in islice(kept, SHOWN_ROWS)
        ),
        gone=tuple(str(visit.values["name"]) for visit in diff.gone[:SHOWN_ROWS]),
        gone_total=len(diff.gone),
        questions=questions[:MOST],
        question_total=len(questions),
        by_hand=diff.by_hand,
    )


def _shown_keys(diff: Diff, mapping: Mapping) -> list[str]:
    """The fields of the chosen columns, and the delegation where unknown countries became one."""
    keys = [key for key in mapping.fields if key not in ("name", *NAME_PARTS)]
    if diff.delegations and "delegation" not in keys:
        keys.append("delegation")
    return keys


def _counts(diff: Diff, warnings: int) -> tuple[Count, ...]:
    new, changed = diff.count(Kind.NEW), diff.count(Kind.CHANGED)
    unchanged, faulty = diff.count(Kind.UNCHANGED), diff.count(Kind.FAULTY)
    return (
        *_written_counts(new, changed, unchanged),
        Count("warning", warnings, ngettext("warning", "warnings", warnings)),
        Count("faulty", faulty, ngettext("row with errors", "rows with errors", faulty)),
    )


def _written_counts(new: int, changed: int, unchanged: int) -> tuple[Count, ...]:
    return (
        Count("new", new, ngettext("new guest", "new guests", new)),
        Count("changed", changed, _("changed")),
        Count("unchanged", unchanged, _("unchanged")),
    )


def summary_counts(summary: Values[str, Any]) -> tuple[Count, ...]:
    """What an applied list did, as numbers."""
    delegations, hotels = summary["delegations"], summary["hotels"]
    return (
        *_written_counts(summary["new"], summary["changed"], summary["unchanged"]),
        Count("new", delegations, ngettext("new delegation", "new delegations", delegations)),
        Count("new", hotels, ngettext("new hotel", "new hotels", hotels)),
    )


def _messages(diff: Diff, severity: Severity) -> list[ShownMessage]:
    return [
        ShownMessage(one.row.number, one.row.name, capfirst(message.label), message.text)
        for one in diff.rows
        for message in one.row.messages
        if message.severity is severity
    ]


def _guests(diff: Diff, kind: Kind, more: Any) -> tuple[ShownGuest, ...]:
    found = (one for one in diff.rows if one.kind is kind)
    return tuple(ShownGuest(one.row.number, one.row.name, **more(one)) for one in islice(found, SHOWN_ROWS))


def _shown_changes(one: RowDiff, time_zone: str, *, kept: bool = False) -> tuple[ShownChange, ...]:
    return tuple(
        ShownChange(
            capfirst(label_of(change.key)),
            _before(change, time_zone),
            shown(change.key, change.after, time_zone),
            change.by_hand,
        )
        for change in (one.kept if kept else one.changes)
    )


def _before(change: Change, time_zone: str) -> str:
    """What is stored; of private data only that there is something."""
    if change.key == "phones":
        return "•••" if change.before else ""
    return shown(change.key, change.before, time_zone)


def _shown_cells(one: RowDiff, keys: Iterable[str], time_zone: str) -> tuple[str, ...]:
    """One text a column; where a moment or number is missing, what was written instead."""
    values = {"external_key": one.row.key} | {change.key: change.after for change in one.changes}
    return tuple(_with_note(key, values, time_zone) for key in keys)


def _with_note(key: str, values: Values[str, Value], time_zone: str) -> str:
    note = str(values.get(_NOTE_OF.get(key, ""), "") or "")
    return " · ".join(filter(None, [shown(key, values.get(key), time_zone), note]))


def summary_text(summary: Values[str, Any]) -> str:
    """What an applied list did, in one line."""
    if not summary:
        return ""
    left_out = len(summary["left_out"])
    parts = [
        _("%(number)s new") % {"number": summary["new"]},
        _("%(number)s changed") % {"number": summary["changed"]},
        _("%(number)s unchanged") % {"number": summary["unchanged"]},
    ]
    if left_out:
        parts.append(
            ngettext("%(number)s row left out", "%(number)s rows left out", left_out) % {"number": left_out}
        )
    return " · ".join(parts)
