"""What of an officer's duties deserves a reminder: the start of the day's duty, a guest not yet read up on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from guests.models import Assignment, ReminderRule
from guests.reminders.facts import Hours, Plan
from guests.reminders.telling import Due, Subject, wishes_of
from liaison.clock import day_of, zone
from liaison.notices.outbox import Wish


def shift_wishes(hours: Hours, at: datetime) -> Iterator[Wish]:
    """The reminders of each start of an officer's duty: of the shifts where there are some, else of duties with guests."""
    event = hours.officer.event
    rules = [rule for rule in hours.rules if rule.what == ReminderRule.What.SHIFT]
    for starts_at, ends_at in _spans(hours):
        if starts_at <= at:
            continue
        subject = Subject(
            event=event,
            plan_key=hours.key,
            ref=f"officer:{hours.officer.pk}",
            key=f"{hours.officer.pk}:{starts_at.timestamp():.0f}",
            payload={
                "event": event.name,
                "zone": event.time_zone,
                "starts_at": starts_at.isoformat(),
                "ends_at": ends_at.isoformat(),
            },
            moment="starts_at",
            expires_at=starts_at,
        )
        dues = [
            Due(hours.officer.user_id, starts_at - timedelta(minutes=max(rule.minutes_before, 1)), rule)
            for rule in rules
        ]
        yield from wishes_of(subject, dues, at=at)


def _spans(hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """From when to when the officer works; what touches or overlaps is one span."""
    rows = hours.shifts or hours.duties
    begun: tuple[datetime, datetime] | None = None
    for starts_at, ends_at in sorted((row.starts_at, row.ends_at) for row in rows):
        if begun and starts_at <= begun[1]:
            begun = begun[0], max(begun[1], ends_at)
        else:
            if begun:
                yield begun
            begun = starts_at, ends_at
    if begun:
        yield begun


def briefing_wishes(plan: Plan, at: datetime) -> Iterator[Wish]:
    """On the evening before a duty: that the guest's dossier is unread or the duty unconfirmed, of use until it begins."""
    for duty in plan.duties:
        is_unread = duty.officer.user_id not in plan.readers
        is_unconfirmed = duty.state == Assignment.State.ASSIGNED
        if duty.starts_at > at and (is_unread or is_unconfirmed):
            yield from wishes_of(
                _briefing(plan, duty, is_unread, is_unconfirmed), _evenings(plan, duty), at=at
            )


def _evenings(plan: Plan, duty: Assignment) -> Iterator[Due]:
    zone_name = plan.visit.event.time_zone
    evening = day_of(duty.starts_at, zone_name) - timedelta(days=1)
    for rule in plan.rules_for(ReminderRule.What.BRIEFING):
        due_at = datetime.combine(evening, rule.hour, tzinfo=zone(zone_name)).astimezone(UTC)
        yield from plan.dues(rule, due_at, on_duty_at=duty.starts_at, concerned=[duty.officer.user_id])


def _briefing(plan: Plan, duty: Assignment, is_unread: bool, is_unconfirmed: bool) -> Subject:
    return Subject(
        event=plan.visit.event,
        plan_key=plan.key,
        ref=f"assignment:{duty.pk}",
        key=f"{plan.visit.pk}:{duty.pk}:{duty.starts_at.timestamp():.0f}",
        payload={
            **plan.said(),
            "officer": duty.officer.user.name,
            "officer_id": duty.officer.user_id,
            "starts_at": duty.starts_at.isoformat(),
            "unread": is_unread,
            "unconfirmed": is_unconfirmed,
        },
        moment="starts_at",
        expires_at=duty.starts_at,
        is_vvip=plan.is_vvip,
    )
