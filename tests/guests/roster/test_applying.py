"""From a list of officers to the team: whom it recognises, what it fills, whom it assigns, and only once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from events.models import Shift
from guests.models import Assignment, RosterFile
from guests.roster.applying import ChangedMeanwhileError, FaultyRowsError, apply_roster
from guests.roster.diffing import Change, Diff, Kind
from liaison.accounts.models import SpokenLanguage, User
from liaison.notices.models import Notice
from liaison.sheets.severity import Severity
from tests.cast import Cast
from tests.factories import NOW, make_delegation, make_event, make_guest, make_user, make_visit
from tests.guests.roster.rosters import RINA, TONO, applied, diff_for, listed, team, uploaded

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def kinds(diff: Diff) -> list[Kind]:
    return [row.kind for row in diff.rows]


def said(diff: Diff, severity: Severity = Severity.ERROR) -> list[tuple[int, str]]:
    return [
        (row.line.rows[0], message.field)
        for row in diff.rows
        for message in row.line.messages
        if message.severity is severity
    ]


def test_new_officers_join_with_all_that_the_list_says_and_twice_changes_nothing(cast: Cast) -> None:
    diff = diff_for(listed(cast.event, cast.ratna, RINA, TONO))
    assert kinds(diff) == [Kind.NEW, Kind.NEW]
    assert not User.objects.filter(email="rina@example.org").exists()
    applied(cast.event, cast.ratna, RINA, TONO)
    rina = team(cast.event)["rina@example.org"]
    assert (rina.user.name, rina.user.phone, rina.capacity) == ("Rina Hapsari", "+6281200001111", 3)
    spoken = dict(rina.user.spoken_languages.values_list("language", "level"))
    assert spoken == {"en": SpokenLanguage.Level.FLUENT, "ar": SpokenLanguage.Level.BASIC}
    assert [shift.starts_at.day for shift in rina.shifts.all()] == [11, 12, 13]  # 06.00 WITA is 22.00 UTC
    again = diff_for(listed(cast.event, cast.ratna, RINA, TONO))
    assert kinds(again) == [Kind.UNCHANGED, Kind.UNCHANGED]
    applied(cast.event, cast.ratna, RINA, TONO)
    assert Shift.objects.count() == 3
    assert not Notice.objects.filter(kind="invitation").exists()


def test_invitations_go_out_to_new_members_only_where_it_is_asked_for(cast: Cast) -> None:
    applied(cast.event, cast.ratna, TONO)
    roster = applied(cast.event, cast.ratna, RINA, TONO, send_invitations=True)
    invited = Notice.objects.filter(kind="invitation").values_list("recipient__email", flat=True)
    assert list(invited) == ["rina@example.org"]
    assert roster.summary["invited"] == 1


def test_one_list_applied_twice_is_written_once(cast: Cast) -> None:
    roster = listed(cast.event, cast.ratna, RINA)
    for _time in range(2):
        apply_roster(roster=roster, by=cast.ratna, at=NOW)
    assert Shift.objects.count() == 3


def test_what_a_person_set_is_kept_and_shown_and_only_empty_values_are_filled(cast: Cast) -> None:
    User.objects.filter(pk=cast.sari.pk).update(phone="+628999", name="Sari Wulandari")
    SpokenLanguage.objects.create(user=cast.sari, language="en", level=4)
    row = ["Sari", cast.sari.email, "0812 0000 1111", "English (basic), French", "", 4, ""]
    [one] = diff_for(listed(cast.event, cast.ratna, row)).rows
    assert one.changes == (Change("capacity", 2, 4),)
    assert one.kept == (
        Change("phone", "+628999", "+6281200001111"),
        Change("language:en", 4, 1),
        Change("language:fr", 0, 2),
    )
    applied(cast.event, cast.ratna, row)
    cast.sari.refresh_from_db()
    assert cast.sari.phone == "+628999"
    assert list(cast.sari.spoken_languages.values_list("language", "level")) == [("en", 4)]
    assert team(cast.event)[cast.sari.email].capacity == 4


@pytest.mark.parametrize("by", ["address", "phone", "name"])
def test_a_member_is_recognised_by_address_then_phone_then_a_certain_name(cast: Cast, by: str) -> None:
    User.objects.filter(pk=cast.sari.pk).update(phone="+6281200001111")
    row = {
        "address": ["S. W.", cast.sari.email.upper(), "", "", "", 5, ""],
        "phone": ["S. W.", "", "0812-0000-1111", "", "", 5, ""],
        "name": ["Sari Wulandari", "", "", "", "", 5, ""],
    }[by]
    [one] = diff_for(listed(cast.event, cast.ratna, row)).rows
    assert (one.kind, one.person and one.person.key) == (Kind.CHANGED, cast.sari.pk)


def test_a_phone_that_several_rows_share_recognises_nobody(cast: Cast) -> None:
    User.objects.filter(pk=cast.sari.pk).update(phone="+6281200001111")
    rows = [
        ["Posko A", "a@example.org", "081200001111", "", "", "", ""],
        ["Posko B", "b@example.org", "081200001111", "", "", "", ""],
    ]
    assert kinds(diff_for(listed(cast.event, cast.ratna, *rows))) == [Kind.NEW, Kind.NEW]


def test_a_name_alone_that_nobody_has_needs_an_address(cast: Cast) -> None:
    roster = listed(
        cast.event, cast.ratna, ["Putu?", "", "", "", "", "", ""], ["Sari", "", "", "", "", 3, ""]
    )
    assert said(diff_for(roster)) == [(2, "email")]
    with pytest.raises(FaultyRowsError):
        apply_roster(roster=roster, by=cast.ratna, at=NOW)
    assert team(cast.event)[cast.sari.email].capacity == 2
    apply_roster(roster=roster, by=cast.ratna, at=NOW, leave_out_errors=True)
    assert team(cast.event)[cast.sari.email].capacity == 3


def test_an_account_out_of_sight_looks_like_nobody_and_keeps_its_values(cast: Cast) -> None:
    stranger = make_user("Secret Name", email="rina@example.org", phone="+628999")
    unknown = diff_for(listed(make_event(), cast.ratna, TONO))
    [one] = diff_for(listed(cast.event, cast.ratna, RINA)).rows
    assert (one.kind, one.name, one.kept) == (unknown.rows[0].kind, "Rina Hapsari", ())
    applied(cast.event, cast.ratna, RINA)
    stranger.refresh_from_db()
    assert (stranger.name, stranger.phone) == ("Secret Name", "+628999")
    assert team(cast.event)["rina@example.org"].user_id == stranger.pk
    by_phone = ["Rina", "", "+628999", "", "", "", ""]
    other = diff_for(listed(cast.other_event, cast.hendra, by_phone))
    assert kinds(other) == [Kind.FAULTY]


def test_the_first_officer_of_a_delegation_leads_and_the_second_is_deputy(cast: Cast) -> None:
    bank = make_delegation(cast.event, "Bank for International Settlements (BIS)")
    japan = make_delegation(cast.event, "Japan", country="JP")
    guests = [make_visit(cast.event, make_guest(), delegation=one) for one in (bank, bank, japan)]
    alone = make_visit(cast.event, make_guest("Ir. Budi Santoso"))
    rows: list[list[Any]] = [
        [*RINA[:5], 2, "BIS; Jepang"],
        [*RINA[:5], 2, "H.E. Budi Santoso"],
        [*TONO[:6], "Bank for International Settlements (BIS), Wakanda"],
    ]
    diff = diff_for(listed(cast.event, cast.ratna, *rows))
    assert [len(row.duties) for row in diff.rows] == [4, 2]
    assert [row.unmatched for row in diff.rows] == [(), ("Wakanda",)]
    assert said(diff, Severity.WARNING) == [(2, "capacity")]
    roster = applied(cast.event, cast.ratna, *rows)
    made = Assignment.objects.filter(officer__user__email__in=["rina@example.org", "tono@example.org"])
    assert set(made.values_list("visit", "role", "officer__user__email")) == {
        *((visit.pk, "lead", "rina@example.org") for visit in (*guests, alone)),
        *((visit.pk, "deputy", "tono@example.org") for visit in guests[:2]),
    }
    assert "officers.csv" in made.filter(role="lead")[0].override_reason
    assert (roster.summary["assigned"], roster.summary["to_assign"]) == (6, 6)
    assert diff_for(listed(cast.event, cast.ratna, *rows)).duties == 0


def test_a_guest_with_a_lead_keeps_it(cast: Cast) -> None:
    row: list[Any] = [*RINA[:6], "Kenji Sato"]
    applied(cast.event, cast.ratna, row)
    roles = Assignment.objects.filter(visit=cast.sato).standing().values_list("officer__user__name", "role")
    assert set(roles) == {("Dewi Lestari", "lead"), ("Sari Wulandari", "lead"), ("Rina Hapsari", "deputy")}


def test_guests_of_another_event_and_uncertain_names_are_not_matched(cast: Cast) -> None:
    make_visit(cast.event, make_guest("Ana Lim"))
    row: list[Any] = [*RINA[:6], "Chidi Okafor; Ana Lim; Sato; Kenji Sato?"]
    [one] = diff_for(listed(cast.event, cast.ratna, row)).rows
    assert (one.duties, one.unmatched) == ((), ("Chidi Okafor", "Ana Lim", "Sato", "Kenji Sato?"))


def test_what_changed_since_it_was_looked_at_writes_nothing(cast: Cast) -> None:
    roster = listed(cast.event, cast.ratna, RINA)
    seen = diff_for(roster).digest
    applied(cast.event, cast.ratna, TONO)
    apply_roster(roster=listed(cast.event, cast.ratna, RINA), by=cast.ratna, at=NOW)
    with pytest.raises(ChangedMeanwhileError):
        apply_roster(roster=roster, by=cast.ratna, at=NOW, seen=seen)
    roster.refresh_from_db()
    assert roster.state == RosterFile.State.MAPPED


def test_rows_of_one_officer_are_one_and_rows_without_a_name_go_on_with_it(cast: Cast) -> None:
    rows: list[list[Any]] = [
        ["Rina Hapsari", "", "0812 0000 1111", "", "", "", "A"],
        [*RINA[:6], "B"],
        ["", "", "", "", "22.00–06.00", "", "C"],
    ]
    [one] = diff_for(listed(cast.event, cast.ratna, *rows)).rows
    assert (one.line.rows, one.line.charges) == ((2, 3, 4), ("A", "B", "C"))
    assert len(one.spans) == 6
    namesake = ["Rina Hapsari", "rina.2@example.org", "", "", "", "", ""]
    assert len(diff_for(listed(cast.event, cast.ratna, *rows, namesake)).rows) == 3


def test_the_g20_list_is_understood(cast: Cast) -> None:
    data = (DATA / "g20-liaison-officers.csv").read_bytes()
    names = [line.rpartition(",")[0].rpartition(",")[0] for line in data.decode().splitlines()[1:]]
    event = make_event("G20")
    cast.ratna.memberships.create(event=event, role="coordinator")
    for name in dict.fromkeys(names):
        make_visit(event, make_guest(), delegation=make_delegation(event, name))
    diff = diff_for(uploaded(event, cast.ratna, data))
    assert (len(diff.rows), diff.count(Kind.NEW), diff.unmatched) == (19, 19, 0)
    assert diff.duties == len(names) == 38
    bank = {row.name: [duty.role.value for duty in row.duties] for row in diff.rows}
    assert (bank["Liaison D02"], bank["Liaison D03"]) == (["lead", "lead"], ["deputy", "lead", "lead"])
    roster = apply_roster(roster=uploaded(event, cast.ratna, data), by=cast.ratna, at=NOW)
    assert (roster.summary["assigned"], len(team(event))) == (38, 19)


def test_the_second_sheet_of_a_guest_list_is_taken(cast: Cast) -> None:
    for name, user in (
        ("Sari Lestari", cast.sari),
        ("Bagus Pratama", cast.bagus),
        ("Dewi Anggraini", cast.dewi),
    ):
        User.objects.filter(pk=user.pk).update(name=name, phone="")
    diff = diff_for(
        uploaded(cast.event, cast.ratna, (DATA / "daftar-tamu-forum-nusantara.xlsx").read_bytes())
    )
    assert kinds(diff) == [Kind.CHANGED] * 3
    assert [row.line.duty_note for row in diff.rows] == ["pagi", "pagi-malam", "malam"]
    assert diff.rows[2].line.languages == {"id": None, "en": None, "ja": None}


def test_a_shift_over_midnight_ends_on_the_next_day(cast: Cast) -> None:
    applied(cast.event, cast.ratna, [*RINA[:4], "12 Mei 22.00–06.00", "", ""])
    shift = Shift.objects.get()
    assert (shift.ends_at - shift.starts_at, shift.starts_at.isoformat()) == (
        timedelta(hours=8),
        "2027-05-12T14:00:00+00:00",
    )
