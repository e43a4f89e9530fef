"""Takes the cells out of a workbook; run by `confined`, since two cells in opposite corners of a sheet can fill any memory.

Imports nothing of the project, so that it starts fast.
"""

import tempfile
from datetime import date, datetime, time
from typing import Any

import python_calamine

MAX_SHEETS = 30
MAX_ROWS = 20_000
MAX_COLUMNS = 200

_MOST_MERGED = 20_000
_SEALED = "EncryptedPackage".encode("utf-16-le")  # a password turns an .xlsx into the container of an .xls


def tagged(cell: Any) -> Any:
    """The cell as JSON can carry it: moments as {kind: ISO text}, a duration as its text."""
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, time):
        return {"time": cell.isoformat()}
    return cell if isinstance(cell, (str, int, float)) else str(cell)


def extract(data: bytes) -> dict[str, Any]:
    """{"sheets": [[name, rows], …]} of the visible sheets, or {"refused": why, "sheet": where}."""
    try:
        workbook = _opened(data)
        names = _tables_of(workbook)
        if len(names) > MAX_SHEETS:
            return {"refused": "sheets", "sheet": ""}
        sheets = []
        for name in names:
            sheet = workbook.get_sheet_by_name(name)
            last_row, last_column = sheet.end or (0, 0)
            if last_row >= MAX_ROWS or last_column >= MAX_COLUMNS:
                return {"refused": "rows" if last_row >= MAX_ROWS else "columns", "sheet": name}
            rows = [[tagged(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            fill_down(rows, sheet.merged_cell_ranges or [])
            sheets.append([name, rows])
    except python_calamine.PasswordError:
        return {"refused": "password", "sheet": ""}
    except python_calamine.CalamineError:
        return {"refused": "format", "sheet": ""}
    return {"sheets": sheets}


def fill_down(rows: list[list[Any]], merged: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Give a value that is merged over several rows to each of them: one delegation beside its five guests."""
    for (first, column), (last, _last_column) in merged[:_MOST_MERGED]:
        if first < len(rows) and column < len(rows[first]):
            for row in rows[first + 1 : last + 1]:
                row[column] = rows[first][column]


def _opened(data: bytes) -> python_calamine.CalamineWorkbook:
    """The workbook; from a named file, since the parser tells a locked one from no workbook only if it knows the kind."""
    with tempfile.NamedTemporaryFile(suffix=_kind(data)) as file:
        file.write(data)
        file.flush()
        return python_calamine.CalamineWorkbook.from_path(file.name)


def _kind(data: bytes) -> str:
    """The usual ending of such a file's name, judged by what is in it."""
    if not data.startswith(b"PK"):
        return ".xlsx" if _SEALED in data else ".xls"
    if b"META-INF/manifest.xml" in data:
        return ".ods"
    return ".xlsb" if b"xl/workbook.bin" in data else ".xlsx"


def _tables_of(workbook: python_calamine.CalamineWorkbook) -> list[str]:
    """The names of the sheets that hold cells and are shown."""
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        and sheet.visible == python_calamine.SheetVisibleEnum.Visible
    ]
