"""Bringing stored reminders in line with the plans: what changed is marked, what is marked is reconciled."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from guests.changes import note_changes
from guests.models import OfficerMark, PlanMark
from guests.reminders.duties import briefing_wishes, shift_wishes
from guests.reminders.facts import hours_of, plans_of
from guests.reminders.items import item_wishes, landing_wishes
from guests.reminders.waiting import handover_wishes, request_wishes
from liaison.notices import outbox

_OF_A_VISIT = (item_wishes, landing_wishes, request_wishes, handover_wishes, briefing_wishes)


def plan_marked_visits(*, at: datetime, limit: int = 50) -> int:
    """Bring the reminders of up to `limit` visits whose plans changed in line with the plans; answers how many visits.

    What changed for whom is noted along, to be told once it is quiet.

    Any number of planners may run at the same time: each takes marks that nobody else has taken. A change that is
    written while its visit is planned waits for the planner's end and marks the visit anew. The marks go with the
    transaction that planned them, so that a planner that dies leaves them.
    """
    with transaction.atomic():
        marks = PlanMark.objects.select_for_update(skip_locked=True).order_by("marked_at", "pk")[:limit]
        visit_keys = [mark.visit_id for mark in marks]
        if visit_keys:
            outbox.reconcile(
                plan_keys=[plan_key(key) for key in visit_keys], wishes=wishes_for(visit_keys, at), at=at
            )
            note_changes(visit_keys, at=at)
            PlanMark.objects.filter(pk__in=visit_keys).delete()
    return len(visit_keys)


def plan_marked_officers(*, at: datetime, limit: int = 50) -> int:
    """The same for up to `limit` officers whose hours changed; answers how many officers."""
    with transaction.atomic():
        marks = OfficerMark.objects.select_for_update(skip_locked=True).order_by("marked_at", "pk")[:limit]
        keys = [mark.officer_id for mark in marks]
        if keys:
            wishes = [wish for hours in hours_of(keys, at) for wish in shift_wishes(hours, at)]
            outbox.reconcile(plan_keys=[f"officer:{key}" for key in keys], wishes=wishes, at=at)
            OfficerMark.objects.filter(pk__in=keys).delete()
    return len(keys)


def plan_key(visit_key: int) -> str:
    """What groups the reminders of one visit."""
    return f"visit:{visit_key}"


def wishes_for(visit_keys: Collection[int], at: datetime) -> list[outbox.Wish]:
    """The reminders that should exist for what is still ahead of these visits. Eight queries, however many there are."""
    return [wish for plan in plans_of(visit_keys, at) for kind in _OF_A_VISIT for wish in kind(plan, at)]
