"""Which session of the database a row of a file speaks of: by key, else by title and time where only one can be meant."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from events.programme.listed import ListedSession, Message
from events.programme.stored import PLACES, TIMES, StoredSession, Value, as_listed
from liaison.clock import day_of
from liaison.sheets.comparing import same


@dataclass(frozen=True)
class Read:
    """A row with the values it gives, its places settled, and the messages about it."""

    row: ListedSession
    given: Mapping[str, Value]
    messages: tuple[Message, ...] = ()

    @property
    def said(self) -> dict[str, str]:
        """The values as they are remembered."""
        return {key: as_listed(key, value) for key, value in self.given.items()}

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr(sorted(self.said.items())).encode()).hexdigest()


@dataclass
class Matches:
    """The session of each row by the row's position; rows in doubt; and sessions that some row speaks of."""

    found: dict[int, StoredSession] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)

    def take(self, position: int, session: StoredSession) -> None:
        self.found[position] = session
        self.taken.add(session.session_id)


Face: TypeAlias = Mapping[str, str]
_Level: TypeAlias = Callable[[Face], Hashable]


def matched(rows: Iterable[Read], stored: Iterable[StoredSession], time_zone: str) -> Matches:
    """Pair rows with sessions. A row with a key never takes a session that has another key."""
    reads, sessions = dict(enumerate(rows)), list(stored)
    matches = Matches()
    by_key = {session.key: session for session in sessions if session.key}
    for position, read in reads.items():
        known = by_key.get(read.row.key)
        if known and known.session_id not in matches.taken:
            matches.take(position, known)
    _pair_as_said(reads, sessions, matches)
    for level in _levels(time_zone):
        _pair_alike(reads, sessions, level, matches)
    _doubt(reads, sessions, matches)
    return matches


def _may_be(read: Read, session: StoredSession) -> bool:
    return not (read.row.key and session.key)


def _pair_as_said(reads: Mapping[int, Read], stored: Iterable[StoredSession], matches: Matches) -> None:
    """Rows that say word for word what a file said last: the first with the first, and so on."""
    by_said = defaultdict(list)
    for session in stored:
        by_said[session.said].append(session)
    for position, read in reads.items():
        if position in matches.found or not read.given.get("title"):
            continue
        candidates = by_said.get(read.fingerprint, [])
        free = (one for one in candidates if one.session_id not in matches.taken and _may_be(read, one))
        if (found := next(free, None)) is not None:
            matches.take(position, found)


def _levels(time_zone: str) -> tuple[_Level, ...]:
    """What is compared, the surest first: time and place, then the day, then the title alone."""

    def day(face: Face) -> Hashable:
        starts_at = face.get("starts_at")
        return day_of(datetime.fromisoformat(starts_at), time_zone) if starts_at else None

    return (
        lambda face: (same(face["title"]), *(face.get(key, "") for key in (*TIMES, *PLACES))),
        lambda face: (same(face["title"]), day(face)),
        lambda face: same(face["title"]),
    )


def _pair_alike(
    reads: Mapping[int, Read], stored: Iterable[StoredSession], level: _Level, matches: Matches
) -> None:
    """Pair one row with one session where no other of either could be meant."""
    rows, sessions = defaultdict(list), defaultdict(list)
    for position, read in reads.items():
        if position not in matches.found and read.given.get("title"):
            rows[level(read.said)].append(position)
    for session in stored:
        if session.session_id not in matches.taken:
            sessions[level(session.face)].append(session)
    for alike, here in rows.items():
        there = sessions.get(alike, [])
        if len(here) == len(there) == 1 and _may_be(reads[here[0]], there[0]):
            matches.take(here[0], there[0])


def _doubt(reads: Mapping[int, Read], stored: Iterable[StoredSession], matches: Matches) -> None:
    """Rows that could have been a session which none of them has become."""
    left = [one for one in stored if one.session_id not in matches.taken]
    titles = {same(one.face["title"]) for one in left}
    without_key = {same(one.face["title"]) for one in left if not one.key}
    for position, read in reads.items():
        title = same(str(read.given.get("title", "")))
        if position not in matches.found and title in (without_key if read.row.key else titles):
            matches.doubtful.add(position)
