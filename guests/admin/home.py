"""The desk's first page: for each event, what waits for a person, each number leading to its rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from events.admin.chosen import desk_of
from events.models import Event
from guests.models import Assignment, Handover, Incident, Request, Visit
from liaison.clock import day_bounds, day_of
from liaison.notices.models import Notice


@dataclass(frozen=True)
class Card:
    """A number of rows that wait, and where they are."""

    title: str
    number: int
    address: str
    is_urgent: bool


@dataclass(frozen=True)
class Board:
    """An event with its cards."""

    event: Event
    cards: list[Card]


def with_what_waits(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The first page's context, with a board for each event the person runs; eight queries however many there are."""
    desk = desk_of(request)
    events = [desk.chosen] if desk.chosen else desk.events
    return context | {"boards": boards(events, at=timezone.now())}


def boards(events: Iterable[Event], *, at: datetime) -> list[Board]:
    """What waits at each of the events, in the order in which it needs a person."""
    events = list(events)
    visits = Visit.objects.filter(event__in=events)
    led = Assignment.objects.standing().filter(visit=OuterRef("pk"), role=Assignment.Role.LEAD)
    overdue = Request.objects.overdue(at).filter(visit__event__in=events)
    failed = Notice.objects.filter(event__in=events, state=Notice.State.FAILED)
    handovers = Handover.objects.open().filter(assignment__visit__event__in=events)
    alarms = Incident.objects.alarms().filter(visit__event__in=events)
    counted = [
        (
            _("SOS not acknowledged"),
            _by_event(alarms, "visit__event"),
            "guests_incident",
            {"severity__exact": "sos", "acknowledged_at__isnull": "True"},
            True,
        ),
        (
            _("Guests without a lead"),
            _by_event(visits.filter(~Exists(led))),
            "guests_visit",
            {"officer": "none"},
            True,
        ),
        (
            _("Requests overdue"),
            _by_event(overdue, "visit__event"),
            "guests_visit",
            {"requests": "overdue"},
            True,
        ),
        (_("Notices that failed"), _by_event(failed), "notices_notice", {"state__exact": "failed"}, True),
        (
            _("Open handovers"),
            _by_event(handovers, "assignment__visit__event"),
            "guests_handover",
            {"state__exact": "offered"},
            True,
        ),
        (
            _("Arriving today"),
            _by_event(_arriving(visits, events, at)),
            "guests_visit",
            {"arrives": "today"},
            False,
        ),
        (_("Guests"), _by_event(visits), "guests_visit", {}, False),
    ]
    return [
        Board(
            event,
            [
                Card(
                    title, number[event.pk], _address(table, event, asked), is_urgent and number[event.pk] > 0
                )
                for title, number, table, asked, is_urgent in counted
            ],
        )
        for event in events
    ]


def _arriving(visits: QuerySet[Visit], events: Iterable[Event], at: datetime) -> QuerySet[Visit]:
    """Those who arrive today, counted in each event's own zone."""
    today = Q(pk=None)
    for event in events:
        start, end = day_bounds(day_of(at, event.time_zone), event.time_zone)
        today |= Q(event=event, arrives_at__gte=start, arrives_at__lt=end)
    return visits.filter(today)


def _by_event(rows: QuerySet[Any], path: str = "event") -> Counter[int]:
    return Counter(dict(rows.order_by().values_list(path).annotate(number=Count("pk"))))


def _address(table: str, event: Event, asked: dict[str, str]) -> str:
    """The table's rows of that event; tables whose rows only hang on an event show those of all one runs."""
    of_event = {"event__id__exact": str(event.pk)} if table == "guests_visit" else {}
    return f"{reverse(f'admin:{table}_changelist')}?{urlencode(asked | of_event)}"
