"""Names as lists write them, taken apart: titles before, the name, titles after, and the name in its own script.

Nothing is translated and nothing guessed: only titles that cannot be a name are split off, so that “Ratu” or “Raja”,
which may be either, stay where they were written.
"""

import re
import unicodedata
from dataclasses import dataclass

_BEFORE = frozenset(
    [
        "h.e",
        "h.h",
        "h.r.h",
        "h.m",
        "h.i.h",
        "hrh",
        "prof",
        "dr",
        "drs",
        "dra",
        "ir",
        "hj",
        "h",
        "k.h",
        "kh",
        "kh.",
        "tgk",
        "r.a",
        "r.m",
        "r",
        "r.ngt",
        "hon",
        "rev",
        "fr",
        "msgr",
        "gen",
        "lt",
        "col",
        "maj",
        "capt",
        "adm",
        "brig",
        "sgt",
        "cmdr",
        "amb",
        "sen",
        "rep",
        "mr",
        "mrs",
        "ms",
        "mx",
        "mme",
        "mlle",
        "m",
        "sr",
        "sra",
        "srta",
        "sheikh",
        "shaykh",
        "sheikha",
        "syekh",
        "sayyid",
        "sultan",
        "sir",
        "dame",
        "lord",
        "lady",
        "tan",
        "dato",
        "datuk",
        "datin",
        "tun",
        "puan",
        "sri",
        "dato'",
        "ing",
        "dipl.-ing",
        "apt",
        "drg",
        "drh",
        "ners",
        "ns",
        "brigjen",
        "mayjen",
        "letjen",
        "jenderal",
        "kombes",
        "kombespol",
        "irjen",
        "irjenpol",
        "komjen",
        "akbp",
        "kol",
        "letkol",
        "kapten",
        "laksamana",
        "marsekal",
        "tni",
        "pol",
        "ret",
        "purn",
        "yth",
        "professor",
        "doctor",
        "doktor",
        "ambassador",
        "hajj",
        "haji",
        "hajjah",
        "general",
        "admiral",
        "colonel",
    ]
)
_TWO_WORDS = ("his excellency", "her excellency", "his highness", "her highness", "his majesty", "her majesty",
              "his royal highness", "her royal highness", "the honourable", "the honorable", "the hon.", "the rev.",
              "the right honourable", "yang mulia", "the rt. hon.", "tan sri", "dr. h.c.", "doktor honoris causa")  # fmt: skip
_SHORT = frozenset(
    {"h", "m", "r", "fr", "ir", "ns", "sen", "rep", "tan", "pol", "col", "lt", "sri", "amb", "hon", "adm"}
)
"""Titles only with their dot: without it they may be an initial, a word or a name."""
_DEGREE = re.compile(
    r"(?:(?:[A-Z][A-Za-z]{0,5}\.){1,5}(?: ?\(?[A-Z][A-Za-z]{0,9}\.?\)?)?|(?:[A-Z][a-z]?\.){1,4}[A-Z][A-Za-z]{0,4}\.?"
    r"|S\.? ?(?:E|H|T|Kom|Sos|Pd|Ked|Psi|Si|IP|Hum|Farm|Ag|Ked)\.?|Ph\.?D\.?|M\.?[A-Z][A-Za-z]{0,4}\.?|MBA|MPA|MSc|BSc|BA"
    r"|MA|LL\.?[MB]\.?|CPA|FRCS|KCMG|CMG|OBE|CBE|MBE|Q\.?C\.?|Esq\.?|Jr\.?|Sr\.?|I{2,3}|IV|Sp\.[A-Z]{1,3}(?:\([A-Z]\))?|CFA|PE"
    r"|M\.?D\.?|D\.?D\.?S\.?|J\.?D\.?|A\.?Md\.?(?:[A-Z][a-z]+\.?)?)"
)
_INITIAL = re.compile(r"[A-Z]\.?")
_BRACKETED = re.compile(r"(.+?) ?[\uff08(]([^()\uff08\uff09]+)[)\uff09]")


