"""One cell to the values of its field, with a warning or an error where it does not fit."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from guests.importing.fields import BY_KEY, longest
from guests.models import Visit
from liaison.phones import to_e164
from liaison.sheets.comparing import same, words
from liaison.sheets.countries import country_code, language_code
from liaison.sheets.dates import Order
from liaison.sheets.moments import Told, told_by
from liaison.sheets.table import Cell, tidy

Value: TypeAlias = str | int | datetime | tuple[str, ...] | None

NOTHING = frozenset({"-", "–", "—", "n/a", "nihil", "tidak ada"})
"""What people write into a cell to say that it is empty."""

_NO_HOTEL = frozenset({"tidak menginap", "not staying"})
_FORMULA = re.compile(r"[=@]|[+-][A-Za-z]+\(")
_LARGEST = {"companions": 32_767, "rank": 2_147_483_647}
_LEVELS = {
    "vvip": Visit.Level.VVIP,
    "vip": Visit.Level.VIP,
    "guest": Visit.Level.GUEST,
    "tamu": Visit.Level.GUEST,
    "tamu undangan": Visit.Level.GUEST,
}
_CONSENTS = {
    Visit.Consent.GIVEN: "yes y ya boleh ok given true 1 setuju",
    Visit.Consent.REFUSED: "no n tidak refused false 0 jangan",
    Visit.Consent.UNKNOWN: "unknown belum",
}
_CONSENT_WORDS = {word: consent for consent, known in _CONSENTS.items() for word in known.split()}


@dataclass(frozen=True)
class Facts:
    """What of the event a cell's meaning depends on."""

    time_zone: str
    starts_on: date
    ends_on: date
    country: str = ""
    order: Order = Order.DAY_FIRST


@dataclass(frozen=True)
class Reading:
    """What a cell gives: values by key, and what is doubtful (warning) or wrong (error) about it."""

    values: Mapping[str, Value] = field(default_factory=dict)
    warning: str = ""
    error: str = ""


def read_cell(key: str, cell: Cell, facts: Facts) -> Reading:
    """The values a cell gives to the field `key`; none for a blank cell, which never empties what is stored."""
    return read_cells(key, (cell,), facts)


def read_cells(key: str, cells: Sequence[Cell], facts: Facts) -> Reading:
    """The same for a field that several columns fill together: a day and a time, a note in two parts."""
    said = [cell for cell in cells if (text := tidy(cell)) and same(text) not in NOTHING]
    if not said:
        return Reading()
    if key in _MOMENT_KEYS:
        return _moment(key, said, facts)
    if key == "phones":
        return _phones(key, "; ".join(map(tidy, said)), facts.country)
    text = BY_KEY[key].between.join(tidy(cell) for cell in said)
    if key in _READERS:
        return _READERS[key](key, text)
    return _text(key, text)


def _text(key: str, text: str) -> Reading:
    limit = longest(key)
    if len(text) > limit:
        return Reading(
            error=_("%(length)s characters; at most %(limit)s can be kept.")
            % {"length": len(text), "limit": limit}
        )
    formula = _("It looks like a formula and is kept as plain text.") if _FORMULA.match(text) else ""
    return Reading({key: text}, warning=formula)


_WITH_ROOM = re.compile(
    r"(?P<hotel>.*?[^\W\d].*?)(?: */ *| +[-–—] +|, *| +)(?P<word>room|rm|kamar|kmr|no)?\.? *(?P<room>[A-Z]?-?\d{2,5}[A-Z]?)",
    re.IGNORECASE,
)


def _hotel(key: str, text: str) -> Reading:
    """A hotel, and the room where both stand in one cell: “Bay Hotel / 1201”, “Bay Hotel kamar 12”."""
    if same(text) in _NO_HOTEL:
        return Reading()
    found = _WITH_ROOM.fullmatch(text)
    if found and (found["word"] or re.search(r"[/–—-]|, ", text[found.end("hotel") : found.start("room")])):
        hotel = _named(key, found["hotel"].strip())
        return Reading({"room": found["room"]} | dict(hotel.values), hotel.warning, hotel.error)
    return _named(key, text)


def _named(key: str, text: str) -> Reading:
    """The name of a delegation or hotel, whose rows keep 200 characters of it."""
    if len(text) > NAME_LENGTH:
        return Reading(
            error=_("%(length)s characters; at most %(limit)s can be kept.")
            % {"length": len(text), "limit": NAME_LENGTH}
        )
    return Reading({key: text})


NAME_LENGTH = 200


def _country(key: str, text: str) -> Reading:
    code = country_code(text)
    if code:
        return Reading({key: code})
    if len(text) > NAME_LENGTH:
        return _named(key, text)
    return Reading({UNKNOWN_COUNTRY: text})


UNKNOWN_COUNTRY = "unknown_country"
"""The key under which an unknown country waits until it is known whether the row has a delegation."""


_FLIGHT = re.compile(r"([A-Z][A-Z0-9]|[0-9][A-Z])[ -]?(\d{1,4}[A-Z]?)", re.IGNORECASE)
_BETWEEN_FLIGHTS = re.compile(r"\s*(?:→|->|>|/|,|;|\+|&|\bthen\b|\blalu\b|\bvia\b)\s*")


def _flight(key: str, text: str) -> Reading:
    """Flight numbers one after another (“SQ 938 → GA 7026”) in one spelling; anything else as it is written."""
    legs = [_FLIGHT.fullmatch(leg.strip()) for leg in _BETWEEN_FLIGHTS.split(text)]
    if legs and all(legs):
        text = " → ".join(f"{leg[1].upper()} {leg[2].upper()}" for leg in legs if leg)
    if len(text) > longest(key):
        return Reading(warning=_("“%(text)s” is no flight number; left out.") % {"text": text[:NAME_LENGTH]})
    return Reading({key: text})


