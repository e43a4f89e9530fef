"""Which delegation or guest a list of officers means by a name: one for certain, or none."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from guests.importing.titles import taken_apart
from liaison.sheets.comparing import words
from liaison.sheets.countries import country_code

_BETWEEN = re.compile(r",|/|&|\b(?:and|dan)\b", re.IGNORECASE)
_BRACKETED = re.compile(r"(?P<outside>[^()]+)\((?P<inside>[^()]+)\)\s*")


@dataclass(frozen=True)
class Charge:
    """What an officer may be given: a delegation with its guests, or one guest. `names` are what it is known by."""

    label: str
    names: tuple[str, ...]
    visits: tuple[int, ...]
    is_guest: bool = False


@dataclass(frozen=True)
class Matched:
    """What was found for the texts of a line, and the texts for which nothing certain was."""

    charges: tuple[Charge, ...] = ()
    unmatched: tuple[str, ...] = ()


def matched(texts: Iterable[str], charges: Sequence[Charge]) -> Matched:
    """Each text as a whole, else each of its parts."""
    found: list[Charge] = []
    unmatched: list[str] = []
    for text in texts:
        whole = meant_by(text, charges)
        if whole:
            found.append(whole)
            continue
        for part in _parts(text):
            one = meant_by(part, charges)
            if one:
                found.append(one)
            else:
                unmatched.append(part)
    return Matched(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unmatched)))


def _parts(text: str) -> Iterator[str]:
    return (part.strip() for part in _BETWEEN.split(text) if part.strip())


def meant_by(text: str, charges: Sequence[Charge]) -> Charge | None:
    """The one delegation or guest of that name: by the whole name, else by what stands for it, in no doubt; else None.

    “BIS” stands for “Bank for International Settlements (BIS)”, “Jepang” for “Japan”. A delegation goes before a guest.
    """
    if "?" in text or not words(text):
        return None
    for kind in (False, True):
        some = [charge for charge in charges if charge.is_guest is kind]
        exact = [charge for charge in some if words(text) in {words(name) for name in charge.names}]
        if exact:
            return exact[0] if len(exact) == 1 else None
        said = _guest_forms if kind else _forms
        alike = [
            charge for charge in some if said(text) & {form for name in charge.names for form in said(name)}
        ]
        if alike:
            return alike[0] if len(alike) == 1 else None
    return None


def _forms(name: str) -> set[str]:
    """What a delegation may be called for short: what stands before the brackets and in them, and its country's code."""
    found = _BRACKETED.fullmatch(name)
    texts = [found["outside"], found["inside"]] if found else [name]
    codes = {f"country {code}" for text in texts if _may_be_country(text) and (code := country_code(text))}
    return {form for text in texts if (form := words(text))} | codes


def _may_be_country(text: str) -> bool:
    """Three letters are more often an organisation's than a country's: “CAF” is a bank."""
    return len(text.strip()) > 3 or words(text) in {"us", "usa", "uk"}


def _guest_forms(name: str) -> set[str]:
    """A guest's name without titles, whatever the order of its words; a single word is no name for certain."""
    said = words(taken_apart(name).name).split()
    return {" ".join(sorted(said))} if len(said) > 1 else set()
