"""Which column fills which field, guessed from headings in both languages."""

import pytest

from guests.importing.mapping import Column, Mapping, columns_of, header_row_of
from guests.importing.reading import read_sheets
from guests.importing.sheets import Cell, Sheet, sheet_of
from tests.guests.importing import files


def sheet(*rows: list[Cell]) -> Sheet:
    return sheet_of("Guests", rows)


def guesses(*headings: str) -> list[str]:
    return [column.guess for column in columns_of(sheet(list(headings), ["a"] * len(headings)), 1)]


def test_the_columns_of_the_general_debate() -> None:
    [table] = read_sheets(files.UN_LIST.read_bytes())
    assert header_row_of(table) == 1
    found = {column.heading: (column.guess, column.is_constant) for column in columns_of(table, 1)}
    assert found == {
        "Year": ("", True),
        "Session": ("", True),
        "ISO Code": ("country", False),
        "Country": ("delegation", False),
        "Name of Person Speaking": ("name", False),
        "Post": ("office", False),
    }


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (
            ["Full name", "Job title", "Organization", "Nationality"],
            ["name", "office", "organisation", "country"],
        ),
        (["Nama Lengkap & Gelar", "Jabatan", "Instansi / Negara"], ["name", "office", "organisation"]),
        (["NAMA", "Negara", "Delegasi", "Tgl. & Jam Tiba"], ["name", "country", "delegation", "arrives_at"]),
        (["Name", "Arrival", "Arrival flight", "Departure"], ["name", "arrives_at", "", "departs_at"]),
        (["Guest ID", "Guest name", "Hotel name", "Room no."], ["external_key", "name", "hotel", "room"]),
        (["Nama", "No. HP / WA", "LO", "No"], ["name", "", "", ""]),
        (["Shoe size", "Favourite colour"], ["", ""]),
    ],
)
def test_headings_are_known_in_english_and_indonesian(headings: list[str], fields: list[str]) -> None:
    assert guesses(*headings) == fields


def test_the_header_row_is_found_below_titles() -> None:
    table = sheet(
        ["List of guests of the forum"], [], ["As of 2 May"], ["No", "Nama", "Jabatan"], [1, "Ana", "Rektor"]
    )
    assert header_row_of(table) == 4


def test_without_any_known_heading_the_first_row_is_taken() -> None:
    assert header_row_of(sheet([], ["a", "b"], ["c", "d"])) == 2
    assert header_row_of(sheet_of("Nothing", [])) == 0


def test_a_column_shows_its_first_different_values() -> None:
    table = sheet(
        ["Name", "", None, "Level"], ["Ana", "x" * 80, None, "VIP"], ["Ana", None, None, "VIP"], ["Bo"]
    )
    assert columns_of(table, 1) == (
        Column(0, "Name", ("Ana", "Bo"), is_constant=False, guess="name"),
        Column(1, "Column B", ("x" * 59 + "…",), is_constant=False, guess=""),
        Column(3, "Level", ("VIP",), is_constant=True, guess="level"),
    )


def test_a_key_or_a_rank_that_never_changes_is_none() -> None:
    table = sheet(["Name", "Key", "Rank"], ["Ana", "2022", 1], ["Bo", "2022", 1])
    assert [column.guess for column in columns_of(table, 1)] == ["name", "", ""]


def test_a_table_without_headings_has_lettered_columns() -> None:
    assert [column.heading for column in columns_of(sheet(["Ana", "SG"]), 0)] == ["Column A", "Column B"]


def test_a_mapping_survives_json() -> None:
    mapping = Mapping("Guests", 4, ((0, "name"), (3, "country")))
    assert Mapping.from_json(mapping.as_json()) == mapping
    assert mapping.field_of(3) == "country"
    assert mapping.field_of(1) == ""
    stale = mapping.as_json() | {"columns": {"0": "name", "1": "shoe_size"}}
    assert Mapping.from_json(stale).columns == ((0, "name"),)
