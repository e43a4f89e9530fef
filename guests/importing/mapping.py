"""Which column fills which field: guessed from the headings, chosen by a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from guests.importing.comparing import words
from guests.importing.fields import BY_KEY, FIELDS
from guests.importing.sheets import Row, Sheet, column_letter, tidy

_SAMPLES = 3
_SAMPLE_LENGTH = 60
_HEADER_WITHIN = 20  # rows from the top
_NEVER_CONSTANT = {"external_key", "rank"}
# A heading with one of these is about something that no field keeps, whatever else it says: “Arrival flight”.
_OTHER_THINGS = {
    "flight",
    "penerbangan",
    "airport",
    "bandara",
    "lo",
    "officer",
    "petugas",
    "phone",
    "telepon",
    "hp",
    "wa",
    "email",
    "passport",
    "paspor",
    "driver",
    "sopir",
}


@dataclass(frozen=True)
class Mapping:
    """A sheet, the number of its row of headings (0: it has none), and the field of each chosen column."""

    sheet: str
    header_row: int
    columns: tuple[tuple[int, str], ...]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Mapping":
        """What `as_json` made; fields that are no more are left out."""
        columns = ((int(column), key) for column, key in data["columns"].items() if key in BY_KEY)
        return cls(data["sheet"], data["header_row"], tuple(columns))

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "columns": {str(column): key for column, key in self.columns},
        }

    def field_of(self, column: int) -> str:
        """The field the column fills; empty for a column left out."""
        return dict(self.columns).get(column, "")


@dataclass(frozen=True)
class Column:
    """A column as the coordinator sees it when choosing: heading, first different values, and what it looks like."""

    index: int
    heading: str
    samples: tuple[str, ...]
    is_constant: bool
    guess: str


def header_row_of(sheet: Sheet) -> int:
    """The row near the top in which the most headings are known; the first row where none are."""
    candidates = [row for row in sheet.rows if row.number <= _HEADER_WITHIN] or list(sheet.rows[:1])
    return max(candidates, key=_recognised, default=Row(0, ())).number


def _recognised(row: Row) -> int:
    """How sure it is that these are headings: a heading known as it stands counts for two that sound like one."""
    return sum(2 if exact else 1 for (exact, *_rest), _key, _column in _assigned(row))


def columns_of(sheet: Sheet, header_row: int) -> tuple[Column, ...]:
    """The columns that hold anything at or below the header row, each with the field it probably fills."""
    header = next((row for row in sheet.rows if row.number == header_row), Row(header_row, ()))
    body = sheet.below(header_row)
    guesses = {column: key for _score, key, column in _assigned(header)}
    columns = []
    for index in range(sheet.width):
        filled = [text for row in body if (text := tidy(row.cell(index)))]
        heading = tidy(header.cell(index))
        if not heading and not filled:
            continue
        constant = len(filled) > 1 and len(set(filled)) == 1
        guess = guesses.get(index, "")
        if constant and guess in _NEVER_CONSTANT:
            guess = ""
        columns.append(Column(index, heading or _lettered(index), _samples(filled), constant, guess))
    return tuple(columns)


def _lettered(index: int) -> str:
    return _("Column %(letter)s") % {"letter": column_letter(index)}


def _samples(texts: Iterable[str]) -> tuple[str, ...]:
    different = dict.fromkeys(texts)
    return tuple(
        text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…"
        for text in islice(different, _SAMPLES)
    )


Score = tuple[bool, int, int]


def _assigned(header: Row) -> list[tuple[Score, str, int]]:
    """The guesses, the surest first; each field and each column once, the leftmost of equal columns."""
    found = [
        (score, field.key, column)
        for column, cell in enumerate(header.cells)
        for field in FIELDS
        if (score := _score(words(tidy(cell)), field.headings)) is not None
    ]
    found.sort(key=lambda one: (*one[0], -one[2]), reverse=True)
    keys: set[str] = set()
    columns: set[int] = set()
    chosen = []
    for score, key, column in found:
        if key not in keys and column not in columns:
            keys.add(key)
            columns.add(column)
            chosen.append((score, key, column))
    return chosen


def _score(heading: str, known: tuple[str, ...]) -> Score | None:
    """How well the heading fits: as it stands before by its words, more words before fewer, early before late."""
    if heading in known:
        return True, len(heading.split()), -known.index(heading)
    said = set(heading.split())
    if not said or said & _OTHER_THINGS:
        return None
    fitting = [
        (len(wanted.split()), -position)
        for position, wanted in enumerate(known)
        if said.issuperset(wanted.split())
    ]
    return (False, *max(fitting)) if fitting else None
