"""Rules, planning and reading what is planned, for the tests of reminders."""

from datetime import datetime, timedelta
from typing import Any

from events.models import Event
from guests.models import ReminderRule
from guests.reminders import plan_marked_officers, plan_marked_visits
from liaison.notices.models import Notice
from tests.factories import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
What, Audience = ReminderRule.What, ReminderRule.Audience


def plan(at: datetime = NOW) -> None:
    while plan_marked_visits(at=at) + plan_marked_officers(at=at):
        pass


def rule(event: Event, what: str, audience: str, minutes: int = 0, **fields: Any) -> ReminderRule:
    return ReminderRule.objects.create(
        event=event, what=what, audience=audience, minutes_before=minutes, **fields
    )


def planned(**of: Any) -> list[tuple[str, str, datetime]]:
    """Kind, recipient and time of what is planned."""
    rows = Notice.objects.filter(state=Notice.State.PLANNED, **of).order_by("due_at", "recipient__name")
    return [(row.kind, row.recipient.get_short_name(), row.due_at) for row in rows]
