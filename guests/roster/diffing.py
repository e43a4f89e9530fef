"""A list of officers against what is stored: who joins, who changes and in what, whom they would look after."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from django.utils.translation import gettext as _

from guests.importing.officers import Officer, certain
from guests.models import Assignment
from guests.roster.charges import matched
from guests.roster.hours import Span
from guests.roster.reading import Line, Listing
from guests.roster.stored import Person, Stored
from guests.roster.tongues import Level
from liaison.sheets.comparing import words
from liaison.sheets.severity import Severity

Role = Assignment.Role
Value: TypeAlias = str | int
LANGUAGE = "language:"
"""Before the code of a language, whose level is the value."""


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAULTY = "faulty"


@dataclass(frozen=True)
class Change:
    """One field, before and after; 0 and the empty text are nothing."""

    key: str
    before: Value
    after: Value


@dataclass(frozen=True)
class Duty:
    """A guest the officer would be given, and as what."""

    visit: int
    role: Assignment.Role


@dataclass(frozen=True)
class RowDiff:
    """What an officer of the list would become; `kept` is where the list differs and what is stored stays."""

    line: Line
    kind: Kind
    person: Person | None = None
    changes: tuple[Change, ...] = ()
    kept: tuple[Change, ...] = ()
    spans: tuple[Span, ...] = ()
    duties: tuple[Duty, ...] = ()
    unmatched: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        known = self.person.name if self.person else ""
        return known or self.line.name or self.line.email


@dataclass(frozen=True)
class Diff:
    """What a list would do to an event's team."""

    rows: tuple[RowDiff, ...]
    guests: dict[int, str]
    order: str = ""
    order_is_open: bool = False

    def of_kind(self, kind: Kind) -> tuple[RowDiff, ...]:
        return tuple(row for row in self.rows if row.kind is kind)

    def count(self, kind: Kind) -> int:
        return len(self.of_kind(kind))

    @property
    def duties(self) -> int:
        return sum(len(row.duties) for row in self.rows)

    @property
    def unmatched(self) -> int:
        return sum(len(row.unmatched) for row in self.rows)

    @property
    def digest(self) -> str:
        """A fingerprint of all that would be written and of all that would be kept, the same in every language."""
        lines = [
            f"{one.line.rows}|{one.kind}|{one.person.key if one.person else 0}|{one.line.name!r}|{one.line.email!r}|"
            f"{one.changes!r}|{one.kept!r}|{one.spans!r}|{one.duties!r}|{one.unmatched!r}"
            for one in self.rows
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def diff_of(listing: Listing, stored: Stored) -> Diff:
    """Compare, in the order of the list: who stands first with a delegation leads it."""
    comparing = _Comparing(listing, stored)
    rows = tuple(comparing.row(line) for line in listing.lines)
    return Diff(rows, dict(stored.guests), listing.order, listing.order_is_open)


class _Comparing:
    """The comparison of one list: whom it has named already, and which guests it has given a lead."""

    def __init__(self, listing: Listing, stored: Stored) -> None:
        self._stored = stored
        self._led = set(stored.led)
        self._named: dict[int, int] = {}
        self._phones = Counter(line.phone for line in listing.lines if line.phone)

    def row(self, line: Line) -> RowDiff:
        person = self._person(line)
        line = _judged(line, person)
        if person and not line.is_faulty:
            earlier = self._named.setdefault(person.key, line.rows[0])
            if earlier != line.rows[0]:
                said = _("This is the same person as in row %(row)s.") % {"row": earlier}
                line = line.with_message(Severity.ERROR, "name", said)
        if line.is_faulty:
            return RowDiff(line, Kind.FAULTY, person if person and person.is_seen else None)
        changes, kept = _compared(line, person)
        spans = tuple(span for span in line.spans if not person or span not in person.spans)
        found = matched(line.charges, self._stored.charges)
        for charge in found.charges:
            if not charge.visits:
                said = _("%(delegation)s has no guests yet.") % {"delegation": charge.label}
                line = line.with_message(Severity.WARNING, "charges", said)
        visits = dict.fromkeys(visit for charge in found.charges for visit in charge.visits)
        duties = tuple(self._duties(visits, person))
        line = self._with_load(line, person, len(duties))
        is_known = person and person.member
        kind = Kind.CHANGED if changes or spans or duties else Kind.UNCHANGED
        return RowDiff(
            line, kind if is_known else Kind.NEW, person, changes, kept, spans, duties, found.unmatched
        )

    def _duties(self, visits: dict[int, None], person: Person | None) -> Iterator[Duty]:
        member = person.member if person else 0
        for visit in visits:
            if member and member in self._stored.officers.get(visit, ()):
                continue
            yield Duty(visit, Role.DEPUTY if visit in self._led else Role.LEAD)
            self._led.add(visit)

    def _with_load(self, line: Line, person: Person | None, more: int) -> Line:
        member = person.member if person else 0
        held = sum(member in keys for keys in self._stored.officers.values()) if member else 0
        room = line.capacity or (person.capacity if person else 0) or 2
        if not more or held + more <= room:
            return line
        text = _(
            "%(guests)s guests in all, with room for %(room)s at one time; the assignments say that the list has it so."
        )
        return line.with_message(Severity.WARNING, "capacity", text % {"guests": held + more, "room": room})

    def _person(self, line: Line) -> Person | None:
        """By address, else by a phone that is one person's alone, else by a name that is certain."""
        people = self._stored.people
        if line.email and (found := [one for one in people if one.email == line.email]):
            return found[0]
        seen = [one for one in people if one.is_seen]
        by_phone = [one for one in seen if line.phone and one.phone == line.phone]
        if len(by_phone) == 1 and self._phones[line.phone] == 1:
            return by_phone[0]
        if line.email:
            return None
        team = [one for one in seen if one.member]
        return _named(line.name, team) or _named(line.name, seen)


def _named(name: str, people: list[Person]) -> Person | None:
    found = certain(name, [Officer(one.key, one.name, one.phone) for one in people], ())
    return next((one for one in people if found and one.key == found.key), None)


def _judged(line: Line, person: Person | None) -> Line:
    """The line with what keeps the officer from being written."""
    said_of_address = any(message.field == "email" for message in line.messages)
    if person is None and not line.email and not said_of_address:
        said = _("Nobody in the team is this officer for certain; a new one needs an e-mail address.")
        line = line.with_message(Severity.ERROR, "email", said)
    if person is None and not line.name:
        line = line.with_message(Severity.ERROR, "name", _("The name is missing."))
    if person and not person.is_active:
        said = _("This person may no longer sign in; ask an administrator.")
        line = line.with_message(Severity.ERROR, "name", said)
    return line


def _compared(line: Line, person: Person | None) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """What would be written, and what is kept: a person's own values are filled only where they are empty."""
    known = person or Person(0, line.email)
    changes: list[Change] = []
    kept: list[Change] = []
    if known.name and not set(words(line.name).split()) <= set(words(known.name).split()):
        kept.append(Change("name", known.name, line.name))
    if line.email and line.email != known.email:
        kept.append(Change("email", known.email, line.email))
    if line.phone and line.phone != known.phone:
        (kept if known.phone else changes).append(Change("phone", known.phone, line.phone))
    for code, level in (line.languages or {}).items():
        before = known.languages.get(code, 0)
        after = int(level or before or Level.WORKING)
        if after != before:
            (kept if known.languages else changes).append(Change(f"{LANGUAGE}{code}", before, after))
    if line.capacity and line.capacity != known.capacity:
        changes.append(Change("capacity", known.capacity, line.capacity))
    if line.duty_note and line.duty_note != known.duty_note:
        changes.append(Change("duty_note", known.duty_note, line.duty_note))
    return tuple(changes), tuple(kept)
