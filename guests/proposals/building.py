"""From rows to a problem: reads what bears on it once, in the same number of queries for ten visits and a thousand."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from events.models import Event, Membership
from guests.collisions import Picture
from guests.duties import Duty, usual_duty
from guests.models import Assignment, Visit
from guests.proposals.barring import barred_pairs, foes_of
from guests.proposals.problem import Hand, Problem, Stay
from guests.proposals.weights import Weights
from guests.proposals.wishing import wishes_of

_MINUTE = 60


@dataclass(frozen=True)
class World:
    """The rows a problem was made of, in its order: a duty for each stay, an officer for each hand, today's leads by visit.

    `divided` are visits that are left alone, since several officers lead them one after the other.
    """

    duties: Sequence[Duty]
    officers: Sequence[Membership]
    today: Mapping[int, Assignment]
    problem: Problem
    divided: Collection[int] = ()

    @property
    def led(self) -> frozenset[int]:
        """The stays that one of the officers leads today, and may go on doing so if nobody else can."""
        return frozenset(
            number
            for number, stay in enumerate(self.problem.stays)
            if stay.key in self.today and stay.today is not None and stay.locked is None
        )


def world_of(
    *,
    event: Event,
    visits: Collection[int],
    weights: Weights,
    kept: Mapping[int, int],
    before: Mapping[int, int],
    at: datetime,
) -> World:
    """The world around the visits as it is at `at`.

    A visit whose lead several officers share one after the other was divided by hand and is left alone, as is what is
    over. `kept` are officers by visit that a person locked on the page; `before` those of the proposal before this,
    from which a visit without a lead should not stray needlessly.
    """
    leads = _leads(visits, at)
    today = {visit: rows[0] for visit, rows in leads.items() if len(rows) == 1}
    rows = Visit.objects.filter(event=event, pk__in=visits).select_related("guest", "event", "delegation")
    divided = {visit for visit, found in leads.items() if len(found) > 1}
    duties = [
        duty
        for visit in rows.order_by("pk")
        if visit.pk not in divided and (duty := duty_ahead(visit, today.get(visit.pk), at)).ends_at > at
    ]
    officers = list(
        Membership.objects.officers()
        .filter(event=event, user__is_active=True)
        .select_related("user")
        .order_by("pk")
    )
    picture = (
        Picture.of(officers, duties, besides=[row.pk for row in today.values()]) if duties else Picture()
    )
    stays = _stays(duties, officers, today, kept, before)
    problem = Problem(
        stays=stays,
        hands=[Hand(one.pk, one.capacity, _busy(picture.standing.get(one.pk, ()), at)) for one in officers],
        foes=foes_of(picture, duties, at),
        wishes=wishes_of(duties, officers, picture, stays, weights, at),
        barred=barred_pairs(picture, duties, officers, at),
        load_weight=weights.load,
        together_weight=weights.together,
    )
    return World(duties, officers, today, problem, divided)


def _leads(visits: Collection[int], at: datetime) -> dict[int, list[Assignment]]:
    """The leads of each visit that are not over."""
    leads: dict[int, list[Assignment]] = {}
    rows = Assignment.objects.not_over(at).filter(visit__in=visits, role=Assignment.Role.LEAD)
    for row in rows.select_related("officer__user").order_by("starts_at"):
        leads.setdefault(row.visit_id, []).append(row)
    return leads


def duty_ahead(visit: Visit, lead: Assignment | None, at: datetime) -> Duty:
    """What of the visit is still to be led: its lead's span where it has one, else the usual one, from `at` on."""
    if lead is None:
        return usual_duty(visit, at=at)
    return Duty(visit, max(lead.starts_at, at.replace(second=0, microsecond=0)), lead.ends_at)


def _busy(held: Sequence[Duty], at: datetime) -> tuple[tuple[int, int], ...]:
    return tuple((_minute(duty.starts_at), _minute(duty.ends_at)) for duty in held if duty.ends_at > at)


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // _MINUTE


def _stays(
    duties: Sequence[Duty],
    officers: Sequence[Membership],
    today: Mapping[int, Assignment],
    kept: Mapping[int, int],
    before: Mapping[int, int],
) -> list[Stay]:
    hands = {officer.pk: hand for hand, officer in enumerate(officers)}

    def stay(duty: Duty) -> Stay:
        lead = today.get(duty.visit.pk)
        locked = kept.get(duty.visit.pk) or (lead.officer_id if lead and lead.is_locked else None)
        led_by = lead.officer_id if lead else before.get(duty.visit.pk)
        return Stay(
            key=duty.visit.pk,
            starts=_minute(duty.starts_at),
            ends=_minute(duty.ends_at),
            delegation=duty.visit.delegation_id,
            today=hands.get(led_by) if led_by else None,
            locked=hands.get(locked) if locked else None,
        )

    return [stay(duty) for duty in duties]


def seen(lead: Assignment | None) -> str:
    """The same sign for the same lead over the same span."""
    if lead is None:
        return ""
    said = f"{lead.pk} {lead.officer_id} {lead.starts_at.isoformat()} {lead.ends_at.isoformat()} {lead.state}"
    return hashlib.sha256(said.encode()).hexdigest()
