"""Tables that leave the app: as a workbook and as CSV, both from the same rows, neither with anything to be worked out."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import chain
from typing import IO, Any, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from liaison.sheets.guard import guarded, is_like_formula

Value: TypeAlias = str | int | date | datetime | None
"""A cell; a moment stands without its zone, on the clocks that its column's heading names."""

MAX_CELL = 32_767  # what Excel itself allows
_A4 = 9  # in the numbering of the file format
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_TITLE = re.compile(r"[\\/*?:\[\]]")
_MOMENT, _DAY = "yyyy-mm-dd hh:mm", "yyyy-mm-dd"


class Format(StrEnum):
    """How a table can be written."""

    XLSX = "xlsx"
    CSV = "csv"


CONTENT_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class Column:
    """A heading, and how many characters its column shows."""

    heading: str
    width: int = 16


@dataclass(frozen=True)
class Table:
    """What is written: each row is asked for once, and forgotten when it is written."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Value, ...]]


def write(table: Table, how: Format, out: IO[bytes]) -> int:
    """Write the table; how many rows it had."""
    return (write_xlsx if how is Format.XLSX else write_csv)(table, out)


def write_xlsx(table: Table, out: IO[bytes]) -> int:
    """A workbook of one sheet: texts are texts, moments are dates; frozen headings, filters, A4 landscape."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(_NO_TITLE.sub(" ", _writable(table.title)).strip("' ")[:31] or None)
    _lay_out(sheet, table)
    sheet.append([_heading(sheet, column.heading) for column in table.columns])
    number = 0
    for row in table.rows:
        sheet.append([_cell(sheet, value) for value in row])
        number += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{number + 1}"
    book.save(out)
    return number


def _lay_out(sheet: Any, table: Table) -> None:
    for place, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


_BOLD = Font(bold=True)
_FILL = PatternFill("solid", fgColor="FFF1EADB")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def _heading(sheet: Any, text: str) -> Any:
    cell = _cell(sheet, text)
    cell.font, cell.fill, cell.alignment = _BOLD, _FILL, _WRAPPED
    return cell


def _cell(sheet: Any, value: Value) -> Any:
    if isinstance(value, str):
        return _text(sheet, _writable(value))
    cell: Any = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]  # takes dates as well
    if isinstance(value, date):
        cell.number_format = _MOMENT if isinstance(value, datetime) else _DAY
    cell.alignment = _WRAPPED
    return cell


def _text(sheet: Any, text: str) -> Any:
    """A cell of text whatever it begins with; the mark of a quoted text keeps it one when somebody edits it."""
    cell = WriteOnlyCell(sheet, value=text or None)
    if text:
        cell.data_type = "s"
        cell.quotePrefix = is_like_formula(text)
    cell.alignment = _WRAPPED
    return cell


def _writable(text: str) -> str:
    return _NO_XML.sub("", text)[:MAX_CELL]


def write_csv(table: Table, out: IO[bytes]) -> int:
    """Commas, every cell in quotes, and the mark by which Excel knows UTF-8; texts guarded, moments in ISO 8601."""
    out.write(b"\xef\xbb\xbf")
    return sum(1 for line in _lines(table) if out.write(line)) - 1


def _lines(table: Table) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    headings: tuple[Value, ...] = tuple(column.heading for column in table.columns)
    for row in chain([headings], table.rows):
        writer.writerow([_csv_cell(value) for value in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _csv_cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return guarded(_writable(value)) if isinstance(value, str) else str(value)
