"""Takes the talks out of a schedule in JSON or XML, as conference tools export it; run by `liaison.sheets.confined`.

Both shapes are those of frab and pretalx: a conference with days, each with rooms, each with talks. Fields that are not
asked for are passed over. Imports nothing of the project, so that it starts fast.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

MAX_TALKS = 5000
_FIELDS = (
    "guid",
    "id",
    "code",
    "date",
    "start",
    "duration",
    "end",
    "title",
    "type",
    "track",
    "state",
    "status",
)


def extract(data: bytes) -> dict[str, Any]:
    """{"zone": name, "talks": […], "days": […]}, all texts, or {"refused": why}."""
    try:
        schedule = _from_json(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else _from_xml(data)
    except RecursionError:
        return {"refused": "deep"}
    except DefusedXmlException:
        return {"refused": "entities"}
    except (ValueError, SyntaxError, LookupError, TypeError, AttributeError):
        return {"refused": "damaged"}
    return {"refused": "many"} if len(schedule["talks"]) > MAX_TALKS else schedule


def _from_json(data: bytes) -> dict[str, Any]:
    whole = json.loads(data.decode(_encoding(data)), object_pairs_hook=_together)
    conference = whole.get("schedule", whole).get("conference", whole)
    days = _listed(conference["days"])
    return {
        "zone": _text(conference.get("time_zone_name")),
        "days": [_day(day.get("date"), day.get("day_start"), day.get("day_end")) for day in days],
        "talks": [
            _talk(talk, talk.get("room") or room, day.get("date"), day.get("day_start"))
            for day in days
            for room, talks in day.get("rooms", {}).items()
            for talk in _listed(talks)
        ],
    }


def _encoding(data: bytes) -> str:
    return json.detect_encoding(data)


def _together(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object as a dict; of two rooms under one name neither is lost."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        known = found.get(key)
        found[key] = [*known, *value] if isinstance(known, list) and isinstance(value, list) else value
    return found


def _from_xml(data: bytes) -> dict[str, Any]:
    schedule = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    if schedule.tag != "schedule":
        raise ValueError(schedule.tag)
    days = schedule.findall("day")
    return {
        "zone": _text(schedule.findtext("conference/time_zone_name")),
        "days": [_day(day.get("date"), day.get("start"), day.get("end")) for day in days],
        "talks": [
            _talk(
                _fields(event), event.findtext("room") or room.get("name"), day.get("date"), day.get("start")
            )
            for day in days
            for room in day.findall("room")
            for event in room.findall("event")
        ],
    }


def _fields(event: Any) -> dict[str, Any]:
    return {child.tag: child.text for child in event} | dict(event.attrib)


def _listed(rows: Any) -> list[dict[str, Any]]:
    """The rows that are objects."""
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _day(date: Any, start: Any, end: Any) -> dict[str, str]:
    return {"date": _text(date), "start": _text(start), "end": _text(end)}


def _talk(talk: dict[str, Any], room: Any, date: Any, start: Any) -> dict[str, str]:
    said = {key: _text(talk.get(key)) for key in _FIELDS}
    return said | {"room": _text(room), "day": _text(date), "day_start": _text(start)}


def _text(value: Any) -> str:
    """A value as text; of a text in several languages the first."""
    if isinstance(value, dict):
        value = next(_texts(value.values()), "")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)


def _texts(values: Iterable[Any]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str) and value)
