"""Checked rows against what is stored: who is new, who changes and in what, who stays, and who is gone from the list."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from guests.importing.alike import Directory, Person
from guests.importing.byhand import Change, sorted_out
from guests.importing.cells import Value
from guests.importing.judged import Checked, CheckedRow
from guests.importing.officers import Officer, certain, question_about
from guests.importing.repeats import OTHER
from guests.importing.repeats import question_about as question_who
from guests.importing.stored import Stored, StoredVisit
from liaison.sheets.comparing import same
from liaison.sheets.severity import Severity

_NAMED = ("delegation", "hotel")
NOBODY = "none"
"""The answer that no officer is meant."""


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAULTY = "faulty"


@dataclass(frozen=True)
class RowDiff:
    """What a row would do; its visit where it exists already; what a person entered and the row leaves alone.

    `officer` would be given charge; `like` is a visit that is perhaps the same guest, about which a person is asked.
    """

    row: CheckedRow
    kind: Kind
    changes: tuple[Change, ...] = ()
    stored: StoredVisit | None = None
    kept: tuple[Change, ...] = ()
    officer: Officer | None = None
    like: StoredVisit | None = None


@dataclass(frozen=True)
class Diff:
    """What a list would do to an event; `unknown_officers` are names a person is asked about, with their rows."""

    rows: tuple[RowDiff, ...]
    delegations: tuple[str, ...]
    hotels: tuple[str, ...]
    checked: Checked
    gone: tuple[StoredVisit, ...] = ()
    unknown_officers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    team: tuple[Officer, ...] = ()

    @property
    def passed_over(self) -> tuple[int, ...]:
        return self.checked.passed_over

    @property
    def order_is_open(self) -> bool:
        return self.checked.order_is_open

    def of_kind(self, kind: Kind) -> tuple[RowDiff, ...]:
        return tuple(row for row in self.rows if row.kind is kind)

    def count(self, kind: Kind) -> int:
        return len(self.of_kind(kind))

    @property
    def by_hand(self) -> int:
        """How many values entered by a person the list would write over."""
        return sum(change.by_hand for row in self.rows for change in row.changes)

    @property
    def digest(self) -> str:
        """A fingerprint of all that would be written, the same in every language."""
        lines = (
            f"{diff.row.number}|{diff.row.key!r}|{diff.kind}|{diff.stored and diff.stored.visit_id}|{diff.changes!r}"
            f"|{diff.officer and diff.officer.key}"
            for diff in self.rows
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def diff_of(checked: Checked, stored: Stored) -> Diff:
    """Compare; names of delegations and hotels that differ only in case and blanks are the same."""
    comparing = _Comparing(checked, stored)
    rows = tuple(comparing.row(row) for row in checked.rows)
    named = {diff.stored.visit_id for diff in rows if diff.stored} | comparing.taken
    return Diff(
        rows,
        comparing.names["delegation"].new,
        comparing.names["hotel"].new,
        checked,
        gone=tuple(
            visit for key, visit in stored.everyone.items() if visit.listed is not None and key not in named
        ),
        unknown_officers={text: tuple(numbers) for text, numbers in comparing.unknown_officers.items()},
        team=stored.team,
    )


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


class _Comparing:
    """One list against one event."""

    def __init__(self, checked: Checked, stored: Stored) -> None:
        self.answers = checked.answers
        self.roster = checked.roster
        self.stored = stored
        self.names = {"delegation": _Names(stored.delegations), "hotel": _Names(stored.venues)}
        keys = {row.key for row in checked.rows}
        self.taken = {visit.visit_id for key, visit in stored.visits.items() if key in keys}
        self.others = Directory(
            (key, Person.of(visit.values)) for key, visit in stored.everyone.items() if key not in self.taken
        )
        self.unknown_officers: dict[str, list[int]] = {}
        self.meant: dict[str, Officer | None] = {}
        self.given: Counter[int] = Counter()

    def row(self, row: CheckedRow) -> RowDiff:
        if row.severity is Severity.ERROR:
            return RowDiff(row, Kind.FAULTY)
        known, like = self._known(row)
        row = self._warned_of_namesake(row) if known is None and like is None else row
        given = {key: self._settled(key, value) for key, value in row.values.items() if key != "external_key"}
        row, officer = self._officer(row, known)
        written = given.pop("officer", None)
        if officer:
            given["officer"] = officer.name
        if known is None:
            changes = [Change(key, None, value) for key, value in given.items() if value not in ("", ())]
            row = self._warned_of_load(row, officer)
            return RowDiff(_warned_of_like(row, like), Kind.NEW, tuple(changes), officer=officer, like=like)
        if known.key != row.key:
            given["external_key"] = row.key
        before = {**known.values, "officer": ""}
        changed, kept = sorted_out(
            replace(known, values=before), _changes(before, given), self.answers.get("by_hand", ""), written
        )
        officer = officer if any(change.key == "officer" for change in changed) else None
        row = self._warned_of_load(row, officer)
        return RowDiff(row, Kind.CHANGED if changed else Kind.UNCHANGED, changed, known, kept, officer)

    def _known(self, row: CheckedRow) -> tuple[StoredVisit | None, StoredVisit | None]:
        """The visit of the row, by key or on a person's word; and one that a person should be asked about."""
        if (known := self.stored.visits.get(row.key)) is not None:
            return known, None
        answer = self.answers.get(question_who(row.number), "")
        number = answer.removeprefix("visit-")
        if number != answer and number.isdecimal():
            visit = self.stored.everyone.get(int(number))
            if visit is not None and visit.visit_id not in self.taken:
                self.taken.add(visit.visit_id)
                return visit, None
        if answer == OTHER:
            return None, None
        found = self.others.most_like(Person.of(row.values))
        return None, self.stored.everyone[found] if found is not None else None

    def _settled(self, key: str, value: Value) -> Value:
        return self.names[key].settled(str(value)) if key in _NAMED and value else value

    def _warned_of_namesake(self, row: CheckedRow) -> CheckedRow:
        """A new guest with the name of one who is at the event already may be the same person under another key."""
        if self.answers.get(question_who(row.number)) == OTHER:
            return row
        if not self.stored.keys_by_name.get(same(row.name), frozenset()) - {row.key}:
            return row
        return _warned(row)

    def _warned_of_load(self, row: CheckedRow, officer: Officer | None) -> CheckedRow:
        """More guests than fit is what the list says and people may mean; it is said before it is done."""
        if officer is None:
            return row
        self.given[officer.key] += 1
        if self.given[officer.key] <= officer.capacity:
            return row
        text = _(
            "%(name)s would get %(number)s guests from this list, and has room for %(room)s at one time."
        )
        names = {"name": officer.name, "number": self.given[officer.key], "room": officer.capacity}
        return row.with_message(Severity.WARNING, "officer", text % names)

    def _officer(self, row: CheckedRow, known: StoredVisit | None) -> tuple[CheckedRow, Officer | None]:
        """Who would be given charge of the guest; nobody where it is unclear, or so already."""
        written = str(row.values.get("officer") or "")
        if not written:
            return row, None
        if written not in self.meant:
            self.meant[written] = certain(written, self.stored.team, self.roster)
        officer = self.meant[written]
        answer = self.answers.get(question_about(written), "")
        if answer:
            officer = next((one for one in self.stored.team if str(one.key) == answer), None)
        elif officer is None:
            self.unknown_officers.setdefault(written, []).append(row.number)
            text = _(
                "“%(name)s” is no officer of the event for certain; say who is meant, or nobody is assigned."
            )
            return row.with_message(Severity.WARNING, "officer", text % {"name": written}), None
        if officer is None or (known and officer.key in known.officers):
            return row, None
        if known and known.lead:
            text = _("%(lead)s leads this guest already; %(name)s of the list is not assigned.")
            said = text % {"lead": known.lead, "name": officer.name}
            return row.with_message(Severity.WARNING, "officer", said), None
        return row, officer


def _changes(before: Mapping[str, Value], given: Mapping[str, Value]) -> Iterable[Change]:
    for key, after in given.items():
        if before[key] != after:
            yield Change(key, before[key], after)


def _warned_of_like(row: CheckedRow, like: StoredVisit | None) -> CheckedRow:
    return _warned(row) if like else row


def _warned(row: CheckedRow) -> CheckedRow:
    text = _("A guest of this name is already at the event; this row would add another.")
    return row.with_message(Severity.WARNING, "name", text)
