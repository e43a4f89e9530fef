"""Rows judged: what is wrong, what is doubtful, and by which key a guest is known."""

from guests.importing.checking import check_rows, made_key
from guests.importing.judged import Checked
from liaison.sheets.mapping import Mapping
from liaison.sheets.severity import Severity
from liaison.sheets.table import Cell, sheet_of
from tests.guests.importing.test_cells import FACTS


def checked(headings: list[str], *rows: list[Cell]) -> Checked:
    """The rows below headings that are field names."""
    mapping = Mapping("S", 1, tuple((index, key) for index, key in enumerate(headings) if key))
    return check_rows(sheet_of("S", [headings, *rows]), mapping, FACTS)


def said(found: Checked) -> list[tuple[int, str, str, str]]:
    return [
        (row.number, message.severity.name, message.field, message.text)
        for row in found.rows
        for message in row.messages
    ]


def test_a_good_row_has_nothing_to_say() -> None:
    [row] = checked(["name", "country"], ["Ana Lim", "SG"]).rows
    assert (row.number, row.severity, row.messages) == (2, Severity.OK, ())
    assert row.values == {"name": "Ana Lim", "country": "SG"}
    assert row.key == "ana lim | sg | "


def test_a_missing_and_an_overlong_name_are_errors_by_row_and_field() -> None:
    found = checked(["name", "office"], ["Ana", "Rector"], [None, "Dean"], [], ["x" * 300, "Minister"])
    assert said(found) == [
        (3, "ERROR", "name", "The name is missing."),
        (5, "ERROR", "name", "300 characters; at most 200 can be kept."),
    ]


def test_the_same_key_twice_is_an_error_that_names_the_first_row() -> None:
    found = checked(["name", "external_key"], ["Ana", "A1"], ["Bo", "B2"], ["Cy", "A1"], ["Di", None])
    assert said(found) == [
        (4, "ERROR", "external_key", "Row 2 has the key “A1” already."),
        (5, "ERROR", "external_key", "The key is missing; the next list could not find this guest again."),
    ]


def test_the_same_guest_in_another_spelling_is_an_error_without_keys_and_a_doubt_with_them() -> None:
    without = checked(["name", "organisation"], ["Haruto Minamoto", "AIF"], ["  Haruto  MINAMOTO ", "aif"])
    assert said(without) == [
        (3, "ERROR", "name", "The same guest as in row 2: name, country and organisation are equal.")
    ]
    keyed = checked(["name", "external_key"], ["Haruto Minamoto", "1"], ["haruto minamoto", "2"])
    assert said(keyed) == [
        (
            3,
            "WARNING",
            "name",
            "Perhaps the same guest as in row 2; until you say so, this row stands for another guest.",
        )
    ]


def test_namesakes_of_two_countries_are_two_guests() -> None:
    found = checked(["name", "country"], ["Ana Lim", "SG"], ["Ana Lim", "MY"])
    assert said(found) == []


def test_an_unknown_country_becomes_the_delegation_unless_there_is_one() -> None:
    alone = checked(["name", "country"], ["Amara", "Republik Kalemba"])
    assert alone.rows[0].values == {"name": "Amara", "delegation": "Republik Kalemba"}
    assert said(alone)[0][1:3] == ("WARNING", "country")
    assert "kept as the delegation" in said(alone)[0][3]
    beside = checked(["name", "country", "delegation"], ["Amara", "Republik Kalemba", "Kalemba"])
    assert beside.rows[0].values == {"name": "Amara", "delegation": "Kalemba"}
    assert said(beside)[0][3] == "“Republik Kalemba” is no country we know; left out."


def test_a_stay_that_cannot_be_is_doubtful() -> None:
    found = checked(
        ["name", "arrives_at", "departs_at"],
        ["Ana", "13/05/2027 10:00", "12/05/2027 10:00"],
        ["Bo", "31/05/2027 10:00", "30/06/2027 10:00"],
        ["Cy", "05/05/2027 00:00", "21/05/2027 23:59"],
    )
    assert said(found) == [
        (2, "WARNING", "departs_at", "The departure comes before the arrival."),
        (3, "WARNING", "arrives_at", "More than a week away from the days of the event."),
        (3, "WARNING", "departs_at", "More than a week away from the days of the event."),
    ]


def test_rows_with_nothing_in_the_chosen_columns_are_passed_over() -> None:
    found = checked(["", "name"], [1, "Ana"], ["Note: list as of 2 May"], [2, "Bo"], [3, "-"])
    assert [row.name for row in found.rows] == ["Ana", "Bo"]
    assert found.passed_over == (3, 5)


def test_a_made_key_fits_and_stays_different_for_long_names() -> None:
    keys = {made_key({"name": "n" * 180, "organisation": "o" * 190 + end}) for end in "ab"}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {200}
    assert made_key({"office": "Rector"}) == ""


def test_a_note_below_the_table_and_headings_repeated_in_it_are_passed_over() -> None:
    found = checked(
        ["name", "office"],
        ["Ana", "Rector"],
        ["name", "office"],
        ["Catatan: data sementara per 2 Mei"],
        ["Total: 1"],
    )
    assert [row.name for row in found.rows] == ["Ana"]
    assert found.passed_over == (3, 4, 5)


def test_a_name_in_two_columns_is_one_with_the_given_name_first() -> None:
    found = checked(["family_name", "given_name"], ["Minamoto", "Haruto"], ["Sukarno", None])
    assert [row.name for row in found.rows] == ["Haruto Minamoto", "Sukarno"]


def test_a_room_has_its_own_column_before_the_hotels() -> None:
    found = checked(["name", "room", "hotel"], ["Ana", "7", "Bay Hotel / 1201"], ["Bo", None, "Sea Hotel"])
    assert [(row.values.get("room"), row.values["hotel"]) for row in found.rows] == [
        ("7", "Bay Hotel"), (None, "Sea Hotel"),
    ]  # fmt: skip