_NO_OFFICER = re.compile(r"\b(belum|tbc|tba|tbd|menyusul|none|tidak|kosong)\b|^\W*$", re.IGNORECASE)


def _officer(key: str, text: str) -> Reading:
    """The name as written; none where the cell says that there is nobody yet."""
    return Reading() if _NO_OFFICER.search(text) else _text(key, text)


_AS_KEPT = re.compile(r"\+\d{6,15} \([^()]*\d[^()]*\)")
"""“+62812… (0812…)”: how a number is kept, and how our own lists give it out."""


def _phones(key: str, text: str, country: str) -> Reading:
    """A line for each number: as it is dialled from anywhere, and as it was written where that differs."""
    lines, unknown = [], []
    for written in filter(None, (part.strip() for part in re.split(r"[;,/\n]|\bor\b|\batau\b", text))):
        if _AS_KEPT.fullmatch(written):
            lines.append(written)
            continue
        try:
            dialled = to_e164(written, country=country)
        except ValidationError:
            unknown.append(written)
            lines.append(written)
        else:
            lines.append(dialled if dialled == written else f"{dialled} ({written})")
    warning = (
        _("Not known as phone numbers and kept as written: %(texts)s.") % {"texts": ", ".join(unknown)}
        if unknown
        else ""
    )
    kept = _text(key, "\n".join(lines))
    return Reading(kept.values, warning, kept.error)


def _languages(key: str, text: str) -> Reading:
    parts = [part for part in re.split(r"[,;/+&]|\band\b|\bdan\b", text) if part.strip()]
    codes = dict.fromkeys(code for part in parts if (code := language_code(part)))
    unknown = ", ".join(part.strip() for part in parts if not language_code(part))
    warning = _("Not known as languages and left out: %(texts)s.") % {"texts": unknown} if unknown else ""
    return Reading({key: tuple(codes)} if codes else {}, warning=warning)


def _level(key: str, text: str) -> Reading:
    level = _LEVELS.get(words(text))
    if level:
        return Reading({key: level.value})
    return Reading(warning=_("“%(text)s” is no level; write VVIP, VIP or guest.") % {"text": text})


def _consent(key: str, text: str) -> Reading:
    consent = _CONSENT_WORDS.get(words(text))
    if consent:
        return Reading({key: consent.value})
    return Reading(warning=_("“%(text)s” is neither yes nor no; left as it is.") % {"text": text})


def _whole(text: str, largest: int) -> int | None:
    """The whole number the text is; None for anything else and for what the database could not keep."""
    number = int(text) if text.isdecimal() and len(text) <= len(str(largest)) else None
    return number if number is not None and number <= largest else None


def _rank(key: str, text: str) -> Reading:
    number = _whole(text, _LARGEST[key])
    if number:
        return Reading({key: number})
    return Reading(warning=_("“%(text)s” is no whole number from 1 on; left out.") % {"text": text})


def _companions(key: str, text: str) -> Reading:
    """A number; with words around one number (“2 org”), the number and the whole text as a note."""
    numbers = [] if re.search(r"[-−.,]\d", text) else re.findall(r"\d+", text)
    number = _whole(numbers[0], _LARGEST[key]) if len(numbers) == 1 else None
    if number is not None and text == numbers[0]:
        return Reading({key: number})
    kept = _text("companions_note", text)
    if number is not None:
        return Reading({key: number} | dict(kept.values), kept.warning, kept.error)
    return Reading(
        kept.values,
        warning=_("“%(text)s” is not a number; it is kept as a note about the companions.") % {"text": text},
        error=kept.error,
    )


_PLANS = {
    "arrives_at": ("arrival_precision", "arrival_note"),
    "departs_at": ("departure_precision", "departure_note"),
}
_MOMENT_KEYS = frozenset(_PLANS)


def _moment(key: str, cells: Sequence[Cell], facts: Facts) -> Reading:
    precision, note = _PLANS[key]
    told = told_by(cells, facts.order, facts.starts_on)
    moment = told.moment(facts.time_zone) if told else None
    if told and moment:
        how = Visit.Precision.APPROXIMATE if told.is_about else Visit.Precision.EXACT
        serial = _("A bare number; read as a spreadsheet's own count of days.") if told.is_serial else ""
        return Reading({key: moment, precision: how.value, note: ""}, warning=serial)
    written = " ".join(tidy(cell) for cell in cells)
    kept = _text(note, written)
    return Reading(
        {precision: Visit.Precision.TO_BE_CONFIRMED.value} | dict(kept.values),
        _why_no_moment(told, written),
        kept.error,
    )


def _why_no_moment(told: Told | None, written: str) -> str:
    if told and told.day:
        return _("A day without a time; it is kept as written, to be confirmed.")
    if told:
        return _("A time without a day; it is kept as written, to be confirmed.")
    return _("“%(text)s” is no date and time; it is kept as written, to be confirmed.") % {"text": written}


_READERS: dict[str, Callable[[str, str], Reading]] = {
    "arrival_flight": _flight,
    "departure_flight": _flight,
    "officer": _officer,
    "country": _country,
    "delegation": _named,
    "hotel": _hotel,
    "languages": _languages,
    "level": _level,
    "photo_consent": _consent,
    "press_consent": _consent,
    "rank": _rank,
    "companions": _companions,
}
