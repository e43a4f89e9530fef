"""Reading PDFs in tests, with poppler's eyes rather than with those that wrote them."""

import re
import subprocess
from html import unescape
from io import BytesIO
from math import hypot
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import zxingcpp
from PIL import Image

_WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*)</word>')


def text_of(pdf: bytes) -> str:
    """The text in reading order, each run of white space as one space."""
    return " ".join(_poppler("pdftotext", pdf, "-enc", "UTF-8", to="-").decode().split())


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page, in points."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [(float(page.mediabox[2]), float(page.mediabox[3])) for page in opened.pages]


def size_of(pdf: bytes) -> tuple[int, int]:
    """The one size of all its pages, in whole points."""
    [size] = {(round(width), round(height)) for width, height in pages_of(pdf)}
    return size


def words_of(pdf: bytes) -> list[tuple[int, str, tuple[float, float, float, float]]]:
    """Each word in reading order: its page from 0, the word, and its left, top, right and bottom in points."""
    found, page = [], -1
    for line in _poppler("pdftotext", pdf, "-bbox", to="-").decode().splitlines():
        page += "<page " in line
        if match := _WORD.search(line):
            left, top, right, bottom = (float(side) for side in match.groups()[:4])
            found.append((page, unescape(match[5]), (left, top, right, bottom)))
    return found


def picture_of(pdf: bytes, page: int, *, dots: int = 50) -> Image.Image:
    """One page, from 1, as a printer sees it, with so many dots to an inch."""
    only = ["-f", str(page), "-l", str(page)]
    return Image.open(BytesIO(_poppler("pdftoppm", pdf, "-r", str(dots), *only, "-png")))


def codes_on(pdf: bytes) -> list[tuple[str, float]]:
    """What a camera reads in the codes on the first page, and how wide each one's squares are in millimetres."""
    codes = zxingcpp.read_barcodes(picture_of(pdf, 1, dots=150))
    return [
        (code.text, hypot(code.position.top_right.x - code.position.top_left.x,
                          code.position.top_right.y - code.position.top_left.y) / 150 * 25.4)
        for code in codes
    ]  # fmt: skip


def fonts_of(pdf: bytes) -> set[str]:
    """The families of all fonts inside, without the letters that mark a subset; fails if one is not embedded."""
    families = set()
    for line in _poppler("pdffonts", pdf).decode().splitlines()[2:]:
        columns = line.split()
        assert columns[-5] == "yes", f"not embedded: {line}"
        families.add(columns[0].partition("+")[2])
    return families


def _poppler(program: str, pdf: bytes, *options: str, to: str = "") -> bytes:
    """What the program writes about the file; `to` is where it is told to write to."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(pdf)
        words = [program, *options, str(path), *([to] if to else [])]
        return subprocess.run(words, capture_output=True, check=True).stdout  # noqa: S603 (a program of the system, our own file)
