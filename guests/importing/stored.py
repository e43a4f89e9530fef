"""What the database has of an event's guests, as far as a guest list can compare with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from events.models import Event, Venue
from guests.importing.cells import Value
from guests.importing.comparing import same
from guests.importing.fields import GUEST_KEYS
from guests.models import Delegation, Visit

VISIT_KEYS = [
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
    """A visit and its guest by key, with the values a list may change."""

    visit_id: int
    guest_id: int
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Stored:
    """The event's visits by external key; names of delegations and venues, and keys of visits, by compared name."""

    visits: Mapping[str, StoredVisit]
    delegations: Mapping[str, str]
    venues: Mapping[str, str]
    keys_by_name: Mapping[str, frozenset[str]]


def values_of(visit: Visit) -> dict[str, Value]:
    """The values of a visit and its guest under the keys of `fields`; needs guest, delegation and hotel loaded."""
    values: dict[str, Value] = {key: getattr(visit.guest, key) for key in GUEST_KEYS}
    values |= {key: getattr(visit, key) for key in VISIT_KEYS}
    values["languages"] = tuple(visit.guest.languages)
    values["delegation"] = visit.delegation.name if visit.delegation else ""
    values["hotel"] = visit.hotel.name if visit.hotel else ""
    return values


def stored_at(event: Event) -> Stored:
    """What is stored now, in three queries."""
    visits: dict[str, StoredVisit] = {}
    names: dict[str, set[str]] = {}
    for visit in Visit.objects.filter(event=event).select_related("guest", "delegation", "hotel"):
        names.setdefault(same(visit.guest.name), set()).add(visit.external_key)
        if visit.external_key:
            visits[visit.external_key] = StoredVisit(visit.pk, visit.guest_id, values_of(visit))
    return Stored(
        visits=visits,
        delegations={
            same(name): name for name in Delegation.objects.filter(event=event).values_list("name", flat=True)
        },
        venues={
            same(name): name for name in Venue.objects.filter(event=event).values_list("name", flat=True)
        },
        keys_by_name={name: frozenset(keys) for name, keys in names.items()},
    )
