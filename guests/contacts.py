"""Whom an officer calls about a guest, by function, and where the guest's places are on a map."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from events.models import Contact, Driver, Membership, Role, Shift, Venue
from guests.hours import Hours
from guests.models import Assignment, ItineraryItem, Visit
from liaison.accounts.models import User

COORDINATORS = 12
_URGENT = (Contact.Function.SECURITY, Contact.Function.MEDICAL)


@dataclass(frozen=True, slots=True)
class Reach:
    """Somebody to call, or a place to find: what is not known is empty."""

    name: str
    detail: str = ""
    phone: str = ""
    map: str = ""
    visit: int | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """Those who are called about one thing; what is urgent stands open on the page, one tap away."""

    name: str
    people: tuple[Reach, ...]
    is_urgent: bool = False


def contacts_of(
    visit: Visit,
    *,
    reader: User,
    items: Sequence[ItineraryItem],
    team: Iterable[Assignment],
    delegation: Iterable[Visit],
    hours: Hours,
) -> tuple[Function, ...]:
    """What is urgent first, then the team, the cars, the guest's own people, the places; empty functions are left out.

    `items`, `team` and `delegation` are what the reader may see of the visit; two queries for all else.
    """
    listed = list(Contact.objects.filter(event=visit.event_id).select_related("venue"))
    urgent = [(str(kind.label), _listed(listed, kind)) for kind in _URGENT]
    groups = [
        *((str(kind.label), _listed(listed, kind)) for kind in Contact.Function if kind not in _URGENT),
        (_("coordinators"), _coordinators(visit, reader, hours.at)),
        (_("who looks after the guest"), [_colleague(one, hours) for one in team if one.officer.user != reader]),
        (_("drivers"), list(_drivers(items))),
        (_("delegation and companions"), [*_fellows(delegation), *_companions(visit)]),
        (_("places"), list(_places(visit, items))),
    ]  # fmt: skip
    found = [Function(capfirst(name), tuple(people), is_urgent=True) for name, people in urgent]
    found += [Function(capfirst(name), tuple(people)) for name, people in groups]
    return tuple(function for function in found if function.people)


def _listed(contacts: Iterable[Contact], function: Contact.Function) -> list[Reach]:
    return [
        Reach(
            name=one.name,
            detail=" · ".join(filter(None, (one.venue.name if one.venue else "", one.note))),
            phone=one.phone,
            map=one.venue.map_address if one.venue else "",
        )
        for one in contacts
        if one.function == function
    ]


def _coordinators(visit: Visit, reader: User, at: datetime) -> list[Reach]:
    """Those on duty now first."""
    on_shift = Shift.objects.filter(membership=OuterRef("pk"), starts_at__lte=at, ends_at__gt=at)
    team = Membership.objects.filter(event=visit.event_id, role=Role.COORDINATOR, user__is_active=True)
    rows: Any = team.exclude(user=reader).select_related("user").annotate(is_on_duty=Exists(on_shift))
    return [
        Reach(row.user.name, _("on duty now") if row.is_on_duty else "", row.user.phone)
        for row in rows.order_by("-is_on_duty", "user__name", "pk")[:COORDINATORS]
    ]


def _colleague(assignment: Assignment, hours: Hours) -> Reach:
    span = f"{hours.say(assignment.starts_at)} – {hours.say(assignment.ends_at)}"
    person = assignment.officer.user
    return Reach(person.name, f"{assignment.get_role_display()} · {span}", person.phone)


def _drivers(items: Iterable[ItineraryItem]) -> Iterator[Reach]:
    """Everybody who drives the guest, with the plates."""
    plates: dict[Driver, dict[str, None]] = {}
    for item in items:
        if item.car_driver:
            cars = plates.setdefault(item.car_driver, {})
            cars |= {item.vehicle.plate: None} if item.vehicle else {}
    for driver, cars in plates.items():
        yield Reach(driver.name, ", ".join(cars), driver.phone)


def _fellows(delegation: Iterable[Visit]) -> Iterator[Reach]:
    for fellow in delegation:
        is_head = fellow.delegation is not None and fellow.delegation.head_id == fellow.pk
        yield Reach(fellow.guest.called, _("head of the delegation") if is_head else "", visit=fellow.pk)


def _companions(visit: Visit) -> Iterator[Reach]:
    """The companions as written, and once for each phone that stands there."""
    if not visit.companions_note:
        return
    numbers = visit.phones_of_companions
    for number in numbers or [""]:
        yield Reach(visit.companions_note, phone=number)


def _places(visit: Visit, items: Iterable[ItineraryItem]) -> Iterator[Reach]:
    """The hotel, then where the guest goes, with the gates and rooms there."""
    points: dict[Venue, dict[str, None]] = {visit.hotel: {}} if visit.hotel else {}
    for item in items:
        for venue in filter(None, (item.origin, item.venue)):
            points.setdefault(venue, {})
        if item.point and item.venue:
            points[item.venue][item.point.name] = None
    for venue, names in points.items():
        address = venue.local_address or venue.address
        said = (venue.get_kind_display() if venue.kind != Venue.Kind.VENUE else "", ", ".join(names), address)
        yield Reach(venue.name, " · ".join(filter(None, said)), map=venue.map_address)
