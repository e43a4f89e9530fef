"""Which reminders the officers should get: the plan of a visit, turned into wishes for the outbox."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction

from events.models import Role
from guests.changes import note_changes
from guests.leaving import leaving_for
from guests.models import Assignment, ItineraryItem, PlanMark, ReminderRule, Visit
from guests.places import place_of
from liaison.notices import outbox
from liaison.notices.models import REMINDER

KIND = REMINDER
_BEFORE = timedelta(days=1)  # what came before on the day, from where one leaves
LEAST_LEAD = timedelta(minutes=1)  # what is due at the very start is too late by then


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


def plan_key(visit_key: int) -> str:
    """What groups the reminders of one visit."""
    return f"visit:{visit_key}"


def wishes_for(visit_keys: Collection[int], at: datetime) -> list[outbox.Wish]:
    """The reminders that should exist for what is still ahead of these visits. Four queries, however many there are."""
    visits = Visit.objects.select_related("guest", "event", "hotel").in_bulk(visit_keys)
    items = (
        ItineraryItem.objects.standing()
        .filter(visit__in=visit_keys, starts_at__gt=at - _BEFORE)
        .select_related("venue", "origin", "point__venue", "vehicle")
    )
    assignments = (
        Assignment.objects.not_over(at)
        .filter(visit__in=visit_keys, officer__role=Role.OFFICER, officer__user__is_active=True)
        .select_related("officer")
        .order_by("pk")
    )
    rules = _rules({visit.event_id for visit in visits.values()})
    by_visit = defaultdict(list)
    for assignment in assignments:
        by_visit[assignment.visit_id].append(assignment)
    plans: defaultdict[int, list[ItineraryItem]] = defaultdict(list)
    for item in items:
        plans[item.visit_id].append(item)
    return [
        wish
        for key, plan in plans.items()
        for ahead in _ahead(plan, visits[key], at)
        for wish in _wishes_of(ahead, by_visit[key], rules[ahead.visit.event_id])
    ]


def _rules(event_keys: Collection[int]) -> defaultdict[int, Sequence[ReminderRule]]:
    """Each event's rules by its key; the default where an event has none."""
    found = defaultdict(list)
    for rule in ReminderRule.objects.filter(event__in=event_keys).order_by("pk"):
        found[rule.event_id].append(rule)
    return defaultdict(lambda: [ReminderRule()], found)


@dataclass(frozen=True)
class _Ahead:
    """An item of which both times are known."""

    item: ItineraryItem
    visit: Visit
    starts_at: datetime
    moves_at: datetime

    def due_at(self, rule: ReminderRule) -> datetime:
        """When that rule wants the reminder: so long before one has to move, and a minute before the start at the latest."""
        wanted = self.moves_at - timedelta(minutes=rule.minutes_before)
        return min(wanted, self.starts_at - LEAST_LEAD)


def _ahead(plan: Sequence[ItineraryItem], visit: Visit, at: datetime) -> Iterator[_Ahead]:
    """What of the plan has a sure time and has not begun, with when to move for it: by the way where nobody has set it."""
    leaving = leaving_for(plan, visit)
    for item in plan:
        is_sure = item.precision != Visit.Precision.TO_BE_CONFIRMED
        if is_sure and item.starts_at and item.starts_at > at:
            leave = leaving[item.pk]
            yield _Ahead(item, visit, item.starts_at, leave.at if leave else item.starts_at)


def _wishes_of(
    ahead: _Ahead, assignments: Iterable[Assignment], rules: Sequence[ReminderRule]
) -> Iterator[outbox.Wish]:
    """What to tell about one item, to each officer who is on duty when it starts.

    A person's reminders of one item follow one another: each is of no use once the next is due, the last once the item
    has started. So whoever is assigned late, or was cut off for hours, gets one reminder and not all of them at once.
    Two rules that fall on the same moment remind once.
    """
    by_person: defaultdict[int, dict[datetime, ReminderRule]] = defaultdict(dict)
    for assignment in assignments:
        if assignment.starts_at <= ahead.starts_at < assignment.ends_at:
            for rule in rules:
                if rule.audience == assignment.role and rule.kind in {"", ahead.item.kind}:
                    by_person[assignment.officer.user_id].setdefault(ahead.due_at(rule), rule)
    for person, rules_by_time in by_person.items():
        for due_at, expires_at in pairwise([*sorted(rules_by_time), ahead.starts_at]):
            yield _wish(ahead, person, rules_by_time[due_at], due_at, expires_at)


def _wish(
    ahead: _Ahead, person: int, rule: ReminderRule, due_at: datetime, expires_at: datetime
) -> outbox.Wish:
    """One reminder. Its key holds the item's times: what was sent before the item moved says nothing of the new ones."""
    item = ahead.item
    times = f"{ahead.starts_at.timestamp():.0f}:{ahead.moves_at.timestamp():.0f}"
    return outbox.Wish(
        recipient_id=person,
        event_id=ahead.visit.event_id,
        kind=KIND,
        subject_ref=f"item:{item.pk}",
        plan_key=plan_key(item.visit_id),
        dedupe_key=f"{KIND}:{item.visit_id}:{item.pk}:{rule.minutes_before}{rule.audience}:{person}:{times}",
        payload=_payload(ahead),
        due_at=due_at,
        expires_at=expires_at,
    )


def _payload(ahead: _Ahead) -> dict[str, str | int | bool]:
    """What the reminder says. Nothing private: a mail is read on a lock screen."""
    item = ahead.item
    return {
        "guest": ahead.visit.guest.called,
        "title": item.title,
        "starts_at": ahead.starts_at.isoformat(),
        "moves_at": ahead.moves_at.isoformat(),
        "zone": ahead.visit.event.time_zone,
        "event": ahead.visit.event.name,
        "place": place_of(item),
        "plate": item.vehicle.plate if item.vehicle else "",
        "tentative": item.state == ItineraryItem.State.TENTATIVE,
        "approximate": item.precision == Visit.Precision.APPROXIMATE,
        "visit_id": item.visit_id,
    }
