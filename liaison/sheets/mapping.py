"""Which column fills which field: guessed from the headings, chosen by a person."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from liaison.sheets.comparing import words
from liaison.sheets.table import Row, Sheet, column_letter, tidy

_SAMPLES = 3
_SAMPLE_LENGTH = 60
_LOOKED_AT = 200  # values of a column, at most
_ALIKE = 0.8  # of these
_HEADER_WITHIN = 20  # rows from the top
_NEVER_CONSTANT = {"external_key", "rank"}


@dataclass(frozen=True)
class Field:
    """What a column can fill, with its usual headings (in `comparing.words` form), the surest first.

    Several columns may fill it together where it `joins`; `between` then stands between their texts. `looks_like`
    knows its values, where no heading tells.
    """

    key: str
    headings: tuple[str, ...]
    between: str = " "
    joins: bool = False
    looks_like: Callable[[str], bool] | None = None


@dataclass(frozen=True)
class Vocabulary:
    """The fields a kind of list can have; `other_things` are words that turn a heading to what no field keeps."""

    fields: tuple[Field, ...]
    other_things: frozenset[str] = frozenset()

    @cached_property
    def by_key(self) -> dict[str, Field]:
        return {field.key: field for field in self.fields}


@dataclass(frozen=True)
class Mapping:
    """A sheet, its row of headings (0: none), the field of each chosen column, and what a person answered about it."""

    sheet: str
    header_row: int
    columns: tuple[tuple[int, str], ...]
    answers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any], vocabulary: Vocabulary) -> "Mapping":
        """What `as_json` made; fields that are no more are left out."""
        known = vocabulary.by_key
        columns = ((int(column), key) for column, key in data["columns"].items() if key in known)
        answers = tuple(data.get("answers", {}).items())
        return cls(data["sheet"], data["header_row"], tuple(columns), answers)

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "columns": {str(column): key for column, key in self.columns},
            "answers": dict(self.answers),
        }

    def answer(self, question: str) -> str:
        """What a person answered to that question about the list; empty where nobody has."""
        return dict(self.answers).get(question, "")

    def answered(self, answers: dict[str, str]) -> "Mapping":
        """The same with these answers as well; an empty one takes an earlier one back."""
        together = dict(self.answers) | answers
        return replace(self, answers=tuple((name, said) for name, said in together.items() if said))

    def field_of(self, column: int) -> str:
        """The field the column fills; empty for a column left out."""
        return dict(self.columns).get(column, "")

    @property
    def fields(self) -> dict[str, tuple[int, ...]]:
        """The columns of each field, from left to right."""
        found: dict[str, tuple[int, ...]] = {}
        for column, key in sorted(self.columns):
            found[key] = (*found.get(key, ()), column)
        return found


@dataclass(frozen=True)
class Column:
    """A column as the coordinator sees it when choosing: heading, first different values, and what it looks like."""

    index: int
    heading: str
    samples: tuple[str, ...]
    is_constant: bool
    guess: str


def header_row_of(sheet: Sheet, vocabulary: Vocabulary) -> int:
    """The row near the top in which the most headings are known; the first row where none are; 0 if that one holds values.

    Where headings stand in two rows, groups above and columns below, it is the lower one.
    """
    candidates = [row for row in sheet.rows if row.number <= _HEADER_WITHIN] or list(sheet.rows[:1])

    def recognised(row: Row) -> int:
        headings = _headings(sheet, row.number, vocabulary)
        known = {column: key for (exact, *_rest), key, column in _assigned(headings, vocabulary) if exact}
        return _recognised(headings, vocabulary) - 2 * len(_by_values((row,), (), known, vocabulary))

    best = max(candidates, key=recognised, default=Row(0, ()))
    return best.number if recognised(best) >= 0 else 0


def _recognised(headings: "Headings", vocabulary: Vocabulary) -> int:
    """How sure it is that these are headings: a heading known as it stands counts for two that sound like one."""
    return sum(2 if exact else 1 for (exact, *_rest), _key, _column in _assigned(headings, vocabulary))


def columns_of(sheet: Sheet, header_row: int, vocabulary: Vocabulary) -> tuple[Column, ...]:
    """The columns that hold anything at or below the header row, each with the field it probably fills."""
    headings = _headings(sheet, header_row, vocabulary)
    body = sheet.below(header_row)
    guesses = {column: key for _score, key, column in _assigned(headings, vocabulary)}
    guesses |= _by_values(body, headings, guesses, vocabulary)
    columns = []
    for index in range(sheet.width):
        filled = [text for row in body if (text := tidy(row.cell(index)))]
        heading = headings[index][0] if index < len(headings) else ""
        if not heading and not filled:
            continue
        constant = len(filled) > 1 and len(set(filled)) == 1
        guess = guesses.get(index, "")
        if constant and guess in _NEVER_CONSTANT:
            guess = ""
        columns.append(Column(index, heading or _lettered(index), _samples(filled), constant, guess))
    return tuple(columns)


Headings: TypeAlias = tuple[tuple[str, ...], ...]
"""The heading of each column as it is shown, and then the other ways to understand it."""


def _headings(sheet: Sheet, header_row: int, vocabulary: Vocabulary) -> Headings:
    """The headings in that row, under the groups named in the row above it where it has such."""
    rows = {row.number: row for row in sheet.rows if header_row - 1 <= row.number <= header_row}
    own = rows.get(header_row, Row(header_row, ()))
    alone = tuple((tidy(cell),) for cell in own.cells)
    above = rows.get(header_row - 1)
    if above is None or not _is_all_text(above) or not _is_all_text(own):
        return alone
    grouped = _grouped(above, own)
    return grouped if _recognised(grouped, vocabulary) > _recognised(alone, vocabulary) else alone


def _is_all_text(row: Row) -> bool:
    return all(cell is None or isinstance(cell, str) for cell in row.cells) and any(row.cells[1:])


def _grouped(above: Row, own: Row) -> Headings:
    """“Arrival” over “Date” and “Time” as “Arrival Date” and “Arrival Time”; a group reaches to the next one."""
    group = ""
    found = []
    for column in range(max(len(above.cells), len(own.cells))):
        heading = tidy(own.cell(column))
        group = tidy(above.cell(column)) or (group if heading else "")
        both = heading if words(heading) == words(group) else f"{group} {heading}".strip()
        found.append((both, heading) if heading and both != heading else (both,))
    return tuple(found)


def _by_values(
    body: Sequence[Row], headings: "Headings", guesses: dict[int, str], vocabulary: Vocabulary
) -> dict[int, str]:
    """What further columns fill, from left to right, by the look of their values; a telling heading is believed."""
    found: dict[int, str] = {}
    for index in range(max((len(row.cells) for row in body[:_LOOKED_AT]), default=0)):
        heading = words(headings[index][0]) if index < len(headings) else ""
        if index in guesses or set(heading.split()) & vocabulary.other_things:
            continue
        texts = [text for row in body[:_LOOKED_AT] if (text := tidy(row.cell(index)))]
        taken = {*guesses.values(), *found.values()}
        key = next((one.key for one in vocabulary.fields if one.key not in taken and _look(texts, one)), "")
        if key:
            found[index] = key
    return found


def _look(texts: Sequence[str], field: Field) -> bool:
    """Whether nearly all of the values look like the field's."""
    if field.looks_like is None or not texts:
        return False
    return sum(map(field.looks_like, texts)) >= _ALIKE * len(texts)


