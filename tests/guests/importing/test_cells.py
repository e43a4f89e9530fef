"""One cell to the values of its field."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guests.importing.cells import Facts, Reading, read_cell, read_cells
from liaison.sheets.countries import country_code, language_code
from liaison.sheets.dates import Order, order_of
from liaison.sheets.moments import told_by
from liaison.sheets.table import Cell

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
        "11/05/27 14.35",
        "11 Mei 2027 14:35",
        "Selasa, 11 Mei 2027 pukul 14.35 WITA",
        "Tue 11 May 2027 2:35 PM",
        "May 11, 2027 2:35 p.m.",
        "11 May 2027 1435 hrs",
        "11-May-27 13.35 WIB",
        "11 mai 2027 14h35",
        "11/05 14:35",
        "14:35, 11 Mei",
        "11/5/27 06:35 GMT",
        "11 Mei 2027 jam 2.35 siang",
    ],
)
def test_moments_are_read_in_the_zone_of_the_event_or_their_own(cell: Cell) -> None:
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
        7,
        99999999,
        "1" * 100,
        "2027-05-11",
        "14 Mei 2027",
        46522,
        time(8, 15),
        "08:15",
        "12 malam",
        "12/05/2027 besok",
        "11–12 Mei 2027 10:00",
        "12 Mei 2027 08:15 atau 10:15",
        "s.d.a.",
        "menyusul",
        "TBC",
        "bersama no. 2",
        "darat (mobil dinas)",
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


@pytest.mark.parametrize("cell", [46518.607638888889, "46518.607638888889"])
def test_a_bare_number_is_a_spreadsheets_count_of_days(cell: Cell) -> None:
    reading = read("arrives_at", cell)
    assert reading.values["arrives_at"] == AT_1435
    assert reading.warning == "A bare number; read as a spreadsheet's own count of days."


@pytest.mark.parametrize("written", ["~11/05/2027 14:35", "sekitar 11 Mei 2027 pukul 14.35"])
def test_an_approximate_moment_is_marked_as_one(written: str) -> None:
    assert read("arrives_at", written).values == {
        "arrives_at": AT_1435, "arrival_precision": "approximate", "arrival_note": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    "cells",
    [
        (date(2027, 5, 11), time(14, 35)),
        ("11 Mei 2027", "14.35"),
        ("11/05/2027", 0.60763888888889),
        ("2:35 PM", None, 46518),
        ("11/05/2027", "pukul 13:35 WIB"),
    ],
)
def test_a_day_and_a_time_in_two_columns_are_one_moment(cells: tuple[Cell, ...]) -> None:
    assert read_cells("arrives_at", cells, FACTS).values["arrives_at"] == AT_1435


def test_a_day_and_a_text_in_two_columns_are_kept_together() -> None:
    assert read_cells("arrives_at", ("11/05/2027", "menyusul"), FACTS).values == {
        "arrival_precision": "tbc", "arrival_note": "11/05/2027 menyusul",
    }  # fmt: skip


def test_a_departure_without_day_or_time_says_what_is_missing() -> None:
    assert read("departs_at", "14 Mei 2027").warning.startswith("A day without a time")
    assert read("departs_at", "19.10").warning.startswith("A time without a day")


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("day", [date(2027, 5, 11), date(2027, 5, 13), date(2027, 2, 3), date(2028, 2, 29)])
def test_figures_are_read_in_the_order_of_the_file(order: Order, day: date) -> None:
    month_first = order is Order.MONTH_FIRST
    written = f"{day:%m/%d/%Y}" if month_first else f"{day:%d/%m/%Y}"
    told = told_by([written], order, day)
    assert told is not None
    assert told.day == day


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["05/06/2027", "31/05/2027"], Order.DAY_FIRST),
        (["05/06/2027", "05/31/2027"], Order.MONTH_FIRST),
        (["12/05/2027 10:00", "13.05.2027"], Order.DAY_FIRST),  # 5 December is far from the event
        (["05/12/2027"], Order.MONTH_FIRST),
        (["05/06/2027"], None),
        (["31/05/2027", "05/31/2027"], None),
        (["05.06.2027", "12 Mei 2027", "besok"], Order.DAY_FIRST),
        (["05/05/2027"], Order.DAY_FIRST),
        ([], Order.DAY_FIRST),
    ],
)
def test_the_order_of_a_files_dates_is_proven_or_asked(texts: list[str], order: Order | None) -> None:
    assert order_of(texts, date(2027, 5, 5), date(2027, 6, 21)) == order


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)),  # noqa: DTZ001 (a spreadsheet's moments have no zone)
    st.sampled_from([
        "%d/%m/%Y %H:%M", "%d-%m-%Y %H.%M", "%d.%m.%Y, %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d %B %Y %H:%M",
        "%B %d, %Y %I:%M %p", "%a %d %b %y pukul %H.%M", "%H:%M %d %b %Y", "%d/%m/%y %I.%M %p", "%d%b%Y %H%M",
    ]),
)  # fmt: skip
def test_what_is_written_in_any_shape_is_read_as_it_was_meant(moment: datetime, shape: str) -> None:
    told = told_by([moment.strftime(shape)], Order.DAY_FIRST, moment.date())
    assert told is not None
    assert (told.day, told.clock) == (moment.date(), moment.time().replace(second=0, microsecond=0))


@given(
    st.text(max_size=40) | st.floats() | st.integers() | st.datetimes() | st.from_regex(r"[\d/.: -]{1,20}")
)
def test_no_cell_breaks_the_reading_of_moments(cell: Cell) -> None:
    reading = read("arrives_at", cell)
    moment = reading.values.get("arrives_at")
    assert moment is None or isinstance(moment, datetime)
    assert (moment is None) == (reading.values.get("arrival_precision", "tbc") == "tbc")


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


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("Bay Hotel / 1201", {"hotel": "Bay Hotel", "room": "1201"}),
        ("Bay Hotel, kamar 12", {"hotel": "Bay Hotel", "room": "12"}),
        ("Bay Hotel room 1201A", {"hotel": "Bay Hotel", "room": "1201A"}),
        ("Hotel 88", {"hotel": "Hotel 88"}),
        ("Bay Hotel / Sea Hotel", {"hotel": "Bay Hotel / Sea Hotel"}),
    ],
)
def test_a_room_beside_the_hotel_is_a_room(written: str, values: dict[str, str]) -> None:
    assert read("hotel", written).values == values


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("SQ 938 → GA 7026", "SQ 938 → GA 7026"),
        ("EK398/GA450", "EK 398 → GA 450"),
        ("id6524", "ID 6524"),
        ("charter", "charter"),
    ],
)
def test_flights_have_one_spelling(written: str, kept: str) -> None:
    assert read("arrival_flight", written).values == {"arrival_flight": kept}


def test_a_flight_that_is_a_story_is_left_out_with_a_warning() -> None:
    assert read("arrival_flight", "comes by his own plane from Bali").warning.endswith(
        "is no flight number; left out."
    )


INDONESIAN = Facts("Asia/Makassar", date(2027, 5, 12), date(2027, 5, 14), country="ID")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+62 812-0000-0101", "+6281200000101 (+62 812-0000-0101)"),
        ("0812 0000 0102", "+6281200000102 (0812 0000 0102)"),
        ("62812-0000-0103", "+6281200000103 (62812-0000-0103)"),
        (6281200000104, "+6281200000104 (6281200000104)"),
        ("+6281200000105", "+6281200000105"),
        (
            "0812 0000 0102 / +81 90-0000-0105",
            "+6281200000102 (0812 0000 0102)\n+819000000105 (+81 90-0000-0105)",
        ),
    ],
)
def test_phones_are_kept_as_dialled_and_as_written(written: Cell, kept: str) -> None:
    assert read_cell("phones", written, INDONESIAN).values == {"phones": kept}


def test_what_is_no_phone_is_kept_with_a_warning() -> None:
    reading = read_cell("phones", "ask the aide", INDONESIAN)
    assert reading.values == {"phones": "ask the aide"}
    assert reading.warning == "Not known as phone numbers and kept as written: ask the aide."


@given(st.integers(10**7, 10**10 - 1), st.sampled_from(["0812", "+62812", "62812"]))
def test_a_mobile_number_is_one_however_it_is_written(number: int, start: str) -> None:
    kept = str(read_cell("phones", f"{start}{number}", INDONESIAN).values["phones"])
    assert kept.startswith(f"+62812{number}")


@given(st.text(max_size=50) | st.integers() | st.floats(allow_nan=False))
def test_no_cell_breaks_the_reading_of_phones(cell: Cell) -> None:
    reading = read_cell("phones", cell, INDONESIAN)
    assert set(reading.values) <= {"phones"}


@pytest.mark.parametrize("written", ["LO belum ada", "TBC", "menyusul"])
def test_nobody_yet_is_no_officer(written: str) -> None:
    assert read("officer", written) == Reading()
