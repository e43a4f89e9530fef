"""Lists of movements on paper: who comes and goes, and who is driven where. A4 across, readable in black and white."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, ngettext, override, pgettext_lazy
from django.utils.translation import gettext as _

from guests.journeys import COMING, GOING, CarDay, Drive, Journey, Manifest, Person, Reach
from guests.models import ItineraryItem, Print, Visit
from guests.naming import words_of
from guests.side_by_side import Speaker, tongues
from guests.wording import full_date, short_date
from liaison.clock import clock_time, day_of, moment_text, zone_label
from liaison.paper import pdf
from liaison.paper.letters import without_pictographs
from liaison.paper.scripts import written
from liaison.phones import dialled

STYLE = "css/manifest.css"

_WORDS = {
    "arrivals": gettext_lazy("Arrivals and departures"), "transport": gettext_lazy("Transport manifest"),
    "whole_event": gettext_lazy("whole event"), "time": gettext_lazy("Time"), "way": gettext_lazy("coming or going"),
    "coming": gettext_lazy("arrival"), "going": gettext_lazy("departure"), "flight": gettext_lazy("flight"),
    "guest": gettext_lazy("guest"), "party": gettext_lazy("People"), "where": gettext_lazy("Where one is met"),
    "officer": gettext_lazy("liaison officer"), "car": gettext_lazy("car"), "open": gettext_lazy("Time to be confirmed"),
    "leave_by": gettext_lazy("Leave by"), "start": gettext_lazy("Start"), "from": gettext_lazy("From"), "to": pgettext_lazy("where one goes", "To"),
    "guests": gettext_lazy("guests"), "no_car": gettext_lazy("No car yet"), "driver": gettext_lazy("driver"),
    "no_driver": gettext_lazy("no driver yet"), "nobody": gettext_lazy("Nobody comes or goes."),
    "nothing": gettext_lazy("Nothing is driven."), "met_by": gettext_lazy("met by"),
}  # fmt: skip
_TITLES = {Print.Kind.ARRIVALS: "arrivals", Print.Kind.TRANSPORT: "transport"}


def render_manifests(manifests: Sequence[Print], *, duplex: bool = True) -> pdf.Part:
    """Several lists in one PDF, each under its title. Raises `liaison.paper.pdf.PaperError`."""
    return pdf.bind([_laid_out(one) for one in manifests], duplex=duplex)


def arrivals_title(data: dict[str, Any]) -> str:
    """What a list of comings and goings is called, in the active language."""
    return _title("arrivals", data)


def transport_title(data: dict[str, Any]) -> str:
    """What a transport manifest is called, in the active language."""
    return _title("transport", data)


def _title(name: str, data: dict[str, Any]) -> str:
    day = full_date(date.fromisoformat(data["day"])) if data["day"] else data["event"]["name"]
    return f"{_WORDS[name]} – {day}"


def _laid_out(manifest: Print) -> pdf.Leaves:
    with override(tongues(manifest.language)[0]):
        title = _title(_TITLES[Print.Kind(manifest.kind)], manifest.data)
    return pdf.lay_out(title, manifest_html(manifest), STYLE)


def manifest_html(manifest: Print) -> str:
    """The pages that are printed; a list that is not stored says that it is a preview."""
    told = Manifest.of_data(manifest.data)
    languages, name = tongues(manifest.language), _TITLES[Print.Kind(manifest.kind)]
    with override(languages[0]):
        setter = _Setter(told, Speaker(languages))
        last = date.fromisoformat(told.day or told.event.ends_on)
        page = {
            "language": languages[0],
            "title": _title(name, manifest.data),
            "words": setter.speaker.words(_WORDS),
            "heading": setter.speaker.words(_WORDS)[name],
            "day": setter.day(told.day) if told.day else "",
            "event": setter.here(Truncator(told.event.name).chars(90)),
            "days": list(setter.days()),
            "cars": [setter.car(one) for one in told.cars],
            "version": _("Version %(number)d") % {"number": manifest.version}
            if manifest.pk
            else _("Preview"),
            "destroy_after": full_date(last),
            "printed": moment_text(manifest.printed_at, told.event.time_zone),
            "printed_at": manifest.printed_at.isoformat(timespec="seconds"),
        }
        return render_to_string(f"manifest/{name}.html", page)


@dataclass(frozen=True)
class _Setter:
    """Sets the plain values of a list in the active language, with the second language beside."""

    told: Manifest
    speaker: Speaker

    def here(self, text: str) -> SafeString:
        """A text as it was written about the event and its places."""
        return written(without_pictographs(text), self.told.event.country)

    def day(self, iso: str) -> SafeString:
        return self.speaker.say(lambda: full_date(date.fromisoformat(iso)))

    def days(self) -> Iterator[dict[str, Any]]:
        """The comings and goings by day; those to be confirmed under no day."""
        zone = self.told.event.time_zone

        def day_in(one: Journey) -> str:
            return day_of(datetime.fromisoformat(one.moment), zone).isoformat() if one.moment else ""

        for day, journeys in groupby(self.told.journeys, key=day_in):
            of_day = list(journeys)
            yield {
                "label": self.day(day) if day else "",
                "summary": self.speaker.say(lambda of_day=of_day: _summary(of_day)),  # type: ignore[misc]  # a default binds the loop's list
                "journeys": [self.journey(one, day) for one in of_day],
            }

    def journey(self, one: Journey, day: str) -> dict[str, Any]:
        return {
            "time": self.time(one.moment, one.precision, day),
            "is_coming": one.way == COMING,
            "as_written": self.here(one.as_written),
            "flight": one.flight_number,
            "guest": self.person(one.guest),
            "party": one.guest.companions + 1,
            "place": self.here(", ".join(text for text in (one.point, one.place) if text)),
            "met_by": self.here(one.met_by),
            "officer": self.reach(one.officer),
            "plate": one.plate,
            "driver": self.reach(one.driver),
        }

    def car(self, one: CarDay) -> dict[str, Any]:
        return {
            "plate": one.plate,
            "kind": self.here(one.car),
            "driver": self.reach(one.driver),
            "drives": [self.drive(drive) for drive in one.drives],
        }

    def drive(self, one: Drive) -> dict[str, Any]:
        tentative = self.speaker.say(
            lambda: words_of(ItineraryItem.State, get_language() or "en")["tentative"]
        )
        return {
            "leave_by": self.time(one.leave_by_at, "", self.told.day),
            "starts": self.time(one.starts_at, one.precision, self.told.day),
            "mark": tentative if one.is_tentative else "",
            "origin": self.here(one.origin),
            "place": self.here(", ".join(text for text in (one.point, one.place) if text)),
            "flight": one.flight_number,
            "guests": [self.person(guest) for guest in one.guests],
            "party": sum(guest.companions + 1 for guest in one.guests),
            "officers": [self.reach(officer) for officer in one.officers],
        }

    def person(self, one: Person) -> dict[str, Any]:
        return {
            "name": written(without_pictographs(one.name), one.country),
            "level": words_of(Visit.Level, get_language() or "en")[one.level],
            "delegation": self.here(one.delegation),
        }

    def reach(self, one: Reach) -> dict[str, Any]:
        return {"name": self.here(one.name), "phone": dialled(one.phone)}

    def time(self, iso: str, precision: str, day: str) -> SafeString:
        """Hour and zone; the day too, where it is another than the list's. One to be confirmed says so."""
        if not iso:
            return SafeString()
        moment, zone = datetime.fromisoformat(iso), self.told.event.time_zone
        about = "~" if precision == Visit.Precision.APPROXIMATE else ""
        clock, label = clock_time(moment, zone), zone_label(moment, zone)
        said = format_html('<bdi dir="ltr">{}{} <small>{}</small></bdi>', about, clock, label)
        on = day_of(moment, zone)
        if on.isoformat() != day:
            said = format_html("{} <small>({})</small>", said, short_date(on))
        if precision == Visit.Precision.TO_BE_CONFIRMED:
            said = format_html("{} <small>{}</small>", said, _("time to be confirmed"))
        return said


def _summary(journeys: Iterable[Journey]) -> str:
    """How many come and go, and how many they are with who comes along."""
    number = {COMING: 0, GOING: 0}
    people = 0
    for one in journeys:
        number[one.way] += 1
        people += one.guest.companions + 1
    return ", ".join(
        (
            ngettext("%(number)d arrival", "%(number)d arrivals", number[COMING])
            % {"number": number[COMING]},
            ngettext("%(number)d departure", "%(number)d departures", number[GOING])
            % {"number": number[GOING]},
            ngettext("%(number)d person", "%(number)d people", people) % {"number": people},
        )
    )
