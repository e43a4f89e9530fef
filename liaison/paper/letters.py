"""The fonts that come with Liaison for print: whether all are there, and which letters they have."""

import unicodedata
from functools import cache
from pathlib import Path

from django.conf import settings

FAMILY = "Liaison"  # what the name of every bundled family begins with
FOLDER = Path(settings.ROOT) / "static" / "fonts" / "print"
_FACES = {
    "Serif": ("Regular", "Italic", "Semibold", "Bold"),
    "Display": ("Regular", "Semibold"),
    "Sans": ("Regular", "Semibold", "Bold"),
    "Arabic": ("Regular", "Bold"),
    "SC": ("Regular",),
    "JP": ("Regular",),
    "KR": ("Regular",),
    "Devanagari": ("Regular", "Bold"),
    "Thai": ("Regular", "Bold"),
}
_NO_LETTERS = {"So", "Sk", "Me", "Co", "Cn", "Cs", "Cc"}  # signs, and what no font is asked for


def missing_fonts() -> list[str]:
    """The bundled print fonts whose files are not there, by their names."""
    return [
        f"{FAMILY} {family} {face}"
        for family, faces in _FACES.items()
        for face in faces
        if _file(family, face) is None
    ]


def has_letters_for(text: str) -> bool:
    """Whether the bundled fonts together have every letter of the text."""
    return all(ord(sign) in _letters() for sign in text if not _goes_without_saying(sign))


def without_pictographs(text: str) -> str:
    """The text without emoji and the like, as far as no bundled font has them: paper says in words what they mean."""
    if text.isascii() and text.isprintable():
        return text
    kept = (sign if not sign.isspace() else " " for sign in text if _is_kept(sign))
    return "".join(kept).strip()


def face_of(name: str) -> Path:
    """The file of a face as a PDF calls it, such as `/ABCDEF+Liaison-Serif-Semi-Bold`."""
    _mark, _plus, called = name.rpartition("+")
    _ours, family, *face = called.split("-")
    path = _file(family, "".join(face).capitalize() or "Regular")
    if path is None:
        raise FileNotFoundError(name)
    return path


def _is_kept(sign: str) -> bool:
    if sign.isspace() or unicodedata.category(sign) not in _NO_LETTERS:
        return not "\ufe00" <= sign <= "\ufe0f"  # these choose between pictures of the sign before
    return unicodedata.category(sign) != "Cc" and ord(sign) in _letters()


def _goes_without_saying(sign: str) -> bool:
    """Spaces, joiners and direction marks are seen by their effect only."""
    return sign.isspace() or unicodedata.category(sign) == "Cf"


@cache
def _letters() -> frozenset[int]:
    """All code points that the regular faces have; read once in a process, some tenths of a second."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (only who prints other than plain text needs it)

    found: set[int] = set()
    for family in _FACES:
        if path := _file(family, "Regular"):
            with TTFont(path, lazy=True) as font:
                found |= font.getBestCmap().keys()
    return frozenset(found)


def _file(family: str, face: str) -> Path | None:
    name = f"{FAMILY}{family}-{face}"
    return next((path for end in ("otf", "ttf") if (path := FOLDER / f"{name}.{end}").is_file()), None)
