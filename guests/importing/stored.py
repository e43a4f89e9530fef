"""What the database has of an event's guests, as far as a guest list can compare with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.crypto import salted_hmac

from events.models import Event, Membership, Venue
from guests.importing.cells import Value
from guests.importing.fields import FLIGHTS, GUEST_KEYS
from guests.importing.officers import Officer
from guests.models import Assignment, Delegation, Guest, GuestPrivate, ItineraryItem, Visit
from liaison.sheets.comparing import same

if TYPE_CHECKING:
    from django.db.models import QuerySet

VISIT_KEYS = [
    "external_key",
    "level",
    "arrives_at",
    "arrival_precision",
    "arrival_note",
    "departs_at",
    "departure_precision",
    "departure_note",
    "room",
    "rank",
    "companions",
    "companions_note",
    "photo_consent",
    "press_consent",
    "note",
]


@dataclass(frozen=True)
class StoredVisit:
    """A visit and its guest by key, with the values a list may change, and what lists have said of them until now.

    `listed` is None where no list ever named the visit. `officers` have charge of it, `lead` is the name of who leads.
    """

    visit_id: int
    guest_id: int
    values: Mapping[str, Value]
    key: str = ""
    listed: Mapping[str, Any] | None = None
    officers: frozenset[int] = frozenset()
    lead: str = ""


@dataclass(frozen=True)
class Stored:
    """The event's visits by external key and all of them; its officers; delegations and venues by compared name."""

    visits: Mapping[str, StoredVisit]
    delegations: Mapping[str, str]
    venues: Mapping[str, str]
    keys_by_name: Mapping[str, frozenset[str]]
    everyone: Mapping[int, StoredVisit] = field(default_factory=dict)
    team: tuple[Officer, ...] = ()


def values_of(visit: Visit) -> dict[str, Value]:
    """The values of a visit and its guest under the keys of `fields`; needs guest, delegation and hotel loaded."""
    values: dict[str, Value] = {key: getattr(visit.guest, key) for key in GUEST_KEYS}
    values |= {key: getattr(visit, key) for key in VISIT_KEYS}
    values["languages"] = tuple(visit.guest.languages)
    values["delegation"] = visit.delegation.name if visit.delegation else ""
    values["hotel"] = visit.hotel.name if visit.hotel else ""
    values["phones"] = phones_of(visit.guest)
    return values


def phones_of(guest: Guest) -> str:
    """The guest's phones, only for comparing: no page shows what this gives, so that nobody has read it."""
    try:
        return str(guest.private.phones)
    except GuestPrivate.DoesNotExist:
        return ""


def own_key(visit: int) -> str:
    """What our own lists call a visit to which no list has given a key: by it they find the visit when they come back."""
    return f"liaison-{visit}"


def visits_to_compare(event: Event) -> "QuerySet[Visit]":
    """The event's visits with all that `values_of` needs, and of the guests' private data the phones alone."""
    rows = Visit.objects.filter(event=event)
    rows = rows.select_related("guest__private", "delegation", "hotel", "listed")
    return rows.defer("guest__private__health", "guest__private__passport", "guest__private__security")


def stored_at(event: Event) -> Stored:
    """What is stored now, in as many queries for many visits as for one."""
    flights = _flights(event)
    duties = _duties(event)
    visits: dict[str, StoredVisit] = {}
    everyone: dict[int, StoredVisit] = {}
    names: dict[str, set[str]] = {}
    for visit in visits_to_compare(event):
        names.setdefault(same(visit.guest.name), set()).add(visit.external_key)
        found = _stored(visit, flights.get(visit.pk, {}), duties.get(visit.pk, []))
        everyone[visit.pk] = found
        visits[found.key] = found
    officers = Membership.objects.filter(event=event).officers().select_related("user")
    return Stored(
        visits=visits,
        delegations=_by_compared_name(Delegation.objects.filter(event=event)),
        venues=_by_compared_name(Venue.objects.filter(event=event)),
        keys_by_name={name: frozenset(keys) for name, keys in names.items()},
        everyone=everyone,
        team=tuple(Officer(one.pk, one.user.name, one.user.phone, one.capacity) for one in officers),
    )


def _stored(visit: Visit, flights: dict[str, str], duties: list[tuple[int, str, str]]) -> StoredVisit:
    return StoredVisit(
        visit_id=visit.pk,
        guest_id=visit.guest_id,
        values={**values_of(visit), **dict.fromkeys(FLIGHTS, ""), **flights},
        key=visit.external_key or own_key(visit.pk),
        listed=visit.listed.values if hasattr(visit, "listed") else None,
        officers=frozenset(officer for officer, _role, _name in duties),
        lead=next((name for _officer, role, name in duties if role == Assignment.Role.LEAD), ""),
    )


def _flights(event: Event) -> dict[int, dict[str, str]]:
    """The flights that lists have brought, by visit and field."""
    found: dict[int, dict[str, str]] = {}
    items = ItineraryItem.objects.filter(visit__event=event, external_key__in=FLIGHTS)
    for visit, key, number in items.values_list("visit_id", "external_key", "flight_number"):
        found.setdefault(visit, {})[key] = number
    return found


def _duties(event: Event) -> dict[int, list[tuple[int, str, str]]]:
    """Officer, role and name of each standing assignment, by visit."""
    found: dict[int, list[tuple[int, str, str]]] = {}
    standing = Assignment.objects.standing().filter(visit__event=event)
    duties = standing.values_list("visit_id", "officer_id", "role", "officer__user__name")
    for visit, officer, role, name in duties:
        found.setdefault(visit, []).append((officer, role, name))
    return found


def _by_compared_name(rows: "QuerySet[Delegation] | QuerySet[Venue]") -> dict[str, str]:
    return {same(name): name for name in rows.values_list("name", flat=True)}


def as_listed(key: str, value: Value) -> Any:
    """The value as it is kept to tell a later list's change from a person's; of private data only a fingerprint."""
    if key == "phones":
        return salted_hmac("guests.importing.phones", str(value)).hexdigest() if value else ""
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
