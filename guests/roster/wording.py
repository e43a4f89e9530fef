"""What a list of officers would do, in the reader's words: primitives for the page that shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, npgettext
from django.utils.translation import gettext as _

from guests.models import Assignment
from guests.roster.diffing import LANGUAGE, Change, Diff, Kind, RowDiff, Value
from guests.roster.fields import label_of
from liaison.accounts.models import SpokenLanguage
from liaison.clock import span_text
from liaison.sheets.outcome import (
    SHOWN_ROWS,
    Count,
    Question,
    ShownChange,
    ShownMessage,
    question_of_order,
)
from liaison.sheets.severity import Severity


@dataclass(frozen=True)
class ShownOfficer:
    """An officer of the list; `rows` is where in it."""

    rows: str
    name: str
    changes: tuple[ShownChange, ...] = ()


@dataclass(frozen=True)
class ShownDuties:
    """Whom an officer would look after, by role, and which names of the list are nobody for certain."""

    name: str
    leads: tuple[str, ...]
    deputies: tuple[str, ...]
    unmatched: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What the page of a preview says; tuples hold what is shown, totals tell of all."""

    counts: tuple[Count, ...]
    errors: tuple[ShownMessage, ...]
    error_total: int
    warnings: tuple[ShownMessage, ...]
    warning_total: int
    new: tuple[ShownOfficer, ...]
    new_total: int
    changed: tuple[ShownOfficer, ...]
    changed_total: int
    kept: tuple[ShownOfficer, ...]
    unchanged: tuple[ShownOfficer, ...]
    unchanged_total: int
    duties: tuple[ShownDuties, ...]
    duty_total: int
    faulty: int
    questions: tuple[Question, ...]
    limit: int = SHOWN_ROWS


def outcome_of(diff: Diff, time_zone: str) -> Outcome:
    """The diff worded in the active language, times in the event's zone."""
    errors, warnings = _messages(diff, Severity.ERROR), _messages(diff, Severity.WARNING)
    duties = [row for row in diff.rows if row.duties or row.unmatched]
    new, changed, unchanged = (diff.of_kind(kind) for kind in (Kind.NEW, Kind.CHANGED, Kind.UNCHANGED))
    return Outcome(
        counts=_counts(diff, len(warnings)),
        errors=tuple(errors[:SHOWN_ROWS]),
        error_total=len(errors),
        warnings=tuple(warnings[:SHOWN_ROWS]),
        warning_total=len(warnings),
        new=_officers(new, time_zone),
        new_total=len(new),
        changed=_officers((row for row in changed if row.changes or row.spans), time_zone),
        changed_total=len(changed),
        kept=tuple(
            ShownOfficer(_rows(row), row.name, _shown_changes(row.kept)) for row in diff.rows if row.kept
        )[:SHOWN_ROWS],
        unchanged=_officers(unchanged, time_zone),
        unchanged_total=len(unchanged),
        duties=tuple(_duties(row, diff) for row in duties[:SHOWN_ROWS]),
        duty_total=len(duties),
        faulty=diff.count(Kind.FAULTY),
        questions=questions_of(diff),
    )


def questions_of(diff: Diff) -> tuple[Question, ...]:
    """Which figure of its dates is the day, where the list leaves it open or somebody answered already."""
    return (question_of_order(diff.order),) if diff.order_is_open or diff.order else ()


def _counts(diff: Diff, warnings: int) -> tuple[Count, ...]:
    faulty, duties, unmatched = diff.count(Kind.FAULTY), diff.duties, diff.unmatched
    return (
        *_written_counts(diff.count(Kind.NEW), diff.count(Kind.CHANGED), diff.count(Kind.UNCHANGED)),
        Count("new", duties, npgettext("in a list of numbers", "assignment", "assignments", duties)),
        Count("warning", unmatched, ngettext("name not matched", "names not matched", unmatched)),
        Count("warning", warnings, ngettext("warning", "warnings", warnings)),
        Count("faulty", faulty, ngettext("officer with errors", "officers with errors", faulty)),
    )


