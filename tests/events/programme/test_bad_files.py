"""Whatever is uploaded as a programme: a listing or a sentence, never anything else, and never for long."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.programme.listed import Kind, Listing
from events.programme.reading import kind_of, read_listing
from liaison.sheets.reading import MAX_BYTES, UnreadableFileError, read_sheets
from tests.events.programme.files import FORUM, calendar, day, entry, schedule, talk
from tests.liaison.sheets import files

DEEP = b'{"schedule": ' + b'{"a": ' * 100_000 + b"1" + b"}" * 100_001
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE schedule [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<schedule><day><room><event><title>&b;</title></event></room></day></schedule>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE schedule [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b"<schedule><day><room><event><title>&x;</title></event></room></day></schedule>"
)
GOOD = schedule([day(talk())])


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "too large": (b"{" + b" " * MAX_BYTES, "larger than"),
    "cut off": (GOOD[:-40], "damaged"),
    "without days": (b'{"schedule": {"conference": {}}}', "damaged"),
    "no days": (b'{"schedule": {"conference": {"days": []}}}', "lists no sessions"),
    "a number for a schedule": (b'{"schedule": 1}', "damaged"),
    "binary": (b"{" + b"\xff\xfe\x00" * 10, "damaged"),
    "nested": (DEEP, "nested deeper"),
    "laughs": (LAUGHS, "a DTD"),
    "outside": (OUTSIDE, "a DTD"),
    "xml cut off": (b"<?xml version='1.0'?><schedule><day>", "damaged"),
    "another xml": (b"<?xml version='1.0'?><rss/>", "damaged"),
    "unknown encoding": (b"<?xml version='1.0' encoding='nonsense'?><schedule/>", "damaged"),
    "nested xml": (b"<?xml version='1.0'?>" + b"<schedule>" * 200_000, "damaged"),
    "calendar cut off": (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x", "lists no sessions"),
    "empty calendar": (calendar(), "lists no sessions"),
    "garbage": (calendar("GARBAGE"), "damaged"),
    "too many talks": (schedule([day(*(talk(str(number)) for number in range(5001)))]), "more than 5000"),
    "too many entries": (calendar(*(entry(uid=str(number)) for number in range(5001))), "more than 5000"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_sentence(name: str) -> None:
    data, sentence = BAD[name]
    with pytest.raises(UnreadableFileError, match=sentence):
        read_listing(data, FORUM)


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body>Programme</body></html>",
        b"MZ\x90\x00" + bytes(200),
        files.xlsx([["Acara"]]),
        b"Jam,Acara\n",
        b"%PDF-1.7",
    ],
)
def test_what_is_neither_schedule_nor_calendar_is_read_as_a_table(data: bytes) -> None:
    assert kind_of(data) is Kind.TABLE


@pytest.mark.parametrize("data", [b"<html><body>Programme</body></html>", b"MZ\x90\x00" + bytes(200)])
def test_and_refused_as_one(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="not a spreadsheet"):
        read_sheets(data)


def test_a_number_with_a_million_figures_and_a_title_of_a_megabyte_do_no_harm() -> None:
    huge = json.loads(GOOD)
    huge["schedule"]["conference"]["days"][0]["rooms"]["Hall A"][0]["title"] = "A" * 1_000_000
    assert len(read_listing(json.dumps(huge).encode(), FORUM).sessions[0].title) == 1_000_000
    with pytest.raises(UnreadableFileError):
        read_listing(GOOD.replace(b'"id": 7', b'"id": ' + b"7" * 1_000_000), FORUM)


def test_a_file_that_takes_for_ever_to_read_is_refused_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = entry("DURATION:PT1S", "RRULE:FREQ=SECONDLY", start="DTSTART:19900101T000000Z")
    monkeypatch.setattr("liaison.sheets.confined.CPU_SECONDS", 1)
    with pytest.raises(UnreadableFileError, match="far more time"):
        read_listing(calendar(slow), FORUM)


@settings(max_examples=40, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"{", b"<schedule>", b"BEGIN:VCALENDAR\r\n", GOOD[:300], calendar(entry())[:80]]),
)
def test_any_bytes_are_a_listing_or_a_refusal(data: bytes, before: bytes) -> None:
    try:
        listing = read_listing(before + data, FORUM)
    except UnreadableFileError:
        return
    assert isinstance(listing, Listing)
