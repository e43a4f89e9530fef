"""What waits for somebody and deserves a reminder: a request by its deadline and after it, a handover not answered."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import override

from events.models import Role
from guests.models import Assignment, Handover, ReminderRule, Request
from guests.reminders.facts import Plan
from guests.reminders.items import LEAST_LEAD
from guests.reminders.telling import Due, Subject, wishes_of
from liaison.notices.outbox import Wish

OF_USE = timedelta(hours=12)
_What = ReminderRule.What


def request_wishes(plan: Plan, at: datetime) -> Iterator[Wish]:
    """The reminders of what the guest waits for: before the deadline, and after it while the request stays open."""
    for request in plan.requests:
        if due_at := request.due_at:
            before, after = list[Due](), list[Due]()
            concerned = list(_who_sees_to(plan, request, due_at))
            for rule in plan.rules_for(_What.REQUEST):
                when = due_at - max(timedelta(minutes=rule.minutes_before), LEAST_LEAD)
                before += plan.dues(rule, when, on_duty_at=due_at, concerned=concerned)
            for rule in plan.rules_for(_What.OVERDUE):
                when = due_at + timedelta(minutes=rule.minutes_before)
                after += plan.dues(rule, when, on_duty_at=due_at, concerned=concerned)
            yield from wishes_of(_asked(plan, request, due_at, expires_at=due_at), before, at=at)
            late = _asked(plan, request, due_at, expires_at=due_at + OF_USE, is_overdue=True)
            yield from wishes_of(late, after, at=at)


def _who_sees_to(plan: Plan, request: Request, moment: datetime) -> Iterator[int]:
    """The owner where they are there at that moment, else the lead on duty, else the coordinators."""
    owner, there = request.owner, list(plan.on_duty(moment))
    runs_it = owner and owner.role == Role.COORDINATOR and owner.user_id in plan.coordinators
    if owner and (runs_it or any(duty.officer_id == owner.pk for duty in there)):
        yield owner.user_id
    elif leads := [duty.officer.user_id for duty in there if duty.role == Assignment.Role.LEAD]:
        yield from leads
    else:
        yield from plan.coordinators


def _asked(
    plan: Plan, request: Request, due_at: datetime, *, expires_at: datetime, is_overdue: bool = False
) -> Subject:
    """A request as its mails name it: by its category, translated when it is sent, never by its words."""
    with override(None):
        category = str(request.get_category_display())
    return Subject(
        event=plan.visit.event,
        plan_key=plan.key,
        ref=f"request:{request.pk}",
        key=f"{plan.visit.pk}:{request.pk}:{due_at.timestamp():.0f}{'+' if is_overdue else '-'}",
        payload={
            **plan.said(),
            "request_id": request.pk,
            "category": category,
            "title": category,
            "due_at": due_at.isoformat(),
            "overdue": is_overdue,
        },
        moment="due_at",
        expires_at=expires_at,
        is_vvip=plan.is_vvip,
    )


def handover_wishes(plan: Plan, at: datetime) -> Iterator[Wish]:
    """The reminders that an offered guest is neither taken nor declined, until the giver's duty ends."""
    for offer in plan.offers:
        dues: list[Due] = []
        for rule in plan.rules_for(_What.HANDOVER):
            due_at = offer.offered_at + timedelta(minutes=rule.minutes_before)
            dues += plan.dues(rule, due_at, on_duty_at=offer.offered_at, concerned=[offer.receiver.user_id])
        yield from wishes_of(_offered(plan, offer), dues, at=at)


def _offered(plan: Plan, offer: Handover) -> Subject:
    duty = offer.assignment
    return Subject(
        event=plan.visit.event,
        plan_key=plan.key,
        ref=f"handover:{offer.pk}",
        key=f"{plan.visit.pk}:{offer.pk}",
        payload={
            **plan.said(),
            "handover_id": offer.pk,
            "giver": duty.officer.user.name,
            "receiver": offer.receiver.user.name,
            "receiver_id": offer.receiver.user_id,
            "offered_at": offer.offered_at.isoformat(),
        },
        moment="offered_at",
        expires_at=min(duty.ends_at, offer.offered_at + OF_USE),
        is_vvip=plan.is_vvip,
    )
