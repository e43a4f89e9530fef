"""Which column fills which field, guessed from headings in both languages."""

from pathlib import Path

import polib
import pytest
from django.utils.translation import override

from guests.importing.fields import FIELDS, GUEST_LIST, label_of
from liaison.sheets.mapping import Column, Mapping, columns_of, header_row_of
from liaison.sheets.reading import read_sheets
from liaison.sheets.table import Cell, Sheet, sheet_of
from tests.liaison.sheets import files

_CATALOGUE = Path(__file__).resolve().parents[3] / "liaison/locale/id/LC_MESSAGES/django.po"


def sheet(*rows: list[Cell]) -> Sheet:
    return sheet_of("Guests", rows)


def guesses(*headings: str) -> list[str]:
    return [
        column.guess for column in columns_of(sheet(list(headings), ["a"] * len(headings)), 1, GUEST_LIST)
    ]


def test_the_columns_of_the_general_debate() -> None:
    [table] = read_sheets(files.UN_LIST.read_bytes())
    assert header_row_of(table, GUEST_LIST) == 1
    found = {
        column.heading: (column.guess, column.is_constant) for column in columns_of(table, 1, GUEST_LIST)
    }
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
        (
            ["Name", "Arrival", "Arrival flight", "Departure"],
            ["name", "arrives_at", "arrival_flight", "departs_at"],
        ),
        (["Guest ID", "Guest name", "Hotel name", "Room no."], ["external_key", "name", "hotel", "room"]),
        (["Nama", "No. HP / WA", "LO", "No"], ["name", "phones", "officer", ""]),
        (["Surname", "Given name", "Position"], ["family_name", "given_name", "office"]),
        (
            ["Nama", "Tanggal Tiba", "Jam Tiba", "Flight", "Tgl Pulang", "Jam Pulang"],
            ["name", "arrives_at", "arrives_at", "arrival_flight", "departs_at", "departs_at"],
        ),
        (
            ["Name", "Departure", "Departure city", "Remarks", "Notes"],
            ["name", "departs_at", "", "note", "note"],
        ),
        (["Shoe size", "Favourite colour"], ["", ""]),
    ],
)
def test_headings_are_known_in_english_and_indonesian(headings: list[str], fields: list[str]) -> None:
    assert guesses(*headings) == fields


def test_the_header_row_is_found_below_titles() -> None:
    table = sheet(
        ["List of guests of the forum"], [], ["As of 2 May"], ["No", "Nama", "Jabatan"], [1, "Ana", "Rektor"]
    )
    assert header_row_of(table, GUEST_LIST) == 4


def test_without_any_known_heading_the_first_row_is_taken() -> None:
    assert header_row_of(sheet([], ["a", "b"], ["c", "d"]), GUEST_LIST) == 2
    assert header_row_of(sheet_of("Nothing", []), GUEST_LIST) == 0


def test_a_column_shows_its_first_different_values() -> None:
    table = sheet(
        ["Name", "", None, "Level"], ["Ana", "x" * 80, None, "VIP"], ["Ana", None, None, "VIP"], ["Bo"]
    )
    assert columns_of(table, 1, GUEST_LIST) == (
        Column(0, "Name", ("Ana", "Bo"), is_constant=False, guess="name"),
        Column(1, "Column B", ("x" * 59 + "…",), is_constant=False, guess=""),
        Column(3, "Level", ("VIP",), is_constant=True, guess="level"),
    )


def test_a_key_or_a_rank_that_never_changes_is_none() -> None:
    table = sheet(["Name", "Key", "Rank"], ["Ana", "2022", 1], ["Bo", "2022", 1])
    assert [column.guess for column in columns_of(table, 1, GUEST_LIST)] == ["name", "", ""]


def test_a_table_without_headings_has_lettered_columns() -> None:
    assert [column.heading for column in columns_of(sheet(["Ana", "SG"]), 0, GUEST_LIST)] == [
        "Column A",
        "Column B",
    ]


def test_a_mapping_survives_json() -> None:
    mapping = Mapping("Guests", 4, ((0, "name"), (3, "country")))
    assert Mapping.from_json(mapping.as_json(), GUEST_LIST) == mapping
    assert mapping.field_of(3) == "country"
    assert mapping.field_of(1) == ""
    stale = mapping.as_json() | {"columns": {"0": "name", "1": "shoe_size"}}
    assert Mapping.from_json(stale, GUEST_LIST).columns == ((0, "name"),)


