"""One cell to the values of its field."""

from datetime import UTC, date, datetime, time

import pytest

from guests.importing.cells import Facts, Reading, read_cell
from guests.importing.countries import country_code, language_code
from guests.importing.moments import moment_of
from guests.importing.sheets import Cell

FACTS = Facts("Asia/Makassar", date(2027, 5, 12), date(2027, 5, 14))
AT_1435 = datetime(2027, 5, 11, 6, 35, tzinfo=UTC)  # 14.35 WITA


def read(key: str, cell: Cell) -> Reading:
    return read_cell(key, cell, FACTS)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2027, 5, 11, 14, 35),  # noqa: DTZ001 (a spreadsheet's moments have no zone)
        "2027-05-11 14:35",
        "2027-05-11T14:35:00",
        "2027-05-11T14:35:00+08:00",
        "2027-05-11T06:35Z",
        "2027-05-11 07:35 +0100",
        "11/05/2027 14:35",
        "11/05/2027 14.35",
        "11-5-2027, 14:35",
        "11.05.2027 14:35:00",
    ],
)
def test_moments_are_read_in_the_zone_of_the_event_or_their_own(cell: Cell) -> None:
    assert moment_of(cell, "Asia/Makassar") == AT_1435
    assert read("arrives_at", cell) == Reading(
        {"arrives_at": AT_1435, "arrival_precision": "exact", "arrival_note": ""}
    )


@pytest.mark.parametrize(
    "cell",
    [
        "besok",
        "??",
        "31/02/2027 10:00",
        "2027-13-01 10:00",
        "11/05/2027 25:00",
        "11/05/0027 10:00",
        44330.75,
        7,
        "1" * 100,
        "2027-05-11",
        "12 Mei 2027 08:15",
        time(8, 15),
        True,
    ],
)
def test_what_names_no_moment_is_kept_as_written_to_be_confirmed(cell: Cell) -> None:
    reading = read("departs_at", cell)
    assert set(reading.values) == {"departure_precision", "departure_note"}
    assert reading.values["departure_precision"] == "tbc"
    assert "kept as written" in reading.warning
    assert not reading.error


def test_a_day_without_a_time_is_to_be_confirmed() -> None:
    reading = read("arrives_at", date(2027, 5, 12))
    assert reading.values == {"arrival_precision": "tbc", "arrival_note": "2027-05-12"}
    assert reading.warning.startswith("A day without a time")


@pytest.mark.parametrize("cell", [None, "", " ", "-", "—", "N/A", "tidak ada"])
@pytest.mark.parametrize(
    "key", ["name", "diet", "country", "arrives_at", "hotel", "companions", "photo_consent"]
)
def test_a_blank_says_nothing(key: str, cell: Cell) -> None:
    assert read(key, cell) == Reading()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("BRA", "BR"),
        ("br", "BR"),
        (" Brazil ", "BR"),
        ("Jepang", "JP"),
        ("Côte d'Ivoire", "CI"),
        ("NA", "NA"),
        ("USA", "US"),
        ("EU", "EU"),
        ("Korea Selatan", "KR"),
        ("Kalemba", None),
        ("XX", None),
        ("SUN", None),
    ],
)
def test_countries_are_known_by_code_and_by_name(written: str, code: str | None) -> None:
    assert country_code(written) == code


def test_languages_are_known_by_code_and_by_name() -> None:
    assert [language_code(text) for text in ("Arabic", "Arab", "ar", "Bahasa Indonesia", "Inggris", "Klingonese")] == [
        "ar", "ar", "ar", "id", "en", None,
    ]  # fmt: skip
    reading = read("languages", "Arabic; Inggris, Dothraki and French")
    assert reading.values == {"languages": ("ar", "en", "fr")}
    assert reading.warning == "Not known as languages and left out: Dothraki."


@pytest.mark.parametrize(
    ("written", "values"),
    [
        (6, {"companions": 6}),
        ("0", {"companions": 0}),
        ("2 org", {"companions": 2, "companions_note": "2 org"}),
        ("dua", {"companions_note": "dua"}),
        ("2-3", {"companions_note": "2-3"}),
        ("2 + 1 aide", {"companions_note": "2 + 1 aide"}),
        (99_999, {"companions_note": "99999"}),
        ("9" * 50, {"companions_note": "9" * 50}),
        (-2, {"companions_note": "-2"}),
    ],
)
def test_companions_are_a_number_or_a_note(written: Cell, values: dict[str, object]) -> None:
    reading = read("companions", written)
    assert reading.values == values
    assert bool(reading.warning) == ("companions" not in values)


@pytest.mark.parametrize(
    ("written", "rank"), [(1, 1), ("12", 12), (0, None), ("first", None), ("9" * 5000, None)]
)
def test_a_rank_is_a_whole_number_from_one_on(written: Cell, rank: int | None) -> None:
    reading = read("rank", written)
    assert reading.values == ({"rank": rank} if rank else {})
    assert bool(reading.warning) == (rank is None)


def test_levels_and_consents_have_their_words() -> None:
    assert read("level", "vvip").values == {"level": "vvip"}
    assert read("level", "Tamu").values == {"level": "guest"}
    assert read("level", "XVIP") == Reading(warning="“XVIP” is no level; write VVIP, VIP or guest.")
    assert read("photo_consent", "Boleh").values == {"photo_consent": "given"}
    assert read("press_consent", "No").values == {"press_consent": "refused"}
    assert read("press_consent", "ask aide").warning


def test_a_text_the_database_cannot_keep_is_an_error() -> None:
    assert read("name", "x" * 300).error == "300 characters; at most 200 can be kept."
    assert read("name", "x" * 200).values == {"name": "x" * 200}
    assert read("hotel", "x" * 201).error
    assert read("country", "x" * 201).error
    assert read("arrives_at", "x" * 201).error
    assert read("companions", "many " * 100).error


def test_a_formula_is_text_with_a_warning_and_html_is_text() -> None:
    reading = read("name", "=cmd|'/C calc'!A0")
    assert reading.values == {"name": "=cmd|'/C calc'!A0"}
    assert reading.warning == "It looks like a formula and is kept as plain text."
    assert read("office", "<script>alert(1)</script>") == Reading({"office": "<script>alert(1)</script>"})


def test_a_number_is_text_without_its_decimals() -> None:
    assert read("room", 1201).values == {"room": "1201"}
    assert read("name", "  Haruto \n MINAMOTO ").values == {"name": "Haruto MINAMOTO"}
    assert read("hotel", "tidak menginap") == Reading()
