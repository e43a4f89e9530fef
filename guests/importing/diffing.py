"""Checked rows against what is stored: who is new, who changes and in what, who stays as they are."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from guests.importing.cells import Value
from guests.importing.checking import Checked, CheckedRow, Severity
from guests.importing.comparing import same
from guests.importing.stored import Stored, StoredVisit

_NAMED = ("delegation", "hotel")


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAULTY = "faulty"


@dataclass(frozen=True)
class Change:
    """One field of one guest, from what is stored to what the list says."""

    key: str
    before: Value
    after: Value


@dataclass(frozen=True)
class RowDiff:
    """What a row would do; the keys of its visit and guest where they exist already."""

    row: CheckedRow
    kind: Kind
    changes: tuple[Change, ...] = ()
    stored: StoredVisit | None = None


@dataclass(frozen=True)
class Diff:
    """What a list would do to an event."""

    rows: tuple[RowDiff, ...]
    delegations: tuple[str, ...]
    hotels: tuple[str, ...]
    passed_over: tuple[int, ...]

    def of_kind(self, kind: Kind) -> tuple[RowDiff, ...]:
        return tuple(row for row in self.rows if row.kind is kind)

    def count(self, kind: Kind) -> int:
        return len(self.of_kind(kind))

    @property
    def digest(self) -> str:
        """A fingerprint of all that would be written, the same in every language."""
        lines = (
            f"{diff.row.number}|{diff.row.key!r}|{diff.kind}|{diff.stored and diff.stored.visit_id}|{diff.changes!r}"
            for diff in self.rows
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def diff_of(checked: Checked, stored: Stored) -> Diff:
    """Compare; names of delegations and hotels that differ only in case and blanks are the same."""
    delegations, hotels = _Names(stored.delegations), _Names(stored.venues)
    names = {"delegation": delegations, "hotel": hotels}
    rows = tuple(_row_diff(row, stored, names) for row in checked.rows)
    return Diff(rows, delegations.new, hotels.new, checked.passed_over)


class _Names:
    """Names by their compared form: the stored spelling, else the first one met."""

    def __init__(self, stored: Mapping[str, str]) -> None:
        self._known = dict(stored)
        self._stored = len(stored)

    def settled(self, name: str) -> str:
        return self._known.setdefault(same(name), name)

    @property
    def new(self) -> tuple[str, ...]:
        return tuple(self._known.values())[self._stored :]


def _row_diff(row: CheckedRow, stored: Stored, names: Mapping[str, _Names]) -> RowDiff:
    if row.severity is Severity.ERROR:
        return RowDiff(row, Kind.FAULTY)
    given = {key: _settled(key, value, names) for key, value in row.values.items() if key != "external_key"}
    known = stored.visits.get(row.key)
    if known is None:
        changes = tuple(Change(key, None, value) for key, value in given.items() if value not in ("", ()))
        return RowDiff(_warned_of_namesake(row, stored), Kind.NEW, changes)
    changes = tuple(_changes(known.values, given))
    return RowDiff(row, Kind.CHANGED if changes else Kind.UNCHANGED, changes, known)


def _settled(key: str, value: Value, names: Mapping[str, _Names]) -> Value:
    return names[key].settled(str(value)) if key in _NAMED and value else value


def _changes(before: Mapping[str, Value], given: Mapping[str, Value]) -> Iterable[Change]:
    for key, after in given.items():
        if before[key] != after:
            yield Change(key, before[key], after)


def _warned_of_namesake(row: CheckedRow, stored: Stored) -> CheckedRow:
    """A new guest with the name of one who is at the event already may be the same person under another key."""
    if not stored.keys_by_name.get(same(row.name), frozenset()) - {row.key}:
        return row
    text = _("A guest of this name is already at the event; this row would add another.")
    return row.with_message(Severity.WARNING, "name", text)
