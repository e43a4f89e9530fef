"""Choosing what each column of a table holds; a choice is remembered by the headings."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from liaison.sheets.comparing import words
from liaison.sheets.mapping import Column, Mapping, Vocabulary, columns_of, header_row_of
from liaison.sheets.reading import first_sheet
from liaison.sheets.table import Sheet


class ColumnsForm(forms.Form):
    """One choice for each column of the file: the field it fills, or none."""

    vocabulary: Vocabulary

    def __init__(self, columns: Iterable[Column], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = tuple(columns)
        choices = [("", _("— leave out —")), *self.fields_to_choose()]
        for column in self.columns:
            self.fields[_name(column)] = forms.ChoiceField(
                choices=choices, label=column.heading, required=False, initial=column.guess
            )

    @abstractmethod
    def fields_to_choose(self) -> list[Any]:
        """The choices, in groups or not."""

    @abstractmethod
    def complaint(self, keys: set[str]) -> str:
        """What is missing among the chosen fields; empty where nothing is."""

    def clean(self) -> dict[str, Any]:
        """Each field once, unless columns fill it together; and nothing missing."""
        taken: dict[str, Column] = {}
        for column in self.columns:
            key = self.cleaned_data.get(_name(column))
            if not key:
                continue
            if key in taken and not self.vocabulary.by_key[key].joins:
                self.add_error(
                    _name(column),
                    _("“%(heading)s” fills this already.") % {"heading": taken[key].heading},
                )
            taken.setdefault(key, column)
        if complaint := self.complaint(set(taken)):
            raise forms.ValidationError(complaint)
        return self.cleaned_data

    def mapping(self, sheet: str, header_row: int) -> Mapping:
        """What was chosen."""
        known = self.vocabulary.by_key
        chosen = ((column.index, self.cleaned_data[_name(column)]) for column in self.columns)
        return Mapping(sheet, header_row, tuple((index, key) for index, key in chosen if key in known))

    def rows(self) -> list[tuple[Column, forms.BoundField]]:
        """Each column with its choice."""
        return [(column, self[_name(column)]) for column in self.columns]


def _name(column: Column) -> str:
    return f"column-{column.index}"


def chosen_sheet(
    request: HttpRequest, sheets: tuple[Sheet, ...], before: dict[str, Any], vocabulary: Vocabulary
) -> tuple[Sheet, int]:
    """The sheet and header row asked for, else those remembered, else those guessed."""
    asked: QueryDict = request.POST if request.method == "POST" else request.GET
    sheet = first_sheet(sheets, asked.get("sheet", before.get("sheet", "")))
    written = asked.get("header_row", "")
    if written.isdecimal() and len(written) < 6:
        return sheet, int(written)
    if sheet.name == before.get("sheet"):
        return sheet, before["header_row"]
    return sheet, header_row_of(sheet, vocabulary)


def chosen_before(
    sheet: Sheet,
    header_row: int,
    before: dict[str, Any],
    vocabulary: Vocabulary,
    remembered: Callable[[], dict[int, str]],
) -> dict[str, str]:
    """The columns as they were chosen for this sheet and header row, else as `remembered` of the event's last file."""
    if before:
        mapping = Mapping.from_json(before, vocabulary)
        if (mapping.sheet, mapping.header_row) == (sheet.name, header_row):
            return {f"column-{index}": mapping.field_of(index) for index in range(sheet.width)}
    return {f"column-{index}": key for index, key in remembered().items()}


def chosen_json(before: dict[str, Any], mapping: Mapping, columns: Iterable[Column]) -> dict[str, Any]:
    """The columns as chosen with their headings, by which the event's next file knows them; answers stay while they fit."""
    if before and (before["sheet"], before["header_row"]) == (mapping.sheet, mapping.header_row):
        mapping = mapping.answered(before.get("answers", {}))
    return mapping.as_json() | {"headings": headings_chosen(mapping, columns)}


def headings_chosen(mapping: Mapping, columns: Iterable[Column]) -> dict[str, str]:
    """The field of each heading (empty where it was left out), as the event's next file will want to know."""
    return {words(one.heading): mapping.field_of(one.index) for one in columns}


def known_by_heading(
    known: dict[str, str], columns: Iterable[Column], vocabulary: Vocabulary
) -> dict[int, str]:
    """The fields of columns whose headings are known, as they were chosen then."""
    return {
        one.index: known[heading] for one in columns if (heading := words(one.heading)) in known
        and (not known[heading] or known[heading] in vocabulary.by_key)
    }  # fmt: skip


def wished_mapping(
    sheets: tuple[Sheet, ...],
    wishes: dict[str, Any],
    vocabulary: Vocabulary,
    remembered: Callable[[Iterable[Column]], dict[int, str]],
) -> Mapping:
    """What is wished, by headings; else what `remembered` has of the event's last file, else what is guessed."""
    sheet = first_sheet(sheets, wishes.get("sheet", ""))
    header_row = wishes.get("header_row", header_row_of(sheet, vocabulary))
    columns = columns_of(sheet, header_row, vocabulary)
    before, wished = remembered(columns), wishes.get("columns", {})

    def field_of(column: Column) -> str:
        return str(wished.get(column.heading, before.get(column.index, column.guess)))

    chosen = tuple((one.index, field_of(one)) for one in columns if field_of(one))
    return Mapping(sheet.name, header_row, chosen).answered(wishes.get("answers", {}))
