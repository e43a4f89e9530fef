"""What a guest reads, on the screen and on paper, in the guest's own language: one home for words, languages and hours.

The interface of those who work here is in Indonesian and English; only the words below exist in all of `LANGUAGES`.
Their catalogues hold nothing else, so that no other page can be half in one of these languages. What a catalogue lacks
is English. Hours are on the 24-hour clock with Latin digits everywhere, as on tickets, phones and the clocks of the
place; in Arabic, Latin digits also keep spans and flights from turning round.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_skeleton
from babel.languages import get_official_languages
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, gettext_lazy

from guests.itinerary import Item
from guests.models import ItineraryItem, Visit
from liaison.clock import clock_time, day_of, zone_label

LANGUAGES = ("id", "en", "ar", "zh-hans", "ja", "ko", "fr", "es", "ru", "hi", "th")

WORDS = {
    "prepared_for": gettext_lazy("Prepared for"),
    "officer": gettext_lazy("Your liaison officer"),
    "no_officer": gettext_lazy("Your liaison officer will be named shortly."),
    "programme": gettext_lazy("Your programme"),
    "no_items": gettext_lazy("Your programme will follow."),
    "open": gettext_lazy("Time to be confirmed"),
    "from": gettext_lazy("From"),
    "flight": gettext_lazy("Flight"),
    "dress": gettext_lazy("Dress"),
    "addresses": gettext_lazy("Addresses for your driver"),
    "hotel": gettext_lazy("Your hotel"),
    "today": gettext_lazy("Today"),
    "tomorrow": gettext_lazy("Tomorrow"),
    "earlier": gettext_lazy("Earlier days"),
    "free_today": gettext_lazy("Nothing is planned for today."),
    "call": gettext_lazy("Call"),
    "whatsapp": gettext_lazy("Message on WhatsApp"),
    "language": gettext_lazy("Language"),
    "updated": gettext_lazy("Updated: {time}"),
    "valid_until": gettext_lazy("This link is valid until {time}."),
    "gone": gettext_lazy("This page is no longer available"),
    "gone_why": gettext_lazy(
        "The link has expired, was revoked or is incomplete. Please ask your liaison officer for a new one."
    ),
    "version": gettext_lazy("Version %(number)d"),
    "sample": gettext_lazy("Preview"),
    "scan": gettext_lazy("Scan to see what has changed"),
    "changed": gettext_lazy("What has changed since your copy was printed"),
    "unchanged": gettext_lazy("Nothing has changed since your copy was printed."),
    "was_added": gettext_lazy("New"),
    "was_changed": gettext_lazy("Changed"),
    "was_removed": gettext_lazy("No longer in the programme"),
    "before": gettext_lazy("Before: {text}"),
}
TENTATIVE = gettext_lazy("tentative")
UNSURE = {
    Visit.Precision.APPROXIMATE: gettext_lazy("approximate time"),
    Visit.Precision.TO_BE_CONFIRMED: gettext_lazy("time to be confirmed"),
}
KINDS: dict[str, Any] = {
    kind.value: kind.label for kind in ItineraryItem.Kind if kind != ItineraryItem.Kind.OTHER
}

_DATED_IN = {"en": "en_GB"}  # the day before the month, as Indonesian has it beside
_OTHER_HAN = {"hant", "tw", "hk", "mo"}  # who reads traditional characters is not handed simplified ones


def language_of(spoken: Iterable[str]) -> str:
    """The first of these languages (BCP 47, the preferred first) in which we have the words; English where none is."""
    return next(filter(None, map(_ours, spoken)), "en")


def _ours(code: str) -> str:
    base, *further = code.lower().replace("_", "-").split("-")
    if base == "zh":
        return "" if _OTHER_HAN.intersection(further) else "zh-hans"
    return base if base in LANGUAGES else ""


def dated_in() -> str:
    """Babel's name of the active language, for dates."""
    language = (get_language() or "en").replace("-", "_")
    return _DATED_IN.get(language, language)


def language_at(country: str) -> str:
    """The language of the host: the first official one of the country (ISO 3166) that we have, English where there is none."""
    return language_of(get_official_languages(country, de_facto=True))


def is_right_to_left(language: str) -> bool:
    """Whether that language is written from right to left."""
    return bool(get_language_info(language)["bidi"])


def full_date(day: date) -> str:
    """Day of the week, day, month and year, as the active language writes them."""
    return format_date(day, "full", locale=dated_in())


def hours_of(item: Item, zone_name: str, on: str) -> tuple[str, str]:
    """From when to when on that zone's clocks; and the day of the end, where that is another one than `on`."""
    if not item.starts_at:
        return "", ""
    about = "~" if item.precision == Visit.Precision.APPROXIMATE else ""
    hours = about + clock_time(datetime.fromisoformat(item.starts_at), zone_name)
    if not item.ends_at:
        return hours, ""
    ends_at = datetime.fromisoformat(item.ends_at)
    ends_on = day_of(ends_at, zone_name)
    until = "" if ends_on.isoformat() == on else short_date(ends_on)
    return f"{hours}–{clock_time(ends_at, zone_name)}", until


def short_date(day: date) -> str:
    """Day and month, as the active language writes them."""
    return format_skeleton("MMMd", day, locale=dated_in())


def when(moment: datetime, zone_name: str) -> SafeString:
    """Day, hour and zone, as the active language writes the day; the hour keeps its direction in every text."""
    day = format_skeleton("MMMEd", day_of(moment, zone_name), locale=dated_in())
    clock, zone = clock_time(moment, zone_name), zone_label(moment, zone_name)
    return format_html('{} <bdi dir="ltr">{} {}</bdi>', day, clock, zone)
