"""Whether a PDF is what it says it is, and what who listens to it hears.

The validator reads the machine-checkable conditions of the Matterhorn Protocol (PDF/UA-1) and the rules of PDF/A-3.
Ours is what no machine can judge from the file alone: that the right words are heard, in which order and language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from page import ValidationProfile, validate_pdf_bytes

ACCESSIBLE = (ValidationProfile.PDF_UA_1, ValidationProfile.PDF_A_3A)
FOR_ARCHIVES = (ValidationProfile.PDF_A_3U,)
_LENGTH = "STREAM-LENGTH"
_STREAM = re.compile(rb"/Length (\d+)[^>]*>>\r?\nstream\r?\n")
_CHARACTER = re.compile(r"<([0-9a-f]{4})> <([0-9a-f]+)>")


@dataclass(frozen=True)
class Heard:
    """A piece of text, or what stands for a picture: of which elements it is, from the outermost, and in which language."""

    tags: tuple[str, ...]
    lang: str
    text: str


def faults_of(pdf: bytes, *profiles: ValidationProfile) -> list[str]:
    """What the validator finds, one line for each rule that is broken."""
    found = {
        f"{failure.rule_id}: {failure.message}"
        for profile in profiles
        for failure in validate_pdf_bytes(pdf, profile=profile).failures
        if _LENGTH not in failure.rule_id
    }
    return sorted(found) + _wrong_lengths(pdf)


def _wrong_lengths(pdf: bytes) -> list[str]:
    """The validator takes a stream that ends with a carriage return as too short; so lengths are measured here."""
    begun = {match.end(): int(match[1]) for match in _STREAM.finditer(pdf)}
    ends = {begin: pdf[begin + length : begin + length + 11] for begin, length in begun.items()}
    return [f"{_LENGTH}: at {begin}" for begin, end in ends.items() if not re.match(rb"\r?\nendstream", end)]


def heard_in(pdf: bytes) -> list[Heard]:
    """All that is heard, in order; fails where a text on a page does not lead back to its element."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        texts = [_texts(page) for page in opened.pages]
        root = opened.Root.StructTreeRoot
        numbers = list(root.ParentTree.Nums)
        owners = dict(zip(numbers[::2], numbers[1::2], strict=True))
        places = {page.obj.objgen: number for number, page in enumerate(opened.pages)}
        lang = str(opened.Root.Lang)

        def read(element: Any, tags: tuple[str, ...], lang: str) -> Iterator[Heard]:
            tags, lang = (*tags, str(element.S).removeprefix("/")), str(element.get("/Lang", lang))
            if alternative := element.get("/Alt"):
                yield Heard(tags, lang, str(alternative))
            for kid in element.K if isinstance(element.K, pikepdf.Array) else [element.K]:
                if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                    yield from read(kid, tags, lang)
                elif not isinstance(kid, pikepdf.Dictionary) or "/MCID" in kid:
                    is_here = not isinstance(kid, pikepdf.Dictionary)
                    page = places[(element if is_here else kid).Pg.objgen]
                    number = int(kid if is_here else kid.MCID)
                    key = opened.pages[page].obj.StructParents
                    assert owners[key][number].objgen == element.objgen
                    if "/Alt" not in element:
                        yield Heard(tags, lang, texts[page][number])

        return [one for document in root.K for one in read(document, (), lang)]


def _texts(page: pikepdf.Page) -> dict[int, str]:
    """What stands on a page under each number: the letters that are said, else those of the glyphs."""
    fonts = {name: _letters(font) for name, font in page.obj.Resources.get("/Font", {}).items()}
    texts: dict[int, str] = {}
    within: list[tuple[int | None, bool]] = []
    letters: dict[str, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "BDC":
                number = int(operands[1].MCID) if "/MCID" in operands[1] else None
                if number is not None:
                    texts[number] = str(operands[1].get("/ActualText", ""))
                within.append((number, "/ActualText" in operands[1]))
            case "BMC":
                within.append((None, False))
            case "EMC":
                within.pop()
            case "Tf":
                letters = fonts[str(operands[0])]
            case "Tj" | "TJ" if within and within[-1][0] is not None and not within[-1][1]:
                shown = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
                codes = "".join(bytes(one).hex() for one in shown if isinstance(one, pikepdf.String))
                texts[within[-1][0]] += "".join(letters[codes[at : at + 4]] for at in range(0, len(codes), 4))
    return texts


def _letters(font: pikepdf.Object) -> dict[str, str]:
    written = font.ToUnicode.read_bytes().decode("ascii")
    return {code: bytes.fromhex(text).decode("utf-16-be") for code, text in _CHARACTER.findall(written)}
