"""The mails of the morning: an officer's day ahead, and what waits at the desk. One a day for a person and an event.

They are not planned ahead, since they tell what holds in the morning. From its hour on, for as long as it is of use in
the morning, each tick asks who has not got theirs: whoever is assigned at seven gets it at seven.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, DateTimeField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import override

from events.models import Event, Membership, Role
from guests.attention import waiting
from guests.models import Assignment, ItineraryItem, ReminderRule, Visit
from guests.places import place_of
from guests.reminders.quiet import quiet_hours_of
from guests.reminders.telling import KINDS, Due, Subject, wishes_of
from guests.reminders.usual import rules_of
from liaison.clock import clock_time, day_of
from liaison.notices import outbox
from liaison.notices.models import Notice

MORNING = timedelta(hours=4)
OF_USE = timedelta(hours=12)
AT_ONCE = 200
"""Officers whose days are read together: their guests' items are all in memory."""
_DAY = timedelta(days=1)
_SOME_DAY = date(2000, 1, 1)
_What = ReminderRule.What


def _local(zone: Any, moment: Any, pattern: str) -> Func:
    """The moment on the clocks of the zone, as text: so nothing on the way here converts it to other clocks."""
    there = Func(zone, moment, function="timezone", output_field=DateTimeField())
    return Func(there, Value(pattern), function="to_char", output_field=CharField())


@dataclass(frozen=True)
class Morning:
    """A member of the team who has not got the mail of the day, with the rule that wants it."""

    member: Membership
    rule: ReminderRule

    @property
    def ref(self) -> str:
        return f"day:{self.member.day}"  # type: ignore[attr-defined]  # annotated

    @property
    def event(self) -> Event:
        return self.member.event


def tell_the_day(*, at: datetime) -> int:
    """Put today's agendas and digests into the outbox whose hour has come; answers how many.

    One query while no event is on, four while nobody waits for theirs. Any number may run at once: a mail's key is
    known once.
    """
    events = _events_on(at)
    if not events:
        return 0
    rules = rules_of(events)
    officers = _waiting(_What.AGENDA, events, rules, at).filter(_has_a_day(at), role=Role.OFFICER)
    coordinators = _waiting(_What.DIGEST, events, rules, at).filter(role=Role.COORDINATOR)
    agendas = _agendas(list(_mornings(_What.AGENDA, officers, rules, at)), at)
    digests = _digests(list(_mornings(_What.DIGEST, coordinators, rules, at)), at)
    wishes = [*agendas, *digests]
    if wishes:
        with transaction.atomic():
            outbox.reconcile(plan_keys=[], wishes=wishes, at=at)
    return len(wishes)


def _events_on(at: datetime) -> dict[int, Event]:
    """The open events with a day within one of now, whatever the zone, and no quiet hours just now."""
    on = Event.objects.filter(
        state=Event.State.OPEN, starts_on__lte=(at + _DAY).date(), ends_on__gte=(at - _DAY).date()
    )
    return {event.pk: event for event in on if not _is_quiet(event, at)}


def _is_quiet(event: Event, at: datetime) -> bool:
    quiet = quiet_hours_of(event)
    return quiet is not None and quiet.around(at) is not None


def _waiting(
    what: ReminderRule.What,
    events: Mapping[int, Event],
    rules: Mapping[int, Sequence[ReminderRule]],
    at: datetime,
) -> QuerySet[Membership]:
    """Who has a rule of this kind whose hour has come on their own clocks, and no such mail yet today."""
    by_window: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for key in events:
        for rule in rules[key]:
            if rule.what == what:
                by_window[_window(rule)].append(key)
    hour_has_come = Q(pk=None)
    for (first, last), keys in by_window.items():
        hour_has_come |= Q(event__in=keys, local_clock__gte=first, local_clock__lt=last)
    got = Notice.objects.filter(
        recipient=OuterRef("user"),
        event=OuterRef("event"),
        kind=KINDS[what],
        due_at__gt=at - 2 * _DAY,
        subject_ref=Concat(Value("day:"), OuterRef("day"), output_field=CharField()),
    )
    zone = F("user__time_zone")
    members = Membership.objects.filter(user__is_active=True).select_related("user", "event")
    clocks = members.annotate(
        day=_local(zone, Value(at), "YYYY-MM-DD"), local_clock=_local(zone, Value(at), "HH24:MI")
    )
    return clocks.filter(hour_has_come, ~Exists(got)).order_by("pk")


def _window(rule: ReminderRule) -> tuple[str, str]:
    """From when to when the mail is of use, as hours of the day; nothing goes over midnight."""
    last = (datetime.combine(_SOME_DAY, rule.hour) + MORNING).time()
    return f"{rule.hour:%H:%M}", f"{last:%H:%M}" if last > rule.hour else "24:00"


