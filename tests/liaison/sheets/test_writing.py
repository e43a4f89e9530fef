"""Tables that leave: nothing in them is worked out by a spreadsheet, and what is read back is what was written."""

import csv
import io
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from liaison.sheets.guard import guarded, unguarded
from liaison.sheets.reading import read_sheets
from liaison.sheets.writing import Column, Format, Table, Value, write

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "\u200b=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "'=1", "''=1", "\u22121",
    '=HYPERLINK("http://x","y")', "+62 812-3456-7890", "- a note", "\ufeff=1",
]  # fmt: skip
HARMLESS = ["", "-", "Ana Lim", "'Abd al-Rahman", "عبد الرحمن", "王丽华", "1+1", "a=b", "O'Neil", "'quoted'"]


def written(how: Format, *rows: tuple[Value, ...], columns: int = 1) -> bytes:
    out = io.BytesIO()
    table = Table("Guests: [all]", tuple(Column(f"Heading {n}") for n in range(columns)), iter(rows))
    assert write(table, how, out) == len(rows)
    return out.getvalue()


def sheet_of(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data)).active


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_in_a_workbook(text: str) -> None:
    cell = sheet_of(written(Format.XLSX, (text,)))["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix is (not text.startswith("'"))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_guarded_in_csv(text: str) -> None:
    [_heading, [cell]] = csv.reader(io.StringIO(written(Format.CSV, (text,)).decode("utf-8-sig"), newline=""))
    assert cell.startswith("'")


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS])
def test_the_guard_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert not sheet_of(written(Format.XLSX, (text or "x",)))["A2"].quotePrefix


@pytest.mark.parametrize("how", list(Format))
def test_our_own_reader_gives_back_what_was_written(how: Format) -> None:
    row = ("+62 812-3456-7890", "=1+1", "王丽华", "عبد الرحمن", '\'Abd, "x"; y', "-", 7)
    [sheet] = read_sheets(written(how, row, columns=len(row)))
    assert sheet.rows[1].cells == (*row[:-1], 7 if how is Format.XLSX else "7")


def test_moments_are_dates_in_a_workbook_and_iso_in_csv() -> None:
    row: tuple[Value, ...] = (datetime(2027, 5, 12, 10, 5), date(2027, 5, 12), None)  # noqa: DTZ001 (on the heading's clocks)
    cells = sheet_of(written(Format.XLSX, row, columns=3))[2]
    assert [cell.is_date for cell in cells[:2]] == [True, True]
    assert cells[0].value == row[0]
    text = written(Format.CSV, row, columns=3)
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.splitlines()[1] == b'"2027-05-12 10:05","2027-05-12",""'


def test_what_xml_cannot_hold_is_dropped_and_a_cell_has_an_end() -> None:
    sheet = sheet_of(written(Format.XLSX, ("a\x00b\x0bc\ud800d\uffff",), ("x" * 40_000,)))
    assert sheet["A2"].value == "abcd"
    assert len(sheet["A3"].value) == 32_767


def test_a_workbook_is_ready_to_read_and_to_print() -> None:
    sheet = sheet_of(written(Format.XLSX, ("x", "y"), columns=2))
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:B2", "$1:$1")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.title == "Guests   all"
