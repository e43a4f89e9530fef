"""Countries and languages as lists write them: codes of two or three letters, and names in English and Indonesian."""

from functools import cache

from babel import Locale
from babel.core import get_global

from liaison.sheets.comparing import words

_NO_COUNTRIES = {"EZ", "QO", "UN", "XA", "XB", "ZZ"}  # unions, placeholders and test entries of the CLDR
_SPOKEN = ("en", "id")
_IN_THEIR_OWN_NAME = (
    "ar",
    "de",
    "es",
    "fa",
    "fr",
    "hi",
    "it",
    "ja",
    "ko",
    "nl",
    "pt",
    "ru",
    "th",
    "tr",
    "vi",
    "zh",
)


@cache
def _country_codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in _SPOKEN:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code not in _NO_COUNTRIES:
                found.setdefault(words(name), code)
                found.setdefault(code.casefold(), code)
    for alias, codes in get_global("territory_aliases").items():
        if alias.isalpha() and len(codes) == 1:
            found.setdefault(alias.casefold(), codes[0])
    return found


@cache
def _language_codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in _SPOKEN:
        for code, name in Locale(language).languages.items():
            if "_" not in code:
                found.setdefault(words(name), code)
                found.setdefault(code.casefold(), code)
    for code in _IN_THEIR_OWN_NAME:
        found.setdefault(words(Locale(code).languages[code]), code)
    found.setdefault("mandarin", "zh")
    return found


def country_code(text: str) -> str | None:
    """The ISO 3166 code (two letters) of a country written as code or name; None where it is not known."""
    return _country_codes().get(words(text))


def language_code(text: str) -> str | None:
    """The code of a language written as code or name (“Arabic”, “Arab”, “ar”, “العربية”); None where it is not known."""
    return _language_codes().get(words(text).removeprefix("bahasa "))