def _written_counts(new: int, changed: int, unchanged: int) -> tuple[Count, ...]:
    return (
        Count("new", new, ngettext("new member", "new members", new)),
        Count("changed", changed, _("changed")),
        Count("unchanged", unchanged, _("unchanged")),
    )


def summary_counts(summary: Mapping[str, Any]) -> tuple[Count, ...]:
    """What an applied list did, as numbers."""
    assigned, invited = summary["assigned"], summary["invited"]
    refused = summary["to_assign"] - assigned
    return (
        *_written_counts(summary["new"], summary["changed"], summary["unchanged"]),
        Count("new", assigned, ngettext("assignment made", "assignments made", assigned)),
        Count("warning", refused, ngettext("assignment refused", "assignments refused", refused)),
        Count("new", invited, ngettext("invitation sent", "invitations sent", invited)),
    )


def summary_text(summary: Mapping[str, Any]) -> str:
    """What an applied list did, in one line."""
    if not summary:
        return ""
    return " · ".join(
        (
            _("%(number)s new") % {"number": summary["new"]},
            _("%(number)s changed") % {"number": summary["changed"]},
            _("%(number)s unchanged") % {"number": summary["unchanged"]},
        )
    )


# --- one officer ---------------------------------------------------------------------------------------------------


def _officers(rows: Iterable[RowDiff], time_zone: str) -> tuple[ShownOfficer, ...]:
    return tuple(
        ShownOfficer(
            _rows(row), row.name, (*_address(row), *_shown_changes(row.changes), *_shifts(row, time_zone))
        )
        for row in list(rows)[:SHOWN_ROWS]
    )


def _address(row: RowDiff) -> tuple[ShownChange, ...]:
    """A new member's address, to be looked at: there the invitation goes."""
    address = row.person.email if row.person else row.line.email
    return (ShownChange(capfirst(label_of("email")), "", address),) if row.kind is Kind.NEW else ()


def _shifts(row: RowDiff, time_zone: str) -> tuple[ShownChange, ...]:
    return tuple(ShownChange(_("New shift"), "", span_text(*span, time_zone)) for span in row.spans)


def _shown_changes(changes: Iterable[Change]) -> tuple[ShownChange, ...]:
    return tuple(
        ShownChange(_label(change.key), _shown(change.key, change.before), _shown(change.key, change.after))
        for change in changes
    )


def _label(key: str) -> str:
    if not key.startswith(LANGUAGE):
        return capfirst(label_of(key))
    code = key.removeprefix(LANGUAGE)
    names = Locale.parse(get_language() or "en", sep="-").languages
    return str(capfirst(names.get(code, code)))


def _shown(key: str, value: Value) -> str:
    if not value:
        return ""
    return str(SpokenLanguage.Level(value).label) if key.startswith(LANGUAGE) else str(value)


def _duties(row: RowDiff, diff: Diff) -> ShownDuties:
    def guests(role: Assignment.Role) -> tuple[str, ...]:
        return tuple(diff.guests[duty.visit] for duty in row.duties if duty.role == role)

    return ShownDuties(row.name, guests(Assignment.Role.LEAD), guests(Assignment.Role.DEPUTY), row.unmatched)


def _rows(row: RowDiff) -> str:
    numbers = ", ".join(map(str, row.line.rows))
    return ngettext("Row %(rows)s", "Rows %(rows)s", len(row.line.rows)) % {"rows": numbers}


def _messages(diff: Diff, severity: Severity) -> list[ShownMessage]:
    return [
        ShownMessage(row.line.rows[0], row.name, _field_label(message.field), message.text)
        for row in diff.rows
        for message in row.line.messages
        if message.severity is severity
    ]


def _field_label(key: str) -> str:
    return capfirst(label_of(key))