def _has_a_day(at: datetime) -> Exists:
    """Whether anything of the officer's guests starts on the officer's own day while they are on duty."""
    starts_on = _local(OuterRef("user__time_zone"), F("starts_at"), "YYYY-MM-DD")
    near = ItineraryItem.objects.standing().filter(starts_at__gt=at - _DAY, starts_at__lt=at + 2 * _DAY)
    return Exists(
        near.alias(own_day=starts_on).filter(
            own_day=OuterRef("day"),
            visit__assignments__officer=OuterRef("pk"),
            visit__assignments__state__in=[Assignment.State.ASSIGNED, Assignment.State.CONFIRMED],
            visit__assignments__starts_at__lte=F("starts_at"),
            visit__assignments__ends_at__gt=F("starts_at"),
        )
    )


def _mornings(
    what: ReminderRule.What,
    members: Iterable[Membership],
    rules: Mapping[int, Sequence[ReminderRule]],
    at: datetime,
) -> Iterator[Morning]:
    for member in members:
        clock = clock_time(at, member.user.time_zone, language="en")
        for rule in rules[member.event_id]:
            first, last = _window(rule)
            if rule.what == what and first <= clock < last:
                yield Morning(member, rule)
                break


def _agendas(mornings: Sequence[Morning], at: datetime) -> Iterator[outbox.Wish]:
    """Each officer's day: what of their guests starts on it while they are on duty. Two queries for each AT_ONCE officers."""
    for begin in range(0, len(mornings), AT_ONCE):
        batch = mornings[begin : begin + AT_ONCE]
        duties = defaultdict(list)
        for duty in Assignment.objects.standing().filter(officer__in=[each.member for each in batch]):
            duties[duty.officer_id].append(duty)
        plans = _plans({duty.visit_id for held in duties.values() for duty in held}, at)
        for each in batch:
            today = _day_of(each.member, duties[each.member.pk], plans, at)
            yield from _wish(each, {"items": [agenda_line(item) for item in today]}, at)


def _plans(visits: Iterable[int], at: datetime) -> dict[int, list[ItineraryItem]]:
    """What starts around now, by visit."""
    near = ItineraryItem.objects.standing().filter(
        visit__in=visits, starts_at__gt=at - _DAY, starts_at__lt=at + 2 * _DAY
    )
    plans = defaultdict(list)
    for item in near.select_related("visit__guest", "venue", "point__venue"):
        plans[item.visit_id].append(item)
    return plans


def _day_of(
    officer: Membership,
    duties: Iterable[Assignment],
    plans: Mapping[int, Sequence[ItineraryItem]],
    at: datetime,
) -> list[ItineraryItem]:
    """What starts on the officer's own day while they are on duty for the guest, by time."""
    zone_name = officer.user.time_zone
    today = day_of(at, zone_name)
    found = {
        item.pk: item
        for duty in duties
        for item in plans.get(duty.visit_id, ())
        if item.starts_at and duty.starts_at <= item.starts_at < duty.ends_at and day_of(item.starts_at, zone_name) == today
    }  # fmt: skip
    return sorted(found.values(), key=lambda item: (item.starts_at, item.pk))


def agenda_line(item: ItineraryItem) -> dict[str, Any]:
    """One item as the day's mail tells it."""
    return {
        "starts": item.starts_at.isoformat() if item.starts_at else "",
        "guest": item.visit.guest.called,
        "title": item.title,
        "place": place_of(item),
        "unsure": item.state == ItineraryItem.State.TENTATIVE or item.precision != Visit.Precision.EXACT,
    }


def _digests(mornings: Sequence[Morning], at: datetime) -> Iterator[outbox.Wish]:
    events = list({each.event.pk: each.event for each in mornings}.values())
    if not events:
        return
    counts = what_waits(events, at=at)
    for each in mornings:
        yield from _wish(each, {"counts": counts[each.event.pk]}, at)


def what_waits(events: Sequence[Event], *, at: datetime) -> dict[int, list[list[Any]]]:
    """The desk's counts by event, those above nought, under titles that are translated when the mail is worded."""
    found = waiting(events, at=at)
    with override(None):
        return {
            event.pk: [
                [str(heap.title), heap.counted[event.pk]] for heap in found if heap.counted.get(event.pk)
            ]
            for event in events
        }


def _wish(each: Morning, payload: Mapping[str, Any], at: datetime) -> Iterator[outbox.Wish]:
    event, person = each.event, each.member.user_id
    subject = Subject(
        event=event,
        plan_key="",
        ref=each.ref,
        key=f"{event.pk}:{each.ref}",
        payload={"event": event.name, "zone": event.time_zone, "day_at": at.isoformat(), **payload},
        moment="day_at",
        expires_at=at + OF_USE,
    )
    return wishes_of(subject, [Due(person, at, each.rule)], at=at)
