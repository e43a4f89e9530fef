"""A listing against what is stored: which sessions are new, which change and in what, which stay, which are gone."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from events.models import Point, Session, Venue
from events.programme import listed
from events.programme.byhand import Change, sorted_out
from events.programme.listed import ListedSession, Listing, Message
from events.programme.matching import Matches, Read, matched
from events.programme.places import Place, Places
from events.programme.stored import Stored, StoredSession, Value
from liaison.sheets.comparing import same
from liaison.sheets.severity import Severity

_TEXTS = ("title", "part", "dress", "audience")
_LONGEST: dict[str, tuple[type[models.Model], str]] = {
    **{key: (Session, key) for key in _TEXTS},
    "key": (Session, "external_key"),
    "venue": (Venue, "name"),
    "point": (Point, "name"),
}


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAULTY = "faulty"


@dataclass(frozen=True)
class RowDiff:
    """What a row would do; its session where it exists already; what a person entered and the row leaves alone.

    `is_older`: the row is a version of the session before the one that is stored, and not even remembered.
    """

    read: Read
    kind: Kind
    changes: tuple[Change, ...] = ()
    stored: StoredSession | None = None
    kept: tuple[Change, ...] = ()
    is_older: bool = False

    @property
    def row(self) -> ListedSession:
        return self.read.row

    def after(self, key: str) -> Value:
        """What the session will have there."""
        stored = self.stored.values.get(key, "") if self.stored else ""
        return next((change.after for change in self.changes if change.key == key), stored)

    @property
    def is_cancelling(self) -> bool:
        return any(change.key == "state" for change in self.changes) and (
            self.after("state") == Session.State.CANCELLED
        )


@dataclass(frozen=True)
class Diff:
    """What a file would do to an event; `points` are pairs of venue and room; `gone` were listed before and are no more."""

    rows: tuple[RowDiff, ...]
    venues: tuple[str, ...]
    points: tuple[tuple[str, str], ...]
    gone: tuple[StoredSession, ...]
    listing: Listing

    def of_kind(self, kind: Kind) -> tuple[RowDiff, ...]:
        return tuple(row for row in self.rows if row.kind is kind)

    def count(self, kind: Kind) -> int:
        return len(self.of_kind(kind))

    @property
    def by_hand(self) -> int:
        """How many values entered by a person the file would write over."""
        return sum(change.by_hand for row in self.rows for change in row.changes)

    @property
    def following(self) -> int:
        """How many itineraries would change with the sessions."""
        return sum(row.stored.following for row in self.of_kind(Kind.CHANGED) if row.stored)

    @property
    def digest(self) -> str:
        """A fingerprint of all that would be written and of whom it would move, the same in every language."""
        lines = [
            f"{one.row.place!r}|{one.row.key!r}|{one.kind}|{_known(one)}|{one.changes!r}" for one in self.rows
        ]
        lines += [f"gone|{one.session_id}|{one.following}|{one.is_in_use}" for one in self.gone]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _known(one: RowDiff) -> str:
    return f"{one.stored.session_id}|{one.stored.following}|{one.stored.staying}" if one.stored else ""


def diff_of(listing: Listing, stored: Stored, time_zone: str) -> Diff:
    """Compare; names of places that differ only in case and blanks are the same."""
    reads = _read(listing.sessions, stored)
    matches = matched(reads, stored.sessions, time_zone)
    rows = tuple(_row(read, position, matches, listing.kind) for position, read in enumerate(reads))
    written = [row for row in rows if row.kind in (Kind.NEW, Kind.CHANGED)]
    named = {(str(row.after("venue")), str(row.after("point"))): None for row in written}
    return Diff(
        rows=rows,
        venues=tuple({venue: None for venue, _point in named if venue and same(venue) not in stored.venues}),
        points=tuple(
            (venue, point)
            for venue, point in named
            if point and (same(venue), same(point)) not in stored.points
        ),
        gone=tuple(
            one for one in stored.sessions
            if one.listed is not None
            and one.session_id not in matches.taken
            and one.values["state"] != Session.State.CANCELLED
        ),
        listing=listing,
    )  # fmt: skip


# --- reading -------------------------------------------------------------------------------------------------------


def _read(rows: Iterable[ListedSession], stored: Stored) -> tuple[Read, ...]:
    """What each row gives, with what can be said of it before it is compared."""
    rows = [replace(row, messages=(*row.messages, *_too_long(row))) for row in _without_repeats(rows)]
    places = Places(stored, (row for row in rows if row.severity is not Severity.ERROR))
    return tuple(_read_row(row, places) for row in rows)


def _without_repeats(rows: Iterable[ListedSession]) -> Iterator[ListedSession]:
    """A key that stood higher up already is faulty, and finds nothing."""
    keys: set[str] = set()
    for row in rows:
        if row.key and row.key in keys:
            message = Message(Severity.ERROR, "key", _("The file has this key twice; the first one counts."))
            yield replace(row, key="", title="", messages=(*row.messages, message))
        else:
            keys.add(row.key)
            yield row


def _read_row(row: ListedSession, places: Places) -> Read:
    place = places.of(row) if row.severity is not Severity.ERROR else Place()
    given = _given(row) | {"venue": place.venue, "point": place.point}
    messages = (*row.messages, place.message) if place.message else row.messages
    return Read(row, {key: value for key, value in given.items() if value}, messages)


def _given(row: ListedSession) -> dict[str, Value]:
    state = Session.State.CANCELLED if row.is_cancelled else Session.State.CONFIRMED
    given: dict[str, Value] = {key: getattr(row, key) for key in _TEXTS} | {"state": str(state)}
    return given | {key: value for key in ("starts_at", "ends_at") if (value := getattr(row, key))}


def _too_long(row: ListedSession) -> Iterator[Message]:
    for key, (model, name) in _LONGEST.items():
        column: Any = model._meta.get_field(name)  # noqa: SLF001 (Django's own API)
        most = column.max_length
        if len(getattr(row, key)) > most:
            text = _("Longer than %(number)s characters.") % {"number": most}
            yield Message(Severity.ERROR, key, text)


def _has_error(messages: Iterable[Message]) -> bool:
    return any(message.severity is Severity.ERROR for message in messages)


# --- comparing -----------------------------------------------------------------------------------------------------


def _row(read: Read, position: int, matches: Matches, kind: listed.Kind) -> RowDiff:
    known = matches.found.get(position)
    if _has_error(read.messages):
        return RowDiff(read, Kind.FAULTY, stored=known)
    if known is None:
        return _new(read, is_doubtful=position in matches.doubtful)
    if kind is listed.Kind.CALENDAR and read.row.sequence < known.sequence:
        text = _(
            "An older version than the one that is stored (%(here)s before %(stored)s); it changes nothing."
        )
        said = text % {"here": read.row.sequence, "stored": known.sequence}
        return RowDiff(_said(read, Severity.WARNING, "", said), Kind.UNCHANGED, stored=known, is_older=True)
    return _changed(read, known)


def _new(read: Read, *, is_doubtful: bool) -> RowDiff:
    if read.row.is_cancelled:
        text = _("Cancelled, and not in the programme: nothing to do.")
        return RowDiff(_said(read, Severity.WARNING, "", text), Kind.UNCHANGED)
    for key, text in (
        ("title", _("A new session needs a title.")),
        ("starts_at", _("A new session needs a start.")),
        ("ends_at", _("A new session needs an end.")),
    ):
        if key not in read.given:
            read = _said(read, Severity.ERROR, key, text)
    if _has_error(read.messages):
        return RowDiff(read, Kind.FAULTY)
    if is_doubtful:
        text = _(
            "Sessions of this title are there already, and none is this one for certain; it would be added."
        )
        read = _said(read, Severity.WARNING, "title", text)
    changes = [Change(key, "", value) for key, value in read.given.items() if key != "state"]
    if read.row.key:
        changes.append(Change("key", "", read.row.key))
    return _with_times_in_order(RowDiff(read, Kind.NEW, tuple(changes)))


def _changed(read: Read, known: StoredSession) -> RowDiff:
    given = dict(read.given)
    if not read.row.is_cancelled and (known.listed or {}).get("state") != Session.State.CANCELLED:
        given.pop("state")  # to name a session is not to revive it, unless a file had cancelled it
    if (
        "venue" in given
        and "point" not in given
        and same(str(given["venue"])) != same(str(known.values["venue"]))
    ):
        given["point"] = ""  # a room of the venue that is left
    changes, kept = sorted_out(known, given)
    if read.row.key and read.row.key != known.key:
        changes = (*changes, Change("key", known.key, read.row.key))
    kind = Kind.CHANGED if changes else Kind.UNCHANGED
    return _with_times_in_order(RowDiff(read, kind, changes, known, kept))


def _with_times_in_order(one: RowDiff) -> RowDiff:
    """The same, or faulty where the session would end before it starts."""
    starts_at, ends_at = one.after("starts_at"), one.after("ends_at")
    if isinstance(starts_at, datetime) and isinstance(ends_at, datetime) and ends_at > starts_at:
        return one
    read = _said(one.read, Severity.ERROR, "ends_at", _("The end must come after the start."))
    return RowDiff(read, Kind.FAULTY, stored=one.stored)


def _said(read: Read, severity: Severity, key: str, text: str) -> Read:
    return replace(read, messages=(*read.messages, Message(severity, key, text)))
