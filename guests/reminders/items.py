"""What of the guest's day deserves a reminder: an item about to start, leaving for it, the guest's arrival."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.models import Movement
from guests.leaving import leaving_for
from guests.models import ItineraryItem, ReminderRule, Visit
from guests.places import place_of
from guests.reminders.facts import Plan
from guests.reminders.telling import Due, Subject, wishes_of
from liaison.notices.outbox import Wish

LEAST_LEAD = timedelta(minutes=1)  # what is due at the very start is too late by then
_TO_ARRIVE = {Movement.EXPECTED, Movement.EN_ROUTE}
_What = ReminderRule.What


@dataclass(frozen=True)
class _Ahead:
    """An item of which both times are known: when it starts, and when one has to move for it."""

    item: ItineraryItem
    starts_at: datetime
    moves_at: datetime

    def due_at(self, rule: ReminderRule) -> datetime:
        """So long before one has to move, and a minute before the start at the latest."""
        wanted = self.moves_at - timedelta(minutes=rule.minutes_before)
        return min(wanted, self.starts_at - LEAST_LEAD)

    def is_meant_by(self, rule: ReminderRule) -> bool:
        """Whether the rule is about such items; when to leave is told only where one has to leave before the start."""
        is_of_use = rule.what == _What.ITEM or self.moves_at < self.starts_at
        return is_of_use and rule.kind in {"", self.item.kind}


def item_wishes(plan: Plan, at: datetime) -> Iterator[Wish]:
    """The reminders of each item ahead, to those on duty when it starts: of its start, and of when to leave for it."""
    for ahead in _ahead(plan, at):
        rules = [rule for rule in plan.rules_for(*ReminderRule.OF_ITEMS) if ahead.is_meant_by(rule)]
        dues: list[Due] = []
        for rule in rules:
            dues += plan.dues(rule, ahead.due_at(rule), on_duty_at=ahead.starts_at)
        yield from wishes_of(_subject(plan, ahead), dues, at=at)


def _ahead(plan: Plan, at: datetime) -> Iterator[_Ahead]:
    """What has a sure time and has not begun, with when to move for it: by the way where nobody has set it."""
    leaving = leaving_for(plan.items, plan.visit)
    for item in plan.items:
        if _is_sure(item) and item.starts_at and item.starts_at > at:
            leave = leaving[item.pk]
            yield _Ahead(item, item.starts_at, leave.at if leave else item.starts_at)


def _is_sure(item: ItineraryItem) -> bool:
    return item.precision != Visit.Precision.TO_BE_CONFIRMED


def _subject(plan: Plan, ahead: _Ahead) -> Subject:
    item = ahead.item
    times = f"{ahead.starts_at.timestamp():.0f}:{ahead.moves_at.timestamp():.0f}"
    return Subject(
        event=plan.visit.event,
        plan_key=plan.key,
        ref=f"item:{item.pk}",
        key=f"{plan.visit.pk}:{item.pk}:{times}",
        payload={
            **plan.said(),
            "title": item.title,
            "starts_at": ahead.starts_at.isoformat(),
            "moves_at": ahead.moves_at.isoformat(),
            "place": place_of(item),
            "plate": item.vehicle.plate if item.vehicle else "",
            "tentative": item.state == ItineraryItem.State.TENTATIVE,
            "approximate": item.precision == Visit.Precision.APPROXIMATE,
        },
        moment="starts_at",
        expires_at=ahead.starts_at,
        is_vvip=plan.is_vvip,
    )


def landing_wishes(plan: Plan, at: datetime) -> Iterator[Wish]:
    """The reminders of the guest's arrival, while the guest is still to arrive: to those on duty then."""
    visit, arrival = plan.visit, _arrival(plan)
    if arrival is None or arrival[0] <= at or visit.status not in _TO_ARRIVE:
        return
    lands_at, flight = arrival
    dues: list[Due] = []
    for rule in plan.rules_for(_What.LANDING):
        due_at = lands_at - max(timedelta(minutes=rule.minutes_before), LEAST_LEAD)
        dues += plan.dues(rule, due_at, on_duty_at=lands_at)
    precision = flight.precision if flight else visit.arrival_precision
    subject = Subject(
        event=visit.event,
        plan_key=plan.key,
        ref=f"visit:{visit.pk}",
        key=f"{visit.pk}:{lands_at.timestamp():.0f}",
        payload={
            **plan.said(),
            "title": flight.flight_number if flight else "",
            "place": place_of(flight) if flight else "",
            "lands_at": lands_at.isoformat(),
            "approximate": precision == Visit.Precision.APPROXIMATE,
        },
        moment="lands_at",
        expires_at=lands_at,
        is_vvip=plan.is_vvip,
    )
    yield from wishes_of(subject, dues, at=at)


def _arrival(plan: Plan) -> tuple[datetime, ItineraryItem | None] | None:
    """When the guest lands: with the first flight that comes to a place of ours, else at the visit's arrival."""
    for item in plan.items:
        if item.kind == ItineraryItem.Kind.FLIGHT and item.venue_id and item.starts_at and _is_sure(item):
            return item.starts_at, item
    visit = plan.visit
    if visit.arrives_at and visit.arrival_precision != Visit.Precision.TO_BE_CONFIRMED:
        return visit.arrives_at, None
    return None
