"""Schedules of conference tools to listed sessions: times by their offsets, days that end after midnight."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _

from events.programme.listed import Facts, Kind, ListedSession, Listing, Message
from liaison.clock import is_zone, zone
from liaison.sheets.severity import Severity
from liaison.sheets.table import plain, tidy

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_LENGTH = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})")
_MINUTES = re.compile(r"\d{1,5}(?:\.\d+)?")
_CANCELLED = frozenset({"canceled", "cancelled", "withdrawn"})
_LONGEST = timedelta(days=30)
_MIDNIGHT = time()


def listed_talks(found: Mapping[str, Any], facts: Facts) -> Listing:
    """The talks that `extract_schedule` found, as sessions."""
    named = found["zone"] if is_zone(found["zone"]) else ""
    talks = [_talk(talk, zone(named or facts.time_zone)) for talk in found["talks"]]
    messages = [*_doubtful_zone(found, named, facts), *_doubtful_days(found["days"])]
    return Listing(Kind.SCHEDULE, tuple(talks), tuple(messages))


def _talk(talk: Mapping[str, str], tz: tzinfo) -> ListedSession:
    starts_at = _start(talk, tz)
    key = talk["guid"] or talk["id"] or talk["code"]
    messages = []
    ends_at = _end(talk, starts_at, tz)
    if starts_at and ends_at is None and (talk["duration"] or talk["end"]):
        text = _("“%(text)s” is no length of time that can be used.")
        messages.append(
            Message(Severity.WARNING, "ends_at", text % {"text": (talk["duration"] or talk["end"])[:40]})
        )
    return ListedSession(
        place=tidy(plain(talk["code"] or talk["id"] or talk["guid"]))[:80],
        key=tidy(plain(key)),
        title=tidy(plain(talk["title"])),
        starts_at=starts_at,
        ends_at=ends_at,
        part=tidy(plain(talk["track"] or talk["type"])),
        point=tidy(plain(talk["room"])),
        is_cancelled=(talk["state"] or talk["status"]).lower() in _CANCELLED,
        messages=tuple(messages),
    )


def _start(talk: Mapping[str, str], tz: tzinfo) -> datetime | None:
    """By its own date with an offset; else by the day and the hour, which after midnight belongs to the day before."""
    if whole := _moment(talk["date"], tz):
        return whole
    day, clock = _day(talk["day"] or talk["date"]), _clock(talk["start"])
    if day is None or clock is None:
        return None
    begins = _moment(talk["day_start"], tz)
    opens = begins.astimezone(tz).time() if begins else _clock(talk["day_start"]) or _MIDNIGHT
    return _in_utc(datetime.combine(day + timedelta(days=clock < opens), clock, tzinfo=tz))


def _end(talk: Mapping[str, str], starts_at: datetime | None, tz: tzinfo) -> datetime | None:
    if starts_at is None:
        return None
    if length := _length(talk["duration"]):
        try:
            return starts_at + length
        except OverflowError:
            return None
    return _moment(talk["end"], tz)


def _length(written: str) -> timedelta | None:
    """“01:30” is an hour and a half, “1:00:00” a day, “90” ninety minutes."""
    if found := _LENGTH.fullmatch(written):
        days, hours, minutes = (int(part or 0) for part in found.groups())
        if minutes > 59 or (found[1] and hours > 23):
            return None
        length = timedelta(days=days, hours=hours, minutes=minutes)
    elif _MINUTES.fullmatch(written):
        length = timedelta(minutes=float(written))
    else:
        return None
    return length if timedelta() < length <= _LONGEST else None


def _moment(written: str, tz: tzinfo) -> datetime | None:
    """A day with a time; None for a day alone."""
    if len(written) < len("2027-05-13T09:00"):
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return _in_utc(moment if moment.tzinfo else moment.replace(tzinfo=tz))


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def _clock(written: str) -> time | None:
    found = _CLOCK.fullmatch(written)
    try:
        return time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _doubtful_zone(found: Mapping[str, Any], named: str, facts: Facts) -> list[Message]:
    """A warning where the zone the file names is not the one of its offsets; the offsets count."""
    if found["zone"] and not named:
        text = _("The file's time zone “%(zone)s” is not known; the event's zone is taken.")
        return [Message(Severity.WARNING, "starts_at", text % {"zone": found["zone"][:40]})]
    for talk in found["talks"]:
        try:
            moment = datetime.fromisoformat(talk["date"])
        except ValueError:
            continue
        if named and moment.tzinfo and moment.utcoffset() != _offset(moment, zone(named)):
            text = _(
                "The file names the time zone %(zone)s, but its times carry another offset. The offsets count."
            )
            return [Message(Severity.WARNING, "starts_at", text % {"zone": named})]
    return []


def _offset(moment: datetime, tz: tzinfo) -> timedelta | None:
    return moment.replace(tzinfo=tz).utcoffset()


def _doubtful_days(days: Sequence[Mapping[str, str]]) -> list[Message]:
    reversed_days = [day["date"] for day in days if day["start"] and day["end"] and _ends_first(day)]
    text = _("The day %(day)s ends before it starts; its sessions are read by their own times.")
    return [Message(Severity.WARNING, "starts_at", text % {"day": day[:20]}) for day in reversed_days[:3]]


def _ends_first(day: Mapping[str, str]) -> bool:
    start, end = _moment(day["start"], UTC), _moment(day["end"], UTC)
    return bool(start and end and end < start)
