"""All that an event's timeline is drawn from, read once: five queries for any number of guests and officers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import F

from events.models import Event, Membership, Role, Shift
from guests.collisions.standing import Standing, kept_collisions
from guests.duties import Duty, stay_of
from guests.models import Assignment, Movement, Visit
from liaison.clock import day_of

AROUND = timedelta(days=14)
"""So long before and after the event its timeline can reach."""

_SHOWN = (
    "event_id", "level", "status", "arrives_at", "departs_at", "rank", "guest__name", "guest__honorific_before",
    "guest__honorific_after", "guest__addressed_as", "delegation__name",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Who works at the event, who visits it, and which duties, shifts and collisions there are.

    Officers by name, visits by precedence, duties and shifts by their starts; collisions by the assignment's key.
    """

    event: Event
    officers: Mapping[int, Membership]
    visits: Mapping[int, Visit]
    duties: Sequence[Assignment]
    shifts: Mapping[int, Sequence[Shift]] = field(default_factory=dict)
    collisions: Mapping[int, Sequence[Standing]] = field(default_factory=dict)

    @classmethod
    def of(cls, event: Event, *, at: datetime) -> "Facts":
        """What there is now. The collisions are kept ones: one query more, or six after something was written."""
        visits = {
            visit.pk: visit
            for visit in event.visits.select_related("guest", "delegation")
            .only(*_SHOWN)
            .order_by(F("rank").asc(nulls_last=True), "guest__name", "pk")
        }
        for visit in visits.values():
            visit.event = event
        rows = Assignment.objects.standing().filter(visit__event=event).order_by("starts_at", "ends_at", "pk")
        duties = [duty for duty in rows if duty.visit_id in visits]  # one may have come between the questions
        on_duty = {duty.officer_id for duty in duties}
        team = Membership.objects.filter(event=event).select_related("user").order_by("user__name", "pk")
        officers = {
            member.pk: member for member in team if member.role == Role.OFFICER or member.pk in on_duty
        }
        shifts: defaultdict[int, list[Shift]] = defaultdict(list)
        for shift in Shift.objects.filter(membership__event=event).order_by("starts_at"):
            shifts[shift.membership_id].append(shift)
        collisions: defaultdict[int, list[Standing]] = defaultdict(list)
        for standing in kept_collisions([event], at=at)[event.pk]:
            collisions[standing.assignment].append(standing)
        duties = [duty for duty in duties if duty.officer_id in officers]
        return cls(event, officers, visits, duties, dict(shifts), dict(collisions))

    @cached_property
    def by_officer(self) -> Mapping[int, Sequence[Assignment]]:
        found: defaultdict[int, list[Assignment]] = defaultdict(list)
        for duty in self.duties:
            found[duty.officer_id].append(duty)
        return dict(found)

    @cached_property
    def by_visit(self) -> Mapping[int, Sequence[Assignment]]:
        found: defaultdict[int, list[Assignment]] = defaultdict(list)
        for duty in self.duties:
            found[duty.visit_id].append(duty)
        return dict(found)

    @cached_property
    def days(self) -> tuple[date, date]:
        """The first and the last day on which something is on: the event's, and those of stays and duties around it.

        A year that was mistyped makes no axis of a thousand days.
        """
        moments = [moment for duty in self.duties for moment in (duty.starts_at, duty.ends_at)]
        stays = [(visit.arrives_at, visit.departs_at) for visit in self.visits.values()]
        moments += [moment for stay in stays for moment in stay if moment]
        ends = [min(moments), max(moments)] if moments else []  # comparing is quicker than reading clocks
        first, last = self.event.starts_on, self.event.ends_on
        days = {first, last, *(day_of(moment, self.event.time_zone) for moment in ends)}
        return max(min(days), first - AROUND), min(max(days), last + AROUND)

    @cached_property
    def gaps(self) -> Mapping[int, Sequence[Duty]]:
        """The parts of each stay that nobody leads, of those who have any; whoever has departed needs nobody."""
        found = {
            pk: gaps_in(stay_of(visit), self.by_visit.get(pk, ()))
            for pk, visit in self.visits.items()
            if visit.status != Movement.DEPARTED
        }
        return {pk: gaps for pk, gaps in found.items() if gaps}


def gaps_in(stay: Duty, duties: Sequence[Assignment]) -> list[Duty]:
    """The parts of the stay that no lead among the duties, which come by their starts, covers."""
    gaps, until = [], stay.starts_at
    for duty in duties:
        if duty.role != Assignment.Role.LEAD or duty.ends_at <= until:
            continue
        if duty.starts_at >= stay.ends_at:
            break
        if duty.starts_at > until:
            gaps.append(Duty(stay.visit, until, duty.starts_at))
        until = duty.ends_at
    return [*gaps, Duty(stay.visit, until, stay.ends_at)] if until < stay.ends_at else gaps
