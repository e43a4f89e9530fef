"""From the bytes of an uploaded file to sheets of plain cells, or a clear refusal."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from liaison.sheets import extract, text
from liaison.sheets.confined import TooMuchError, extracted_by
from liaison.sheets.guard import unguarded
from liaison.sheets.table import Cell, Sheet, sheet_of

MAX_BYTES = 10 * 1024 * 1024
MAX_CELL = 32_767  # what Excel itself allows in a cell

_MAX_UNPACKED = 150 * 1024 * 1024
_MAX_RATIO = 250  # sheets of numbers pack about 10 to 1, of one repeated value up to 100 to 1
_SMALL_ENOUGH = 5 * 1024 * 1024  # unpacked; below it no ratio is suspicious
_MAX_MEMBERS = 2000
_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # xls; and xlsx once a password was set


class UnreadableFileError(Exception):
    """The file cannot be read as a table; the message says why and what to do, in the reader's language."""


def read_sheets(data: bytes) -> tuple[Sheet, ...]:
    """The sheets of an xlsx, xls, ods or csv file that hold anything, recognised by content and not by name.

    Raises UnreadableFileError for whatever is no table, is empty, locked, damaged, or larger than such a list is.
    """
    refuse_by_size(len(data))
    sheets = _sheets_of_workbook(data) if data.startswith((_ZIP, _OLE)) else (_sheet_of_text(data),)
    sheets = tuple(sheet for sheet in sheets if sheet.rows)
    if not sheets:
        raise UnreadableFileError(_("The file has no rows: every cell is blank."))
    for sheet in sheets:
        _refuse_long_cells(sheet)
    return sheets


def refuse_by_size(size: int) -> None:
    """Raise UnreadableFileError for a file of nothing, and for one of more bytes than are read."""
    if not size:
        raise UnreadableFileError(_("The file is empty."))
    if size > MAX_BYTES:
        raise UnreadableFileError(
            _("The file is larger than %(limit)s MB. Upload the table alone, without pictures.")
            % {"limit": MAX_BYTES // 1024 // 1024}
        )


def _refuse_long_cells(sheet: Sheet) -> None:
    for row in sheet.rows:
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in row.cells):
            raise UnreadableFileError(
                _("Row %(row)s has a cell with more than %(limit)s characters.")
                % {"row": row.number, "limit": MAX_CELL}
            )


def _not_a_spreadsheet() -> UnreadableFileError:
    return UnreadableFileError(
        _("This is not a spreadsheet. Upload an Excel (.xlsx, .xls), OpenDocument (.ods) or CSV file.")
    )


def _too_large() -> UnreadableFileError:
    return UnreadableFileError(
        _(
            "This spreadsheet unpacks to far more than a list of people or sessions. Copy the table alone into a new file."
        )
    )


# --- text --------------------------------------------------------------------------------------------------------


def _sheet_of_text(data: bytes) -> Sheet:
    content = text.decoded(data)
    if content is None or content.lstrip().startswith(("<", "{", "%PDF", "{\\rtf")):
        raise _not_a_spreadsheet()
    try:
        rows = text.records(content)
    except csv.Error as error:
        raise UnreadableFileError(
            _("The text cannot be split into cells: a quotation mark is opened and never closed.")
        ) from error
    sheet = sheet_of(_("Table"), ([unguarded(cell) for cell in row] for row in rows))
    if len(sheet.rows) > extract.MAX_ROWS:
        raise _refusal("rows", sheet.name)
    if sheet.width > extract.MAX_COLUMNS:
        raise _refusal("columns", sheet.name)
    return sheet


# --- workbooks ---------------------------------------------------------------------------------------------------


def _sheets_of_workbook(data: bytes) -> tuple[Sheet, ...]:
    if data.startswith(_ZIP):
        _refuse_bomb(data)
    found = _extracted(data)
    if "refused" in found:
        raise _refusal(found["refused"], found["sheet"])
    return tuple(
        sheet_of(name, ([_untagged(cell) for cell in row] for row in rows)) for name, rows in found["sheets"]
    )


def _refuse_bomb(data: bytes) -> None:
    """Judge the archive by what it says of itself; what it lies about, the limits of the reading process catch."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _refusal("damaged", "") from error
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MAX_MEMBERS or unpacked > _MAX_UNPACKED:
        raise _too_large()
    if unpacked > _SMALL_ENOUGH and unpacked > _MAX_RATIO * len(data):
        raise _too_large()


def _extracted(data: bytes) -> dict[str, Any]:
    """What the reading process found; UnreadableFileError where it met its limits of memory or time."""
    try:
        found: dict[str, Any] = extracted_by(extract.__file__, data)
    except TooMuchError as error:
        raise _too_large() from error
    return found


def _untagged(cell: Any) -> Cell:
    if isinstance(cell, dict):
        [(kind, written)] = cell.items()
        return _MOMENTS[kind](written)
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    plain_cell: Cell = cell
    return plain_cell


def _to_the_second(written: str) -> datetime:
    """Spreadsheets keep a moment as a fraction of days, which misses the second by a little."""
    moment = datetime.fromisoformat(written)
    late = timedelta(seconds=1) if moment.microsecond >= 500_000 and moment.year < MAXYEAR else timedelta()
    return moment.replace(microsecond=0) + late


_MOMENTS: dict[str, Callable[[str], Cell]] = {
    "datetime": _to_the_second,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def _refusal(reason: str, sheet: str) -> UnreadableFileError:
    messages = {
        "password": _("The file is protected by a password. Save it without one and upload it again."),
        "damaged": _("The file is damaged or only half there. Save it once more and upload it again."),
        "sheets": _("The file has more than %(sheets)s sheets. Upload the sheet with the list alone."),
        "rows": _("The sheet “%(name)s” has more than %(rows)s rows."),
        "columns": _("The sheet “%(name)s” has more than %(columns)s columns."),
    }
    if reason not in messages:
        return _not_a_spreadsheet()
    limits = {"sheets": extract.MAX_SHEETS, "rows": extract.MAX_ROWS, "columns": extract.MAX_COLUMNS}
    return UnreadableFileError(messages[reason] % {"name": sheet, **limits})


def first_sheet(sheets: Iterable[Sheet], name: str) -> Sheet:
    """The sheet of that name; the longest one where none has it."""
    return max(sheets, key=lambda sheet: (sheet.name == name, len(sheet.rows)))
