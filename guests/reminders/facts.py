"""What a planner knows of a visit and of an officer: read once, in as many queries for many as for one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from events.models import Membership, Role, Shift
from guests.models import Assignment, Handover, ItineraryItem, Look, ReminderRule, Request, Visit
from guests.reminders.telling import Due
from guests.reminders.usual import rules_of

_BEFORE = timedelta(days=1)  # what came before on the day, from where one leaves


@dataclass(frozen=True)
class Plan:
    """A visit with all that reminders about it rest on; people are the keys of their users."""

    visit: Visit
    rules: Sequence[ReminderRule]
    items: Sequence[ItineraryItem]
    duties: Sequence[Assignment]
    requests: Sequence[Request]
    offers: Sequence[Handover]
    readers: frozenset[int]
    coordinators: frozenset[int]

    @property
    def key(self) -> str:
        return f"visit:{self.visit.pk}"

    @property
    def is_vvip(self) -> bool:
        return self.visit.level == Visit.Level.VVIP

    def said(self) -> dict[str, Any]:
        """What every reminder about the guest says."""
        event = self.visit.event
        return {
            "guest": self.visit.guest.called,
            "visit_id": self.visit.pk,
            "event": event.name,
            "zone": event.time_zone,
        }

    def on_duty(self, moment: datetime) -> Iterator[Assignment]:
        """The duties that hold at that moment."""
        return (duty for duty in self.duties if duty.starts_at <= moment < duty.ends_at)

    def rules_for(self, *whats: ReminderRule.What) -> Iterator[ReminderRule]:
        return (rule for rule in self.rules if rule.what in whats)

    def dues(
        self, rule: ReminderRule, due_at: datetime, *, on_duty_at: datetime, concerned: Iterable[int] = ()
    ) -> Iterator[Due]:
        """Whom that rule means: who is on duty at that moment, runs the event, or is concerned."""
        if rule.audience == rule.Audience.CONCERNED:
            people = set(concerned)
        elif rule.audience == rule.Audience.COORDINATOR:
            people = set(self.coordinators)
        else:
            people = {duty.officer.user_id for duty in self.on_duty(on_duty_at) if duty.role == rule.audience}
        return (Due(person, due_at, rule) for person in sorted(people))


def plans_of(visit_keys: Collection[int], at: datetime) -> list[Plan]:
    """The plans of these visits, of what is still ahead. Eight queries, however many there are."""
    visits = Visit.objects.select_related("guest", "event", "hotel").in_bulk(visit_keys)
    events = {visit.event_id for visit in visits.values()}
    items = ItineraryItem.objects.standing().filter(visit__in=visits, starts_at__gt=at - _BEFORE)
    duties = Assignment.objects.not_over(at).filter(
        visit__in=visits, officer__role=Role.OFFICER, officer__user__is_active=True
    )
    requests = Request.objects.open().filter(visit__in=visits, due_at__isnull=False)
    offers = Handover.objects.open().filter(
        assignment__visit__in=visits, assignment__ends_at__gt=at, receiver__user__is_active=True
    )
    items_of = _by(items.select_related("venue", "origin", "point__venue", "vehicle"), "visit_id")
    duties_of = _by(duties.select_related("officer__user").order_by("pk"), "visit_id")
    requests_of = _by(requests.select_related("owner"), "visit_id")
    offers_of = _by(
        offers.select_related("assignment__officer__user", "receiver__user"), "assignment.visit_id"
    )
    readers = _keys(Look.objects.filter(visit__in=visits).values_list("visit_id", "user_id"))
    runs_it = Membership.objects.filter(event__in=events, role=Role.COORDINATOR, user__is_active=True)
    coordinators = _keys(runs_it.values_list("event_id", "user_id"))
    rules = rules_of(events)
    return [
        Plan(
            visit, rules[visit.event_id], items_of[key], duties_of[key], requests_of[key], offers_of[key],
            frozenset(readers[key]), frozenset(coordinators[visit.event_id]),
        )
        for key, visit in visits.items()
    ]  # fmt: skip


@dataclass(frozen=True)
class Hours:
    """An officer with their shifts and duties that are not over."""

    officer: Membership
    rules: Sequence[ReminderRule]
    shifts: Sequence[Shift]
    duties: Sequence[Assignment]

    @property
    def key(self) -> str:
        return f"officer:{self.officer.pk}"


def hours_of(officer_keys: Collection[int], at: datetime) -> list[Hours]:
    """The hours of these officers. Four queries, however many there are."""
    officers = (
        Membership.objects.officers()
        .filter(user__is_active=True)
        .select_related("event")
        .in_bulk(officer_keys)
    )
    shifts = _by(Shift.objects.filter(membership__in=officers, ends_at__gt=at), "membership_id")
    duties = _by(Assignment.objects.not_over(at).filter(officer__in=officers), "officer_id")
    rules = rules_of({officer.event_id for officer in officers.values()})
    return [
        Hours(officer, rules[officer.event_id], shifts[key], duties[key]) for key, officer in officers.items()
    ]


def _by(rows: Iterable[Any], path: str) -> defaultdict[int, list[Any]]:
    found, key_of = defaultdict(list), attrgetter(path)
    for row in rows:
        found[key_of(row)].append(row)
    return found


def _keys(pairs: Iterable[tuple[int, int]]) -> defaultdict[int, set[int]]:
    found = defaultdict(set)
    for key, person in pairs:
        found[key].add(person)
    return found
