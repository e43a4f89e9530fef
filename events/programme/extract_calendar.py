"""Takes the entries out of a calendar (RFC 5545), repetitions laid out; run by `liaison.sheets.confined`.

Imports nothing of the project, so that it starts fast.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import recurring_ical_events
from icalendar import Calendar

MAX_ENTRIES = 5000
_MAX_REPETITIONS = 500  # of one entry, within the days asked for
_UNREADABLE = (ValueError, OverflowError, TypeError, LookupError, AttributeError)


def extract(data: bytes, first: str, last: str) -> dict[str, Any]:
    """{"entries": […]} of texts and moments, or {"refused": why}; repeated entries from the first to the last day only."""
    try:
        calendars = Calendar.from_ical(data, multiple=True)
    except RecursionError:
        return {"refused": "deep"}
    except _UNREADABLE:
        return {"refused": "damaged"}
    span = date.fromisoformat(first), date.fromisoformat(last)
    found = []
    for calendar in calendars:
        for events in _by_uid(calendar).values():
            found += _repeated(events, *span) if any(map(_repeats, events)) else [_entry(_latest(events))]
            if len(found) > MAX_ENTRIES:
                return {"refused": "many"}
    return {"entries": found}


def _by_uid(calendar: Any) -> dict[Any, list[Any]]:
    """The entries of each identifier; one without any stands alone."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for event in calendar.walk("VEVENT"):
        found[str(event.get("UID", "")) or id(event)].append(event)
    return found


def _repeats(event: Any) -> bool:
    return "RRULE" in event or "RDATE" in event


def _latest(events: list[Any]) -> Any:
    """Of several versions of one entry the one with the highest sequence, then the last."""
    return max(enumerate(events), key=lambda one: (_sequence(one[1]), one[0]))[1]


def _repeated(events: list[Any], first: date, last: date) -> list[dict[str, Any]]:
    """Each repetition within the days, under its own key; the entry without times where its rule says nothing."""
    calendar: Any = Calendar()
    for event in events:
        calendar.add_component(event)
    try:
        series = recurring_ical_events.of(calendar).after(
            datetime(first.year, first.month, first.day, tzinfo=UTC)
        )
        within = list(islice(_until(series, last), _MAX_REPETITIONS + 1))
    except _UNREADABLE:
        return [_entry(events[0]) | {"starts": "", "ends": ""}]
    if len(within) > _MAX_REPETITIONS:
        return [_entry(events[0]) | {"starts": "", "ends": "", "endless": True}]
    return [_entry(event, instance=True) for event in within]


def _until(series: Iterable[Any], last: date) -> Iterator[Any]:
    for event in series:
        start = event["DTSTART"].dt
        if (start.date() if isinstance(start, datetime) else start) > last:
            return
        yield event


def _entry(event: Any, *, instance: bool = False) -> dict[str, Any]:
    return {
        "uid": _text(event, "UID"),
        "instance": _moment(event, "RECURRENCE-ID") or _moment(event, "DTSTART") if instance else "",
        "title": _text(event, "SUMMARY"),
        "place": _text(event, "LOCATION"),
        "part": _part(event),
        "starts": _moment(event, "DTSTART"),
        "ends": _end(event),
        "cancelled": _text(event, "STATUS").upper() == "CANCELLED",
        "sequence": _sequence(event),
    }


def _text(event: Any, name: str) -> str:
    value = event.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value or "")


def _part(event: Any) -> str:
    """The first of its categories."""
    try:
        categories = event.categories
    except _UNREADABLE:
        return ""
    return str(categories[0]) if categories else ""


def _sequence(event: Any) -> int:
    try:
        return max(0, min(int(event.get("SEQUENCE", 0)), 2**31 - 1))
    except _UNREADABLE:
        return 0


def _moment(event: Any, name: str) -> str:
    """A moment as ISO 8601: in UTC, or without an offset where it floats; a day alone as such. Empty for none."""
    try:
        return _said(event[name].dt)
    except _UNREADABLE:
        return ""


def _end(event: Any) -> str:
    """When it ends, by its end or its length; empty where it has neither."""
    if "DTEND" in event:
        return _moment(event, "DTEND")
    try:
        return _said(event["DTSTART"].dt + event["DURATION"].dt)
    except _UNREADABLE:
        return ""


def _said(moment: date | datetime) -> str:
    if isinstance(moment, datetime) and moment.tzinfo:
        moment = moment.astimezone(UTC)
    return moment.isoformat()
