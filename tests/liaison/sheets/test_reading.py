"""Files that can be read, and those that are refused with a sentence."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from liaison.sheets.reading import UnreadableFileError, first_sheet, read_sheets
from liaison.sheets.table import Cell, column_letter
from tests.liaison.sheets import files

TABLE = [["Name", "Country"], ["Ana Lim", "SG"]]


def cells(data: bytes) -> list[list[Cell]]:
    [sheet] = read_sheets(data)
    return [list(row.cells) for row in sheet.rows]


@pytest.mark.parametrize(
    "data",
    [
        files.xlsx(TABLE),
        files.xls(TABLE),
        files.ods(TABLE),
        files.csv_text(TABLE).encode(),
        files.csv_text(TABLE).encode("utf-8-sig"),
        files.csv_text(TABLE).encode("utf-16"),
        files.csv_text(TABLE, delimiter=";").encode(),
        files.csv_text(TABLE, delimiter="\t").encode(),
        files.csv_text(TABLE, delimiter="|").encode(),
    ],
    ids=["xlsx", "xls", "ods", "csv", "utf-8-sig", "utf-16", "semicolon", "tab", "bar"],
)
def test_every_kind_of_table_is_read(data: bytes) -> None:
    assert cells(data) == TABLE


def test_windows_text_keeps_its_accents() -> None:
    assert cells("Name;Country\r\nÉlodie “Lo” Brière;FR\r\n".encode("cp1252"))[1] == [
        "Élodie “Lo” Brière",
        "FR",
    ]


def test_a_comma_inside_a_name_is_no_delimiter() -> None:
    assert cells(b'Name;Office\n"Lim, Ana";Rector, Dean\nSato, Kenji;Minister\n')[1] == [
        "Lim, Ana",
        "Rector, Dean",
    ]


def test_cells_keep_what_they_are() -> None:
    moment = datetime(2027, 5, 11, 14, 35)  # noqa: DTZ001 (a spreadsheet's moments have no zone)
    row = [moment, date(2027, 5, 12), time(8, 15), 12.0, 1.5, True]
    assert cells(files.xlsx([["a"] * 6, row]))[1] == [moment, date(2027, 5, 12), time(8, 15), 12, 1.5, True]


def test_numbers_of_an_old_workbook_are_read() -> None:
    assert cells(files.xls([["No", "Room"], [1.0, 1201.0]]))[1] == [1, 1201]


def test_rows_keep_their_numbers_and_lose_blank_ends() -> None:
    data = files.xlsx(
        [["Guests of the forum"], [], ["Name", "Office ", None], ["  Ana ", " ", None], [" "], ["Budi"]]
    )
    [sheet] = read_sheets(data)
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ("Guests of the forum",)),
        (3, ("Name", "Office")),
        (4, ("Ana",)),
        (6, ("Budi",)),
    ]


def test_control_and_hidden_characters_are_dropped() -> None:
    assert cells("Name,Office\nA\0na\x07 L\u202eim\u200b,Boss\x1b\n".encode() + b"x,y\n" * 200)[1] == [
        "Ana Lim",
        "Boss",
    ]
    assert cells(files.xlsx_of_xml(f'<row r="1">{files.text_cell("A1", "A_x0000_na")}</row>')) == [["Ana"]]


def test_formulas_and_html_stay_text() -> None:
    row = ["=cmd|'/C calc'!A0", "Test & <b>Sons</b>", "<script>alert(1)</script>"]
    assert cells(files.csv_text([["Name", "Office", "Note"], row]).encode())[1] == row


def test_an_entity_is_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(UnreadableFileError):
        read_sheets(bomb.encode() + files.xlsx(TABLE))


def test_the_longest_sheet_comes_first_unless_one_is_named() -> None:
    sheets = read_sheets(files.xlsx([["Cover"]], title="Cover", more={"Guests": TABLE, "Empty": []}))
    assert [sheet.name for sheet in sheets] == ["Cover", "Guests"]
    assert first_sheet(sheets, "").name == "Guests"
    assert first_sheet(sheets, "Cover").name == "Cover"


LONG = "x" * 40_000
REFUSED = {
    "empty": (b"", "empty"),
    "blank workbook": (files.xlsx([]), "no rows"),
    "blank text": (b" ,\n ,\n", "no rows"),
    "program": (
        b"MZ\x90\0\x03" + bytes(3000) + b"This program cannot be run in DOS mode",
        "not a spreadsheet",
    ),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "not a spreadsheet"),
    "pdf": (b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n", "not a spreadsheet"),
    "page": (b"<html><table><tr><td>Name</td></tr></table></html>", "not a spreadsheet"),
    "archive": (files.zipped({"hello.txt": "hi"}), "not a spreadsheet"),
    "half a workbook": (files.xlsx(TABLE)[:2000], "damaged"),
    "zip and nothing": (b"PK\x03\x04" + bytes(100), "damaged"),
    "old and nothing": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "not a spreadsheet"),
    "password": (files.compound("EncryptedPackage", b"sealed"), "password"),
    "password, xls": (files.xls(TABLE, locked=True), "password"),
    "password, ods": (files.ods(TABLE, locked=True), "password"),
    "too many bytes": (b"Name\n" + b"a" * 11_000_000, "larger than 10 MB"),
    "too many sheets": (files.xlsx(TABLE, more={f"S{n}": TABLE for n in range(50)}), "more than 30 sheets"),
    "too many columns": (files.xlsx([["x"] * 201]), "more than 200 columns"),
    "too many columns, csv": (files.csv_text([["x"] * 201]).encode(), "more than 200 columns"),
    "too many rows, csv": (b"Ana\n" * 20_001, "more than 20000 rows"),
    "too many rows": (
        files.xlsx_of_xml(f'<row r="20001">{files.text_cell("A20001", "x")}</row>'),
        "more than 20000",
    ),
    "cell too long": (files.csv_text([["Name"], [LONG]]).encode(), "Row 2 has a cell"),
    "cell of a megabyte": (files.csv_text([["Name"], ["x" * 1_000_000]]).encode(), "cannot be split"),
    "corner bomb": (files.corner_bomb(), "unpacks to far more"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_guest_list_is_refused_with_a_reason(name: str) -> None:
    data, reason = REFUSED[name]
    with pytest.raises(UnreadableFileError, match=reason):
        read_sheets(data)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpacked(*_args: object, **_options: object) -> None:
        raise AssertionError("it was unpacked")

    bomb = files.packed_bomb()
    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    monkeypatch.setattr("liaison.sheets.reading._extracted", unpacked)
    with pytest.raises(UnreadableFileError, match="unpacks to far more"):
        read_sheets(bomb)


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 51, 702)] == ["A", "Z", "AA", "AZ", "AAA"]


def test_a_value_merged_over_several_rows_belongs_to_each() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    table: list[list[str | None]] = [
        ["Delegation", "Name"],
        ["Singapore", "Ana"],
        [None, "Budi"],
        [None, "Citra"],
        ["Japan", "Kenji"],
    ]
    for row in table:
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    file = io.BytesIO()
    book.save(file)
    assert [row[0] for row in cells(file.getvalue())] == ["Delegation", *["Singapore"] * 3, "Japan"]
