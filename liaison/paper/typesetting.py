"""WeasyPrint with our fonts, our stylesheets and our files only. Nothing else in the project knows WeasyPrint."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pydyf
from django.conf import settings
from django.contrib.staticfiles import finders
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from liaison.paper.archiving import described
from liaison.paper.pictures import picture
from liaison.paper.tagging import Reading, Sheet, write_tree

_FONTS_CONFIG = Path(__file__).with_name("fonts.conf")
_STACKS = "css/print-fonts.css"  # which family is asked for which script


class HouseFetcher(URLFetcher):  # type: ignore[misc]
    """Fetches `static:` and `media:` by name, and `data:`. Anything else, or anything missing, stops the printing."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"static", "media", "data"}, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        scheme, _colon, name = url.partition(":")
        if scheme == "media":
            return URLFetcherResponse(url, picture(unquote(name)), {"Content-Type": "image/png"})
        if scheme == "static":
            return URLFetcherResponse(url, _static(unquote(name)).read_bytes())
        return super().fetch(url, headers)


class Press:
    """One process's fonts and stylesheets."""

    def __init__(self) -> None:
        self._fetcher = HouseFetcher()
        with _only_our_fonts():
            self._fonts = FontConfiguration()
        self._style = cache(self._read_style)

    def lay_out(self, html: str, styles: Sequence[str]) -> Any:
        """The page as a WeasyPrint document."""
        page = HTML(string=html, base_url="static:", url_fetcher=self._fetcher)
        sheets = [self._style(name) for name in (_STACKS, *styles)]
        return page.render(font_config=self._fonts, stylesheets=sheets)

    def printed(
        self, papers: Sequence[tuple[str, Any, Sequence[Any]]], *, is_tagged: bool
    ) -> tuple[bytes, Iterable[Any]]:
        """One PDF of papers, each a title, its document and the pages to print of it; and the fonts that it took."""
        readings = [Reading(title, document.metadata.lang or "") for title, document, _pages in papers]
        sheets: list[Any] = []
        for reading, (_title, _document, pages) in zip(readings, papers, strict=True):
            for page in pages:
                sheets.append(reading.sheet(page, len(sheets)) if is_tagged else Sheet(page))
        whole = papers[0][1].copy(sheets)

        def finish(document: Any, pdf: Any) -> None:
            if is_tagged:
                write_tree(pdf, readings)
            _declare(pdf, document.metadata.title or "", is_tagged=is_tagged)

        variant = "pdf/a-3a" if is_tagged else "pdf/a-3u"
        # any word: with its own profile WeasyPrint leaves a file open
        data = whole.write_pdf(finisher=finish, pdf_variant=variant, output_intent="declared")
        return data, whole.fonts.values()

    def blank_like(self, page: Any) -> Any:
        """An empty page of the same size."""
        size = f"@page {{ size: {page.width}px {page.height}px; margin: 0 }}"
        empty = HTML(string=f"<style>{size}</style>", url_fetcher=self._fetcher)
        return empty.render(font_config=self._fonts).pages[0]

    def _read_style(self, name: str) -> CSS:
        """A stylesheet without its @font-face rules: fonts.conf has found the files where they lie, and none is copied."""
        return CSS(url=f"static:{name}", url_fetcher=self._fetcher, font_config=None)


def _declare(pdf: pydyf.PDF, title: str, *, is_tagged: bool) -> None:
    """Say which standards the file keeps, and that its colours are those of sRGB."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    metadata.stream, metadata.compress = [described(title, is_tagged=is_tagged)], False
    profile = pydyf.Stream([_srgb()], {"N": 3}, compress=True)
    pdf.add_object(profile)
    told = {"Type": "/OutputIntent", "S": "/GTS_PDFA1", "DestOutputProfile": profile.reference}
    intent = pydyf.Dictionary(
        told | {"OutputConditionIdentifier": pydyf.String("sRGB"), "Info": pydyf.String("sRGB")}
    )
    pdf.catalog["OutputIntents"] = pydyf.Array([intent])


@cache
def _srgb() -> bytes:
    return (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()


def _static(name: str) -> Path:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(name)
    return Path(path)


@contextmanager
def _only_our_fonts() -> Iterator[None]:
    """Fontconfig reads its configuration from the environment, once for each set of fonts."""
    ours = {"FONTCONFIG_FILE": str(_FONTS_CONFIG), "XDG_CACHE_HOME": str(settings.DATA_DIR / "cache")}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
