"""What needs a person now, counted by event: for the desk's first page and for the coordinators' mail of the morning."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from events.models import Event
from guests.collisions.kept import kept_collisions
from guests.models import Assignment, Handover, Incident, Print, Request, Visit
from guests.outdated import outdated
from liaison.clock import day_bounds, day_of
from liaison.notices.models import Notice


@dataclass(frozen=True)
class Heap:
    """Rows of one kind, counted by event, and the question by which a table of the desk shows them."""

    title: Any
    counted: Mapping[int, int]
    table: str
    asked: Mapping[str, str]
    needs_somebody: bool = True


def heaps(events: Sequence[Event], *, at: datetime) -> list[Heap]:
    """What waits at the events, in the order in which it needs a person; as many queries for many events as for one."""
    return [*waiting(events, at=at), *_quiet(events, at)]


def waiting(events: Sequence[Event], *, at: datetime) -> list[Heap]:
    """Only what needs a person."""
    return [*_people(events, at), *_words(events, at), *_plans(events, at)]


def _people(events: Sequence[Event], at: datetime) -> list[Heap]:
    """Guests and officers: who calls for help, who is alone, who has to be in two places."""
    visits = Visit.objects.filter(event__in=events)
    alarms = Incident.objects.alarms().filter(visit__event__in=events)
    found = kept_collisions(events, at=at)
    collide = {key: len(of_event.meant(False).keys("assignment")) for key, of_event in found.items()}
    return [
        Heap(_("SOS not acknowledged"), _by(alarms, "visit__event"), "guests_incident", {"acknowledged": "alarms"}),
        Heap(_("Guests without a lead"), _by(visits.without_lead(at)), "guests_visit", {"lead": "none"}),
        Heap(_("Assignments that collide"), collide, "guests_assignment", {"collides": "open"}),
    ]  # fmt: skip


def _words(events: Sequence[Event], at: datetime) -> list[Heap]:
    """What was asked, said or offered, and has no answer."""
    overdue = Request.objects.overdue(at).filter(visit__event__in=events)
    left = Request.objects.without_owner(at).filter(visit__event__in=events)
    notices = Notice.objects.filter(event__in=events)
    failed, missed, unseen = notices.failed_lately(at), notices.missed_lately(at), notices.unacknowledged(at)
    unconfirmed = Assignment.objects.confirmation_due(at).filter(visit__event__in=events)
    handovers = Handover.objects.open().filter(assignment__visit__event__in=events)
    return [
        Heap(_("Requests overdue"), _by(overdue, "visit__event"), "guests_request", {"waiting": "overdue"}),
        Heap(_("Requests without an owner"), _by(left, "visit__event"), "guests_request", {"waiting": "left"}),
        Heap(_("Notices that failed"), _by(failed), "notices_notice", {"trouble": "failed"}),
        Heap(_("Notices that came too late to be sent"), _by(missed), "notices_notice", {"trouble": "missed"}),
        Heap(_("Reminders not acknowledged"), _by(unseen), "notices_notice", {"acknowledged": "waiting"}),
        Heap(_("Not confirmed by the officer"), _by(unconfirmed, "visit__event"), "guests_assignment", {"confirmation": "missing"}),
        Heap(_("Open handovers"), _by(handovers, "assignment__visit__event"), "guests_handover", {"state__exact": "offered"}),
    ]  # fmt: skip


def _plans(events: Sequence[Event], at: datetime) -> list[Heap]:
    """What is planned or printed, and may no longer be so."""
    unsure = Visit.objects.filter(event__in=events).with_stale_estimates(at)
    prints = Print.objects.filter(event__in=events)
    gone = prints.filter(pk__in=outdated(prints, at=at))
    return [
        Heap(_("Guests whose times are not certain"), _by(unsure), "guests_visit", {"times": "stale"}),
        Heap(_("Prints out of date"), _by(gone), "guests_print", {"holds": "no"}),
    ]  # fmt: skip


def _quiet(events: Sequence[Event], at: datetime) -> list[Heap]:
    visits = Visit.objects.filter(event__in=events)
    today = _by(_arriving(visits, events, at))
    return [
        Heap(_("Arriving today"), today, "guests_visit", {"arrives": "today"}, needs_somebody=False),
        Heap(_("Guests"), _by(visits), "guests_visit", {}, needs_somebody=False),
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
