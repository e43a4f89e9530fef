"""From a list to visits: by key, all or nothing, once."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection, models
from pytest_django import DjangoAssertNumQueries

from events.models import Event, Venue
from guests.importing import applying
from guests.importing.applying import (
    ChangedMeanwhileError,
    FaultyRowsError,
    NotAppliedError,
    apply_guest_list,
)
from guests.importing.byhand import Change
from guests.importing.diffing import Kind
from guests.importing.stored import Stored, stored_at
from guests.models import Delegation, Guest, GuestList, Visit
from liaison.accounts.models import User
from liaison.sheets.reading import UnreadableFileError
from tests.cast import Cast
from tests.factories import NOW, make_event, make_guest, make_user, make_venue, make_visit
from tests.guests.importing.lists import (
    ANA,
    BUDI,
    CIRI,
    HEADINGS,
    answered,
    applied,
    diff_for,
    everything,
    listed,
    numbered,
    uploaded,
)


@pytest.fixture
def event(db: None) -> Event:
    return make_event()


@pytest.fixture
def ratna(db: None) -> User:
    return make_user("Ratna Kusuma")


def with_(row: list[str], **columns: str) -> list[str]:
    """The row with other texts under these headings."""
    return [columns.get(heading, text) for heading, text in zip(HEADINGS, row, strict=True)]


def test_a_list_becomes_guests_visits_delegations_and_hotels(event: Event, ratna: User) -> None:
    done = applied(event, ratna, ANA, BUDI, CIRI)
    assert done.state == GuestList.State.APPLIED
    assert done.applied_at == NOW
    assert done.summary == {
        "new": 3, "changed": 0, "unchanged": 0, "left_out": [], "delegations": 2, "hotels": 2, "merged": 0, "gone": 0,
        "assigned": 0,
    }  # fmt: skip
    ana = Visit.objects.get(external_key="A1")
    assert (ana.guest.name, ana.guest.office, ana.guest.country) == ("Ana Lim", "Minister", "SG")
    assert ana.guest.languages == ["en", "zh"]
    assert ana.guest.introduced_by == ratna
    assert ana.delegation == Delegation.objects.get(name="Singapore", country="SG", event=event)
    assert ana.hotel == Venue.objects.get(name="Bay Hotel", kind=Venue.Kind.HOTEL, event=event)
    assert (ana.level, ana.arrives_at) == ("vip", datetime(2027, 5, 12, 2, 0, tzinfo=UTC))
    budi = Visit.objects.get(external_key="B2")
    assert (budi.arrives_at, budi.arrival_precision, budi.arrival_note) == (None, "tbc", "besok")
    assert budi.hotel == ana.hotel


def test_the_same_list_again_changes_nothing(event: Event, ratna: User) -> None:
    applied(event, ratna, ANA, BUDI, CIRI)
    before = everything(event), list(Guest.objects.values_list("pk")), list(Venue.objects.values_list("pk"))
    again = applied(event, ratna, ANA, BUDI, CIRI)
    assert (again.summary["new"], again.summary["changed"], again.summary["unchanged"]) == (0, 0, 3)
    assert before == (
        everything(event),
        list(Guest.objects.values_list("pk")),
        list(Venue.objects.values_list("pk")),
    )


def test_a_newer_list_changes_what_differs_and_shows_it_first(event: Event, ratna: User) -> None:
    applied(event, ratna, ANA, BUDI)
    newer = listed(event, ratna, with_(ANA, Office="Prime Minister", Hotel="sea HOTEL"), BUDI, CIRI)
    diff = diff_for(newer)
    assert [one.kind for one in diff.rows] == [Kind.CHANGED, Kind.UNCHANGED, Kind.NEW]
    assert diff.rows[0].changes == (
        Change("office", "Minister", "Prime Minister"),
        Change("hotel", "Bay Hotel", "sea HOTEL"),
    )
    assert diff.hotels == ("sea HOTEL",)
    apply_guest_list(guest_list=newer, by=ratna, at=NOW, seen=diff.digest)
    ana = Visit.objects.get(external_key="A1")
    assert (ana.guest.office, ana.hotel and ana.hotel.name) == ("Prime Minister", "sea HOTEL")
    assert Visit.objects.get(external_key="C3").hotel == ana.hotel  # “Sea Hotel” is the same one
    assert ana.updated_at == NOW


def test_a_time_that_came_replaces_what_was_to_be_confirmed(event: Event, ratna: User) -> None:
    applied(event, ratna, BUDI)
    applied(event, ratna, with_(BUDI, Arrival="13/05/2027 08:15"))
    budi = Visit.objects.get()
    assert (budi.arrives_at, budi.arrival_precision, budi.arrival_note) == (
        datetime(2027, 5, 13, 0, 15, tzinfo=UTC), "exact", "",
    )  # fmt: skip


def test_a_blank_cell_and_an_absent_column_erase_nothing(event: Event, ratna: User) -> None:
    applied(event, ratna, ANA)
    Guest.objects.update(diet="No nuts")
    done = applied(event, ratna, with_(ANA, Office="", Hotel="-", Arrival="", Level="", Delegation=""))
    assert done.summary["unchanged"] == 1
    ana = Visit.objects.get()
    assert (ana.guest.office, ana.guest.diet, ana.hotel is None, ana.arrives_at is None) == (
        "Minister", "No nuts", False, False,
    )  # fmt: skip


def test_what_a_person_entered_stays_while_the_list_says_the_same_as_ever(event: Event, ratna: User) -> None:
    applied(event, ratna, ANA)
    Guest.objects.update(office="Senior Minister")
    [row] = diff_for(listed(event, ratna, ANA)).rows
    assert (row.kind, row.changes) == (Kind.UNCHANGED, ())
    assert row.kept == (Change("office", "Senior Minister", "Minister", by_hand=True),)
    applied(event, ratna, ANA)
    assert Guest.objects.get().office == "Senior Minister"


@pytest.mark.parametrize(
    ("policy", "office"), [("", "President"), ("keep", "Senior Minister"), ("list", "President")]
)
def test_a_list_with_news_goes_over_what_a_person_entered_only_as_shown(
    event: Event, ratna: User, policy: str, office: str
) -> None:
    applied(event, ratna, ANA)
    Guest.objects.update(office="Senior Minister")
    newer = answered(listed(event, ratna, with_(ANA, Office="President")), by_hand=policy)
    [row] = diff_for(newer).rows
    shown = (Change("office", "Senior Minister", "President", by_hand=True),)
    assert (row.changes, row.kept) == ((), shown) if policy == "keep" else (shown, ())
    apply_guest_list(guest_list=newer, by=ratna, at=NOW)
    assert Guest.objects.get().office == office


def test_a_person_can_be_overruled_with_what_the_list_always_said(event: Event, ratna: User) -> None:
    applied(event, ratna, ANA)
    Guest.objects.update(office="Senior Minister")
    [row] = diff_for(answered(listed(event, ratna, ANA), by_hand="list")).rows
    assert row.changes == (Change("office", "Senior Minister", "Minister", by_hand=True),)


def test_a_time_kept_by_hand_keeps_its_precision(event: Event, ratna: User) -> None:
    applied(event, ratna, ANA)
    by_hand = datetime(2027, 5, 12, 3, 30, tzinfo=UTC)
    Visit.objects.update(arrives_at=by_hand)
    newer = answered(listed(event, ratna, with_(ANA, Arrival="~12/05/2027 11:00")), by_hand="keep")
    [row] = diff_for(newer).rows
    assert (row.kind, [change.key for change in row.kept]) == (Kind.UNCHANGED, ["arrives_at"])


def test_who_is_gone_from_the_list_is_named_and_stays(event: Event, ratna: User) -> None:
    applied(event, ratna, ANA, BUDI)
    make_visit(event, make_guest("Never Listed"))
    newer = listed(event, ratna, ANA, CIRI)
    assert [one.values["name"] for one in diff_for(newer).gone] == ["Budi Santoso"]
    assert apply_guest_list(guest_list=newer, by=ratna, at=NOW).summary["gone"] == 1
    assert Visit.objects.filter(event=event).count() == 4


def test_a_venue_of_that_name_is_used_whatever_its_kind(event: Event, ratna: User) -> None:
    hall = make_venue(event, "bay hotel", kind=Venue.Kind.VENUE)
    make_venue(make_event(), "Sea Hotel")
    applied(event, ratna, ANA, CIRI)
    assert Visit.objects.get(external_key="A1").hotel == hall
    hotel = Visit.objects.get(external_key="C3").hotel
    assert hotel is not None
    assert hotel.event == event


def test_keys_belong_to_one_event(event: Event, ratna: User) -> None:
    other = make_event()
    applied(other, ratna, ANA)
    assert applied(event, ratna, ANA).summary["new"] == 1
    assert Guest.objects.count() == 2


def test_a_namesake_under_another_key_is_a_warning(event: Event, ratna: User) -> None:
    make_visit(event, make_guest("ANA  LIM"))
    [row] = diff_for(listed(event, ratna, ANA)).rows
    assert [message.text for message in row.row.messages] == [
        "A guest of this name is already at the event; this row would add another."
    ]


def test_rows_with_errors_wait_until_they_are_left_out(event: Event, ratna: User) -> None:
    guest_list = listed(event, ratna, ANA, with_(BUDI, Name=""), with_(CIRI, Name="x" * 300))
    with pytest.raises(FaultyRowsError):
        apply_guest_list(guest_list=guest_list, by=ratna, at=NOW)
    assert not Visit.objects.exists()
    done = apply_guest_list(guest_list=guest_list, by=ratna, at=NOW, leave_out_errors=True)
    assert (done.summary["new"], done.summary["left_out"]) == (1, [3, 4])
    assert Delegation.objects.get().name == "Singapore"


def test_an_applied_list_stays_as_it_is(event: Event, ratna: User) -> None:
    done = applied(event, ratna, ANA)
    Visit.objects.all().delete()
    again = apply_guest_list(guest_list=done, by=ratna, at=NOW)
    assert again.summary == done.summary
    assert not Visit.objects.exists()
    assert not done.choose_columns({})
    done.refresh_from_db()
    assert done.state == GuestList.State.APPLIED


def test_what_was_not_looked_at_is_not_written(event: Event, ratna: User) -> None:
    applied(event, ratna, ANA)
    newer = listed(event, ratna, with_(ANA, Office="Prime Minister"))
    seen = diff_for(newer).digest
    Guest.objects.update(office="Senior Minister")
    with pytest.raises(ChangedMeanwhileError):
        apply_guest_list(guest_list=newer, by=ratna, at=NOW, seen=seen)
    assert Guest.objects.get().office == "Senior Minister"
    newer.refresh_from_db()
    assert newer.state == GuestList.State.MAPPED


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> None:
    """Let something happen after the list was compared with what is stored, and before it is written."""
    compare = stored_at

    def compare_then(event: Event) -> Stored:
        stored = compare(event)
        happens()
        return stored

    monkeypatch.setattr(applying, "stored_at", compare_then)


def test_an_error_in_the_middle_leaves_nothing(
    event: Event, ratna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = listed(event, ratna, ANA, BUDI, CIRI)
    meanwhile(monkeypatch, lambda: make_visit(event, external_key="C3"))
    with pytest.raises(ChangedMeanwhileError):
        apply_guest_list(guest_list=guest_list, by=ratna, at=NOW)
    assert not Guest.objects.exists()
    assert not Visit.objects.exists()
    assert not Delegation.objects.exists()
    assert not Venue.objects.exists()
    guest_list.refresh_from_db()
    assert guest_list.state == GuestList.State.MAPPED


def test_a_row_changed_in_the_middle_is_not_overwritten(
    event: Event, ratna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(event, ratna, ANA)
    newer = listed(event, ratna, with_(ANA, Office="Prime Minister"), BUDI)
    meanwhile(monkeypatch, lambda: Guest.objects.update(office="Senior Minister"))
    with pytest.raises(ChangedMeanwhileError):
        apply_guest_list(guest_list=newer, by=ratna, at=NOW)
    assert set(Visit.objects.values_list("external_key", flat=True)) == {"A1"}


def test_a_list_deleted_in_the_middle_writes_nothing(event: Event, ratna: User) -> None:
    guest_list = listed(event, ratna, ANA)
    GuestList.objects.filter(pk=guest_list.pk).delete()
    with pytest.raises(ChangedMeanwhileError):
        apply_guest_list(guest_list=guest_list, by=ratna, at=NOW)
    assert not Visit.objects.exists()


def test_a_file_that_is_gone_is_said_to_be(event: Event, ratna: User) -> None:
    guest_list = listed(event, ratna, ANA)
    default_storage.delete(str(guest_list.file.name))
    with pytest.raises(UnreadableFileError, match="no longer kept"):
        apply_guest_list(guest_list=guest_list, by=ratna, at=NOW)


def test_the_file_is_kept_under_a_name_of_our_own(event: Event, ratna: User) -> None:
    guest_list = uploaded(event, ratna, b"Name\nAna\n", "../../etc/pass\0wd\u202e.csv")
    assert guest_list.filename == "../../etc/passwd.csv"
    folder, name = str(guest_list.file.name).split("/")
    assert (folder, len(name), name.isalnum()) == ("guest-lists", 32, True)


@pytest.mark.parametrize("rows", [3, 30])
def test_queries_do_not_grow_with_the_rows(
    event: Event, ratna: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = listed(event, ratna, *numbered(rows))
    with django_assert_num_queries(20):
        apply_guest_list(guest_list=first, by=ratna, at=NOW)
    changed = [[*row[:2], "Prime Minister", *row[3:7], "Sea Hotel", row[8]] for row in numbered(rows)]
    second = listed(event, ratna, *changed)
    with django_assert_num_queries(19):
        apply_guest_list(guest_list=second, by=ratna, at=NOW)
    assert second.event.visits.filter(guest__office="Prime Minister", hotel__name="Sea Hotel").count() == rows


# --- two at once ---------------------------------------------------------------------------------------------------


def at_once(*lists: GuestList, by: User) -> list[str]:
    """Apply the lists in as many threads, each with its own connection; what came of each."""
    outcomes: list[str] = []

    def run(guest_list: GuestList) -> None:
        try:
            outcomes.append(f"new: {apply_guest_list(guest_list=guest_list, by=by, at=NOW).summary['new']}")
        except NotAppliedError as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[guest_list]) for guest_list in lists]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_a_double_confirmation_applies_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    guest_list = listed(cast.event, cast.ratna, ANA, BUDI)
    meanwhile(monkeypatch, lambda: time.sleep(0.3))
    same = GuestList.objects.get(pk=guest_list.pk)
    assert at_once(guest_list, same, by=cast.ratna) == ["new: 2", "new: 2"]
    assert Visit.objects.filter(external_key__in=["A1", "B2"]).count() == 2
    assert Guest.objects.filter(introduced_by=cast.ratna).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["locked", "control without locks"])
def test_two_lists_of_one_event_are_applied_one_after_the_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    lists = [listed(cast.event, cast.ratna, ANA, BUDI) for _ in range(2)]
    both = threading.Barrier(2, timeout=10)
    meanwhile(monkeypatch, (lambda: time.sleep(0.3)) if locked else both.wait)
    if not locked:
        monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, **_options: rows)
    outcomes = at_once(*lists, by=cast.ratna)
    assert outcomes == (["new: 0", "new: 2"] if locked else ["ChangedMeanwhileError", "new: 2"])
    assert Visit.objects.filter(external_key__in=["A1", "B2"]).count() == 2
