"""The desk's first page: for each event, what needs a person now, in order, each number leading to its rows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from events.admin.filters import EVENT_PARAMETER
from events.models import Event
from guests.admin.filters import events_at
from guests.collisions.standing import kept_collisions
from guests.models import Assignment, Handover, Incident, Print, Request, Visit
from guests.outdated import outdated
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
    """An event with its cards: what needs a person now, and what is good to know."""

    event: Event
    cards: list[Card]

    @property
    def waiting(self) -> list[Card]:
        """What needs a person now."""
        return [card for card in self.cards if card.is_urgent]

    @property
    def quiet(self) -> list[Card]:
        """What needs nobody."""
        return [card for card in self.cards if not card.is_urgent]


@dataclass(frozen=True)
class _Heap:
    """Rows of one kind, counted by event, and the question by which a table shows them."""

    title: str
    counted: Mapping[int, int]
    table: str
    asked: Mapping[str, str]
    needs_somebody: bool = True


def with_what_waits(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The first page's context, with a board for each event the person runs; as many queries for many as for one."""
    return context | {"boards": boards(events_at(request), at=timezone.now())}


def boards(events: Sequence[Event], *, at: datetime) -> list[Board]:
    """What waits at each of the events, in the order in which it needs a person."""
    heaps = [*_people(events, at), *_words(events, at), *_plans(events, at), *_quiet(events, at)]
    return [Board(event, [_card(heap, event) for heap in heaps]) for event in events]


def _card(heap: _Heap, event: Event) -> Card:
    number = heap.counted.get(event.pk, 0)
    asked = urlencode({**heap.asked, EVENT_PARAMETER: str(event.pk)})
    address = f"{reverse(f'admin:{heap.table}_changelist')}?{asked}"
    return Card(heap.title, number, address, heap.needs_somebody and number > 0)


def _people(events: Sequence[Event], at: datetime) -> list[_Heap]:
    """Guests and officers: who calls for help, who is alone, who has to be in two places."""
    visits = Visit.objects.filter(event__in=events)
    alarms = Incident.objects.alarms().filter(visit__event__in=events)
    found = kept_collisions(events, at=at)
    collide = {
        key: len({one.assignment for one in of_event if not one.is_meant}) for key, of_event in found.items()
    }
    return [
        _Heap(_("SOS not acknowledged"), _by(alarms, "visit__event"), "guests_incident", {"acknowledged": "alarms"}),
        _Heap(_("Guests without a lead"), _by(visits.without_lead(at)), "guests_visit", {"officer": "none"}),
        _Heap(_("Assignments that collide"), collide, "guests_assignment", {"collides": "open"}),
    ]  # fmt: skip


def _words(events: Sequence[Event], at: datetime) -> list[_Heap]:
    """What was asked, said or offered, and has no answer."""
    overdue = Request.objects.overdue(at).filter(visit__event__in=events)
    left = Request.objects.without_owner(at).filter(visit__event__in=events)
    notices = Notice.objects.filter(event__in=events)
    failed, missed, unseen = notices.failed_lately(at), notices.missed_lately(at), notices.unacknowledged(at)
    unconfirmed = Assignment.objects.confirmation_due(at).filter(visit__event__in=events)
    handovers = Handover.objects.open().filter(assignment__visit__event__in=events)
    return [
        _Heap(_("Requests overdue"), _by(overdue, "visit__event"), "guests_request", {"waiting": "overdue"}),
        _Heap(_("Requests without an owner"), _by(left, "visit__event"), "guests_request", {"waiting": "left"}),
        _Heap(_("Notices that failed"), _by(failed), "notices_notice", {"trouble": "failed"}),
        _Heap(_("Notices that came too late to be sent"), _by(missed), "notices_notice", {"trouble": "missed"}),
        _Heap(_("Reminders not acknowledged"), _by(unseen), "notices_notice", {"acknowledged": "waiting"}),
        _Heap(_("Not confirmed by the officer"), _by(unconfirmed, "visit__event"), "guests_assignment", {"confirmation": "missing"}),
        _Heap(_("Open handovers"), _by(handovers, "assignment__visit__event"), "guests_handover", {"state__exact": "offered"}),
    ]  # fmt: skip


def _plans(events: Sequence[Event], at: datetime) -> list[_Heap]:
    """What is planned or printed, and may no longer be so."""
    unsure = Visit.objects.filter(event__in=events).with_stale_estimates(at)
    prints = Print.objects.filter(visit__event__in=events)
    gone = prints.filter(pk__in=outdated(prints, at=at))
    return [
        _Heap(_("Guests whose times are not certain"), _by(unsure), "guests_visit", {"times": "stale"}),
        _Heap(_("Prints out of date"), _by(gone, "visit__event"), "guests_print", {"holds": "no"}),
    ]  # fmt: skip


def _quiet(events: Sequence[Event], at: datetime) -> list[_Heap]:
    visits = Visit.objects.filter(event__in=events)
    today = _by(_arriving(visits, events, at))
    return [
        _Heap(_("Arriving today"), today, "guests_visit", {"arrives": "today"}, needs_somebody=False),
        _Heap(_("Guests"), _by(visits), "guests_visit", {}, needs_somebody=False),
    ]  # fmt: skip


def _arriving(visits: QuerySet[Visit], events: Iterable[Event], at: datetime) -> QuerySet[Visit]:
    """Those who arrive today, counted in each event's own zone."""
    today = Q(pk=None)
    for event in events:
        start, end = day_bounds(day_of(at, event.time_zone), event.time_zone)
        today |= Q(event=event, arrives_at__gte=start, arrives_at__lt=end)
    return visits.filter(today)


def _by(rows: QuerySet[Any], path: str = "event") -> Counter[int]:
    return Counter(dict(rows.order_by().values_list(path).annotate(number=Count("pk"))))
