"""Who comes and goes when, with which flight and car: a line for each arrival and each departure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from guests.exporting.asked import CHUNK, Asked, column, title
from guests.journeys import COMING, GOING, journey_of
from guests.models import Assignment, Export, ItineraryItem, Visit
from liaison.phones import dialled
from liaison.sheets.writing import Table, Value

_KINDS = (ItineraryItem.Kind.FLIGHT, ItineraryItem.Kind.TRANSFER)


@dataclass(frozen=True)
class Line:
    """One coming or going; `moment` is None while it is to be confirmed."""

    moment: datetime | None
    cells: tuple[Value, ...]


def table(asked: Asked, export: Export) -> Table:
    """By time; what is to be confirmed comes last, with what was written of it."""
    columns = (
        column(_("coming or going")),
        asked.moment_column(_("time")),
        column(_("time is")),
        column(_("as written"), 24),
        column(title(ItineraryItem, "flight_number")),
        column(_("guest"), 30),
        column(title(Visit, "level"), 10),
        column(title(Visit, "delegation"), 24),
        column(title(Visit, "companions"), 12),
        column(title(ItineraryItem, "vehicle")),
        column(title(ItineraryItem, "driver"), 20),
        column(_("driver’s phone"), 20),
        column(_("liaison officer"), 24),
        column(_("officer’s phone"), 20),
        column(title(Visit, "hotel"), 24),
    )
    return Table(str(Export.Kind.ARRIVALS.label), columns, _rows(asked))


def _rows(asked: Asked) -> Iterator[tuple[Value, ...]]:
    start, end = asked.span
    moves = ItineraryItem.objects.standing().filter(kind__in=_KINDS).with_places()
    visits = asked.rows(Visit).filter(event=asked.event).select_related("guest", "delegation", "hotel")
    visits = visits.prefetch_related(
        asked.leads(),
        Prefetch("items", moves, to_attr="moves"),
    )
    lines = [
        line
        for visit in visits.iterator(chunk_size=CHUNK)
        for line in (_of_way(visit, way, asked) for way in (COMING, GOING))
        if line.moment is None or start <= line.moment < end
    ]
    lines.sort(key=lambda line: (line.moment is None, line.moment or start))
    return (line.cells for line in lines)


def _of_way(visit: Visit, way: str, asked: Asked) -> Line:
    moves: list[ItineraryItem] = visit.moves  # type: ignore[attr-defined]  # prefetched
    moment, flight, car = journey_of(way, visit, moves, asked.event.time_zone)
    if way == COMING:
        said = (_("arrival"), visit.get_arrival_precision_display(), visit.arrival_note)
    else:
        said = (_("departure"), visit.get_departure_precision_display(), visit.departure_note)
    return _line(visit, asked, moment, said, flight, car)


def _line(
    visit: Visit,
    asked: Asked,
    moment: datetime | None,
    said: tuple[str, str, str],
    flight: ItineraryItem | None,
    car: ItineraryItem | None,
) -> Line:
    coming_or_going, precision, note = said
    unsure = str(Visit.Precision.TO_BE_CONFIRMED.label)
    driver = car.car_driver if car else None
    leads: list[Assignment] = visit.leads  # type: ignore[attr-defined]  # prefetched
    lead = leads[0].officer.user if leads else None
    cells: tuple[Value, ...] = (
        coming_or_going,
        asked.clock(moment),
        precision if moment else unsure,
        note,
        flight.flight_number if flight else None,
        visit.guest.titled_name,
        visit.get_level_display(),
        visit.delegation.name if visit.delegation else None,
        visit.companions,
        car.vehicle.plate if car and car.vehicle else None,
        driver.name if driver else None,
        dialled(driver.phone) if driver else None,
        lead.name if lead else None,
        dialled(lead.phone) if lead else None,
        visit.hotel.name if visit.hotel else None,
    )
    return Line(moment, cells)
