"""Duties, and what stands against giving an officer one: a second lead, a repetition, too many guests at one time."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Membership, Role
from guests.models import Assignment, Visit
from liaison.clock import day_bounds, span_text

BEFORE_ARRIVAL = AFTER_DEPARTURE = timedelta(hours=3)


@dataclass(frozen=True)
class Duty:
    """A visit to be looked after from a moment up to, but not including, another."""

    visit: Visit
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> str:
        """From when to when in the event's zone."""
        return span_text(self.starts_at, self.ends_at, self.visit.event.time_zone)


class Trouble(Enum):
    """What can stand against a duty."""

    WRONG_OFFICER = "wrong officer"
    REVERSED = "reversed span"
    REPEATED = "repeated"
    SECOND_LEAD = "second lead"
    OVERLOAD = "overload"


@dataclass(frozen=True)
class Collision:
    """One thing that stands against a duty, in a sentence that names guest, officer and span."""

    visit: Visit
    trouble: Trouble
    sentence: str

    @property
    def can_be_meant(self) -> bool:
        """Whether a reason overrides it; what is no such warning is a wall."""
        return self.trouble is Trouble.OVERLOAD


def usual_duty(visit: Visit, *, at: datetime) -> Duty:
    """From three hours before the guest arrives to three hours after the guest leaves; what of it is still ahead.

    What is not known, or cannot be (a departure before the arrival), falls back to the event's first and last day in
    its zone. A stay under way is looked after from the minute of `at` on: nobody takes charge of what is over, and a
    lead who has left does not stand in the way of the next.
    """
    event = visit.event
    first, _first_ends = day_bounds(event.starts_on, event.time_zone)
    _last_starts, last = day_bounds(event.ends_on, event.time_zone)
    starts_at = visit.arrives_at - BEFORE_ARRIVAL if visit.arrives_at else first
    ends_at = visit.departs_at + AFTER_DEPARTURE if visit.departs_at else last
    if ends_at <= starts_at:
        ends_at = max(last, starts_at + timedelta(days=1))
    is_under_way = starts_at < at < ends_at
    return Duty(visit, at.replace(second=0, microsecond=0) if is_under_way else starts_at, ends_at)


def duties_for(
    visits: Iterable[Visit],
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    *,
    at: datetime,
) -> list[Duty]:
    """A duty for each visit over the given span; an end of it that is left open is the visit's own (`usual_duty`)."""
    usual = (usual_duty(visit, at=at) for visit in visits)
    return [Duty(duty.visit, starts_at or duty.starts_at, ends_at or duty.ends_at) for duty in usual]


def collisions(
    *,
    duties: Sequence[Duty],
    officer: Membership,
    role: Assignment.Role,
    at: datetime,
    besides: Collection[int] = (),
) -> list[Collision]:
    """What stands against giving the officer these duties, in at most three queries however many they are.

    `besides` are the keys of assignments that are being rewritten and so count no more. An overload is looked for from
    `at` on only: what is over burdens nobody.
    """
    found = [clash for duty in duties if (clash := _impossible(duty, officer))]
    if found or not duties:
        return found
    standing = Assignment.objects.overlapping(
        min(duty.starts_at for duty in duties), max(duty.ends_at for duty in duties)
    ).exclude(pk__in=besides)
    of_guests = list(
        standing.filter(visit__in=[duty.visit for duty in duties]).select_related("officer__user")
    )
    for duty in duties:
        meanwhile = [row for row in of_guests if row.visit_id == duty.visit.pk and overlap(duty, row)]
        clash = between(duty, officer, role, meanwhile)
        found += [clash] if clash else []
    held = standing.filter(officer=officer).select_related("visit__guest", "visit__event")
    return found + _overloads(
        duties, officer, [Duty(row.visit, row.starts_at, row.ends_at) for row in held], at
    )


def overlap(one: Duty | Assignment, other: Duty | Assignment) -> bool:
    """Whether the spans share a moment."""
    return one.starts_at < other.ends_at and one.ends_at > other.starts_at


