"""Schedules as conference tools export them, in JSON and in XML."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.programme.listed import Kind, ListedSession
from events.programme.reading import kind_of, read_listing
from liaison.sheets.severity import Severity
from tests.events.programme.files import FORUM, TEN, Talk, day, schedule, talk, xml_of
from tests.events.programme.test_tables import said

HOUR = timedelta(hours=1)


def sessions(*days: dict[str, Any], **conference: Any) -> tuple[ListedSession, ...]:
    return read_listing(schedule(list(days), **conference), FORUM).sessions


def session(**more: Any) -> ListedSession:
    [found] = sessions(day(talk(**more)))
    return found


def test_a_talk_is_read_and_unknown_fields_are_passed_over() -> None:
    found = session()
    assert found == ListedSession(
        place="7", key="a", title="Opening", starts_at=TEN, ends_at=TEN + HOUR, part="Plenary", point="Hall A"
    )


def test_xml_says_the_same_as_json() -> None:
    data = xml_of([Talk("a", "Opening & more", room="Hall <A>")])
    assert kind_of(data) is Kind.SCHEDULE
    [found] = read_listing(data, FORUM).sessions
    assert (found.key, found.title, found.point, found.starts_at, found.ends_at) == (
        "a", "Opening & more", "Hall <A>", TEN, TEN + HOUR,
    )  # fmt: skip


def test_after_midnight_is_still_the_day_before() -> None:
    late = session(date="2027-05-13", start="01:30")
    assert late.starts_at == datetime(2027, 5, 13, 17, 30, tzinfo=UTC)  # 01:30 WITA on the 14th
    early = session(date="2027-05-13", start="09:00")
    assert early.starts_at == datetime(2027, 5, 13, 1, 0, tzinfo=UTC)


def test_offsets_come_before_the_named_zone_and_the_contradiction_is_said_once() -> None:
    berlin = schedule([day(talk("a"), talk("b"))], time_zone_name="Europe/Berlin")
    listing = read_listing(berlin, FORUM)
    assert [one.starts_at for one in listing.sessions] == [TEN, TEN]
    [message] = listing.messages
    assert "Europe/Berlin" in message.text
    assert read_listing(schedule([day(talk())]), FORUM).messages == ()


def test_an_unknown_zone_is_said_and_the_events_taken() -> None:
    listing = read_listing(
        schedule([day(talk(date="2027-05-13", start="10:00"))], time_zone_name="Mars/Olympus"), FORUM
    )
    assert listing.sessions[0].starts_at == TEN
    assert "Mars/Olympus" in listing.messages[0].text


def test_times_without_offset_are_in_the_zone_of_the_file() -> None:
    listing = read_listing(
        schedule([day(talk(date="2027-05-13T10:00:00"))], time_zone_name="Asia/Jakarta"), FORUM
    )
    assert listing.sessions[0].starts_at == TEN + HOUR


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({}, "a"),
        ({"guid": None}, "7"),
        ({"guid": "", "id": None, "code": "XYZ"}, "XYZ"),
        ({"guid": None, "id": 0}, "0"),
    ],
)
def test_the_key_is_the_guid_else_the_number_else_the_code(more: dict[str, Any], key: str) -> None:
    assert session(**more).key == key


@pytest.mark.parametrize(
    ("written", "lasts"),
    [("00:45", 0.75), ("26:00", 26), ("1:02:00", 26), (90, 1.5), ("90", 1.5), ("01:00", 1)],
)
def test_lengths_in_their_shapes(written: object, lasts: float) -> None:
    assert session(duration=written).ends_at == TEN + lasts * HOUR


@pytest.mark.parametrize("written", ["99:99", "-01:00", "00:00", "0", "9" * 30, "soon", "999:00:00"])
def test_a_length_that_is_none_is_said_and_an_hour_taken(written: str) -> None:
    found = session(duration=written)
    assert found.ends_at == TEN + HOUR
    assert said(found)[0] == ("ends_at", f"“{written}” is no length of time that can be used.")


def test_rooms_of_one_name_lose_no_talk() -> None:
    text = schedule([day(talk("a"), talk("b"))]).decode()
    rooms = '"rooms": {"Hall A": [' + text.split('"rooms": {"Hall A": [', 1)[1]
    one, two = rooms.split(', {"guid": "b"', 1)
    doubled = text.replace(rooms, f'{one}], "Hall A": [{{"guid": "b"{two}')
    assert {found.key for found in read_listing(doubled.encode(), FORUM).sessions} == {"a", "b"}


def test_a_day_that_ends_before_it_starts_is_said() -> None:
    loop = day(talk(), day_start="2027-05-13T08:00:00+08:00", day_end="2027-05-12T04:00:00+08:00")
    listing = read_listing(schedule([loop]), FORUM)
    assert listing.sessions[0].starts_at == TEN
    assert [message.severity for message in listing.messages] == [Severity.WARNING]


def test_a_talk_without_times_is_an_error_of_its_own() -> None:
    good, bad = sessions(day(talk("a"), talk("b", date="never", start="??")))
    assert good.severity is Severity.OK
    assert said(bad, Severity.ERROR) == [("starts_at", "There is no day and time at which it starts.")]


def test_texts_in_several_languages_and_cancelled_talks() -> None:
    found = session(title={"en": "Opening", "id": "Pembukaan"}, track={"id": "Pleno"}, state="canceled")
    assert (found.title, found.part, found.is_cancelled) == ("Opening", "Pleno", True)


def test_markup_stays_text_and_hidden_characters_go() -> None:
    found = session(title="<b>Opening</b>\x00 \u202e now\n ")
    assert found.title == "<b>Opening</b> now"
