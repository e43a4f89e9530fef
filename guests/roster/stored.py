"""What the database has of an event's team and of whom it looks after, as far as a list of officers can compare with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from events.models import Event, Membership, Role
from guests.duties import usual_duty
from guests.models import Assignment, Delegation, Visit
from guests.roster.charges import Charge
from guests.roster.hours import Span
from liaison.accounts.models import User


@dataclass(frozen=True)
class Person:
    """An account with the values a list may fill; `member` is the key of the place as officer in the team, 0 for none.

    Whom the coordinator may not see is known by address alone, and looks like somebody who has no account.
    """

    key: int
    email: str
    name: str = ""
    phone: str = ""
    languages: Mapping[str, int] = field(default_factory=dict)
    is_active: bool = True
    is_seen: bool = True
    member: int = 0
    capacity: int = 0
    duty_note: str = ""
    spans: frozenset[Span] = frozenset()


@dataclass(frozen=True)
class Stored:
    """The people; what can be given in charge; by visit, who has charge of it (officers' keys) and who leads."""

    people: tuple[Person, ...]
    charges: tuple[Charge, ...]
    guests: Mapping[int, str]
    officers: Mapping[int, frozenset[int]]
    led: frozenset[int]


def stored_at(event: Event, *, by: User | None, at: datetime, addresses: Iterable[str]) -> Stored:
    """What is stored now, for the eyes of `by`; of accounts out of their sight only those of these addresses."""
    visits = tuple(Visit.objects.filter(event=event).select_related("guest", "event").order_by("pk"))
    officers, led = _duties(event, visits, at)
    return Stored(
        people=_people(event, by, at, set(addresses)),
        charges=_charges(event, visits),
        guests={visit.pk: visit.guest.name for visit in visits},
        officers=officers,
        led=led,
    )


def _people(event: Event, by: User | None, at: datetime, addresses: set[str]) -> tuple[Person, ...]:
    in_sight = Q(memberships__event=event)
    if by:
        in_sight |= Q(pk__in=User.objects.visible_to(by, at=at).values("pk"))
    seen = User.objects.filter(in_sight).distinct().order_by("name", "pk")
    rows = list(seen.prefetch_related("spoken_languages"))
    members = Membership.objects.filter(event=event, role=Role.OFFICER).prefetch_related("shifts")
    by_user = {member.user_id: member for member in members}
    unseen = User.objects.filter(email__in=addresses).exclude(pk__in=[row.pk for row in rows])
    return (
        *(_person(user, by_user.get(user.pk)) for user in rows),
        *(Person(key, email, is_seen=False) for key, email in unseen.values_list("pk", "email")),
    )


def _person(user: User, member: Membership | None) -> Person:
    return Person(
        key=user.pk,
        email=user.email.lower(),
        name=user.name,
        phone=user.phone,
        languages={one.language: one.level for one in user.spoken_languages.all()},
        is_active=user.is_active,
        member=member.pk if member else 0,
        capacity=member.capacity if member else 0,
        duty_note=member.duty_note if member else "",
        spans=frozenset((shift.starts_at, shift.ends_at) for shift in member.shifts.all())
        if member
        else frozenset(),
    )


def _charges(event: Event, visits: Iterable[Visit]) -> tuple[Charge, ...]:
    of_delegation: dict[int, list[int]] = defaultdict(list)
    alone = []
    for visit in visits:
        if visit.delegation_id:
            of_delegation[visit.delegation_id].append(visit.pk)
        guest = visit.guest
        names = tuple(filter(None, (guest.name, guest.addressed_as, guest.native_name)))
        alone.append(Charge(guest.name, names, (visit.pk,), is_guest=True))
    delegations = Delegation.objects.filter(event=event).order_by("pk")
    together = [Charge(one.name, (one.name,), tuple(of_delegation[one.pk])) for one in delegations]
    return (*together, *alone)


def _duties(
    event: Event, visits: Iterable[Visit], at: datetime
) -> tuple[dict[int, frozenset[int]], frozenset[int]]:
    """Who has charge of each visit in the span that would be given, and which visits have a lead in it."""
    spans = {visit.pk: usual_duty(visit, at=at) for visit in visits}
    officers: dict[int, set[int]] = defaultdict(set)
    led = set()
    for row in Assignment.objects.standing().filter(visit__event=event):
        duty = spans[row.visit_id]
        if row.starts_at >= duty.ends_at or row.ends_at <= duty.starts_at:
            continue
        officers[row.visit_id].add(row.officer_id)
        if row.role == Assignment.Role.LEAD:
            led.add(row.visit_id)
    return {visit: frozenset(keys) for visit, keys in officers.items()}, frozenset(led)
