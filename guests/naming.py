"""Names of countries and languages in the reader's language."""

from babel import Locale
from django.utils.translation import get_language


def country_name(code: str) -> str:
    """The country in the reader's language; the code itself where it has no name."""
    return str(_locale().territories.get(code, code))


def language_name(code: str) -> str:
    """The language in the reader's language; the code itself where it has no name."""
    return str(_locale().languages.get(code.replace("-", "_"), code))


def _locale() -> Locale:
    return Locale.parse(get_language() or "en", sep="-")
