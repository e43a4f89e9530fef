"""A guest list as coordinators keep it, from file to visits: tests/data/daftar-tamu-forum-nusantara.xlsx."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.models import Event
from guests.importing.applying import FaultyRowsError, apply_guest_list
from guests.importing.asking import questions_of
from guests.importing.diffing import Diff, Kind
from guests.importing.fields import GUEST_LIST
from guests.models import Assignment, Guest, ItineraryItem, Visit
from liaison.accounts.models import User
from liaison.sheets.mapping import columns_of, header_row_of
from liaison.sheets.reading import first_sheet, read_sheets
from tests.factories import NOW, make_event, make_member, make_user
from tests.guests.importing.lists import answered, diff_for, everything, uploaded

FORUM = (Path(__file__).parents[2] / "data" / "daftar-tamu-forum-nusantara.xlsx").read_bytes()
ANSWERS = {"person_12": "row-9", "officer_putu": "none"}


@pytest.fixture
def event(db: None) -> Event:
    return make_event()


@pytest.fixture
def ratna(db: None) -> User:
    return make_user("Ratna Kusuma")


@pytest.fixture
def team(event: Event) -> None:
    make_member(make_user("Sari Lestari", phone="+6281200000001"), event, capacity=5)
    make_member(make_user("Bagus P.", phone="+6281200000002"), event, capacity=5)
    make_member(make_user("Dewi Kartika"), event, capacity=5)


def said(diff: Diff) -> dict[int, list[str]]:
    return {
        one.row.number: [message.text for message in one.row.messages]
        for one in diff.rows
        if one.row.messages
    }


def test_the_headings_are_found_and_every_column_is_known() -> None:
    sheet = first_sheet(read_sheets(FORUM), "")
    assert (sheet.name, header_row_of(sheet, GUEST_LIST)) == ("Tamu VIP", 4)
    assert [column.guess for column in columns_of(sheet, 4, GUEST_LIST)] == [
        "", "level", "addressed_as", "name", "office", "organisation", "companions", "arrives_at", "arrival_flight",
        "departs_at", "hotel", "diet", "phones", "officer",
    ]  # fmt: skip


@pytest.mark.usefixtures("team")
def test_what_is_doubtful_is_said_by_row_and_asked(event: Event, ratna: User) -> None:
    diff = diff_for(uploaded(event, ratna, FORUM, "tamu.xlsx"))
    assert [one.row.number for one in diff.rows if one.kind is not Kind.NEW] == [12]
    assert diff.passed_over == (19,)
    assert not diff.order_is_open
    found = said(diff)
    assert set(found) == {7, 9, 11, 12, 13, 14, 15, 16, 17}
    assert found[7] == ["A day without a time; it is kept as written, to be confirmed."]
    assert found[9] == [
        "“Dewi” is no officer of the event for certain; say who is meant, or nobody is assigned."
    ]
    assert found[12][0].startswith("The same guest as in row 9")
    assert found[14][:3] == [
        "A bare number; read as a spreadsheet's own count of days.",
        "The departure comes before the arrival.",
        "More than a week away from the days of the event.",
    ]
    assert found[16] == [
        "The departure comes before the arrival.",
        "More than a week away from the days of the event.",
        "More than a week away from the days of the event.",
    ]
    assert [(one.name, one.answer) for one in questions_of(diff, event.time_zone)] == [
        ("person-12", ""), ("officer-dewi", ""), ("officer-putu", ""),
    ]  # fmt: skip


def test_nothing_is_applied_until_the_two_spellings_of_one_guest_are_settled(
    event: Event, ratna: User
) -> None:
    with pytest.raises(FaultyRowsError):
        apply_guest_list(guest_list=uploaded(event, ratna, FORUM), by=ratna, at=NOW)
    assert not Guest.objects.exists()


def guest(name: str) -> Visit:
    return Visit.objects.select_related("guest__private", "hotel").get(guest__name=name)


@pytest.mark.usefixtures("team")
def test_the_forum_end_to_end(event: Event, ratna: User) -> None:
    guest_list = answered(uploaded(event, ratna, FORUM, "tamu.xlsx"), **ANSWERS)
    done = apply_guest_list(guest_list=guest_list, by=ratna, at=NOW)
    summary = {key: done.summary[key] for key in ("new", "merged", "left_out", "assigned", "hotels")}
    assert summary == {"new": 11, "merged": 1, "left_out": [], "assigned": 5, "hotels": 3}
    hendra = guest("Hendra Wijayakusuma")
    assert (hendra.guest.honorific_before, hendra.guest.honorific_after) == ("Prof. Ir.", "M.Sc., Ph.D.")
    assert hendra.guest.addressed_as == "Bapak Hendra Wijayakusuma"
    assert hendra.guest.private.phones == "+6281200000103 (62812-0000-0103)"
    assert hendra.arrives_at == datetime(2027, 5, 12, 0, 15, tzinfo=UTC)
    assert (hendra.departs_at, hendra.departure_precision, hendra.departure_note) == (
        None,
        "tbc",
        "14 Mei 2027",
    )
    wang = guest("Wang Lihua")
    assert wang.guest.native_name == "王 丽华"
    assert guest("عبد الرحمن الكندي").arrival_note == "bersama no. 2"
    faisal = guest("Faisal bin Rashid")
    assert faisal.guest.honorific_before == "H.E. Sheikh"
    assert (faisal.departs_at, faisal.guest.diet) == (
        datetime(2027, 5, 14, 13, 45, tzinfo=UTC),
        "Halal; no shellfish",
    )
    haruto = guest("Haruto Minamoto")
    flight = haruto.items.get()
    assert (flight.flight_number, flight.starts_at, flight.state) == (
        "SQ 938 → GA 7026", datetime(2027, 5, 11, 14, 50, tzinfo=UTC), "confirmed",
    )  # fmt: skip
    assert haruto.companions == 1  # blank in row 9, filled from row 12
    assert haruto.guest.office == "Vice President"
    assert guest("I Gusti Ngurah Wirawan").hotel is None
    led = {str(one.visit.guest.name): str(one.officer) for one in Assignment.objects.all()}
    assert led == {
        "Amara Okonkwo": "Sari Lestari", "Hendra Wijayakusuma": "Sari Lestari", "=cmd|'/C calc'!A0": "Sari Lestari",
        "Faisal bin Rashid": "Bagus P.", "I Gusti Ngurah Wirawan": "Bagus P.",
    }  # fmt: skip


@pytest.mark.usefixtures("team")
def test_the_forum_twice_is_the_forum_once(event: Event, ratna: User) -> None:
    for _time in range(2):
        guest_list = answered(uploaded(event, ratna, FORUM, "tamu.xlsx"), **ANSWERS)
        done = apply_guest_list(guest_list=guest_list, by=ratna, at=NOW)
        stored = everything(event), sorted(ItineraryItem.objects.values_list()), Assignment.objects.count()
        if done.summary["new"]:
            once = stored
    assert (done.summary["new"], done.summary["changed"], done.summary["unchanged"]) == (0, 0, 11)
    assert stored == once


@pytest.mark.usefixtures("team")
def test_an_officer_withdrawn_by_hand_stays_withdrawn(event: Event, ratna: User) -> None:
    for expected in (5, 0):
        guest_list = answered(uploaded(event, ratna, FORUM), **ANSWERS)
        done = apply_guest_list(guest_list=guest_list, by=ratna, at=NOW)
        assert done.summary["assigned"] == expected
        for assignment in Assignment.objects.all():
            assignment.withdraw()


@pytest.mark.usefixtures("team")
def test_an_officer_who_was_asked_about_is_assigned_as_answered(event: Event, ratna: User) -> None:
    dewi = event.memberships.get(user__name="Dewi Kartika")
    guest_list = answered(uploaded(event, ratna, FORUM), **ANSWERS, officer_dewi=str(dewi.pk))
    apply_guest_list(guest_list=guest_list, by=ratna, at=NOW)
    assert set(dewi.assignments.values_list("visit__guest__name", flat=True)) == {
        "Haruto Minamoto", "Lucía Fernández de la Vega",
    }  # fmt: skip
