"""Passing on what nobody answers: to the deputies on duty, then to the coordinators."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from events.models import Membership, Role
from guests.models import Assignment
from liaison.notices import outbox
from liaison.notices.models import Notice

KIND = "escalation"
_DEPUTY, _COORDINATOR = "to:deputy", "to:coordinator"


def escalate_unanswered(*, at: datetime, limit: int = 100) -> int:
    """Tell the next person of each reminder that was not answered in its time; answers how many notices that were.

    First the deputies on duty, or where there is none the coordinators at once; after as long again without a word from
    either, the coordinators. Each step at most once. The reminders are held meanwhile: an answer comes before or after.
    One query while nothing waits.
    """
    with transaction.atomic():
        waiting = list(_waiting(at)[:limit])
        if not waiting:
            return 0
        wishes = list(_wishes(waiting, at))
        outbox.reconcile(plan_keys=[], wishes=wishes, at=at)
    return len(wishes)


def _waiting(at: datetime) -> Any:
    """What is to be passed on now: not answered by anybody it went to, and not with the coordinators yet."""
    steps = Notice.objects.filter(
        plan_key=Concat(Value(f"{KIND}:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    )
    is_settled = Exists(steps.filter(Q(acknowledged_at__isnull=False) | Q(subject_ref=_COORDINATOR)))
    rows = Notice.objects.to_escalate(at).annotate(is_with_deputy=Exists(steps))
    has_waited_twice = Q(finished_at__lte=Value(at) - 2 * F("escalate_after") * Value(timedelta(minutes=1)))
    rows = rows.filter(~is_settled, Q(is_with_deputy=False) | has_waited_twice)
    held = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return held.select_related("recipient").order_by("pk")


def _wishes(waiting: Collection[Any], at: datetime) -> Iterator[outbox.Wish]:
    deputies = _deputies({notice.payload.get("visit_id") for notice in waiting}, at)
    coordinators = _coordinators({notice.event_id for notice in waiting})
    for notice in waiting:
        to = deputies[notice.payload.get("visit_id")] - {notice.recipient_id}
        step = _DEPUTY
        if notice.is_with_deputy or not to:
            to, step = coordinators[notice.event_id] - {notice.recipient_id}, _COORDINATOR
        yield from (_wish(notice, step, person, at) for person in sorted(to))


def _deputies(visits: Iterable[Any], at: datetime) -> defaultdict[Any, set[int]]:
    rows = Assignment.objects.current(at).filter(
        visit__in=[key for key in visits if key], role=Assignment.Role.DEPUTY, officer__user__is_active=True
    )
    return _sets(rows.values_list("visit_id", "officer__user_id"))


def _coordinators(events: Iterable[Any]) -> defaultdict[Any, set[int]]:
    rows = Membership.objects.filter(event__in=events, role=Role.COORDINATOR, user__is_active=True)
    return _sets(rows.values_list("event_id", "user_id"))


def _sets(pairs: Iterable[tuple[Any, int]]) -> defaultdict[Any, set[int]]:
    found = defaultdict(set)
    for key, person in pairs:
        found[key].add(person)
    return found


def _wish(notice: Notice, step: str, person: int, at: datetime) -> outbox.Wish:
    """Says who has not answered and what they were reminded of. Urgent: it has waited already, quiet hours or not."""
    said = {name: value for name, value in notice.payload.items() if name != "own"}
    return outbox.Wish(
        recipient_id=person,
        event_id=notice.event_id,
        kind=KIND,
        subject_ref=step,
        plan_key=f"{KIND}:{notice.pk}",
        dedupe_key=f"{KIND}:{notice.pk}:{step}:{person}",
        payload=said
        | {
            "silent": notice.recipient.name,
            "phone": notice.recipient.phone,
            "told_at": notice.finished_at.isoformat() if notice.finished_at else "",
            "about": f"notices/{notice.kind}/subject.txt",
        },
        is_urgent=True,
        wants_acknowledgement=True,
        due_at=at,
        expires_at=notice.expires_at,
    )
