"""Moving an event by whole days, so that a demo started on a later day finds it under way again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.db import transaction
from django.db.models import F, Max, QuerySet

from events.models import Event, Session, Shift
from guests.models import (
    Assignment,
    Handover,
    Incident,
    ItineraryItem,
    LogbookEntry,
    Request,
    RequestComment,
    Visit,
)
from liaison.clock import day_of

_ONE_DAY = timedelta(days=1)
_ASIDE = timedelta(days=36_500)
_Times = tuple[QuerySet[Any], tuple[str, ...]]


def begin_yesterday(event: Event, *, at: datetime) -> int:
    """Move everything at the event by the whole days that make today, in its zone, its second day; answers how many.

    One transaction, and nothing where today is the second day already. What is planned keeps its hour. What has
    happened keeps its order and its hour, and moves a day less where it would otherwise lie in the future. Prints,
    signed reports, notices and readings of private data stay: they tell of what was really done.
    """
    with transaction.atomic():
        event = Event.objects.select_for_update().get(pk=event.pk)
        days = (day_of(at, event.time_zone) - event.starts_on).days - 1
        if days == 0:
            return 0
        facts, planned = _facts(event), timedelta(days=days)
        newest = _newest(facts)
        happened = planned - _ONE_DAY if newest and newest + planned > at else planned
        with pgtrigger.ignore("guests.FollowedSession:is_followed_by_items"):  # every item is moved by itself
            _move(_plans(event), planned)
        _move_assignments(event, planned)
        with pgtrigger.ignore("guests.LogbookEntry:logbook_is_not_rewritten"):
            _move(facts, happened)
        event.starts_on += planned
        event.ends_on += planned
        event.save(update_fields=["starts_on", "ends_on"])
        return days


def _plans(event: Event) -> list[_Times]:
    return [
        (Session.objects.filter(event=event), ("starts_at", "ends_at")),
        (Shift.objects.filter(membership__event=event), ("starts_at", "ends_at")),
        (Visit.objects.filter(event=event), ("arrives_at", "departs_at")),
        (ItineraryItem.objects.filter(visit__event=event), ("starts_at", "ends_at", "leave_by_at")),
        (Request.objects.filter(visit__event=event), ("due_at",)),
    ]


def _facts(event: Event) -> list[_Times]:
    return [
        (Visit.objects.filter(event=event), ("status_at",)),
        (ItineraryItem.objects.filter(visit__event=event), ("estimate_at", "car_at_door_at")),
        (Request.objects.filter(visit__event=event), ("raised_at", "closed_at")),
        (RequestComment.objects.filter(request__visit__event=event), ("written_at",)),
        (LogbookEntry.objects.filter(visit__event=event), ("happened_at",)),
        (Handover.objects.filter(assignment__visit__event=event), ("offered_at", "answered_at")),
        (Incident.objects.filter(visit__event=event), ("raised_at", "acknowledged_at")),
    ]


def _newest(times: Iterable[_Times]) -> datetime | None:
    found = (rows.aggregate(*(Max(column) for column in columns)).values() for rows, columns in times)
    return max((moment for moments in found for moment in moments if moment), default=None)


def _move_assignments(event: Event, by: timedelta) -> None:
    """Far aside and back: a lead that has moved must not meet, row by row, the next lead who has not yet."""
    spans: list[_Times] = [(Assignment.objects.filter(visit__event=event), ("starts_at", "ends_at"))]
    _move(spans, by + _ASIDE)
    _move(spans, -_ASIDE)


def _move(times: Iterable[_Times], by: timedelta) -> None:
    for rows, columns in times:
        rows.order_by().update(**{column: F(column) + by for column in columns})
