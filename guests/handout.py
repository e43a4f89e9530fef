"""The guest's handout: an itinerary set as pages to hold in the hand. Plain values in, bytes out, no query in between."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_interval
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from guests.itinerary import Day, GuestFacts, Item, Itinerary, Officer
from guests.look import USUAL, Look, Sheet
from guests.models import Print, Visit
from guests.naming import country_name
from guests.print_links import address_of
from guests.wording import (
    TENTATIVE,
    UNSURE,
    WORDS,
    dated_in,
    full_date,
    hours_of,
    is_right_to_left,
    language_at,
    when,
)
from liaison.clock import zone_label
from liaison.paper import pdf
from liaison.paper.booklet import imposed
from liaison.paper.letters import has_letters_for, without_pictographs
from liaison.paper.scripts import written
from liaison.phones import dialled
from liaison.qr import printed_qr_code

STYLE = "css/handout.css"
STYLES = {
    Sheet.A5: (STYLE,),
    Sheet.A4: (STYLE, "css/handout-a4.css"),
    Sheet.A6: (STYLE, "css/handout-a6.css"),
    Sheet.LARGE: (STYLE, "css/handout-a4.css", "css/handout-large.css"),
}

_PRINTED = {
    key: WORDS[key]
    for key in (
        "prepared_for", "officer", "no_officer", "programme", "no_items", "open", "from", "flight", "dress", "addresses", "hotel",
        "scan",
    )
}  # fmt: skip
_SPAN = re.compile(r"\d+[–-]\d+")
_NAME_SIZES = ((24, "grand"), (40, "large"), (90, "medium"))


@dataclass(frozen=True)
class Row:
    """An item as it is set; what it lacks is empty."""

    hours: str
    zone: str
    until: str
    title: SafeString
    marks: tuple[SafeString, ...]
    flight: str
    origin: SafeString
    place: SafeString
    local_place: SafeString
    dress: SafeString


def render_handout(handout: Print, look: Look = USUAL) -> bytes:
    """The handout as PDF; the same bytes for the same row and look. Raises `liaison.paper.pdf.PaperError`."""
    return render_handouts([handout], look, duplex=False).data


def render_handouts(handouts: Sequence[Print], look: Look = USUAL, *, duplex: bool = True) -> pdf.Part:
    """Several handouts in one PDF; `duplex` begins each on a sheet of its own. Raises `liaison.paper.pdf.PaperError`.

    A booklet is set out by itself, so there each makes a part of its own.
    """
    if not look.is_booklet:
        return pdf.bind([_laid_out(handout, look) for handout in handouts], duplex=duplex)
    booklets = [_booklet(handout, look) for handout in handouts]
    return booklets[0] if len(booklets) == 1 else pdf.joined(booklets)


def _booklet(handout: Print, look: Look) -> pdf.Part:
    pages = pdf.bind([_laid_out(handout, look)], is_tagged=False)
    return imposed(pages, right_to_left=is_right_to_left(handout.language))


def _laid_out(handout: Print, look: Look) -> pdf.Leaves:
    itinerary = Itinerary.of_data(handout.data)
    without: frozenset[str] = frozenset()
    while True:
        html = handout_html(handout, without=without)
        try:
            return pdf.lay_out(itinerary.guest.name, html, *STYLES[Sheet(look.sheet)])
        except pdf.BrokenImageError as broken:
            if not look.has_placeholders or broken.name in without:
                raise broken.called(_picture(itinerary, broken.name)) from broken
            without |= {broken.name}


def _picture(itinerary: Itinerary, name: str) -> str:
    """What a picture shows, for whoever has to replace it."""
    for officer in itinerary.officers:
        if officer.photo == name:
            return _("the photo of %(person)s") % {"person": officer.name}
    return _("the logo of %(event)s") % {"event": itinerary.event.name}


def handout_html(handout: Print, *, without: frozenset[str] = frozenset()) -> str:
    """The page that is printed, in the print's language with the host's words beside; `without` are pictures left out.

    A print that is not stored is a preview: it says so, and no code leads anywhere.
    """
    itinerary = Itinerary.of_data(handout.data)
    setter = _Setter(itinerary.event.country, itinerary.event.time_zone)
    with override(handout.language):
        is_stored = handout.pk is not None
        page = setter.cover(itinerary, without) | {
            "language": handout.language,
            "days": [setter.day(day) for day in itinerary.days],
            "addresses": list(setter.addresses(itinerary)),
            "words": {key: setter.both(lambda word=word: str(word)) for key, word in _PRINTED.items()},  # type: ignore[misc]  # a default binds the loop's word
            "version": WORDS["version"] % {"number": handout.version} if is_stored else WORDS["sample"],
            "code": printed_qr_code(address_of(handout), str(WORDS["scan"])) if is_stored else "",
            "printed": when(handout.printed_at, setter.zone),
            "printed_at": handout.printed_at.isoformat(timespec="seconds"),
        }
        return render_to_string("handout/handout.html", page)


@dataclass(frozen=True)
class _Setter:
    """Sets plain values in the active language, the guest's, with the host's words beside where that is another."""

    host_country: str
    zone: str

    def both(self, say: Callable[[], str]) -> SafeString:
        """What is said in the active language, and beside it in the host's."""
        said, host = say(), language_at(self.host_country)
        with override(host):
            beside = say()
        if beside == said:
            return format_html("{}", said)
        direction = "rtl" if is_right_to_left(host) else "ltr"
        return format_html(
            '{} <bdi class="beside" lang="{}" dir="{}">{}</bdi>', said, host, direction, beside
        )

    def here(self, text: str) -> SafeString:
        """A text as it was written about a place or plan of the event."""
        return written(without_pictographs(text), self.host_country)

    def companion(self, text: str, country: str) -> SafeString:
        """The second name of something that has a Latin one; left out where no font of ours has its letters."""
        return written(text, country) if has_letters_for(text) else SafeString("")

    def cover(self, itinerary: Itinerary, without: frozenset[str]) -> dict[str, Any]:
        event, officers = itinerary.event, itinerary.officers
        return self.guest(itinerary.guest) | {
            "event": event,
            "logo": "" if event.logo in without else event.logo,
            "event_name": self.here(event.name),
            "event_short": self.here(Truncator(event.name).chars(80)),
            "event_host": self.here(event.host),
            "event_city": self.here(event.city),
            "event_days": self.both(lambda: _interval(event.starts_on, event.ends_on)),
            "officers": [self.officer(one, without, alone=len(officers) == 1) for one in officers],
        }

    def guest(self, guest: GuestFacts) -> dict[str, Any]:
        def mark(text: str) -> SafeString:
            return written(without_pictographs(text), guest.country)

        home = country_name(guest.country) if guest.country else ""
        return {
            "guest": guest,
            "name": mark(guest.name),
            "name_size": next((size for most, size in _NAME_SIZES if len(guest.name) <= most), "small"),
            "native_name": self.companion(guest.native_name, guest.country),
            "titles_before": mark(guest.honorific_before),
            "titles_after": mark(guest.honorific_after),
            "office": mark(guest.office),
            "organisation": mark(guest.organisation or home),
        }

    def officer(self, officer: Officer, without: frozenset[str], *, alone: bool) -> dict[str, Any]:
        starts_at, ends_at = (
            when(_moment(officer.starts_at), self.zone),
            when(_moment(officer.ends_at), self.zone),
        )
        return {
            "name": self.here(officer.name),
            "called": officer.name,
            "phone": dialled(officer.phone),
            "photo": "" if officer.photo in without else officer.photo,
            "initials": self.here(_initials(officer.name)) if officer.photo in without else "",
            "span": "" if alone else format_html("{} – {}", starts_at, ends_at),
        }

    def day(self, day: Day) -> dict[str, Any]:
        label = (
            self.both(lambda: full_date(date.fromisoformat(day.date)))
            if day.date
            else self.both(lambda: str(WORDS["open"]))
        )
        return {"label": label, "rows": [self.row(item, day.date) for item in day.items]}

    def row(self, item: Item, on: str) -> Row:
        hours, until = hours_of(item, self.zone, on)
        place = ", ".join(text for text in (item.place.name if item.place else "", item.point) if text)
        local = item.place.local_name if item.place else ""
        return Row(
            hours=hours,
            zone=zone_label(_moment(item.starts_at), self.zone) if item.starts_at else "",
            until=until,
            title=self.here(item.title),
            marks=tuple(self.marks(item)),
            flight=item.flight_number,
            origin=self.here(item.origin.name if item.origin else ""),
            place=self.here(place),
            local_place=self.companion(local, self.host_country),
            dress=self.here(item.dress),
        )

    def marks(self, item: Item) -> Iterator[SafeString]:
        """What is not settled about an item."""
        if item.is_tentative:
            yield self.both(lambda: str(TENTATIVE))
        unsure = UNSURE.get(Visit.Precision(item.precision))
        if unsure and item.starts_at:
            yield self.both(lambda: str(unsure))

    def addresses(self, itinerary: Itinerary) -> Iterator[dict[str, Any]]:
        """Where the guest sleeps and goes, each place once, as its driver reads it."""
        for place in itinerary.places_to_drive_to():
            yield {
                "is_hotel": place == itinerary.hotel,
                "name": self.here(place.name),
                "address": self.here(place.address),
                "local_name": self.companion(place.local_name, self.host_country),
                "local_address": self.companion(place.local_address, self.host_country),
            }


def _moment(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def _initials(name: str) -> str:
    """What stands in place of a photo: the first letters of the first and the last name."""
    names = name.split()
    return "".join(one[0] for one in (*names[:1], *names[1:][-1:]))


def _interval(starts_on: str, ends_on: str) -> SafeString:
    """From day to day; the numbers of a span keep their order in every text."""
    first, last = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    said = conditional_escape(format_interval(first, last, "yMMMMd", locale=dated_in()))
    return SafeString(_SPAN.sub(r'<bdi dir="ltr">\g<0></bdi>', said))  # escaped above
