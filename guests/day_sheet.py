"""An officer's day sheet: A4, one day a page, readable in black and white. Plain values in, bytes out, no query in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from events.models import Contact
from guests.duty_day import COLLEAGUE, COORDINATION, Asked, Duty, DutyDay
from guests.models import ItineraryItem, Print, ProtocolNote, Request, Visit
from guests.naming import language_name, words_of
from guests.print_links import address_of
from liaison.clock import clock_time, day_of, day_text, moment_text, zone_label
from liaison.paper import pdf
from liaison.paper.letters import has_letters_for, without_pictographs
from liaison.paper.scripts import written
from liaison.phones import dialled
from liaison.qr import printed_qr_code

STYLE = "css/day-sheet.css"


def render_day_sheets(sheets: Sequence[Print], *, duplex: bool = True) -> pdf.Part:
    """Several sheets in one PDF, one bookmark for each officer and guest. Raises `liaison.paper.pdf.PaperError`."""
    return pdf.bind([_laid_out(sheet) for sheet in sheets], duplex=duplex)


def _laid_out(sheet: Print) -> pdf.Leaves:
    told = DutyDay.of_data(sheet.data)
    return pdf.lay_out(f"{told.officer} – {told.called}", day_sheet_html(sheet), STYLE)


def day_sheet_html(sheet: Print) -> str:
    """The page that is printed, in the officer's language. One that is not stored is a preview, and has no code."""
    told = DutyDay.of_data(sheet.data)
    with override(sheet.language):
        setter = Setter(told)
        is_stored = sheet.pk is not None
        page = setter.page() | {
            "language": sheet.language,
            "version": _("Version %(number)d") % {"number": sheet.version} if is_stored else _("Preview"),
            "code": printed_qr_code(address_of(sheet), _("What has changed")) if is_stored else "",
            "printed": moment_text(sheet.printed_at, told.time_zone),
            "printed_at": sheet.printed_at.isoformat(timespec="seconds"),
        }
        return render_to_string("day_sheet/day_sheet.html", page)


@dataclass(frozen=True)
class Line:
    """An item as it is set; what it lacks is empty."""

    leave_by: SafeString
    arrives: SafeString
    starts: SafeString
    ends: SafeString
    title: SafeString
    marks: tuple[str, ...]
    place: SafeString
    facts: tuple[tuple[str, SafeString], ...]


@dataclass(frozen=True)
class Setter:
    """Sets the plain values of a day in the active language."""

    told: DutyDay

    def here(self, text: str) -> SafeString:
        """A text as it was written about a place or plan of the event."""
        return written(without_pictographs(text), self.told.country)

    def page(self) -> dict[str, Any]:
        told = self.told
        language = get_language() or "en"
        topics = words_of(ProtocolNote.Topic, language)
        return {
            "told": told,
            "day": day_text(date.fromisoformat(told.day)),
            "called": written(without_pictographs(told.called), told.guest_country),
            "name": written(without_pictographs(told.name), told.guest_country)
            if told.name != told.called
            else "",
            "native_name": written(told.native_name, told.guest_country)
            if has_letters_for(told.native_name)
            else "",
            "event": self.here(told.event),
            "officer": self.here(told.officer),
            "office": written(without_pictographs(told.office), told.guest_country),
            "level": words_of(Visit.Level, language)[told.level],
            "facts": [(name, value) for name, value in self.facts() if value],
            "red_lines": [self.here(text) for text in told.red_lines],
            "courtesy": [(capfirst(topics[topic]), self.here(text)) for topic, text in told.courtesy],
            "lines": [self.line(duty) for duty in told.duties],
            "rides": list(self.rides()),
            "entourage": [self.here(text) for text in told.entourage],
            "contacts": list(self.contacts()),
            "requests": [self.asked(one) for one in told.requests],
        }

    def facts(self) -> Iterator[tuple[str, SafeString]]:
        told = self.told
        yield _("Sounds like"), self.here(told.pronunciation)
        yield _("Speaks"), self.here(", ".join(language_name(code) for code in told.languages))
        yield _("Diet"), self.here(told.diet)
        yield _("Hotel"), self.here(told.hotel)

    def line(self, duty: Duty) -> Line:
        return Line(
            leave_by=self.time(duty.leave_by_at),
            arrives=self.time(duty.arrives_at),
            starts=self.time(duty.starts_at, duty.precision),
            ends=self.time(duty.ends_at),
            title=self.here(f"{duty.title} · {duty.flight_number}" if duty.flight_number else duty.title),
            marks=tuple(self.marks(duty)),
            place=self.here(" → ".join(filter(None, (duty.origin, duty.place)))),
            facts=tuple((name, self.here(value)) for name, value in self.courtesies(duty) if value),
        )

    def marks(self, duty: Duty) -> Iterator[str]:
        """What is not settled about an item, and whether the guest knows of it."""
        if duty.is_tentative:
            yield str(ItineraryItem.State.TENTATIVE.label)
        if duty.precision == Visit.Precision.TO_BE_CONFIRMED:
            yield _("time to be confirmed")
        if duty.is_for_officers:
            yield _("not told to the guest")

    def courtesies(self, duty: Duty) -> Iterator[tuple[str, str]]:
        yield _("Entry"), duty.entry
        yield _("Met by"), duty.greeter
        yield _("Seat"), duty.seat
        yield _("Interpreter"), duty.interpreter
        yield _("Dress"), duty.dress
        yield _("Gift"), duty.gift
        yield _("Note"), duty.note

    def rides(self) -> Iterator[dict[str, Any]]:
        for ride in self.told.rides:
            yield {
                "starts": self.time(ride.starts_at),
                "way": self.here(" → ".join(filter(None, (ride.origin, ride.place)))),
                "plate": ride.plate,
                "car": self.here(ride.car),
                "driver": self.here(ride.driver),
                "phone": dialled(ride.phone),
            }

    def contacts(self) -> Iterator[dict[str, Any]]:
        """Each with the function it is called for, said once for those in a row."""
        functions = words_of(Contact.Function, get_language() or "en") | {
            COORDINATION: _("coordinators"),
            COLLEAGUE: _("who looks after the guest"),
        }
        before = ""
        for one in self.told.contacts:
            yield {
                "function": capfirst(functions[one.function]) if one.function != before else "",
                "name": self.here(one.name),
                "phone": dialled(one.phone),
                "note": self.here(one.note),
            }
            before = one.function

    def asked(self, one: Asked) -> dict[str, Any]:
        categories = words_of(Request.Category, get_language() or "en")
        return {
            "text": self.here(one.text) if one.text else capfirst(categories[one.category]),
            "raised": self.time(one.raised_at),
            "due": self.time(one.due_at),
        }

    def time(self, iso: str, precision: str = "") -> SafeString:
        """Hour and zone; the day too, where it is another than the sheet's."""
        if not iso:
            return SafeString()
        moment, zone = datetime.fromisoformat(iso), self.told.time_zone
        about = "~" if precision == Visit.Precision.APPROXIMATE else ""
        said = format_html(
            '<bdi dir="ltr">{}{} <small>{}</small></bdi>',
            about,
            clock_time(moment, zone),
            zone_label(moment, zone),
        )
        on = day_of(moment, zone)
        if on.isoformat() == self.told.day:
            return said
        return format_html("{}<small>({})</small>", said, day_text(on))
