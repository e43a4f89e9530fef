"""Of which officers something was written that can bear on their duties; told by the history, so at a cost of the changes alone."""

from collections.abc import Callable, Mapping
from typing import Any

from events.models import Event, Membership, Point, Shift, Venue
from guests.models import Assignment, Guest, ItineraryItem, Visit
from liaison.history import Latest, Numbers

_ON_EVERYBODY = (Event, Venue, Point)
_Rows = Any


def _theirs(rows: _Rows) -> _Rows:
    return rows.values_list("officer_id")


def _of_visits(visits: _Rows) -> _Rows:
    return Assignment.objects.filter(visit__in=visits).order_by().values_list("officer_id")


# How a table's history leads to officers. Its rows are all that were ever written of what was written lately: whose a
# duty or an item was before counts as well.
_OFFICERS: Mapping[Any, Callable[[_Rows], _Rows]] = {
    Assignment: _theirs,
    ItineraryItem: lambda rows: _of_visits(rows.values("visit_id")),
    Visit: lambda rows: _of_visits(rows.values("pgh_obj_id")),
    Guest: lambda rows: _of_visits(Visit.objects.filter(guest__in=rows.values("pgh_obj_id")).values("pk")),
    Membership: lambda rows: rows.values_list("pgh_obj_id"),
    Shift: lambda rows: rows.values_list("membership_id"),
}
_TABLES = (*_ON_EVERYBODY, *_OFFICERS)
_LATEST = Latest(*_TABLES)

mark = _LATEST.read


def touched_since(before: Numbers, now: Numbers) -> set[int] | None:
    """The officers of whom something was written between two marks; None where it may be everybody.

    One query at most. Languages have no history and are not looked at.
    """
    parts = []
    for table, written in zip(_TABLES, Latest.written(before, now), strict=True):
        if written is None or (written and table in _ON_EVERYBODY):
            return None
        if written:
            history = table.pgh_event_model.objects
            rows = history.filter(pgh_id__in=written).values("pgh_obj_id")
            parts.append(_OFFICERS[table](history.filter(pgh_obj_id__in=rows).order_by()))
    return {key for (key,) in parts[0].union(*parts[1:])} if parts else set()
