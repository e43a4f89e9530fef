"""HTML to PDF, with the bundled fonts only; what cannot be set or shown is an error, never a gap or a stranger's font.

A page's pictures are `media:people/x.jpg`, its stylesheet is a static file. Nothing in the bytes depends on the clock,
the machine or what was made before. Pango is not made for threads: a process sets one page at a time.
"""

import gc
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from liaison.paper.letters import FAMILY, missing_fonts
from liaison.paper.pictures import BrokenImageError, PaperError
from liaison.watching.shared import note_paper

if TYPE_CHECKING:
    from liaison.paper.typesetting import Press

__all__ = [
    "BrokenImageError",
    "ForbiddenAddressError",
    "Leaves",
    "MissingFontError",
    "PaperError",
    "Part",
    "bind",
    "joined",
    "lay_out",
    "merge",
    "sitting",
]

_one_at_a_time = threading.RLock()


class MissingFontError(PaperError):
    """A bundled font is not there, or none of them has a letter that was to be set."""


class ForbiddenAddressError(PaperError):
    """A page or its stylesheet asked for what is not ours, or not there."""


@dataclass(frozen=True)
class Leaves:
    """The pages of one paper, set and not yet printed."""

    title: str
    document: Any


@dataclass(frozen=True)
class Part:
    """A PDF of one or more papers: each one's title and how many pages it takes."""

    data: bytes
    chapters: tuple[tuple[str, int], ...]


@contextmanager
def sitting() -> Iterator[None]:
    """While papers are set and printed, no garbage is looked for, and afterwards in what was made meanwhile only.

    Hundreds of thousands of objects live until a paper is printed; to look through them again and again took about a
    seventh of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
            gc.collect(0)


def lay_out(title: str, html: str, *styles: str) -> Leaves:
    """Set a page with these static stylesheets. Raises PaperError where a picture or a font is not to be had."""
    with _printing():
        return Leaves(title, _press().lay_out(html, styles))


def bind(papers: Sequence[Leaves], *, duplex: bool = False, is_tagged: bool = True) -> Part:
    """Print papers into one PDF, which holds each font once; `duplex` begins each of them on a sheet of its own.

    It is accessible and for archives (PDF/UA-1 and PDF/A-3a); what is not tagged, because it will be cut up, is for
    archives only (PDF/A-3u). Raises MissingFontError where a letter could not be set.
    """
    with _printing():
        printed = []
        for paper in papers:
            own = list(paper.document.pages)
            if duplex and len(own) % 2:
                own.append(_press().blank_like(own[-1]))
            printed.append((paper.title, paper.document, own))
        data, fonts = _press().printed(printed, is_tagged=is_tagged)
        _check_letters(fonts)
        return Part(data, tuple((title, len(own)) for title, _document, own in printed))


def joined(parts: Sequence[Part]) -> Part:
    """Several parts as one, with all their papers."""
    return Part(merge(parts, title=""), tuple(chapter for part in parts for chapter in part.chapters))


def merge(parts: Iterable[Part], *, title: str) -> bytes:
    """One PDF of all the parts, with an outline and the structure of their papers; the same bytes for the same parts.

    It is accessible and for archives as far as all the parts are.
    """
    import pikepdf  # noqa: PLC0415 (only the worker merges)

    from liaison.paper.merging import Whole, saved  # noqa: PLC0415 (as above)

    with pikepdf.new() as pdf:
        whole = Whole(pdf)
        chapters: list[tuple[str, int]] = []
        for part in parts:
            with pikepdf.open(BytesIO(part.data)) as more:
                whole.append(more)
            chapters += part.chapters
        whole.finish(title or chapters[0][0], chapters)
        return saved(pdf)


@cache
def _press() -> "Press":
    from liaison.paper.typesetting import Press  # noqa: PLC0415 (WeasyPrint takes half a second, and Pango: only who prints needs it)

    return Press()


@contextmanager
def _printing() -> Iterator[None]:
    """Nobody else prints meanwhile; all fonts are there; WeasyPrint's way of giving up becomes an error of ours."""
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415 (as above)

    if missing := missing_fonts():
        raise MissingFontError(
            _("Fonts are missing from the installation: %(fonts)s. An administrator has to put them back.")
            % {"fonts": ", ".join(missing)}
        )
    try:
        with _one_at_a_time:
            began = time.perf_counter()
            yield
            lasted = time.perf_counter() - began
        note_paper(lasted)
    except FatalURLFetchingError as fatal:  # no Exception: nothing above would catch it
        if isinstance(fatal.__cause__, PaperError):
            raise fatal.__cause__ from None
        raise ForbiddenAddressError(
            _("The page asks for a file that it may not have: %(reason)s") % {"reason": fatal}
        ) from fatal


def _check_letters(fonts: Iterable[Any]) -> None:
    unset = sorted({code for font in fonts for code in font.missing})
    strange = sorted({font.family for font in fonts if not font.family.startswith(f"{FAMILY} ")})
    if unset:
        letters = ", ".join(f"“{chr(code)}” (U+{code:04X})" for code in unset)
        raise MissingFontError(
            _("The print fonts have no letter for %(letters)s. Write it otherwise.") % {"letters": letters}
        )
    if strange:
        raise MissingFontError(
            _("Fonts that are not ours were used: %(fonts)s.") % {"fonts": ", ".join(strange)}
        )
