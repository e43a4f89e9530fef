"""Which printed papers would say something else if they were printed now.

Of handouts in two steps, so that a page may ask it of a thousand. The history tables name those whose guest's plan, or
what it quotes, was written since they were printed. Of these few the handout is made anew and compared: what was changed
and changed back, or does not stand on the paper, puts no handout out of date, and printing again always ends it. Of all
other papers see `guests.still_holding`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, Min, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from events.models import Event, Membership, Point, Session, Venue
from guests.itinerary import itineraries
from guests.models import Assignment, Guest, ItineraryItem, Print, Visit
from guests.prints import digest_of
from guests.still_holding import no_longer_hold
from liaison.accounts.models import User

_LONGEST_TRANSACTION = timedelta(minutes=5)
"""History bears the moment at which a transaction began; a handout printed meanwhile has not seen it."""


def outdated(prints: QuerySet[Print], *, at: datetime) -> list[int]:
    """The keys of the papers in use among these prints that no longer say what holds at `at`.

    As many queries for a thousand as for one. That time passes puts no paper out of date: an officer whose duty is over
    stands on a handout as on one printed yesterday.
    """
    sheets = list(prints.day_sheets_in_use(at).defer("data"))  # type: ignore[attr-defined]
    about_events = list(prints.event_papers_in_use(at).defer("data"))  # type: ignore[attr-defined]
    return [*_handouts(prints, at), *no_longer_hold([*sheets, *about_events], at=at)]


def _handouts(prints: QuerySet[Print], at: datetime) -> list[int]:
    doubtful = _touched(prints.handouts_in_use(at))  # type: ignore[attr-defined]
    handouts = list(doubtful.only("visit_id", "data", "digest"))
    if not handouts:
        return []
    told = itineraries(Visit.objects.filter(pk__in={one.visit_id for one in handouts}), at=at)
    now: dict[int | None, dict[str, Any]] = {key: itinerary.as_data() for key, itinerary in told.items()}
    return [one.pk for one in handouts if not _says(one, now[one.visit_id], at)]


def _says(handout: Print, now: dict[str, Any], at: datetime) -> bool:
    return handout.digest == digest_of(now) or _on_duty(handout.data, at) == _on_duty(now, at)


def _on_duty(data: Mapping[str, Any], at: datetime) -> str:
    """The digest without officers whose duty is over."""
    ahead = [one for one in data.get("officers", ()) if datetime.fromisoformat(one["ends_at"]) > at]
    return digest_of({**data, "officers": ahead})


def _touched(handouts: QuerySet[Print]) -> QuerySet[Print]:
    """Of the handouts, those whose plan or what it quotes was written since they were printed."""
    oldest = handouts.aggregate(oldest=Min("printed_at"))["oldest"]
    if oldest is None:
        return handouts.none()
    quoted = _written_since(oldest - _LONGEST_TRANSACTION)
    items = ItineraryItem.objects.filter(visit=OuterRef("visit")).filter(
        Q(venue__in=quoted["venue"])
        | Q(origin__in=quoted["venue"])
        | Q(point__in=quoted["point"])
        | Q(point__venue__in=quoted["venue"])
        | Q(session__in=quoted["session"])
        | Q(session__venue__in=quoted["venue"])
        | Q(session__point__in=quoted["point"])
    )
    duties = Assignment.objects.filter(visit=OuterRef("visit")).filter(
        Q(officer__in=quoted["member"]) | Q(officer__user__in=quoted["user"])
    )
    changed = (
        Exists(_items_written())
        | Exists(_history(Assignment, "visit_id", "visit_id"))
        | Exists(_history(Guest, "pgh_obj_id", "visit__guest_id"))
        | Exists(_history(Event, "pgh_obj_id", "visit__event_id"))
        | Q(visit__hotel__in=quoted["venue"])
        | ~Q(hotel_then=F("hotel_now"))
        | Exists(items)
        | Exists(duties)
    )
    nowhere = Value("")
    told = handouts.alias(
        since=F("printed_at") - Value(_LONGEST_TRANSACTION),
        hotel_then=Coalesce(KT("data__hotel__name"), nowhere, output_field=CharField()),
        hotel_now=Coalesce("visit__hotel__name", nowhere, output_field=CharField()),
    )
    return told.filter(changed)


def _history(model: Any, key: str, outer: str) -> QuerySet[Any]:
    """What was written of the model since the outer handout was printed."""
    events: QuerySet[Any] = model.pgh_event_model.objects.filter(
        **{key: OuterRef(outer), "pgh_created_at__gt": OuterRef("since")}
    )
    return events


def _items_written() -> QuerySet[Any]:
    """Items added, deleted, or changed in what calendars show, which holds all that a handout shows of an item.

    The item's own number says so: a car that comes to the door leaves it as it was.
    """
    written = _history(ItineraryItem, "visit_id", "visit_id")
    known: Any = ItineraryItem.pgh_event_model.objects.filter(  # type: ignore[attr-defined]  # made by `tracked`
        pgh_obj_id=OuterRef("pgh_obj_id"),
        sequence=OuterRef("sequence"),
        visit_id=OuterRef("visit_id"),
        pgh_created_at__lte=OuterRef(OuterRef("since")),
    )
    return written.filter(~Q(pgh_label="update") | ~Exists(known))


def _written_since(moment: datetime) -> dict[str, set[int]]:
    """The keys of shared rows that were changed since, by kind: what many handouts quote."""
    kinds = {"venue": Venue, "point": Point, "session": Session, "member": Membership, "user": User}
    parts = [
        model.pgh_event_model.objects.filter(pgh_created_at__gt=moment, pgh_label="update")  # type: ignore[attr-defined]
        .annotate(quoted_as=Value(kind))
        .values_list("quoted_as", "pgh_obj_id")
        for kind, model in kinds.items()
    ]
    found: dict[str, set[int]] = {kind: set() for kind in kinds}
    for kind, key in parts[0].union(*parts[1:]):
        found[kind].add(key)
    return found
