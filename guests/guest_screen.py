"""A guest's own screen: what the handout says, as it stands now, in the guest's language. Worded and ready for the page.

It is made of `guests.itinerary`, which has no field for plates, rooms, health, requests or other guests, and of how the
guest is addressed. It is worded in the active language; what was written by people stays as written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from guests.itinerary import Day, Item, Itinerary, Officer, Place, itineraries
from guests.models import Visit
from guests.wording import KINDS, TENTATIVE, UNSURE, WORDS, full_date, hours_of, when
from liaison.clock import day_of, zone_label
from liaison.paper.scripts import written
from liaison.phones import dialled

_GOES_ON_FOR = timedelta(hours=1)  # an item that says no end


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in the day; what it lacks is empty."""

    hours: str
    zone: str
    until: str
    kind: str
    title: SafeString
    marks: tuple[str, ...]
    flight: str
    origin: SafeString
    place: SafeString
    local_place: SafeString
    dress: SafeString


@dataclass(frozen=True, slots=True)
class ScreenDay:
    """A day; `near` says “Today” or “Tomorrow”, `date` is empty for what awaits its time."""

    near: str
    date: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Who looks after the guest; `span` is empty where it is one person all the time."""

    name: SafeString
    phone: str
    phone_shown: str
    whatsapp: str
    span: SafeString


@dataclass(frozen=True, slots=True)
class Address:
    """A place as its driver reads it."""

    is_hotel: bool
    name: SafeString
    address: SafeString
    local_name: SafeString
    local_address: SafeString


@dataclass(frozen=True, slots=True)
class GuestScreen:
    """All that the guest is shown."""

    event: SafeString
    name: SafeString
    native_name: SafeString
    days: tuple[ScreenDay, ...]
    earlier: tuple[ScreenDay, ...]
    officers: tuple[Contact, ...]
    addresses: tuple[Address, ...]
    updated: SafeString


def screen_of(visit: Visit, *, at: datetime) -> GuestScreen:
    """The screen of a visit that comes with its guest, as of `at`. Three queries, however much there is to tell."""
    itinerary = itineraries(Visit.objects.filter(pk=visit.pk), at=at)[visit.pk]
    told = _Teller(itinerary.event.country, itinerary.event.time_zone, at)
    over = {day.date: told.is_over(day) for day in itinerary.days}
    guest = itinerary.guest
    return GuestScreen(
        event=told.here(itinerary.event.name),
        name=written(visit.guest.called, guest.country),
        native_name=written(guest.native_name, guest.country),
        days=tuple(told.days([day for day in itinerary.days if not over[day.date]], itinerary)),
        earlier=tuple(told.day(day) for day in itinerary.days if over[day.date]),
        officers=tuple(told.officer(one, alone=len(itinerary.officers) == 1) for one in itinerary.officers),
        addresses=tuple(told.address(place, itinerary.hotel) for place in itinerary.places_to_drive_to()),
        updated=format_html(str(WORDS["updated"]), time=told.when(at)),
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says plain values in the active language, as seen at the moment `at`."""

    host_country: str
    zone: str
    at: datetime

    def here(self, text: str) -> SafeString:
        """A text as it was written about a place or plan of the event."""
        return written(text, self.host_country)

    def when(self, moment: datetime) -> SafeString:
        return when(moment, self.zone)

    def is_over(self, day: Day) -> bool:
        """Whether the day is past and nothing of it goes on, as a dinner does after midnight."""
        if not day.date or date.fromisoformat(day.date) >= day_of(self.at, self.zone):
            return False
        return all(_end_of(item) <= self.at for item in day.items)

    def days(self, days: list[Day], itinerary: Itinerary) -> Iterator[ScreenDay]:
        """The days to come, and today even where nothing is planned."""
        today = day_of(self.at, self.zone).isoformat()
        coming = [day for day in days if not day.date or day.date >= today]
        yield from (self.day(day) for day in days if day not in coming)
        if itinerary.days and not any(day.date == today for day in coming):
            yield self.day(Day(today, ()))
        yield from map(self.day, coming)

    def day(self, day: Day) -> ScreenDay:
        lines = tuple(self.line(item, day.date) for item in day.items)
        if not day.date:
            return ScreenDay(str(WORDS["open"]), "", lines)
        on, today = date.fromisoformat(day.date), day_of(self.at, self.zone)
        near = {today: WORDS["today"], today + timedelta(days=1): WORDS["tomorrow"]}.get(on, "")
        return ScreenDay(str(near), full_date(on), lines)

    def line(self, item: Item, on: str) -> Line:
        hours, until = hours_of(item, self.zone, on)
        place = item.place or Place("", "", "", "")
        return Line(
            hours=hours,
            zone=zone_label(_moment(item.starts_at), self.zone) if item.starts_at else "",
            until=until,
            kind=capfirst(str(KINDS.get(item.kind, ""))),
            title=self.here(item.title),
            marks=tuple(self.marks(item)),
            flight=item.flight_number,
            origin=self.here(item.origin.name if item.origin else ""),
            place=format_html_join(
                ", ", "{}", ([self.here(part)] for part in (item.point, place.name) if part)
            ),
            local_place=self.here(place.local_name),
            dress=self.here(item.dress),
        )

    def marks(self, item: Item) -> Iterator[str]:
        """What is not settled about an item."""
        if item.is_tentative:
            yield str(TENTATIVE)
        unsure = UNSURE.get(Visit.Precision(item.precision))
        if unsure and item.starts_at:
            yield str(unsure)

    def officer(self, officer: Officer, *, alone: bool) -> Contact:
        starts_at, ends_at = _moment(officer.starts_at), _moment(officer.ends_at)
        return Contact(
            name=self.here(officer.name),
            phone=officer.phone,
            phone_shown=dialled(officer.phone),
            whatsapp=officer.phone.removeprefix("+"),
            span=SafeString() if alone else format_html("{} – {}", self.when(starts_at), self.when(ends_at)),
        )

    def address(self, place: Place, hotel: Place | None) -> Address:
        return Address(
            is_hotel=place == hotel,
            name=self.here(place.name),
            address=self.here(place.address),
            local_name=self.here(place.local_name),
            local_address=self.here(place.local_address),
        )


def _moment(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def _end_of(item: Item) -> datetime:
    return _moment(item.ends_at) if item.ends_at else _moment(item.starts_at) + _GOES_ON_FOR
