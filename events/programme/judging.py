"""What is wrong or doubtful about listed sessions, whatever the kind of the file; ends that are not said."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.utils.translation import gettext as _

from events.programme.listed import Facts, ListedSession, Message
from liaison.clock import clock_time, day_of
from liaison.sheets.comparing import same
from liaison.sheets.severity import Severity

_FAR = timedelta(days=7)  # from the event's days
_LONG = timedelta(hours=9)  # a registration desk is open that long, a session hardly
_LONG_BREAK = timedelta(hours=3)
_USUAL = timedelta(hours=1)  # where nothing says when it ends
_BREAK = re.compile(r"\b(break|coffee|tea|rehat|istirahat|kopi|jeda|lunch|makan siang)\b", re.IGNORECASE)


def judged(sessions: Sequence[ListedSession], facts: Facts) -> tuple[ListedSession, ...]:
    """The same in the same order, with messages; an end that is not said is the start of what follows, else an hour on."""
    starts = _starts(sessions, facts)
    complete = [_with_end(session, starts, facts) for session in sessions]
    overlapped = _overlaps(complete)
    return tuple(
        replace(
            session,
            messages=(*session.messages, *_faults(session), *_doubts(session, facts), *overlapped[place]),
        )
        for place, session in enumerate(complete)
    )


Starts: TypeAlias = Mapping[tuple[tuple[str, str], date], Sequence[datetime]]
"""When sessions start, by place and day, in order."""


def _starts(sessions: Iterable[ListedSession], facts: Facts) -> Starts:
    found: dict[tuple[tuple[str, str], date], list[datetime]] = defaultdict(list)
    for session in sessions:
        if session.starts_at:
            found[_place(session), day_of(session.starts_at, facts.time_zone)].append(session.starts_at)
    return {where: sorted(starts) for where, starts in found.items()}


def _with_end(session: ListedSession, starts: Starts, facts: Facts) -> ListedSession:
    starts_at = session.starts_at
    if starts_at is None or session.ends_at is not None:
        return session
    later = starts[_place(session), day_of(starts_at, facts.time_zone)]
    following = next(iter(later[bisect_right(later, starts_at) :][:1]), None)
    if following:
        text = _("The end is not said; it is taken to last until what follows, at %(time)s.")
        said = text % {"time": clock_time(following, facts.time_zone)}
    else:
        said = _("The end is not said; it is taken to last an hour.")
    message = Message(Severity.WARNING, "ends_at", said)
    return replace(session, ends_at=following or starts_at + _USUAL, messages=(*session.messages, message))


def _faults(session: ListedSession) -> Iterable[Message]:
    """What keeps the session from being written."""
    said = {message.field for message in session.messages if message.severity is Severity.ERROR}
    if not session.title:
        yield Message(Severity.ERROR, "title", _("The title is missing."))
    if session.starts_at is None and "starts_at" not in said:
        yield Message(Severity.ERROR, "starts_at", _("There is no day and time at which it starts."))
    if (
        session.starts_at
        and session.ends_at
        and session.ends_at <= session.starts_at
        and "ends_at" not in said
    ):
        yield Message(Severity.ERROR, "ends_at", _("It does not end after it starts."))


def _doubts(session: ListedSession, facts: Facts) -> Iterable[Message]:
    if session.starts_at is None or session.ends_at is None or session.is_cancelled:
        return
    lasts = session.ends_at - session.starts_at
    if lasts > (_LONG_BREAK if _BREAK.search(session.title) else _LONG):
        text = _("It lasts %(hours)s hours; is the end right?")
        yield Message(Severity.WARNING, "ends_at", text % {"hours": round(lasts / timedelta(hours=1))})
    if _is_far(session.starts_at, facts):
        yield Message(Severity.WARNING, "starts_at", _("More than a week away from the days of the event."))


def _is_far(moment: datetime, facts: Facts) -> bool:
    day: date = day_of(moment, facts.time_zone)
    return not facts.starts_on - _FAR <= day <= facts.ends_on + _FAR


def _place(session: ListedSession) -> tuple[str, str]:
    return same(session.venue), same(session.point)


def _overlaps(sessions: Sequence[ListedSession]) -> Mapping[int, list[Message]]:
    """By place in the file, a warning where a room is still taken by an earlier session."""
    found: dict[int, list[Message]] = {place: [] for place in range(len(sessions))}
    taken: dict[tuple[str, str], ListedSession] = {}
    for place, session in sorted(enumerate(sessions), key=_by_start):
        if not session.point or session.starts_at is None or session.ends_at is None or session.is_cancelled:
            continue
        earlier = taken.get(_place(session))
        if earlier and earlier.ends_at and earlier.ends_at > session.starts_at:
            text = _("“%(title)s” is in the same room at that time.") % {"title": earlier.title[:80]}
            found[place].append(Message(Severity.WARNING, "point", text))
        if earlier is None or earlier.ends_at is None or session.ends_at > earlier.ends_at:
            taken[_place(session)] = session
    return found


def _by_start(one: tuple[int, ListedSession]) -> tuple[bool, float, int]:
    place, session = one
    return session.starts_at is None, session.starts_at.timestamp() if session.starts_at else 0.0, place
