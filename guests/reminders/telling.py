"""Turning something worth a reminder, and the rules that want one, into wishes for the outbox."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils import translation

from events.models import Event
from guests.models import ReminderRule
from guests.reminders.quiet import quiet_hours_of
from liaison.clock import moment_text
from liaison.notices.outbox import Wish

KINDS: Mapping[str, str] = {
    ReminderRule.What.ITEM: "reminder",
    ReminderRule.What.LEAVE: "leave",
    ReminderRule.What.LANDING: "landing",
    ReminderRule.What.SHIFT: "shift",
    ReminderRule.What.REQUEST: "request_due",
    ReminderRule.What.OVERDUE: "request_due",
    ReminderRule.What.HANDOVER: "handover_open",
    ReminderRule.What.BRIEFING: "briefing",
    ReminderRule.What.AGENDA: "agenda",
    ReminderRule.What.DIGEST: "digest",
}
"""What each reminder is called in the outbox: the folder of its templates."""

TEST_OF_USE = timedelta(hours=1)
"""How long a mail that somebody sends to themselves to see it is worth sending."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One thing to be reminded of, of use until `expires_at`.

    `key` names the thing and its times: what was sent before it moved says nothing of the new ones. `moment` is the
    name of the payload's moment that the event's own words call {time}. Nothing private stands in the payload: a mail
    is read on a lock screen.
    """

    event: Event
    plan_key: str
    ref: str
    key: str
    payload: Mapping[str, Any]
    moment: str
    expires_at: datetime
    is_vvip: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """That a rule wants a person reminded at a moment."""

    person: int
    due_at: datetime
    rule: ReminderRule


def wishes_of(subject: Subject, dues: Iterable[Due], *, at: datetime) -> Iterator[Wish]:
    """The reminders of one thing to all whom the rules name.

    A person's reminders of one thing follow one another: each is of no use once the next is due, the last once the
    thing is over. So whoever is assigned late, or was cut off for hours, gets one reminder and not all of them at once.
    Two rules that fall on the same moment remind once. Quiet hours hold but for what concerns a VVIP guest.
    """
    quiet = None if subject.is_vvip else quiet_hours_of(subject.event)
    by_person: defaultdict[int, dict[datetime, ReminderRule]] = defaultdict(dict)
    for due in dues:
        heard_at: datetime | None = due.due_at
        if quiet:
            heard_at = quiet.heard_at(due.due_at, expires_at=subject.expires_at, at=at)
        if heard_at and heard_at < subject.expires_at:
            by_person[due.person].setdefault(heard_at, due.rule)
    for person, rules in by_person.items():
        for due_at, expires_at in pairwise([*sorted(rules), subject.expires_at]):
            yield _wish(subject, person, rules[due_at], due_at, expires_at)


def _wish(subject: Subject, person: int, rule: ReminderRule, due_at: datetime, expires_at: datetime) -> Wish:
    kind = KINDS[rule.what]
    return Wish(
        recipient_id=person,
        event_id=subject.event.pk,
        kind=kind,
        subject_ref=subject.ref,
        plan_key=subject.plan_key,
        dedupe_key=f"{kind}:{subject.key}:{rule.minutes_before}{rule.clock or ''}{rule.audience}:{person}",
        payload={**subject.payload, **in_own_words(rule, subject.payload, moment=subject.moment)},
        channels=rule.channels,
        wants_acknowledgement=rule.wants_acknowledgement,
        escalate_after=rule.passed_on_after(is_vvip=subject.is_vvip),
        due_at=due_at,
        expires_at=expires_at,
    )


def in_own_words(rule: ReminderRule, payload: Mapping[str, Any], *, moment: str) -> dict[str, Any]:
    """The event's own subject and text with their placeholders filled in, as the payload carries them; else nothing."""
    filled = {}
    for language, words in rule.own_words.items():
        with translation.override(language):
            said = _said(payload, moment)
        filled[language] = {part: _filled(text, said) for part, text in words.items()}
    return {"own": filled} if filled else {}


def _said(payload: Mapping[str, Any], moment: str) -> dict[str, str]:
    said = {name: str(payload.get(name) or "") for name in ("guest", "title", "place", "event")}
    when = payload.get(moment)
    return said | {"time": moment_text(datetime.fromisoformat(when), payload["zone"]) if when else ""}


def _filled(text: str, said: Mapping[str, str]) -> str:
    """Each placeholder replaced once: what stands in a title is never read as one."""
    parts = text.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, _brace, rest = part.partition("}")
        filled += [said.get(name, ""), rest]
    return "".join(filled)
