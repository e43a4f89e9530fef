"""Files as they are uploaded, good and bad, made in memory."""

import csv
import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl

UN_LIST = Path(__file__).parents[2] / "data" / "un-general-debate-2022.xlsx"

Rows = Iterable[Sequence[Any]]


def xlsx(rows: Rows, *, title: str = "Guests", more: dict[str, Rows] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for name, others in (more or {}).items():
        other = book.create_sheet(name)
        for row in others:
            other.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv_text(rows: Rows, *, delimiter: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def zipped(members: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


# --- a workbook written part by part, for what no library writes ---------------------------------------------------

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def xlsx_of_xml(sheet_data: str) -> bytes:
    """A workbook of one sheet with this XML as its rows."""
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" '
            'r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>',
        }
    )


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def corner_bomb() -> bytes:
    """Under a kilobyte; a parser that lays the sheet out asks for half a terabyte."""
    first = f'<row r="1">{text_cell("A1", "Name")}</row>'
    last = f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    return xlsx_of_xml(first + last)


def packed_bomb() -> bytes:
    """A workbook whose sheet is 200 MB of blanks, packed to a thousandth."""
    return xlsx_of_xml(" " * 200_000_000)


def ods(rows: Sequence[Sequence[str]], *, locked: bool = False) -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Tamu">{cells}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    sealed = "<manifest:encryption-data></manifest:encryption-data>" if locked else ""
    manifest = (
        f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="content.xml" manifest:media-type="text/xml">{sealed}</manifest:file-entry>'
        "</manifest:manifest>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


# --- the binary formats before 2007 --------------------------------------------------------------------------------

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(name: str, stream: bytes) -> bytes:
    """A compound file with one stream: what lies around an .xls, and around an .xlsx with a password."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % 512)
    sectors = len(stream) // 512
    fat = [_FAT, _END, *range(3, 2 + sectors), _END]
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0,
    )  # fmt: skip
    root = _directory_entry("Root Entry", 5, 1, _END, 0)
    entry = _directory_entry(name, 2, _FREE, 2, len(stream))
    return (
        head.ljust(512, b"\xff")
        + struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
        + (root + entry).ljust(512, b"\0")
        + stream
    )


def _directory_entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    letters = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIQ", letters, len(letters) + 2, kind, 1, _FREE, _FREE, child, start, size
    )


def xls(rows: Sequence[Sequence[str | float]], *, locked: bool = False) -> bytes:
    """A workbook of Excel 97, of one sheet; locked: with a password."""
    lock = _record(0x2F, struct.pack("<HHH", 1, 1, 1)) if locked else b""
    name = b"Tamu"
    start = len(_begin(5)) + len(lock) + 4 + 8 + len(name) + 4
    sheet_entry = _record(0x85, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name)
    cells = b"".join(
        _cell(row, column, cell) for row, cells in enumerate(rows) for column, cell in enumerate(cells)
    )
    return compound(
        "Workbook", _begin(5) + lock + sheet_entry + _record(0x0A) + _begin(0x10) + cells + _record(0x0A)
    )


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 1996, 0, 6))


def _cell(row: int, column: int, cell: str | float) -> bytes:
    if isinstance(cell, str):
        letters = cell.encode("latin-1")
        return _record(0x204, struct.pack("<HHHHB", row, column, 0, len(letters), 0) + letters)
    return _record(0x203, struct.pack("<HHHd", row, column, 0, cell))


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data