@dataclass(frozen=True)
class Named:
    """A name and what stood around it, each as it was written."""

    name: str
    before: str = ""
    after: str = ""
    native: str = ""


def taken_apart(written: str) -> Named:
    """The parts of a name written with all its titles; joined again they give what was written."""
    native, name = _by_script(written)
    before, name = _titles_before(name)
    name, after = _titles_after(name)
    return Named(name, before, after, native)


def _by_script(written: str) -> tuple[str, str]:
    """The native name and the name: of “王丽华 (Wang Lihua)” the first and the second; a name in one script is both."""
    if found := _BRACKETED.fullmatch(written):
        outside, inside = found[1].strip(), found[2].strip()
        if is_latin(outside) is False and is_latin(inside):
            return outside, inside
        if is_latin(inside) is False and is_latin(outside):
            return inside, outside
    return (written if is_latin(written) is False else ""), written


def is_latin(text: str) -> bool | None:
    """Whether the first letter is a Latin one; None where there is no letter."""
    letter = next((char for char in text if char.isalpha()), "")
    return unicodedata.name(letter, "").startswith("LATIN") if letter else None


def _titles_before(name: str) -> tuple[str, str]:
    words = name.split(" ")
    taken = 0
    while taken < len(words) - 1 and (count := _title_at(words, taken)):
        taken += count
    if taken >= len(words):
        return "", name
    return " ".join(words[:taken]), " ".join(words[taken:])


def _title_at(words: list[str], start: int) -> int:
    """How many words from there on are one title; 0 for none. At least one word must remain as the name."""
    for count in (3, 2):
        if start + count < len(words) and " ".join(words[start : start + count]).casefold() in _TWO_WORDS:
            return count
    word = words[start].casefold().rstrip(",")
    bare = word.rstrip(".")
    parts = [part for part in re.split(r"(?<=\.)(?=[a-z])", word) if part]
    if bare in _SHORT and not word.endswith("."):
        return 0
    if len(bare) == 1 and _INITIAL.fullmatch(words[start + 1]):
        return 0
    known = bare in _BEFORE or all(part.rstrip(".") in _BEFORE and part.endswith(".") for part in parts)
    return 1 if known else 0


def _titles_after(name: str) -> tuple[str, str]:
    """“Hendra Wijayakusuma, M.Sc., Ph.D.” after the first comma, if nothing but titles follows it."""
    head, comma, tail = name.partition(",")
    parts = [part.strip() for part in tail.split(",") if part.strip()]
    if not comma or not parts or not head.strip():
        return name, ""
    titles = all(_DEGREE.fullmatch(word) for part in parts for word in part.split())
    return (head.strip(), ", ".join(parts)) if titles else (name, "")


_BARE_ADDRESSES = frozenset(
    [
        "bapak",
        "bpk",
        "ibu",
        "bu",
        "pak",
        "sdr",
        "sdri",
        "mr",
        "mrs",
        "ms",
        "mx",
        "miss",
        "madam",
        "madame",
        "sir",
        "monsieur",
        "yang",
        "mulia",
        "ym",
        "his",
        "her",
        "excellency",
        "highness",
        "majesty",
        "h",
        "e",
        "he",
        "hh",
        "hrh",
        "tuan",
        "nyonya",
        "puan",
        "señor",
        "señora",
        "sr",
        "sra",
        "dr",
        "prof",
        "dear",
        "yth",
        "the",
        "honourable",
    ]
)


def full_address(address: str, name: str) -> str:
    """How an officer addresses the guest: a mere form of address is given the name, “Ibu” as “Ibu Ratna”."""
    said = re.sub(r"[^\w ]+", " ", address.casefold()).split()
    return f"{address} {name}" if said and set(said) <= _BARE_ADDRESSES else address