def _lettered(index: int) -> str:
    return _("Column %(letter)s") % {"letter": column_letter(index)}


def _samples(texts: Iterable[str]) -> tuple[str, ...]:
    different = dict.fromkeys(texts)
    return tuple(
        text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…"
        for text in islice(different, _SAMPLES)
    )


Score = tuple[bool, int, int]


def _assigned(headings: Headings, vocabulary: Vocabulary) -> list[tuple[Score, str, int]]:
    """The guesses, the surest first; each column once, and each field once unless columns fill it together."""
    found = [
        (score, field.key, column)
        for column, readings in enumerate(headings)
        for heading in {words(reading) for reading in readings}
        for field in vocabulary.fields
        if (score := _score(heading, field.headings, vocabulary.other_things)) is not None
    ]
    found.sort(key=lambda one: (*one[0], -one[2]), reverse=True)
    keys: set[str] = set()
    columns: set[int] = set()
    chosen = []
    for score, key, column in found:
        if column not in columns and (key not in keys or (vocabulary.by_key[key].joins and score[0])):
            keys.add(key)
            columns.add(column)
            chosen.append((score, key, column))
    return chosen


def _score(heading: str, known: tuple[str, ...], other_things: frozenset[str]) -> Score | None:
    """How well the heading fits: with the same words before by some of them, more words before fewer, early before late."""
    said = set(heading.split())
    for position, wanted in enumerate(known):
        if heading == wanted or (len(said) > 1 and said == set(wanted.split())):
            return True, len(said), -position
    if not said or said & other_things:
        return None
    fitting = [
        (len(wanted.split()), -position)
        for position, wanted in enumerate(known)
        if said.issuperset(wanted.split())
    ]
    return (False, *max(fitting)) if fitting else None