def _impossible(duty: Duty, officer: Membership) -> Collision | None:
    if officer.role != Role.OFFICER or officer.event_id != duty.visit.event_id:
        sentence = _("%(person)s is not a liaison officer of %(event)s.")
        names = {"person": officer, "event": duty.visit.event}
        return Collision(duty.visit, Trouble.WRONG_OFFICER, sentence % names)
    if duty.ends_at <= duty.starts_at:
        sentence = _("%(guest)s: the end must come after the start (%(span)s).")
        guest_and_span = {"guest": duty.visit.guest.called, "span": duty.span}
        return Collision(duty.visit, Trouble.REVERSED, sentence % guest_and_span)
    return None


def between(duty: Duty, officer: Membership, role: str, meanwhile: Sequence[Assignment]) -> Collision | None:
    """What the guest's other assignments that share some of the span stand against the duty."""
    return _repeated(duty, officer, meanwhile) or _second_lead(duty, role, meanwhile)


def _repeated(duty: Duty, officer: Membership, meanwhile: Sequence[Assignment]) -> Collision | None:
    """The officer already looks after the guest in that span, in whatever role."""
    for row in meanwhile:
        if row.officer_id == officer.pk:
            sentence = _("%(officer)s already looks after %(guest)s as %(role)s, %(span)s.")
            names = _names(duty, row) | {"role": row.get_role_display()}
            return Collision(duty.visit, Trouble.REPEATED, sentence % names)
    return None


def _second_lead(duty: Duty, role: str, meanwhile: Sequence[Assignment]) -> Collision | None:
    if role != Assignment.Role.LEAD:
        return None
    for row in meanwhile:
        if row.role == Assignment.Role.LEAD:
            sentence = _("%(guest)s already has a lead: %(officer)s, %(span)s.")
            return Collision(duty.visit, Trouble.SECOND_LEAD, sentence % _names(duty, row))
    return None


def _names(duty: Duty, row: Assignment) -> dict[str, str]:
    return {
        "guest": duty.visit.guest.called,
        "officer": str(row.officer),
        "span": span_text(row.starts_at, row.ends_at, duty.visit.event.time_zone),
    }


def _overloads(
    duties: Sequence[Duty], officer: Membership, held: Sequence[Duty], at: datetime
) -> list[Collision]:
    """The duties at whose busiest moment from `at` on the officer has more guests than fit."""
    load = _load([*duties, *held])
    moments = [moment for moment, _guests in load]
    found = []
    for duty in duties:
        begins = bisect_right(moments, max(duty.starts_at, at)) - 1
        peak = max(
            (guests for _moment, guests in load[begins : bisect_left(moments, duty.ends_at)]), default=0
        )
        if peak > officer.capacity:
            found.append(_overload(duty, officer, peak))
    return found


def _load(duties: Sequence[Duty]) -> list[tuple[datetime, int]]:
    """Each moment at which the number of guests may change, in order, with how many there are from then on."""
    changes: dict[datetime, Counter[int]] = defaultdict(Counter)
    for duty in duties:
        changes[duty.starts_at][duty.visit.pk] += 1
        changes[duty.ends_at][duty.visit.pk] -= 1
    at_hand: Counter[int] = Counter()
    load = []
    for moment in sorted(changes):
        at_hand.update(changes[moment])
        load.append((moment, sum(1 for duties_of_guest in at_hand.values() if duties_of_guest)))
    return load


def _overload(duty: Duty, officer: Membership, guests: int) -> Collision:
    sentence = _("%(guest)s: %(officer)s would have %(guests)s at one time, and has room for %(room)s.") % {
        "guest": duty.visit.guest.called,
        "officer": officer,
        "guests": ngettext("%d guest", "%d guests", guests) % guests,
        "room": officer.capacity,
    }
    return Collision(duty.visit, Trouble.OVERLOAD, sentence)
