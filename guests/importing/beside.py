"""What a list writes beside guests and visits: flights, phones, officers, and what it said."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.translation import gettext as _

from events.models import Membership
from guests.assignment import assign_where_possible
from guests.importing.diffing import Diff, Kind, RowDiff
from guests.importing.fields import FLIGHTS
from guests.importing.stored import as_listed
from guests.models import Assignment, GuestList, GuestPrivate, ItineraryItem, ListedVisit, Visit
from liaison.accounts.models import User

if TYPE_CHECKING:
    from guests.importing.officers import Officer

_BATCH = 500
Written: TypeAlias = tuple[RowDiff, Visit]
_MOMENTS = {
    "arrival_flight": ("arrives_at", "arrival_precision"),
    "departure_flight": ("departs_at", "departure_precision"),
}


def write_flights(written: Sequence[Written], *, at: datetime) -> None:
    """A flight in each guest's itinerary for the arrival and the departure; moved when these move."""
    concerned = [visit.pk for diff, visit in written if _concerns_flights(diff)]
    if not concerned:
        return
    found = ItineraryItem.objects.filter(visit__in=concerned, external_key__in=FLIGHTS)
    items = {(item.visit_id, item.external_key): item for item in found}
    new, moved = [], []
    for diff, visit in written:
        changed = {change.key: change.after for change in diff.changes}
        for key in FLIGHTS:
            item = items.get((visit.pk, key))
            if item is None and key in changed:
                new.append(_flight(ItineraryItem(visit=visit, external_key=key), visit, str(changed[key])))
            elif item is not None and changed.keys() & {key, *_MOMENTS[key]}:
                item.updated_at = at
                moved.append(_flight(item, visit, str(changed.get(key, item.flight_number))))
    ItineraryItem.objects.bulk_create(new, batch_size=_BATCH)
    columns = ["starts_at", "ends_at", "leave_by_at", "precision", "state", "flight_number"]
    ItineraryItem.objects.bulk_update(moved, [*columns, "updated_at"], batch_size=_BATCH)


def _concerns_flights(diff: RowDiff) -> bool:
    keys = {key for flight in FLIGHTS for key in (flight, *_MOMENTS[flight])}
    return any(change.key in keys for change in diff.changes)


def _flight(item: ItineraryItem, visit: Visit, number: str) -> ItineraryItem:
    moment, precision = (getattr(visit, name) for name in _MOMENTS[item.external_key])
    shift = moment - item.starts_at if moment and item.starts_at else timedelta()
    item.ends_at = item.ends_at + shift if moment and item.ends_at else None
    item.leave_by_at = item.leave_by_at + shift if moment and item.leave_by_at else None
    item.kind = ItineraryItem.Kind.FLIGHT
    item.title = item.title or (_("Arrival") if item.external_key == "arrival_flight" else _("Departure"))
    item.flight_number = number
    item.starts_at = moment
    item.precision = precision if moment else Visit.Precision.TO_BE_CONFIRMED
    if item.state != ItineraryItem.State.CANCELLED:
        confirmed = moment and precision == Visit.Precision.EXACT
        item.state = ItineraryItem.State.CONFIRMED if confirmed else ItineraryItem.State.TENTATIVE
    return item


def write_phones(written: Sequence[Written]) -> None:
    """The guests' phones among their private data."""
    phones = {
        visit.guest_id: str(change.after)
        for diff, visit in written
        for change in diff.changes
        if change.key == "phones"
    }
    if not phones:
        return
    known = {row.guest_id: row for row in GuestPrivate.objects.filter(guest__in=phones)}
    for guest, row in known.items():
        row.phones = phones[guest]
    GuestPrivate.objects.bulk_update(known.values(), ["phones"], batch_size=_BATCH)
    new = [GuestPrivate(guest_id=guest, phones=text) for guest, text in phones.items() if guest not in known]
    GuestPrivate.objects.bulk_create(new, batch_size=_BATCH)


def note_as_listed(diff: Diff, visits: Mapping[int, int], guest_list: GuestList) -> None:
    """Keep what the list said of each guest, on top of what earlier lists said."""
    rows = [
        ListedVisit(visit_id=visit, guest_list=guest_list, values=_said(one))
        for one in diff.rows
        if one.kind is not Kind.FAULTY
        and (visit := one.stored.visit_id if one.stored else visits.get(one.row.number))
        and _is_news(one)
    ]
    ListedVisit.objects.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["visit"],
        update_fields=["values", "guest_list"],
    )


def _said(one: RowDiff) -> dict[str, Any]:
    earlier = dict(one.stored.listed or {}) if one.stored else {}
    settled = {change.key: change.after for change in one.changes if change.key != "officer"}
    said = {key: settled.get(key, value) for key, value in one.row.values.items()}
    return earlier | {key: as_listed(key, value) for key, value in said.items()}


def _is_news(one: RowDiff) -> bool:
    return one.stored is None or one.stored.listed is None or dict(one.stored.listed) != _said(one)


def assign_listed(written: Sequence[Written], guest_list: GuestList, *, by: User, at: datetime) -> int:
    """Give the officers charge whom the list names; how many guests were given one.

    More guests than an officer's capacity is what the list says and its preview warned of; a lead who came in
    between stands, and that guest is left out.
    """
    guests: dict[Officer, list[Visit]] = defaultdict(list)
    for diff, visit in written:
        if diff.officer:
            guests[diff.officer].append(visit)
    reason = _("As the guest list “%(name)s” has it") % {"name": guest_list.filename[:200]}
    members = Membership.objects.in_bulk([officer.key for officer in guests])
    return sum(
        assign_where_possible(
            visits=visits,
            officer=members[officer.key],
            role=Assignment.Role.LEAD,
            by=by,
            at=at,
            reason=reason,
        )
        for officer, visits in guests.items()
    )
