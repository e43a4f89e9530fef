"""A sheet of plain cells, as every later step sees it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias

Cell: TypeAlias = str | int | float | date | datetime | time | None


@dataclass(frozen=True)
class Row:
    """A row that holds something, with its number in the file (the first row is 1)."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """The cell of that column (the first is 0); None where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True)
class Sheet:
    """A named table without its blank rows and trailing blank cells."""

    name: str
    rows: tuple[Row, ...]

    @property
    def width(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)

    def below(self, number: int) -> tuple[Row, ...]:
        """The rows below that row number."""
        return tuple(row for row in self.rows if row.number > number)


# Control characters but for tab and line feed; what is invisible or turns the reading direction of its surroundings;
# lone surrogates, which no database keeps. Joiners and direction marks stay: Persian and Indic names need them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def plain(text: str) -> str:
    """The text without control and hidden characters, composed (NFC), without blanks at its ends."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text)).strip()


def tidy(cell: Cell) -> str:
    """The cell as one line of text: runs of blanks become one, whole numbers lose their “.0”."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.isoformat(" ", "seconds" if cell.second else "minutes")
    return " ".join((cell.isoformat() if isinstance(cell, (date, time)) else str(cell)).split())


def sheet_of(name: str, rows: Iterable[Iterable[Cell]]) -> Sheet:
    """The sheet with texts made plain, blank cells None, and blank rows and ends left out."""
    kept = (Row(number, _trimmed(cells)) for number, cells in enumerate(rows, start=1))
    return Sheet(plain(name), tuple(row for row in kept if row.cells))


def _trimmed(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    row: list[Cell] = [(plain(cell) or None) if isinstance(cell, str) else cell for cell in cells]
    while row and row[-1] is None:
        row.pop()
    return tuple(row)


def column_letter(column: int) -> str:
    """The column's name in a spreadsheet: 0 is A, 26 is AA."""
    name = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        name, column = chr(ord("A") + letter) + name, column - 1
    return name
