"""Calendars: zones, whole days, repetitions, cancellations, versions."""

from datetime import UTC, datetime, timedelta

import pytest

from events.programme.listed import Kind, ListedSession
from events.programme.reading import kind_of, read_listing
from liaison.sheets.severity import Severity
from tests.events.programme.files import FORUM, TEN, calendar, entry
from tests.events.programme.test_tables import said

HOUR = timedelta(hours=1)
SUMMER = "\r\n".join(
    [
        "BEGIN:VTIMEZONE", "TZID:Our own", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0530", "TZOFFSETTO:+0530", "TZNAME:OWN", "END:STANDARD", "END:VTIMEZONE",
    ]
)  # fmt: skip


def sessions(*entries: str) -> tuple[ListedSession, ...]:
    return read_listing(calendar(*entries), FORUM).sessions


def session(*entries: str) -> ListedSession:
    [found] = sessions(*entries)
    return found


def test_an_entry_is_read() -> None:
    found = session(
        entry("DTEND:20270513T030000Z", "LOCATION:Hall A / Grand Komodo", "CATEGORIES:Plenary,Open")
    )
    assert found == ListedSession(
        place="a", key="a", title="Opening", starts_at=TEN, ends_at=TEN + HOUR, part="Plenary", venue="Grand Komodo",
        point="Hall A",
    )  # fmt: skip


@pytest.mark.parametrize(
    "start",
    [
        "DTSTART:20270513T020000Z",
        "DTSTART:20270513T100000",
        "DTSTART;TZID=Asia/Makassar:20270513T100000",
        "DTSTART;TZID=Europe/Berlin:20270513T040000",
        "DTSTART;TZID=Our own:20270513T073000",
    ],
)
def test_the_same_moment_in_every_zone(start: str) -> None:
    found = read_listing(calendar(SUMMER, entry("DURATION:PT1H", start=start)), FORUM).sessions[0]
    assert (found.starts_at, found.ends_at) == (TEN, TEN + HOUR)


def test_a_whole_day_is_from_midnight_to_midnight_and_said() -> None:
    for end in ([], ["DTEND;VALUE=DATE:20270514"], ["DURATION:P1D"]):
        found = session(entry(*end, start="DTSTART;VALUE=DATE:20270513"))
        assert found.starts_at == datetime(2027, 5, 12, 16, 0, tzinfo=UTC)
        assert found.ends_at == datetime(2027, 5, 13, 16, 0, tzinfo=UTC)
        assert ("starts_at", "All day; taken from midnight to midnight.") in said(found)


def test_repetitions_are_laid_out_around_the_event_under_keys_of_their_own() -> None:
    daily = entry(
        "DTEND;TZID=Asia/Makassar:20270401T110000",
        "RRULE:FREQ=DAILY",
        "EXDATE;TZID=Asia/Makassar:20270513T100000",
        start="DTSTART;TZID=Asia/Makassar:20270401T100000",
    )
    moved = entry(
        "RECURRENCE-ID;TZID=Asia/Makassar:20270514T100000",
        "DTEND;TZID=Asia/Makassar:20270514T160000",
        title="Opening, later",
        start="DTSTART;TZID=Asia/Makassar:20270514T150000",
    )
    called_off = entry(
        "RECURRENCE-ID;TZID=Asia/Makassar:20270512T100000",
        "DTEND;TZID=Asia/Makassar:20270512T110000",
        "STATUS:CANCELLED",
        start="DTSTART;TZID=Asia/Makassar:20270512T100000",
    )
    found = {one.key: one for one in sessions(daily, moved, called_off)}
    assert len(found) == 18  # eight days before the first to eight after the last, but for one
    assert "a 2027-05-13T02:00:00+00:00" not in found
    later = found["a 2027-05-14T02:00:00+00:00"]
    assert (later.title, later.starts_at) == ("Opening, later", datetime(2027, 5, 14, 7, 0, tzinfo=UTC))
    assert found["a 2027-05-12T02:00:00+00:00"].is_cancelled
    assert not found["a 2027-05-15T02:00:00+00:00"].is_cancelled


def test_what_repeats_without_end_is_refused_by_itself() -> None:
    endless, good = sessions(
        entry("DURATION:PT1S", "RRULE:FREQ=SECONDLY"), entry("DTEND:20270513T030000Z", uid="b")
    )
    assert said(endless, Severity.ERROR) == [("starts_at", "It repeats too often to be laid out.")]
    assert good.severity is Severity.OK


def test_a_rule_that_says_nothing_is_an_error_of_its_own() -> None:
    bad, good = sessions(entry("RRULE:FREQ=NEVER;COUNT=3"), entry("DTEND:20270513T030000Z", uid="b"))
    assert (bad.severity, good.severity) == (Severity.ERROR, Severity.OK)


def test_the_higher_sequence_of_an_entry_counts_in_whatever_order() -> None:
    versions = [
        entry("SEQUENCE:3", "DTEND:20270513T030000Z", title="New"),
        entry("SEQUENCE:1", "DTEND:20270513T030000Z", title="Old"),
    ]
    for order in (versions, versions[::-1]):
        found = session(*order)
        assert (found.title, found.sequence) == ("New", 3)


def test_cancelled_entries_are_known() -> None:
    assert session(entry("DURATION:PT1H", "STATUS:CANCELLED")).is_cancelled


def test_entries_without_end_uid_or_start() -> None:
    no_end, no_uid, no_start = sessions(
        entry(), entry("DURATION:PT1H", uid=""), entry("DURATION:PT1H", uid="c", start="")
    )
    assert no_end.ends_at == TEN + HOUR
    assert said(no_end)[0][0] == "ends_at"
    assert no_uid.key == ""
    assert said(no_start, Severity.ERROR) == [("starts_at", "There is no day and time at which it starts.")]


def test_a_calendar_in_utf_16_and_in_small_letters_is_one() -> None:
    data = calendar(entry("DURATION:PT1H", title="Pembukaan 欢迎"))
    for written in (data.decode().encode("utf-16"), b"\xef\xbb\xbf" + data, data.replace(b"\r\n", b"\n")):
        assert kind_of(written) is Kind.CALENDAR
        assert read_listing(written, FORUM).sessions[0].title == "Pembukaan 欢迎"
