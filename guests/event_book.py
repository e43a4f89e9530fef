"""The event's book: cover, contents, programme, venues, contacts and delegations. Plain values in, bytes out, no query."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from babel.dates import format_interval
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from events.models import Contact, Event, Point, Venue
from guests.event_facts import (
    BookContact,
    BookDelegation,
    BookGuest,
    BookOfficer,
    BookSession,
    BookVenue,
    EventBook,
)
from guests.look import USUAL, Look, Sheet
from guests.models import Print, Visit
from guests.naming import country_name, words_of
from guests.side_by_side import Speaker, tongues
from guests.wording import dated_in, full_date, short_date
from liaison.clock import clock_time, day_of, moment_text, zone_label
from liaison.paper import pdf
from liaison.paper.letters import has_letters_for, without_pictographs
from liaison.paper.scripts import written
from liaison.phones import dialled

STYLE = "css/event-book.css"
STYLES = {
    Sheet.A5: (STYLE,),
    Sheet.A4: (STYLE, "css/event-book-a4.css"),
    Sheet.LARGE: (STYLE, "css/event-book-a4.css", "css/event-book-large.css"),
}
"""On what it can be set; who asks for a booklet gets the usual sheet, as a book has too many pages to fold."""

_WORDS = {
    "book": gettext_lazy("Event book"), "contents": gettext_lazy("Contents"), "programme": gettext_lazy("Programme"),
    "venues": gettext_lazy("Venues"), "contacts": gettext_lazy("Contacts"), "delegations": gettext_lazy("Delegations"),
    "coordinators": gettext_lazy("Coordinators"), "officers": gettext_lazy("Liaison officers"), "time": gettext_lazy("Time"),
    "what": gettext_lazy("What and where"), "dress": gettext_lazy("Dress"), "audience": gettext_lazy("For"),
    "points": gettext_lazy("Ways in and rooms"), "for_what": gettext_lazy("For what"), "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone"), "looks_after": gettext_lazy("Looks after"), "guest": gettext_lazy("guest"),
    "level": gettext_lazy("level"), "officer": gettext_lazy("Liaison officer"), "head": gettext_lazy("Head of delegation"),
    "others": gettext_lazy("Guests without a delegation"), "no_sessions": gettext_lazy("The programme will follow."),
    "no_venues": gettext_lazy("The venues will follow."), "no_contacts": gettext_lazy("The contacts will follow."),
    "no_delegations": gettext_lazy("The guests will follow."), "in_order": gettext_lazy("Order of precedence"),
}  # fmt: skip


def render_event_books(books: Sequence[Print], look: Look = USUAL, *, duplex: bool = True) -> pdf.Part:
    """Books in one PDF, each with an outline of its own while it is alone. Raises `liaison.paper.pdf.PaperError`."""
    return pdf.bind([_laid_out(book, look) for book in books], duplex=duplex)


def title_of(data: dict[str, Any]) -> str:
    """What a book is called, in the active language."""
    return f"{_('Event book')} – {data['event']['name']}"


def _laid_out(book: Print, look: Look) -> pdf.Leaves:
    styles = STYLES.get(Sheet(look.sheet), STYLES[Sheet.A5])
    title = _in_its_language(book)
    try:
        return pdf.lay_out(title, event_book_html(book), *styles)
    except pdf.BrokenImageError as broken:
        if not look.has_placeholders:
            raise broken.called(
                _("the logo of %(event)s") % {"event": book.data["event"]["name"]}
            ) from broken
    return pdf.lay_out(title, event_book_html(book, with_logo=False), *styles)


def _in_its_language(book: Print) -> str:
    with override(tongues(book.language)[0]):
        return title_of(book.data)


def event_book_html(book: Print, *, with_logo: bool = True) -> str:
    """The pages that are printed; a book that is not stored says that it is a preview."""
    told = EventBook.of_data(book.data)
    languages = tongues(book.language)
    with override(languages[0]):
        setter = _Setter(told, Speaker(languages))
        version = _("Version %(number)d") % {"number": book.version} if book.pk else _("Preview")
        page = setter.page() | {
            "language": languages[0],
            "title": title_of(book.data),
            "logo": told.event.logo if with_logo else "",
            "version": version,
            "destroy_after": full_date(date.fromisoformat(told.event.ends_on)),
            "printed": moment_text(book.printed_at, told.event.time_zone),
            "printed_at": book.printed_at.isoformat(timespec="seconds"),
        }
        return render_to_string("event_book/event_book.html", page)


@dataclass(frozen=True)
class _Setter:
    """Sets the plain values of a book in the active language, with the second language beside."""

    told: EventBook
    speaker: Speaker

    def here(self, text: str) -> SafeString:
        """A text as it was written about the event and its places."""
        return written(without_pictographs(text), self.told.event.country)

    def companion(self, text: str, country: str) -> SafeString:
        """The second name of something that has a Latin one; left out where no font of ours has its letters."""
        return written(text, country) if has_letters_for(text) else SafeString("")

    def choice(self, choices: Any, value: str) -> SafeString:
        """The word for a choice, in the paper's languages."""
        return self.speaker.say(lambda: capfirst(words_of(choices, get_language() or "en")[value]))

    def page(self) -> dict[str, Any]:
        told, event = self.told, self.told.event
        return {
            "event": event,
            "event_name": self.here(event.name),
            "event_short": self.here(Truncator(event.name).chars(70)),
            "event_host": self.here(event.host),
            "event_city": self.here(event.city),
            "event_days": self.speaker.say(lambda: _interval(event.starts_on, event.ends_on)),
            "words": self.speaker.words(_WORDS),
            "precedence": self.choice(Event.Precedence, told.precedence),
            "days": list(self.days()),
            "venues": [self.venue(one) for one in told.venues],
            "contacts": [self.contact(one) for one in told.contacts],
            "coordinators": [self.officer(one) for one in told.coordinators],
            "officers": [self.officer(one) for one in told.officers],
            "delegations": [self.delegation(one) for one in told.delegations],
        }

    def days(self) -> Iterator[dict[str, Any]]:
        for day, sessions in groupby(self.told.sessions, key=self.day_of):
            yield {
                "id": f"day-{day}",
                "label": self.speaker.say(lambda day=day: full_date(day)),  # type: ignore[misc]  # a default binds the loop's day
                "sessions": [self.session(one, day) for one in sessions],
            }

    def day_of(self, session: BookSession) -> date:
        return day_of(datetime.fromisoformat(session.starts_at), self.told.event.time_zone)

    def session(self, one: BookSession, day: date) -> dict[str, Any]:
        zone = self.told.event.time_zone
        starts_at, ends_at = (datetime.fromisoformat(moment) for moment in (one.starts_at, one.ends_at))
        ends_on = day_of(ends_at, zone)
        return {
            "hours": f"{clock_time(starts_at, zone)}–{clock_time(ends_at, zone)}",
            "zone": zone_label(starts_at, zone),
            "until": "" if ends_on == day else short_date(ends_on),
            "title": self.here(one.title),
            "part": self.here(one.part),
            "place": self.here(", ".join(text for text in (one.point, one.place) if text)),
            "dress": self.here(one.dress),
            "audience": self.here(one.audience),
        }

    def venue(self, one: BookVenue) -> dict[str, Any]:
        country = self.told.event.country
        return {
            "kind": self.choice(Venue.Kind, one.kind),
            "name": self.here(one.name),
            "local_name": self.companion(one.local_name, country),
            "address": self.here(one.address),
            "local_address": self.companion(one.local_address, country),
            "points": [
                (self.choice(Point.Kind, kind), self.here("; ".join(name for _kind, name in named)))
                for kind, named in groupby(one.points, key=lambda point: point[0])
            ],
            "contacts": [self.contact(contact) for contact in one.contacts],
        }

    def contact(self, one: BookContact) -> dict[str, Any]:
        return {
            "function": self.choice(Contact.Function, one.function),
            "name": self.here(one.name),
            "phone": dialled(one.phone),
            "note": self.here(one.note),
        }

    def officer(self, one: BookOfficer) -> dict[str, Any]:
        return {"name": self.here(one.name), "phone": dialled(one.phone), "guests": self.listed(one.guests)}

    def delegation(self, one: BookDelegation) -> dict[str, Any]:
        number = self.told.delegations.index(one) + 1
        country = self.speaker.say(lambda: country_name(one.country)) if one.country else SafeString()
        return {
            "id": f"delegation-{number}",
            "name": self.here(one.name) if one.name else "",
            "country": "" if one.name and self.is_said(one) else country,
            "guests": [self.guest(guest) for guest in one.guests],
        }

    def is_said(self, one: BookDelegation) -> bool:
        """Whether the delegation is called as its country is in one of the languages."""
        names = set()
        for language in self.speaker.languages:
            with override(language):
                names.add(country_name(one.country) if one.country else "")
        return one.name in names

    def guest(self, one: BookGuest) -> dict[str, Any]:
        def mark(text: str) -> SafeString:
            return written(without_pictographs(text), one.country)

        return {
            "name": mark(one.name),
            "native_name": self.companion(one.native_name, one.country),
            "about": mark(" · ".join(text for text in (one.office, one.organisation) if text)),
            "level": self.choice(Visit.Level, one.level),
            "is_head": one.is_head,
            "officers": self.listed(one.officers),
        }

    def listed(self, names: Iterable[str]) -> SafeString:
        """Names in a row, each in its own script."""
        said = [self.here(name) for name in names]
        return format_html("{}" + ", {}" * (len(said) - 1), *said) if said else SafeString()


def _interval(starts_on: str, ends_on: str) -> str:
    first, last = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    return str(format_interval(first, last, "yMMMMd", locale=dated_in()))
