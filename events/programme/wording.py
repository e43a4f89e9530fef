"""A programme's outcome in the reader's words: primitives for the page that shows it, times in the event's zone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Session
from events.programme import listed
from events.programme.byhand import Change
from events.programme.diffing import Diff, Kind, RowDiff
from events.programme.listed import Listing, Message
from events.programme.stored import StoredSession, Value
from liaison.clock import moment_text, span_text
from liaison.sheets.outcome import SHOWN_ROWS, Count, Question, ShownChange, ShownMessage, question_of_order
from liaison.sheets.severity import Severity

_CELLS = ("starts_at", "ends_at", "venue", "point", "part", "dress", "audience")


@dataclass(frozen=True)
class ShownSession:
    """A session of the file; `row` is where in it, `followers` whom it moves along and whom not."""

    row: str
    name: str
    changes: tuple[ShownChange, ...] = ()
    cells: tuple[str, ...] = ()
    followers: str = ""


@dataclass(frozen=True)
class ShownGone:
    """A session that the file no longer lists, and what would become of it."""

    name: str
    time: str
    fate: str


@dataclass(frozen=True)
class Outcome:
    """What the page of a preview says; tuples hold what is shown, totals tell of all."""

    counts: tuple[Count, ...]
    about: tuple[ShownMessage, ...]
    errors: tuple[ShownMessage, ...]
    error_total: int
    warnings: tuple[ShownMessage, ...]
    warning_total: int
    changed: tuple[ShownSession, ...]
    changed_total: int
    new: tuple[ShownSession, ...]
    new_total: int
    new_headings: tuple[str, ...]
    unchanged: tuple[ShownSession, ...]
    unchanged_total: int
    kept: tuple[ShownSession, ...]
    gone: tuple[ShownGone, ...]
    gone_total: int
    venues: tuple[str, ...]
    points: tuple[str, ...]
    faulty: int
    following: int
    questions: tuple[Question, ...] = ()
    limit: int = SHOWN_ROWS


def outcome_of(diff: Diff, time_zone: str, questions: tuple[Question, ...] = ()) -> Outcome:
    """The diff and what is asked about it, worded in the active language."""
    errors, warnings = _messages(diff, Severity.ERROR), _messages(diff, Severity.WARNING)
    keys = [key for key in _CELLS if any(one.after(key) for one in diff.of_kind(Kind.NEW))]
    kept = [one for one in diff.rows if one.kept]
    return Outcome(
        counts=_counts(diff, len(warnings)),
        about=tuple(ShownMessage("", "", _label(one.field), one.text) for one in diff.listing.messages),
        errors=tuple(errors[:SHOWN_ROWS]),
        error_total=len(errors),
        warnings=tuple(warnings[:SHOWN_ROWS]),
        warning_total=len(warnings),
        changed=_sessions(diff, diff.of_kind(Kind.CHANGED), time_zone),
        changed_total=diff.count(Kind.CHANGED),
        new=_sessions(diff, diff.of_kind(Kind.NEW), time_zone, keys),
        new_total=diff.count(Kind.NEW),
        new_headings=tuple(_label(key) for key in keys),
        unchanged=_sessions(diff, diff.of_kind(Kind.UNCHANGED), time_zone),
        unchanged_total=diff.count(Kind.UNCHANGED),
        kept=tuple(
            ShownSession(_where(diff, one), _name(one), _shown_changes(one.kept, time_zone))
            for one in kept[:SHOWN_ROWS]
        ),
        gone=tuple(_gone(one, time_zone) for one in diff.gone[:SHOWN_ROWS]),
        gone_total=len(diff.gone),
        venues=diff.venues,
        points=tuple(f"{venue}, {point}" for venue, point in diff.points),
        faulty=diff.count(Kind.FAULTY),
        following=diff.following,
        questions=questions,
    )


def questions_of(listing: Listing, order: str) -> tuple[Question, ...]:
    """Which figure of its dates is the day, where the file leaves it open or somebody answered `order` already."""
    is_open = any(message.field == "date" for message in listing.messages)
    return (question_of_order(order),) if is_open or order else ()


def _counts(diff: Diff, warnings: int) -> tuple[Count, ...]:
    faulty, following = diff.count(Kind.FAULTY), diff.following
    itineraries = Count("changed", following, ngettext("itinerary follows", "itineraries follow", following))
    return (
        *_written_counts(diff.count(Kind.NEW), diff.count(Kind.CHANGED), diff.count(Kind.UNCHANGED)),
        itineraries,
        Count("warning", warnings, ngettext("warning", "warnings", warnings)),
        Count("faulty", faulty, ngettext("session with errors", "sessions with errors", faulty)),
    )


def _written_counts(new: int, changed: int, unchanged: int) -> tuple[Count, ...]:
    return (
        Count("new", new, ngettext("new session", "new sessions", new)),
        Count("changed", changed, _("changed")),
        Count("unchanged", unchanged, _("unchanged")),
    )


def summary_counts(summary: Mapping[str, Any]) -> tuple[Count, ...]:
    """What an applied programme did, as numbers."""
    following, venues, points = summary["following"], summary["venues"], summary["points"]
    cancelled, removed = summary["cancelled"], summary["removed"]
    return (
        *_written_counts(summary["new"], summary["changed"], summary["unchanged"]),
        Count("changed", following, ngettext("itinerary followed", "itineraries followed", following)),
        Count("new", venues, ngettext("new venue", "new venues", venues)),
        Count("new", points, ngettext("new room", "new rooms", points)),
        Count("changed", cancelled, _("gone from the file and cancelled")),
        Count("changed", removed, _("gone from the file and removed")),
    )


def summary_text(summary: Mapping[str, Any]) -> str:
    """What an applied programme did, in one line."""
    if not summary:
        return ""
    return " · ".join(
        (
            _("%(number)s new") % {"number": summary["new"]},
            _("%(number)s changed") % {"number": summary["changed"]},
            _("%(number)s unchanged") % {"number": summary["unchanged"]},
        )
    )


# --- one session ---------------------------------------------------------------------------------------------------


def _sessions(
    diff: Diff, rows: Iterable[RowDiff], time_zone: str, keys: Iterable[str] = ()
) -> tuple[ShownSession, ...]:
    return tuple(
        ShownSession(
            _where(diff, one),
            _name(one),
            _shown_changes(one.changes, time_zone),
            tuple(_shown(key, one.after(key), time_zone) for key in keys),
            followers_text(one.stored.following, one.stored.staying) if one.stored and one.changes else "",
        )
        for one in list(rows)[:SHOWN_ROWS]
    )


def followers_text(following: int, staying: int) -> str:
    """How many itineraries move with a session, and how many stay where a person put them; empty for none."""
    parts = []
    if following:
        text = ngettext("%(number)s itinerary follows", "%(number)s itineraries follow", following)
        parts.append(text % {"number": following})
    if staying:
        text = ngettext(
            "%(number)s has times of its own and stays",
            "%(number)s have times of their own and stay",
            staying,
        )
        parts.append(text % {"number": staying})
    return " · ".join(parts)


def _gone(one: StoredSession, time_zone: str) -> ShownGone:
    starts_at, ends_at = one.values["starts_at"], one.values["ends_at"]
    assert isinstance(starts_at, datetime)  # noqa: S101 (narrows the type)
    assert isinstance(ends_at, datetime)  # noqa: S101 (narrows the type)
    fate = _("would be cancelled, since itineraries have it") if one.is_in_use else _("would be removed")
    return ShownGone(str(one.values["title"]), span_text(starts_at, ends_at, time_zone), fate)


def _name(one: RowDiff) -> str:
    return one.row.title or str(one.after("title"))


def _where(diff: Diff, one: RowDiff) -> str:
    is_table = diff.listing.kind is listed.Kind.TABLE
    return _("Row %(row)s") % {"row": one.row.place} if is_table else one.row.place


def _messages(diff: Diff, severity: Severity) -> list[ShownMessage]:
    return [
        ShownMessage(_where(diff, one), _name(one), _label(message.field), message.text)
        for one in diff.rows
        for message in one.read.messages
        if message.severity is severity
    ]


def level_of(message: Message) -> str:
    """The severity as a report has it."""
    return "error" if message.severity is Severity.ERROR else "warning"


def _label(key: str) -> str:
    """What a field is called on screens; the session itself where it is none."""
    try:
        field: Any = Session._meta.get_field({"key": "external_key"}.get(key, key))  # noqa: SLF001 (Django's own API)
    except FieldDoesNotExist:
        return capfirst(_("the session"))
    return capfirst(str(field.verbose_name))


def _shown_changes(changes: Iterable[Change], time_zone: str) -> tuple[ShownChange, ...]:
    return tuple(
        ShownChange(
            _label(change.key),
            _shown(change.key, change.before, time_zone),
            _shown(change.key, change.after, time_zone),
            change.by_hand,
        )
        for change in changes
    )


def _shown(key: str, value: Value, time_zone: str) -> str:
    if isinstance(value, datetime):
        return moment_text(value, time_zone)
    return str(Session.State(value).label) if key == "state" and value else value
