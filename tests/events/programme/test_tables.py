"""Programmes kept as tables."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from events.programme.listed import Facts, ListedSession, Listing
from liaison.sheets.severity import Severity
from tests.events.programme.files import FORUM, G20, G20_FACTS, TEN, rows, table

HOUR = timedelta(hours=1)


def only(listing: Listing) -> ListedSession:
    [session] = listing.sessions
    return session


def said(session: ListedSession, severity: Severity = Severity.WARNING) -> list[tuple[str, str]]:
    return [(message.field, message.text) for message in session.messages if message.severity is severity]


def test_the_published_programme_of_the_g20_deputies_comes_in_whole() -> None:
    listing = table(G20.read_bytes(), G20_FACTS)
    assert len(listing.sessions) == 27
    assert not any(said(session, Severity.ERROR) for session in listing.sessions)
    first, second = listing.sessions[0], listing.sessions[13]
    assert (first.title, first.part, first.point) == ("Llao Llao Hotel Lobby", "Registration", "")
    assert first.starts_at == datetime(2017, 11, 30, 12, 0, tzinfo=UTC)  # 09:00 in Salta
    assert second.title == "Session II - Global Economy and Framework for Growth."
    assert said(second) == [("ends_at", "It lasts 13 hours; is the end right?")]
    assert [session.title for session in listing.sessions if said(session)] == [second.title]


def test_days_stand_above_their_sessions_and_spans_in_one_cell() -> None:
    listing = rows(
        ["Susunan Acara Forum Nusantara"],
        ["Waktu", "Kegiatan", "Tempat", "Busana"],
        ["Hari ke-1, Rabu 12 Mei 2027"],
        ["08.00 - 09.30 WITA", "Registrasi", "Grand Komodo", "Batik"],
        ["Kamis, 13 Mei 2027"],
        ["10.00–11.00", "Pembukaan", "", ""],
        ["19.30 s.d. selesai", "Jamuan makan malam", "", ""],
    )
    first, second, third = listing.sessions
    assert (first.title, first.venue, first.dress) == ("Registrasi", "Grand Komodo", "Batik")
    assert (first.starts_at, first.ends_at) == (
        datetime(2027, 5, 12, 0, 0, tzinfo=UTC),
        datetime(2027, 5, 12, 1, 30, tzinfo=UTC),
    )
    assert (second.starts_at, second.ends_at, second.place) == (TEN, TEN + HOUR, "6")
    assert (third.starts_at, third.ends_at) == (
        datetime(2027, 5, 13, 11, 30, tzinfo=UTC),
        datetime(2027, 5, 13, 12, 30, tzinfo=UTC),
    )
    assert said(third) == [("ends_at", "The end is not said; it is taken to last an hour.")]


def test_a_day_said_once_holds_for_the_rows_below_it() -> None:
    first, second, third = rows(
        ["Date", "Start", "End", "Session"],
        [date(2027, 5, 13), time(10), time(11), "One"],
        [None, time(11), time(12), "Two"],
        [date(2027, 5, 14), "9:00 am", "10:00 am", "Three"],
    ).sessions
    assert second.starts_at == TEN + HOUR
    assert third.starts_at == datetime(2027, 5, 14, 1, 0, tzinfo=UTC)
    assert (first.severity, second.severity, third.severity) == (Severity.OK,) * 3


def test_an_end_that_is_not_said_is_the_start_of_what_follows() -> None:
    first, _second = rows(
        ["Date", "Time", "Session"], ["13/05/2027", "10:00", "One"], ["", "10:40", "Two"]
    ).sessions
    assert first.ends_at == TEN + 40 * timedelta(minutes=1)
    assert said(first) == [
        ("ends_at", "The end is not said; it is taken to last until what follows, at 10:40.")
    ]


@pytest.mark.parametrize("written", [90, "90", "90 menit", "1:30", "1 jam 30 menit", "1h 30m"])
def test_a_length_stands_for_the_end(written: object) -> None:
    session = only(rows(["Date", "Time", "Session", "Duration"], ["13 May 2027", "10:00", "One", written]))
    assert session.ends_at == TEN + 1.5 * HOUR
    assert session.messages == ()


def test_past_midnight_is_the_next_day_and_a_reversed_span_is_an_error() -> None:
    late, wrong = rows(
        ["Date", "Start", "End", "Session"],
        ["13 May 2027", "22:00", "01:00", "Gala"],
        ["13 May 2027", "10:00", "09:30", "Opening"],
    ).sessions
    assert late.ends_at == datetime(2027, 5, 13, 17, 0, tzinfo=UTC)
    assert said(late) == [("ends_at", "It ends on the next day, past midnight.")]
    assert said(wrong, Severity.ERROR) == [("ends_at", "It does not end after it starts.")]


def test_the_zone_of_either_end_is_of_both_and_an_own_zone_comes_before_the_events() -> None:
    first, second = rows(
        ["Day", "Time", "Session"],
        ["13 May 2027", "09.00-10.00 WIB", "In Jakarta's time"],
        ["13 May 2027", "2027-05-13T02:00:00+00:00", "With an offset"],
    ).sessions
    assert first.starts_at == second.starts_at == TEN


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["besok", "10:00", "11:00", "One"], "A time without a day; no row above names one."),
        (["13 May 2027", "pagi", "", "One"], "“pagi” is no day and time."),
        (["13 May 2027", "", "", "One"], "There is no day and time at which it starts."),
    ],
)
def test_what_has_no_start_is_an_error(cells: list[str], sentence: str) -> None:
    session = only(rows(["Date", "Start", "End", "Session"], cells))
    assert said(session, Severity.ERROR) == [("starts_at", sentence)]


def test_an_event_of_one_day_needs_no_day() -> None:
    one_day = Facts("Asia/Makassar", date(2027, 5, 13), date(2027, 5, 13))
    assert only(rows(["Time", "Agenda"], ["10:00-11:00", "Opening"], facts=one_day)).starts_at == TEN


def test_the_order_of_figures_is_proven_answered_or_doubted() -> None:
    lines = [["Date", "Start", "End", "Session"], ["05/06/2027", "10:00", "11:00", "One"]]
    june = Facts("Asia/Makassar", date(2027, 6, 4), date(2027, 6, 6))
    assert only(rows(*lines, facts=june)).starts_at == datetime(2027, 6, 5, 2, 0, tzinfo=UTC)
    wide = Facts("Asia/Makassar", date(2027, 5, 1), date(2027, 6, 30))
    listing = rows(*lines, facts=wide)
    assert [message.field for message in listing.messages] == ["date"]
    assert only(listing).starts_at == datetime(2027, 6, 5, 2, 0, tzinfo=UTC)


def test_a_session_without_a_title_is_an_error_and_a_blank_row_is_none() -> None:
    session = only(
        rows(["Date", "Start", "End", "Session"], ["13 May 2027", "10:00", "11:00", ""], ["", "", "", ""])
    )
    assert said(session, Severity.ERROR) == [("title", "The title is missing.")]


def test_cancelled_sessions_are_known_by_their_status() -> None:
    first, second = rows(
        ["Date", "Start", "End", "Session", "Status"],
        ["13 May 2027", "10:00", "11:00", "One", "Dibatalkan"],
        ["13 May 2027", "10:00", "11:00", "Two", "confirmed"],
    ).sessions
    assert (first.is_cancelled, second.is_cancelled) == (True, False)


def test_doubts_have_reasons() -> None:
    far, rest, same_room, later = rows(
        ["Date", "Start", "End", "Session", "Room"],
        ["13 June 2027", "10:00", "11:00", "Elsewhere", "X"],
        ["13 May 2027", "10:00", "23:15", "Coffee break", "Hall A"],
        ["13 May 2027", "12:00", "13:00", "Panel", "Hall A"],
        ["13 May 2027", "23:15", "23:45", "Closing", "hall a"],
    ).sessions
    assert said(far) == [("starts_at", "More than a week away from the days of the event.")]
    assert said(rest) == [("ends_at", "It lasts 13 hours; is the end right?")]
    assert said(same_room) == [("point", "“Coffee break” is in the same room at that time.")]
    assert said(later) == []


def test_a_table_of_other_things_lists_nothing_it_could_write() -> None:
    listing = table(b"a;b\n1;2\n", FORUM)
    assert all(session.severity is Severity.ERROR for session in listing.sessions)
