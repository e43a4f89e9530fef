"""Phone numbers: stored as E.164, shown as people dial them."""

from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def to_e164(written: str, *, country: str) -> str:
    """The number as +62812…, read as from `country` (ISO 3166 code) unless it says otherwise.

    A country code without its plus, as lists often have it (62812…), is understood. Raises ValidationError where it
    is no possible phone number.
    """
    for number in _readings(written, country):
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValidationError(_("“%(number)s” is not a phone number."), params={"number": written})


def _readings(written: str, country: str) -> Iterator[phonenumbers.PhoneNumber]:
    """The ways to read the number: those valid in the numbering plan first, among them its own country code's."""
    code = str(phonenumbers.country_code_for_region(country)) if country else "?"
    plain = (written, country or None)
    texts = [(f"+{written}", None), plain] if written.strip().startswith(code) else [plain]
    readings = []
    for text, region in texts:
        try:
            readings.append(phonenumbers.parse(text, region))
        except phonenumbers.NumberParseException:
            continue
    return iter(sorted(readings, key=phonenumbers.is_valid_number, reverse=True))


def validate_phone(number: str) -> None:
    """Accept E.164 only."""
    if to_e164(number, country="") != number:
        raise ValidationError(
            _("Write the number with its country code and no spaces, such as +6281234567890.")
        )


@lru_cache(maxsize=2000)
def dialled(number: str) -> str:
    """The number in groups with its country code, as +62 812-3456-7890."""
    if not number:
        return ""
    parsed = phonenumbers.parse(number, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=2000)
def chat_address(number: str) -> str:
    """Where WhatsApp opens a chat with the number; empty for a landline, which has none."""
    if not number:
        return ""
    kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    landline = kind == phonenumbers.PhoneNumberType.FIXED_LINE
    return "" if landline else f"https://wa.me/{number.removeprefix('+')}"


def numbers_in(text: str, *, country: str) -> Iterator[str]:
    """The phone numbers that stand in a text, as E.164, each once."""
    found = phonenumbers.PhoneNumberMatcher(text, country or None)
    numbers = (phonenumbers.format_number(one.number, phonenumbers.PhoneNumberFormat.E164) for one in found)
    yield from dict.fromkeys(numbers)
