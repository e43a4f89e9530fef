"""The guest list, in the words in which it comes back in: importing it unchanged changes nothing.

Its times are always on the event's clocks, on which the import reads them.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from guests.exporting.asked import CHUNK, Asked, column, title
from guests.importing.cells import Facts, read_cell
from guests.importing.fields import FLIGHTS, GUEST_KEYS, label_of
from guests.importing.stored import own_key
from guests.models import Assignment, Export, GuestPrivate, ItineraryItem, Visit
from guests.privacy import read_private_for_list
from liaison.sheets.writing import Column, Table, Value

_OPEN = (
    "external_key", "level", "rank", "honorific_before", "name", "honorific_after", "addressed_as", "native_name",
    "office", "organisation", "country", "delegation", "languages", "diet", "arrives_at", "arrival_flight", "departs_at",
    "departure_flight", "hotel", "companions", "officer", "photo_consent", "press_consent", "note",
)  # fmt: skip
_MOMENTS = {
    "arrives_at": ("arrival_precision", "arrival_note"),
    "departs_at": ("departure_precision", "departure_note"),
}
_ON_FILE = ("health", "passport", "security")
_WIDE = {
    "name": 28,
    "native_name": 24,
    "office": 32,
    "organisation": 28,
    "delegation": 24,
    "note": 32,
    "diet": 24,
}


def table(asked: Asked, export: Export) -> Table:
    """The guests of the event; the room and what is on file in private only where asked for, each reading kept."""
    keys = (*_OPEN, *(("room", "phones", *_ON_FILE) if asked.with_private else ()))
    columns = tuple(_column(asked, key) for key in keys)
    return Table(str(Export.Kind.GUESTS.label), columns, _rows(asked, export, keys))


def _column(asked: Asked, key: str) -> Column:
    if key in _MOMENTS:
        return asked.moment_column(label_of(key), asked.event.time_zone)
    return column(title(GuestPrivate, key) if key in _ON_FILE else label_of(key), _WIDE.get(key, 16))


def _rows(asked: Asked, export: Export, keys: tuple[str, ...]) -> Iterator[tuple[Value, ...]]:
    facts = Facts(
        asked.event.time_zone, asked.event.starts_on, asked.event.ends_on, country=asked.event.country
    )
    visits = _visits(asked).iterator(chunk_size=CHUNK)
    while some := list(islice(visits, CHUNK)):
        private = _private(some, export) if asked.with_private else {}
        for visit in some:
            yield tuple(_value(key, visit, private.get(visit.guest_id), facts, asked) for key in keys)


def _visits(asked: Asked) -> QuerySet[Visit]:
    flights = ItineraryItem.objects.filter(external_key__in=FLIGHTS)
    rows: QuerySet[Visit] = asked.rows(Visit).filter(event=asked.event)
    return rows.select_related("guest", "delegation", "hotel").prefetch_related(
        asked.leads(),
        Prefetch("items", flights, to_attr="flights"),
    )


def _private(visits: Iterable[Visit], export: Export) -> dict[int, GuestPrivate]:
    return read_private_for_list(guests=[visit.guest_id for visit in visits], export=export)


def _value(key: str, visit: Visit, private: GuestPrivate | None, facts: Facts, asked: Asked) -> Value:
    if key in _MOMENTS:
        return _moment(key, visit, facts, asked)
    if key in FLIGHTS:
        flights: list[ItineraryItem] = visit.flights  # type: ignore[attr-defined]  # prefetched
        return next((item.flight_number for item in flights if item.external_key == key), None)
    if key == "phones" or key in _ON_FILE:
        text = str(getattr(private, key, ""))
        return text.replace("\n", "; ") if key == "phones" else text
    if key in _SAID:
        return _SAID[key](visit)
    row = visit.guest if key in GUEST_KEYS else visit
    value: Value = getattr(row, key)
    return value


def _moment(key: str, visit: Visit, facts: Facts, asked: Asked) -> Value:
    """A date where it is exact, “~” and the date where it is not, else what was written; a cell that says no more
    and no less than is stored.
    """
    precision, note = (getattr(visit, name) for name in _MOMENTS[key])
    moment: datetime | None = getattr(visit, key)
    if precision == Visit.Precision.TO_BE_CONFIRMED or moment is None:
        stays_unread = key not in read_cell(key, note, facts).values
        return note if stays_unread else None
    local = asked.clock(moment, asked.event.time_zone)
    if precision == Visit.Precision.APPROXIMATE and local:
        return f"~{local.isoformat(' ', 'seconds' if local.second else 'minutes')}"
    return local


def _companions(visit: Visit) -> Value:
    """The note where the import reads the same number out of it, else the number."""
    said = read_cell("companions", visit.companions_note, _NO_FACTS).values
    whole = {"companions": visit.companions, "companions_note": visit.companions_note}
    return visit.companions_note if {"companions": 0} | dict(said) == whole else visit.companions


_NO_FACTS = Facts("UTC", date.min, date.max)


def _consent(consent: str) -> Value:
    return {Visit.Consent.GIVEN.value: _("yes"), Visit.Consent.REFUSED.value: _("no")}.get(consent)


def _lead(visit: Visit) -> Value:
    leads: list[Assignment] = visit.leads  # type: ignore[attr-defined]  # prefetched
    return leads[0].officer.user.name if leads else None


_SAID: dict[str, Callable[[Visit], Value]] = {
    "external_key": lambda visit: visit.external_key or own_key(visit.pk),
    "level": lambda visit: visit.get_level_display(),
    "languages": lambda visit: ", ".join(visit.guest.languages),
    "delegation": lambda visit: visit.delegation.name if visit.delegation else None,
    "hotel": lambda visit: visit.hotel.name if visit.hotel else None,
    "companions": _companions,
    "officer": _lead,
    "photo_consent": lambda visit: _consent(visit.photo_consent),
    "press_consent": lambda visit: _consent(visit.press_consent),
}
