"""The languages of papers about a whole event: one of those the team reads, or two side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _

from guests.naming import language_name

BOTH = "id+en"
LANGUAGES = ("id", "en", BOTH)


def tongues(language: str) -> tuple[str, ...]:
    """The languages that stand in the column of a print, the leading one first."""
    return tuple(language.split("+"))


def names_of(language: str) -> str:
    """The same as people call them: “Indonesian, English”."""
    return ", ".join(language_name(code) for code in tongues(language))


def language_choices() -> list[tuple[str, str]]:
    """What a form offers, each language in its own words."""
    own = [(code, get_language_info(code)["name_local"]) for code in LANGUAGES if code != BOTH]
    return [
        *own,
        (BOTH, _("%(languages)s side by side") % {"languages": ", ".join(name for _code, name in own)}),
    ]


@dataclass(frozen=True)
class Speaker:
    """Says words in a paper's languages; where two say it differently, the second stands beside."""

    languages: tuple[str, ...]

    def say(self, word: Callable[[], str]) -> SafeString:
        """What the word is in each language, as HTML."""
        first, *others = [(language, _said(language, word)) for language in self.languages]
        beside = ((language, said) for language, said in others if said != first[1])
        return format_html(
            "{}{}",
            first[1],
            format_html_join(
                "", '<span class="beside" lang="{}"><span class="dot"> · </span>{}</span>', beside
            ),
        )

    def words(self, words: Mapping[str, Any]) -> dict[str, SafeString]:
        """The same of many, each beginning with a capital."""
        return {key: self.say(lambda word=word: capfirst(str(word))) for key, word in words.items()}  # type: ignore[misc]  # a default binds the loop's word


def _said(language: str, word: Callable[[], str]) -> str:
    with override(language):
        return word()
