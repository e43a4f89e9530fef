"""By what its values a column of a guest list is known, where no heading tells: only what little else looks like."""

import re
from datetime import date

from liaison.sheets.comparing import words
from liaison.sheets.countries import country_code, language_code
from liaison.sheets.dates import Order, day_in

_FLIGHT = re.compile(r"(?:[A-Z]{2}|[A-Z]\d|\d[A-Z])[ -]?\d{2,4}")
_PHONE = re.compile(r"(?:\+|0|62)[\d ().-]{7,}")
_LEVELS = frozenset({"vvip", "vip"})
_ANY_DAY = date(2000, 1, 1)


def like_flight(text: str) -> bool:
    return _FLIGHT.fullmatch(text) is not None


def like_phone(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None and not like_moment(text)


def like_level(text: str) -> bool:
    return words(text) in _LEVELS


def like_moment(text: str) -> bool:
    return day_in(text.casefold(), Order.DAY_FIRST, _ANY_DAY) is not None


def like_country(text: str) -> bool:
    """A code in small letters may as well be a language's."""
    return country_code(text) is not None and (len(text) > 3 or text.isupper())


def like_languages(text: str) -> bool:
    """A code in capitals may as well be a country's, and a whole name is a language's alone."""
    parts = [part.strip() for part in re.split(r"[,;/&]", text) if part.strip()]
    return bool(parts) and all(
        language_code(part) is not None and not like_country(part) and (len(part) > 3 or part.islower())
        for part in parts
    )


def like_hotel(text: str) -> bool:
    return "hotel" in words(text).split()
