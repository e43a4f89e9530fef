"""Tables kept as plain text: comma, semicolon, tab or bar between cells, in the encodings spreadsheets write."""

import csv
import io
from collections import Counter
from itertools import islice

_DELIMITERS = ",;\t|"
_LOOKED_AT = 50  # rows that decide on the delimiter
_BLANKS = "\t\n\r\f"


def decoded(data: bytes) -> str | None:
    """The text, by its byte order mark, else as UTF-8, else as Windows-1252; None where it is no text."""
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if _is_text(text) else None
    return None


def _is_text(text: str) -> bool:
    """A stray control character happens; where one in a hundred is one, it is some other kind of file."""
    strange = sum(1 for char in text if char < " " and char not in _BLANKS)
    return strange * 100 <= len(text)


def records(text: str) -> list[list[str]]:
    """The rows of the table. Raises csv.Error where a cell runs on without an end."""
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))


def _delimiter(text: str) -> str:
    """The delimiter under which the most of the first rows have the same number of cells, and more than one."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> tuple[int, int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        widths = Counter(len(row) for row in islice(reader, _LOOKED_AT) if len(row) > 1)
    except csv.Error:
        return 0, 0
    return max(((rows, width) for width, rows in widths.items()), default=(0, 0))
