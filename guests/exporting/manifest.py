"""Every transfer of the days asked for: who sits in which car, from where to where, and by when they leave."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guests.exporting.asked import CHUNK, Asked, column, title
from guests.leaving import leavings_at
from guests.models import Export, ItineraryItem
from liaison.phones import dialled
from liaison.sheets.writing import Table, Value

_ONE_RIDE = ("starts_at", "leave_by_at", "vehicle_id", "origin_id", "venue_id", "driver_id")


def table(asked: Asked, export: Export) -> Table:
    """One line for each ride; guests who share one stand in one line. Rides without a time come last."""
    columns = (
        asked.moment_column(title(ItineraryItem, "leave_by_at")),
        asked.moment_column(title(ItineraryItem, "starts_at")),
        column(title(ItineraryItem, "state"), 12),
        column(title(ItineraryItem, "origin"), 24),
        column(pgettext("where one goes", "to"), 24),
        column(_("plate")),
        column(title(ItineraryItem, "driver"), 20),
        column(_("driver’s phone"), 20),
        column(_("guests"), 36),
        column(_("companions"), 12),
        column(_("liaison officer"), 24),
        column(title(ItineraryItem, "note"), 32),
    )
    return Table(str(Export.Kind.MANIFEST.label), columns, _rows(asked))


def _rows(asked: Asked) -> Iterator[tuple[Value, ...]]:
    start, end = asked.span
    rides: Any = asked.rows(ItineraryItem).standing().filter(visit__event=asked.event)
    rides = rides.filter(kind=ItineraryItem.Kind.TRANSFER).filter(
        Q(starts_at__gte=start, starts_at__lt=end) | Q(starts_at=None)
    )
    left = leavings_at(asked.event, rides.values("visit"))
    rides = rides.with_places().select_related(
        "visit__guest", "origin", "venue", "point", "vehicle__driver", "driver"
    )
    rides = rides.prefetch_related(asked.leads("visit__assignments"))
    first = F("starts_at").asc(nulls_last=True)
    ordered = rides.order_by(first, *_ONE_RIDE[1:], "pk").iterator(chunk_size=CHUNK)
    for _key, together in groupby(ordered, key=_ride):
        yield _line(list(together), left, asked)


def _ride(item: ItineraryItem) -> tuple[object, ...]:
    """What makes it one ride; without a car each guest's is a ride of its own."""
    return tuple(getattr(item, name) for name in _ONE_RIDE) + (() if item.vehicle_id else (item.pk,))


def _line(items: list[ItineraryItem], left: Mapping[int, datetime], asked: Asked) -> tuple[Value, ...]:
    """One ride, which is left for when the first of those who share it has to leave."""
    ride = items[0]
    leave_by_at = min((left[item.pk] for item in items if item.pk in left), default=ride.leave_by_at)
    driver = ride.car_driver
    places = [place.name for place in (ride.point, ride.venue) if place]
    leads = [lead.officer.user.name for item in items for lead in item.visit.leads[:1]]  # type: ignore[attr-defined]
    return (
        asked.clock(leave_by_at),
        asked.clock(ride.starts_at),
        ride.get_state_display(),
        ride.origin.name if ride.origin else None,
        ", ".join(places),
        ride.vehicle.plate if ride.vehicle else None,
        driver.name if driver else None,
        dialled(driver.phone) if driver else None,
        "; ".join(item.visit.guest.titled_name for item in items),
        sum(item.visit.companions for item in items),
        "; ".join(dict.fromkeys(leads)),
        "; ".join(dict.fromkeys(item.note for item in items if item.note)),
    )
