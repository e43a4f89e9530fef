"""The scripts people write their names in: which part of a text is written in which, and how HTML marks it."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTERS = {
    "ar": "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "han": _HAN,
    "ja": "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "ko": "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff",
    "hi": "\u0900-\u0963\u0966-\u097f\ua8e0-\ua8ff\u1cd0-\u1cff",
    "th": "\u0e01-\u0e3a\u0e40-\u0e7f",
    "he": "\u0590-\u05ff\ufb1d-\ufb4f",
}
_IS = {script: re.compile(f"[{letters}]") for script, letters in _LETTERS.items()}
_WIDE_SIGN = re.compile(
    "[\u3000-\u303f\uff00-\uff65\uffe0-\uffef]"
)  # punctuation of Han, kana and Hangul alike
_ANY = re.compile(f"[{''.join(_LETTERS.values())}\u3000-\u303f\uff00-\uffef]")
_RIGHT_TO_LEFT = frozenset({"ar", "he"})
_HAN_READERS = {"JP": "ja", "KR": "ko", "KP": "ko"}


@dataclass(frozen=True)
class Run:
    """Part of a text in one script; `lang` is empty for Latin, Cyrillic, Greek, digits and signs."""

    text: str
    lang: str


def runs_of(text: str, country: str = "") -> list[Run]:
    """The text cut where its script changes; joined, the runs are the text again.

    Han characters alone do not say whose they are: kana or Hangul beside them do, else the person's or place's
    country (ISO 3166), else they are Chinese. Marks, spaces and signs inside a script stay with it. A text that
    begins in a right-to-left script is one run, since its words, digits and Latin parts are ordered together.
    """
    if not _ANY.search(text):
        return [Run(text, "")] if text else []
    langs = _langs(text, _reader_of_han(text, country))
    first = next((lang for lang, sign in zip(langs, text, strict=True) if lang or sign.isalpha()), "")
    if first in _RIGHT_TO_LEFT:
        return [Run(text, first)]
    cut = groupby(zip(langs, text, strict=True), key=lambda pair: pair[0])
    return [Run("".join(sign for _lang, sign in pairs), lang) for lang, pairs in cut]


def marked(text: str, country: str = "") -> SafeString:
    """The text as HTML, escaped, each foreign run under its language, right-to-left ones isolated."""
    runs = runs_of(text, country)
    if all(not run.lang for run in runs):
        return conditional_escape(text)
    return format_html_join("", "{}", ((_marked(run),) for run in runs))


def written(text: str, country: str = "") -> SafeString:
    """What a person wrote, in a language we do not know and a direction of its own; its scripts named where they show."""
    if not text:
        return SafeString()
    first = next((run.lang for run in runs_of(text, country)), "")
    direction = "rtl" if first in _RIGHT_TO_LEFT else "ltr"
    return format_html('<bdi lang="" dir="{}">{}</bdi>', direction, marked(text, country))


def _marked(run: Run) -> SafeString:
    if run.lang in _RIGHT_TO_LEFT:
        return format_html('<bdi lang="{}" dir="rtl">{}</bdi>', run.lang, run.text)
    if run.lang:
        return format_html('<span lang="{}">{}</span>', run.lang, run.text)
    return conditional_escape(run.text)


def _reader_of_han(text: str, country: str) -> str:
    if _IS["ja"].search(text):
        return "ja"
    return "ko" if _IS["ko"].search(text) else _HAN_READERS.get(country, "zh")


def _langs(text: str, han: str) -> list[str]:
    """For each sign its language; what belongs to no script follows its neighbours where they agree."""
    langs: list[str | None] = [_lang(sign, han) for sign in text]
    following: list[str | None] = []
    after: str | None = None
    for lang in reversed(langs):
        after = lang if lang is not None else after
        following.append(after)
    told: list[str] = []
    before = ""
    for sign, lang, after in zip(text, langs, reversed(following), strict=True):
        if lang is None:
            joins = unicodedata.category(sign) in {"Mn", "Me", "Mc", "Cf"} or before == after
            lang = before if joins else ""  # noqa: PLW2901 (what was open is told now)
        else:
            before = lang
        told.append(lang)
    return told


def _lang(sign: str, han: str) -> str | None:
    """The language of a letter, empty for the scripts that need no mark; None for signs, which have none."""
    if sign.isascii():
        return "" if sign.isalpha() else None
    for script, letter in _IS.items():
        if letter.match(sign):
            return han if script == "han" else script
    if _WIDE_SIGN.match(sign):
        return han
    return "" if sign.isalpha() else None
