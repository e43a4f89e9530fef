"""Calendars to listed sessions."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from events.programme.listed import Facts, Kind, ListedSession, Listing, Message
from liaison.clock import zone
from liaison.sheets.severity import Severity
from liaison.sheets.table import plain, tidy

_ROOM_AND_VENUE = re.compile(r"(?P<point>.+?) (?:/|·|@|\|) (?P<venue>.+)")


def listed_entries(found: Mapping[str, Any], facts: Facts) -> Listing:
    """The entries that `extract_calendar` found, as sessions; times that float are on the event's clocks."""
    return Listing(Kind.CALENDAR, tuple(_session(entry, facts) for entry in found["entries"]))


def _session(entry: Mapping[str, Any], facts: Facts) -> ListedSession:
    starts_at = _moment(entry["starts"], facts.time_zone)
    ends_at = _moment(entry["ends"], facts.time_zone)
    messages = []
    if starts_at and len(entry["starts"]) == len("2027-05-13"):
        ends_at = ends_at or _moment(_next_day(entry["starts"]), facts.time_zone)
        text = _("All day; taken from midnight to midnight.")
        messages.append(Message(Severity.WARNING, "starts_at", text))
    if entry.get("endless"):
        text = _("It repeats too often to be laid out.")
        messages.append(Message(Severity.ERROR, "starts_at", text))
    point, venue = _places(tidy(plain(entry["place"])))
    uid, instance = tidy(plain(entry["uid"])), entry["instance"]
    return ListedSession(
        place=uid[:80],
        key=f"{uid} {instance}" if uid and instance else uid,
        title=tidy(plain(entry["title"])),
        starts_at=starts_at,
        ends_at=ends_at,
        part=tidy(plain(entry["part"])),
        venue=venue,
        point=point,
        is_cancelled=entry["cancelled"],
        sequence=entry["sequence"],
        messages=tuple(messages),
    )


def _places(location: str) -> tuple[str, str]:
    """Room and venue of “Hall A / Grand Komodo”; a name alone may be either and stands as the room's."""
    found = _ROOM_AND_VENUE.fullmatch(location)
    return (found["point"], found["venue"]) if found else (location, "")


def _moment(written: str, time_zone: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone(time_zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _next_day(day: str) -> str:
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time()).isoformat()
    except OverflowError:
        return ""
