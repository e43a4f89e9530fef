"""Who is driven where on a day, car by car: read into the plain values of `guests.journeys`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet

from events.models import Event
from guests.itinerary import event_facts, may_be_told, where
from guests.journeys import CarDay, Drive, Manifest, Reach, Wanted, iso, leads_of, officer_at, person_of
from guests.leaving import leavings_at
from guests.models import ItineraryItem
from liaison.clock import day_bounds

_ONE_DRIVE = ("starts_at", "leave_by_at", "vehicle_id", "driver_id", "origin_id", "venue_id", "point_id")


def drives(wanted: Collection[Wanted]) -> dict[Wanted, Manifest]:
    """Who is driven where on these days, car by car, what nobody drives yet first; a query more for each event."""
    events = Event.objects.in_bulk({event for event, _day in wanted})
    spans = {
        (event, day): day_bounds(day, events[event].time_zone)
        for event, day in wanted
        if day and event in events
    }
    items = list(_driven(spans))
    left = {
        event: leavings_at(events[event], [item.visit_id for item in items if item.visit.event_id == event])
        for event in events
    }
    return {
        (event, day): Manifest(
            event_facts(events[event]),
            day.isoformat() if day else "",
            cars=tuple(_cars([one for one in items if _is_in(one, event, span)], left[event])),
        )
        for (event, day), span in spans.items()
    }  # fmt: skip


def _driven(spans: Mapping[tuple[int, date], tuple[datetime, datetime]]) -> QuerySet[ItineraryItem]:
    """All that is driven at these events on these days, and what still awaits its time."""
    asked = Q(pk=None)
    for (event, _day), (start, end) in spans.items():
        asked |= Q(visit__event=event) & (Q(starts_at__gte=start, starts_at__lt=end) | Q(starts_at=None))
    is_driven = Q(kind=ItineraryItem.Kind.TRANSFER) | Q(vehicle__isnull=False) | Q(driver__isnull=False)
    items = ItineraryItem.objects.standing().filter(asked, is_driven)
    items = items.with_places().select_related(
        "visit__guest", "visit__delegation", "origin", "venue", "point__venue", "session__venue", "session__point",
        "vehicle__driver", "driver",
    )  # fmt: skip
    return items.prefetch_related(leads_of("visit__assignments")).order_by("pk")


def _is_in(item: ItineraryItem, event: int, span: tuple[datetime, datetime]) -> bool:
    return item.visit.event_id == event and (item.starts_at is None or span[0] <= item.starts_at < span[1])


def _cars(items: Sequence[ItineraryItem], left: Mapping[int, datetime]) -> Iterator[CarDay]:
    def car_of(item: ItineraryItem) -> tuple[Any, ...]:
        driver, car = item.car_driver, item.vehicle
        return (
            (car.plate, car.kind) if car else ("", ""),
            (driver.name, driver.phone) if driver else ("", ""),
        )

    for ((plate, kind), driver), of_car in groupby(
        sorted(items, key=lambda one: (car_of(one), one.pk)), key=car_of
    ):
        yield CarDay(plate, kind, Reach(*driver), tuple(_drives(list(of_car), left)))  # fmt: skip


def _drives(items: Sequence[ItineraryItem], left: Mapping[int, datetime]) -> Iterator[Drive]:
    """Guests who share a ride stand in one line; without a car each guest's is a ride of its own."""

    def drive_of(item: ItineraryItem) -> tuple[Any, ...]:
        alone = () if item.vehicle_id else (item.pk,)
        return (*(str(getattr(item, name) or "9") for name in _ONE_DRIVE), *alone)

    for _key, together in groupby(sorted(items, key=lambda one: (drive_of(one), one.pk)), key=drive_of):
        yield _drive(list(together), left)


def _drive(items: list[ItineraryItem], left: Mapping[int, datetime]) -> Drive:
    """A ride is left for when the first of those who share it has to leave."""
    ride = items[0]
    venue, point = where(ride)
    leave_by_at = min((left[item.pk] for item in items if item.pk in left), default=ride.leave_by_at)
    return Drive(
        leave_by_at=iso(leave_by_at),
        starts_at=iso(ride.starts_at),
        precision=ride.precision,
        is_tentative=ride.state == ItineraryItem.State.TENTATIVE,
        origin=ride.origin.name if ride.origin else "",
        place=venue.name if venue else "",
        point=point.name if point and may_be_told(point, ride.visit) else "",
        flight_number=ride.flight_number,
        guests=tuple(person_of(item.visit) for item in items),
        officers=tuple(
            dict.fromkeys(one for item in items if (one := officer_at(item.visit, ride.starts_at)).name)
        ),
    )