def test_headings_in_two_rows_are_read_together() -> None:
    table = sheet(
        ["Daftar tamu"],
        ["No", "Nama", "Kedatangan", None, None, "Kepulangan", None, "Hotel"],
        [None, None, "Tgl", "Jam", "Flight", "Tgl", "Jam", None],
        [1, "Ana Lim", "12/05/2027", "10:00", "GA 448", "14/05/2027", "19:00", "Bay Hotel"],
    )
    assert header_row_of(table, GUEST_LIST) == 3
    assert [(column.heading, column.guess) for column in columns_of(table, 3, GUEST_LIST)] == [
        ("No", ""),
        ("Nama", "name"),
        ("Kedatangan Tgl", "arrives_at"),
        ("Kedatangan Jam", "arrives_at"),
        ("Kedatangan Flight", "arrival_flight"),
        ("Kepulangan Tgl", "departs_at"),
        ("Kepulangan Jam", "departs_at"),
        ("Hotel", "hotel"),
    ]


def test_a_row_of_data_below_the_headings_is_no_second_row_of_headings() -> None:
    table = sheet(["Name", "Office", "Country"], ["Ana Lim", None, None], ["Bo", "Dean", "SG"])
    assert header_row_of(table, GUEST_LIST) == 1


def test_answers_are_kept_and_taken_back() -> None:
    mapping = Mapping("S", 1, ((0, "name"),)).answered({"order": "dmy", "person-3": "other"})
    assert Mapping.from_json(mapping.as_json(), GUEST_LIST) == mapping
    assert (mapping.answer("order"), mapping.answer("officer-sari")) == ("dmy", "")
    assert mapping.answered({"order": ""}).answers == (("person-3", "other"),)


def test_every_field_is_known_by_its_own_name_in_both_languages() -> None:
    """Our own lists carry these as headings."""
    catalogue = polib.pofile(str(_CATALOGUE))
    indonesian = {entry.msgid: entry.msgstr for entry in catalogue}
    with override("en"):
        english = [label_of(field.key) for field in FIELDS]
    for names in (english, [indonesian[name] for name in english]):
        shown = [
            f"{name} (WITA)" if field.key.endswith("_at") else name
            for name, field in zip(names, FIELDS, strict=True)
        ]
        columns = columns_of(sheet_of("Table", [shown, ["a"]]), 1, GUEST_LIST)
        assert [column.guess for column in columns] == [field.key for field in FIELDS]


VALUES: list[list[Cell]] = [
    ["Ana Lim", "VIP", "Singapura", "0812 3456 7890", "12/05/2027 10:00", "SQ 952", "14 Mei 2027", "Bay Hotel", "en, zh"],
    ["Budi Santoso", "VVIP", "ID", "+62 811-222-333", "12-05-2027", "GA448", "15/05/2027", "Hotel Laut", "id, en"],
]  # fmt: skip
FILLED = [
    "",
    "level",
    "country",
    "phones",
    "arrives_at",
    "arrival_flight",
    "departs_at",
    "hotel",
    "languages",
]


def test_a_table_without_headings_is_known_by_its_values() -> None:
    table = sheet(*VALUES)
    assert header_row_of(table, GUEST_LIST) == 0
    assert [column.guess for column in columns_of(table, 0, GUEST_LIST)] == FILLED


def test_columns_under_headings_nobody_knows_are_known_by_their_values() -> None:
    table = sheet(["Nama", *["Kolom"] * 8], *VALUES)
    assert header_row_of(table, GUEST_LIST) == 1
    assert [column.guess for column in columns_of(table, 1, GUEST_LIST)] == ["name", *FILLED[1:]]


def test_values_never_outdo_a_heading() -> None:
    table = sheet(["Nama", "Catatan", "HP sopir", "Umur"], ["Ana", "GA 448", "0812 3456 7890", 42])
    assert [column.guess for column in columns_of(table, 1, GUEST_LIST)] == ["name", "note", "", ""]


def test_some_values_among_others_say_nothing() -> None:
    table = sheet(["Nama", "Lain"], ["Ana", "GA 448"], ["Bo", "menyusul"], ["Ci", "tidak ada"])
    assert [column.guess for column in columns_of(table, 1, GUEST_LIST)] == ["name", ""]
