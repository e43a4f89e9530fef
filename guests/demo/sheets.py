"""The demo's tables, as they lie in `data/`."""

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
Row = dict[str, str]


@cache
def sheet(name: str) -> list[Row]:
    """The rows of one table, by column."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def rows_of(name: str, column: str, value: str) -> list[Row]:
    """The rows of a table that have this in that column."""
    return [row for row in sheet(name) if row[column] == value]
