"""A rule as its mail would look: of something real that is ahead at the event, or of something made up."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from events.models import Membership
from guests.models import Assignment, ReminderRule
from guests.reminders.days import what_waits
from guests.reminders.duties import briefing_wishes, shift_wishes
from guests.reminders.facts import hours_of, plans_of
from guests.reminders.items import item_wishes, landing_wishes
from guests.reminders.telling import KINDS, in_own_words
from guests.reminders.waiting import handover_wishes, request_wishes
from liaison.accounts.models import User
from liaison.notices.models import Notice
from liaison.notices.outbox import Wish
from liaison.notices.wording import Words, word

_LOOK_THROUGH = 20  # visits or officers
_What = ReminderRule.What
_OF_VISITS = {
    _What.ITEM: item_wishes,
    _What.LEAVE: item_wishes,
    _What.LANDING: landing_wishes,
    _What.REQUEST: request_wishes,
    _What.OVERDUE: request_wishes,
    _What.HANDOVER: handover_wishes,
    _What.BRIEFING: briefing_wishes,
}
_MOMENTS = {
    _What.LANDING: "lands_at", _What.REQUEST: "due_at", _What.OVERDUE: "due_at", _What.HANDOVER: "offered_at",
    _What.AGENDA: "day_at", _What.DIGEST: "day_at",
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """What a reminder by a rule says; `is_real` where it is about something at the event."""

    kind: str
    payload: dict[str, Any]
    is_real: bool

    def worded(self, reader: User, language: str, *, wants_acknowledgement: bool) -> Words:
        """The mail as that person would get it in that language; nothing is stored."""
        recipient = copy(reader)
        recipient.language = language
        notice = Notice(
            kind=self.kind, payload=self.payload, recipient=recipient, wants_acknowledgement=wants_acknowledgement
        )  # fmt: skip
        return word(notice)


def sample_of(rule: ReminderRule, *, at: datetime) -> Sample:
    """The first reminder that the rule would make of what is ahead, else one that is made up."""
    kind = KINDS[rule.what]
    if wish := next(_real(rule, at), None):
        return Sample(kind, dict(wish.payload), is_real=True)
    payload = _made_up(rule, at)
    own = in_own_words(rule, payload, moment=_MOMENTS.get(_What(rule.what), "starts_at"))
    return Sample(kind, payload | own, is_real=rule.what == _What.DIGEST)


def _real(rule: ReminderRule, at: datetime) -> Iterator[Wish]:
    kind = KINDS[rule.what]
    if wishes := _OF_VISITS.get(_What(rule.what)):
        duties = Assignment.objects.not_over(at).filter(visit__event=rule.event)
        visits = duties.order_by("visit_id").values_list("visit_id", flat=True).distinct()[:_LOOK_THROUGH]
        for plan in plans_of(list(visits), at):
            yield from (wish for wish in wishes(replace(plan, rules=[rule]), at) if wish.kind == kind)
    elif rule.what == _What.SHIFT:
        officers = Membership.objects.officers().filter(event=rule.event).order_by("pk")
        for hours in hours_of(list(officers.values_list("pk", flat=True)[:_LOOK_THROUGH]), at):
            yield from shift_wishes(replace(hours, rules=[rule]), at)


def _made_up(rule: ReminderRule, at: datetime) -> dict[str, Any]:
    """All that any kind may say, of a guest who does not exist; the desk's counts are the event's own."""
    event, soon = rule.event, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    moments = {
        "starts_at": soon,
        "moves_at": soon - timedelta(minutes=25),
        "ends_at": soon + timedelta(hours=8),
        "lands_at": soon,
        "due_at": soon,
        "offered_at": soon,
        "day_at": at,
    }
    line = {"guest": "Mr Example", "title": "Opening ceremony", "place": "Main hall", "unsure": False}
    counts = what_waits([event], at=at)[event.pk] if rule.what == _What.DIGEST else []
    return {name: moment.isoformat() for name, moment in moments.items()} | {
        "guest": "Mr Example",
        "title": "Opening ceremony" if rule.what != _What.LANDING else "GA 402",
        "place": "Main hall",
        "event": event.name,
        "zone": event.time_zone,
        "plate": "B 1234 XYZ",
        "tentative": False,
        "approximate": False,
        "visit_id": 0,
        "request_id": 0,
        "handover_id": 0,
        "category": "car",
        "overdue": rule.what == _What.OVERDUE,
        "giver": "Sari Example",
        "receiver": "Bagus Example",
        "receiver_id": 0,
        "officer": "Sari Example",
        "officer_id": 0,
        "unread": True,
        "unconfirmed": True,
        "items": [line | {"starts": soon.isoformat()}],
        "counts": counts,
    }
