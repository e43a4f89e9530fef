"""Names of countries, languages and choices in the reader's language."""

from functools import cache

from babel import Locale
from django.db.models import TextChoices
from django.utils.translation import get_language


def country_name(code: str) -> str:
    """The country in the reader's language; the code itself where it has no name."""
    return str(_locale().territories.get(code, code))


def language_name(code: str) -> str:
    """The language in the reader's language; the code itself where it has no name."""
    return str(_locale().languages.get(code.replace("-", "_"), code))


@cache
def words_of(choices: type[TextChoices], language: str) -> dict[str, str]:
    """Every value's word in the reader's language, which `language` names."""
    return {each.value: str(each.label) for each in choices}


def _locale() -> Locale:
    return _parsed(get_language() or "en")


@cache
def _parsed(language: str) -> Locale:
    return Locale.parse(language, sep="-")
