"""When to leave for what comes next: as somebody set it, else worked out from the way. Setting it by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Event, Venue
from guests.hours import Hours, length
from guests.models import ItineraryItem, LogbookEntry, Visit
from guests.stops import Place, Roads
from liaison.accounts.models import User
from liaison.clock import day_of

LEAVING_COLUMNS = (
    "kind", "starts_at", "precision", "leave_by_at", "leave_by_from", "venue_id", "venue__name", "venue__latitude",
    "venue__longitude", "origin_id", "origin__name", "origin__latitude", "origin__longitude",
)  # fmt: skip
"""What `leavings` needs of an item, for those who read columns."""


class LeaveByError(Exception):
    """A leave-by was refused; the message tells why."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """When to leave, and where that comes from: somebody's name, the plan, or a way of so many kilometres."""

    at: datetime
    set_by: str = ""
    km: float | None = None
    roads: Roads | None = None

    @property
    def source(self) -> str:
        """Where the time comes from, in the reader's language."""
        if self.roads is None:
            return _("set by %(name)s") % {"name": self.set_by} if self.set_by else _("as planned")
        away = length(self.roads.buffer)
        if not self.km:
            return _("distance unknown: %(time)s to get away") % {"time": away}
        said = {"km": f"{self.km:.0f}" if self.km >= 1 else "<1", "time": away}
        return _("by the distance: %(km)s km, %(time)s to get away") % said


def leavings(
    items: Iterable[Any], *, home: Place | None, roads: Roads, zone_name: str
) -> Iterator[tuple[Any, Leaving | None]]:
    """Each of one guest's items by time with when to leave for it; None where nobody has to leave, or no place is known.

    The way begins where the item before it ended; for the first of a day, and after rest, at the guest's hotel, `home`.
    The items are rows with LEAVING_COLUMNS, or what `as_rows` makes of them. Nothing is asked of the database.
    """
    before: Any = None
    for item in items:
        if item.leave_by_at:
            yield item, Leaving(item.leave_by_at, set_by=item.leave_by_from)
        else:
            yield item, _by_the_way(item, before, home, roads, zone_name)
        if item.starts_at:
            before = item


def _by_the_way(item: Any, before: Any, hotel: Place | None, roads: Roads, zone_name: str) -> Leaving | None:
    there = _begins(item)
    if there is None:
        return None
    here = _after(before, hotel) if before and _same_day(before, item, zone_name) else hotel
    needed = roads.time_between(here, there)
    if here is None or not needed:
        return None
    return Leaving(item.starts_at - needed, km=here.km_to(there), roads=roads)


def _same_day(one: Any, other: Any, zone_name: str) -> bool:
    return day_of(one.starts_at, zone_name) == day_of(other.starts_at, zone_name)


def _begins(item: Any) -> Place | None:
    """Where the guest has to be at the start; nowhere for what has no sure time, for rest, and for who comes by plane."""
    if item.starts_at is None or item.precision == Visit.Precision.TO_BE_CONFIRMED:
        return None
    if item.kind == ItineraryItem.Kind.REST:
        return None
    if item.kind in {ItineraryItem.Kind.TRANSFER, ItineraryItem.Kind.FLIGHT}:
        return _origin(item)
    return _origin(item) or _venue(item)


def _after(item: Any, hotel: Place | None) -> Place | None:
    """Where the guest is afterwards; a departing flight leaves its officer at its airport."""
    if item.kind == ItineraryItem.Kind.REST:
        return _venue(item) or hotel
    if item.kind == ItineraryItem.Kind.FLIGHT:
        return _origin(item) or _venue(item)
    return _venue(item)


def _venue(item: Any) -> Place | None:
    return _place(item.venue_id, item.venue__name, item.venue__latitude, item.venue__longitude)


def _origin(item: Any) -> Place | None:
    return _place(item.origin_id, item.origin__name, item.origin__latitude, item.origin__longitude)


