"""The rules of an event that has none of its own: one place, shown at the desk, written as rows on demand."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from events.models import Event
from guests.models import ReminderRule

_What, _Audience = ReminderRule.What, ReminderRule.Audience

# Of what, whom, how many minutes before (of what is overdue or unanswered: after), and whether an answer is wanted.
_USUAL = (
    (_What.ITEM, _Audience.LEAD, 30, True),
    (_What.LEAVE, _Audience.LEAD, 5, False),
    (_What.LANDING, _Audience.LEAD, 60, False),
    (_What.SHIFT, _Audience.CONCERNED, 60, False),
    (_What.REQUEST, _Audience.CONCERNED, 10, False),
    (_What.OVERDUE, _Audience.CONCERNED, 5, False),
    (_What.OVERDUE, _Audience.COORDINATOR, 15, False),
    (_What.HANDOVER, _Audience.CONCERNED, 10, False),
    (_What.HANDOVER, _Audience.COORDINATOR, 20, False),
    (_What.BRIEFING, _Audience.CONCERNED, 0, False),
    (_What.AGENDA, _Audience.CONCERNED, 0, False),
    (_What.DIGEST, _Audience.COORDINATOR, 0, False),
)


def usual_rules(event: Event | None = None) -> list[ReminderRule]:
    """The usual rules, not stored."""
    return [
        ReminderRule(
            event=event, what=what, audience=audience, minutes_before=minutes, wants_acknowledgement=wants
        )
        for what, audience, minutes, wants in _USUAL
    ]


def rules_of(event_keys: Collection[int]) -> defaultdict[int, Sequence[ReminderRule]]:
    """Each event's rules by its key; the usual ones where an event has none. One query."""
    found = defaultdict(list)
    for rule in ReminderRule.objects.filter(event__in=event_keys).order_by("pk"):
        found[rule.event_id].append(rule)
    return defaultdict(usual_rules, found)


def write_usual_rules(event: Event) -> int:
    """Write the usual rules as rows to edit, where the event has none; answers how many were written."""
    if event.reminder_rules.exists():
        return 0
    return len(ReminderRule.objects.bulk_create(usual_rules(event), ignore_conflicts=True))
