"""Whom an officer calls about a guest, by function, and where the guest's places are on a map."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Contact, Membership, Role, Shift, Venue, map_of
from guests.days import driver_of
from guests.hours import Hours
from guests.models import Assignment, Visit
from guests.naming import words_of
from liaison.accounts.models import User
from liaison.prepared import Question, given

COORDINATORS = 12
_URGENT = (Contact.Function.SECURITY, Contact.Function.MEDICAL)
_CONTACT = (
    "function", "name", "phone", "note", "venue__name", "venue__latitude", "venue__longitude", "venue__address",
    "venue__local_address",
)  # fmt: skip
_PLACE = ("name", "kind", "local_address", "address", "latitude", "longitude")
_CONTACTS = Question(_CONTACT, lambda: Contact.objects.filter(event=given("event")))


def _team() -> Any:
    """Those on duty now first."""
    on_shift = Shift.objects.filter(
        membership=OuterRef("pk"), starts_at__lte=given("at"), ends_at__gt=given("at")
    )
    team = Membership.objects.filter(event=given("event"), role=Role.COORDINATOR, user__is_active=True)
    rows = team.exclude(user=given("reader")).annotate(is_on_duty=Exists(on_shift))
    return rows.order_by("-is_on_duty", "user__name", "pk")[:COORDINATORS]


_COORDINATORS = Question(("user__name", "user__phone", "is_on_duty"), _team)


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
    items: Sequence[Any],
    team: Iterable[Any],
    delegation: Iterable[Visit],
    hours: Hours,
) -> tuple[Function, ...]:
    """What is urgent first, then the team, the cars, the guest's own people, the places; empty functions are left out.

    `items`, `team` and `delegation` are what the reader may see of the visit; two queries for all else.
    """
    words = words_of(Contact.Function, get_language() or "en")
    listed = _CONTACTS.rows(event=visit.event_id)
    coordinators = _COORDINATORS.rows(event=visit.event_id, reader=reader.pk, at=hours.at)
    groups = [
        *((words[kind], _listed(listed, kind)) for kind in Contact.Function if kind not in _URGENT),
        (_("coordinators"), [_coordinator(one) for one in coordinators]),
        (_("who looks after the guest"), _colleagues(team, reader, hours)),
        (_("drivers"), list(_drivers(items))),
        (_("delegation and companions"), [*_fellows(delegation), *_companions(visit)]),
        (_("places"), list(_places(visit, items))),
    ]  # fmt: skip
    found = [
        Function(capfirst(words[kind]), tuple(_listed(listed, kind)), is_urgent=True) for kind in _URGENT
    ]
    found += [Function(capfirst(name), tuple(people)) for name, people in groups]
    return tuple(function for function in found if function.people)


def _listed(contacts: Iterable[Any], function: Contact.Function) -> list[Reach]:
    return [
        Reach(
            name=one.name,
            detail=" · ".join(filter(None, (one.venue__name, one.note))),
            phone=one.phone,
            map=map_of(
                one.venue__latitude,
                one.venue__longitude,
                one.venue__local_address or one.venue__address or "",
            ),
        )
        for one in contacts
        if one.function == function
    ]


def _coordinator(row: Any) -> Reach:
    return Reach(row.user__name, _("on duty now") if row.is_on_duty else "", row.user__phone)


def _colleagues(team: Iterable[Any], reader: User, hours: Hours) -> list[Reach]:
    """Their roles and from when to when they are there."""
    roles = {role.value: role.label for role in Assignment.Role}
    return [
        Reach(
            one.officer__user__name,
            f"{roles[one.role]} · {hours.say(one.starts_at)} – {hours.say(one.ends_at)}",
            one.officer__user__phone,
        )
        for one in team
        if one.officer__user_id != reader.pk
    ]


def _drivers(items: Iterable[Any]) -> Iterator[Reach]:
    """Everybody who drives the guest, with the plates."""
    plates: dict[tuple[int | None, str, str], dict[str, None]] = {}
    for item in items:
        driver = driver_of(item)
        if driver[0]:
            cars = plates.setdefault(driver, {})
            cars |= {item.vehicle__plate: None} if item.vehicle__plate else {}
    for (_key, name, phone), cars in plates.items():
        yield Reach(name, ", ".join(cars), phone)


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


def _places(visit: Visit, items: Iterable[Any]) -> Iterator[Reach]:
    """The hotel, then where the guest goes, with the gates and rooms there."""
    home = visit.hotel
    places = {home.pk: tuple(getattr(home, column) for column in _PLACE)} if home else {}
    points: dict[int, dict[str, None]] = {}
    for item in items:
        for relation in ("origin", "venue"):
            if (key := getattr(item, f"{relation}_id")) and key not in places:
                places[key] = tuple(getattr(item, f"{relation}__{column}") for column in _PLACE)
        if item.point__name and item.venue_id:
            points.setdefault(item.venue_id, {})[item.point__name] = None
    kinds = {kind.value: kind.label for kind in Venue.Kind if kind != Venue.Kind.VENUE}
    for key, (name, kind, local_address, address, latitude, longitude) in places.items():
        written = local_address or address
        said = (str(kinds.get(kind, "")), ", ".join(points.get(key, ())), written)
        yield Reach(name, " · ".join(filter(None, said)), map=map_of(latitude, longitude, written))