def place_of(venue: Venue | None) -> Place | None:
    """The venue as a place of the way; None where there is none."""
    return _place(venue.pk, venue.name, venue.latitude, venue.longitude) if venue else None


def _place(key: int | None, name: str, latitude: Any, longitude: Any) -> Place | None:
    if key is None:
        return None
    if latitude is None or longitude is None:
        return Place(key, name)
    return Place(key, name, float(latitude), float(longitude))


@dataclass(frozen=True, slots=True)
class _Row:
    """An item as columns, for those who have read whole items."""

    item: ItineraryItem

    def __getattr__(self, name: str) -> Any:
        relation, _, column = name.partition("__")
        found = getattr(self.item, relation)
        return getattr(found, column, None) if column else found


def leaving_for(items: Iterable[ItineraryItem], visit: Visit) -> dict[int, Leaving | None]:
    """When to leave for each of the guest's items, by their keys; the items by time, with `origin` and `venue` read.

    `visit` comes with its `event` and its `hotel`.
    """
    event = visit.event
    home = place_of(visit.hotel)
    found = leavings(map(_Row, items), home=home, roads=Roads.of(event), zone_name=event.time_zone)
    return {row.item.pk: leaving for row, leaving in found}


def plan_of(visit: Visit) -> list[ItineraryItem]:
    """What stands in the guest's plan by time, as `leaving_for` wants it: one query."""
    return list(ItineraryItem.objects.standing().filter(visit=visit, starts_at__isnull=False).with_places())


_OF_MANY = (
    *LEAVING_COLUMNS, "pk", "visit_id", "visit__hotel_id", "visit__hotel__name", "visit__hotel__latitude",
    "visit__hotel__longitude",
)  # fmt: skip


def leavings_at(event: Event, visits: Any) -> dict[int, datetime]:
    """When to leave for the items of all these visits at the event, by the items' keys. One query."""
    plans: Any = ItineraryItem.objects.standing().filter(visit__in=visits, starts_at__isnull=False)
    rows = plans.order_by("visit_id", "starts_at", "pk").values_list(*_OF_MANY, named=True)
    roads = Roads.of(event)
    left: dict[int, datetime] = {}
    for _visit, group in groupby(rows.iterator(), key=attrgetter("visit_id")):
        plan = list(group)
        first = plan[0]
        home = _place(
            first.visit__hotel_id, first.visit__hotel__name, first.visit__hotel__latitude, first.visit__hotel__longitude
        )  # fmt: skip
        found = leavings(plan, home=home, roads=roads, zone_name=event.time_zone)
        left |= {row.pk: leaving.at for row, leaving in found if leaving}
    return left


def set_leave_by(
    *, item: ItineraryItem, leave_by_at: datetime | None, by: User, at: datetime, client_uuid: UUID
) -> None:
    """Set when to leave for the item, or leave it to the way again; with a line in the logbook, once for a `client_uuid`.

    Raises LeaveByError for a moment after the start.
    """
    with transaction.atomic():
        locked = (
            ItineraryItem.objects.select_for_update(of=("self",), no_key=True)
            .select_related("visit__event")
            .get(pk=item.pk)
        )
        if LogbookEntry.objects.filter(client_uuid=client_uuid).exists():
            return
        if leave_by_at and (locked.starts_at is None or leave_by_at > locked.starts_at):
            raise LeaveByError(_("“Leave by” must not come after the start."))
        locked.leave_by_at = leave_by_at
        locked.leave_by_from = by.name[:200] if leave_by_at else ""
        locked.save(update_fields=["leave_by_at", "leave_by_from", "updated_at"])
        hours = Hours(locked.visit.event.time_zone, at)
        said = {"title": locked.title, "time": hours.say(leave_by_at) if leave_by_at else ""}
        pattern = (
            _("Leave by %(time)s for %(title)s") if leave_by_at else _("Leave by the distance for %(title)s")
        )
        LogbookEntry.objects.create(
            visit=locked.visit,
            text=(pattern % said)[:1000],
            author=by,
            happened_at=at,
            client_uuid=client_uuid,
        )
