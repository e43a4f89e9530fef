"""Languages as lists of officers write them, each with its level: “English (fluent), Arab (dasar)”."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from liaison.accounts.models import SpokenLanguage
from liaison.sheets.comparing import words
from liaison.sheets.countries import language_code

Level = SpokenLanguage.Level

_LEVEL_WORDS = {
    Level.BASIC: ("basic", "dasar", "pasif", "passive", "beginner", "elementary", "sedikit", "pemula", "a1", "a2"),
    Level.WORKING: ("working", "menengah", "intermediate", "cukup", "sedang", "conversational", "b1", "b2"),
    Level.FLUENT: ("fluent", "lancar", "fasih", "advanced", "aktif", "mahir", "professional", "c1", "c2"),
    Level.NATIVE: ("native", "ibu", "bahasa ibu", "penutur asli", "mother tongue", "native speaker"),
}  # fmt: skip
_LEVELS = {word: level for level, known in _LEVEL_WORDS.items() for word in known}
_BETWEEN = re.compile(r"[,;/+&\n](?![^(]*\))|\b(?:and|dan)\b(?![^(]*\))", re.IGNORECASE)
_APART = re.compile(r"(?P<name>[^():=–-]+?)\s*(?:[:=–-]|\()\s*(?P<level>[^()]+?)\)?", re.IGNORECASE)


@dataclass(frozen=True)
class Tongues:
    """The level of each language by its code (None: not said); what is no language; what is no level."""

    levels: Mapping[str, Level | None] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    no_levels: tuple[str, ...] = ()


def read_tongues(text: str) -> Tongues:
    """What the text says; a language said twice has the level said first."""
    levels: dict[str, Level | None] = {}
    unknown, no_levels = [], []
    for part in _parts(text):
        name, level = _taken_apart(part)
        code = language_code(name)
        if code is None:
            unknown.append(part)
            continue
        if level and words(level) not in _LEVELS:
            no_levels.append(part)
        known = _LEVELS.get(words(level))
        levels[code] = levels.get(code) or known
    return Tongues(levels, tuple(unknown), tuple(no_levels))


def _parts(text: str) -> Iterator[str]:
    return (part.strip() for part in _BETWEEN.split(text) if part.strip())


def _taken_apart(part: str) -> tuple[str, str]:
    """The language and its level, as written; the level may also be the last words."""
    if found := _APART.fullmatch(part):
        return found["name"], found["level"]
    said = part.split()
    for count in (1, 2):
        if len(said) > count and words(" ".join(said[-count:])) in _LEVELS:
            return " ".join(said[:-count]), " ".join(said[-count:])
    return part, ""
