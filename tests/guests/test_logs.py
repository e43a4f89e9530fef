"""The logs, as the event's coordinator takes them away; and that a change is told with its reason."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from guests.assignment import assign_officer
from guests.models import Assignment, Export, Guest, GuestPrivate, PrivateReading
from guests.privacy import read_private
from tests.cast import Cast
from tests.factories import NOW, make_guest, make_visit
from tests.guests.desk import at, save, signed_in, words_of
from tests.guests.test_exports import by_heading, taken

HOUR = timedelta(hours=1)


@pytest.fixture
def read(cast: Cast) -> Cast:
    """Sari read Mr Sato's private data, Hendra Mr Okafor's; Ratna took a list with everybody's."""
    for visit in (cast.sato, cast.okafor):
        GuestPrivate.objects.create(guest=visit.guest, health="Kryptonit")
    read_private(visit=cast.sato, by=cast.sari, at=NOW)
    read_private(visit=cast.okafor, by=cast.hendra, at=NOW)
    taken(cast.event, cast.ratna, "guests", with_private=True)
    return cast


def test_the_log_of_readings_says_who_whom_when_and_for_which_list(read: Cast) -> None:
    rows = by_heading(taken(read.event, read.ratna, "readings"))
    assert {(row["Reader"], row["Guest"], row["In the list"]) for row in rows} == {
        ("Ratna Kusuma", "Ana Lim", "guest list"),
        ("Ratna Kusuma", "Kenji Sato", "guest list"),
        ("Sari Wulandari", "Kenji Sato", None),
    }
    assert len(rows) == 3
    [sari] = [row for row in rows if row["Reader"] == "Sari Wulandari"]
    assert (sari["Read (WITA)"], sari["E-mail"]) == ("2027-05-13 09:00", read.sari.email)


def test_the_log_holds_nothing_of_what_was_read_nor_of_another_event(read: Cast) -> None:
    text = (
        taken(read.event, read.ratna, "readings").decode() + taken(read.event, read.ratna, "taken").decode()
    )
    assert "Kenji Sato" in text
    for word in ("Kryptonit", "Okafor", "Hendra"):
        assert word not in text
    theirs = taken(read.other_event, read.hendra, "readings").decode()
    assert "Chidi Okafor" in theirs
    assert "Kenji Sato" not in theirs


def test_of_a_guest_of_two_events_no_list_of_the_other_is_named(read: Cast) -> None:
    make_visit(read.other_event, read.sato.guest)
    rows = by_heading(taken(read.other_event, read.hendra, "readings"))
    sato = [row for row in rows if row["Guest"] == "Kenji Sato"]
    assert len(sato) == 2
    assert {row["In the list"] for row in sato} == {None}


def test_the_log_of_lists_holds_every_list_and_itself(read: Cast) -> None:
    rows = by_heading(taken(read.event, read.ratna, "taken"))
    assert [(row["List"], row["With private data"], row["Rows"]) for row in rows] == [
        ("log of lists taken away", "no", None),
        ("guest list", "yes", "2"),
    ]
    assert not [row for row in rows if row["Taken by"] != "Ratna Kusuma"]


@pytest.mark.parametrize("kind", ["readings", "taken"])
@pytest.mark.parametrize("who", ["sari", "dewi", "putri", "hendra"])
def test_only_the_events_coordinator_takes_a_log(read: Cast, kind: str, who: str) -> None:
    with pytest.raises(PermissionDenied):
        taken(read.event, getattr(read, who), kind)


def test_a_name_like_a_formula_is_guarded_in_both_formats(read: Cast) -> None:
    Guest.objects.filter(pk=read.sato.guest_id).update(name="=HYPERLINK(1)", honorific_before="")
    assert "'=HYPERLINK(1)" in taken(read.event, read.ratna, "readings").decode()
    book: Any = load_workbook(io.BytesIO(taken(read.event, read.ratna, "readings", "xlsx")))
    cells = [cell for row in book.active.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)] * 2


@pytest.mark.parametrize("kind", ["readings", "taken"])
@pytest.mark.parametrize("number", [1, 3])
def test_a_log_asks_as_often_for_three_as_for_one(cast: Cast, kind: str, number: int) -> None:
    for _number in range(number):
        guest = make_visit(cast.event, make_guest()).guest
        PrivateReading.objects.create(guest=guest, reader=cast.ratna, read_at=NOW)
        Export.objects.create(
            event=cast.event, kind="guests", format="csv", rows=1, taken_by=cast.ratna, taken_at=NOW
        )
    with CaptureQueriesContext(connection) as asked:
        taken(cast.event, cast.ratna, kind)
    assert len(asked) == 6


def test_history_tells_who_changed_an_assignment_and_the_reason_the_desk_asked_for(cast: Cast) -> None:
    made = assign_officer(
        visit=cast.lim, officer=cast.sari_officer, role=Assignment.Role.DEPUTY, starts_at=NOW, ends_at=NOW + HOUR,
        by=cast.ratna, override_reason="Bagus is at lunch", at=NOW,
    )  # fmt: skip
    desk = signed_in(cast.ratna)
    address = at(Assignment, "change", made.pk)
    assert save(desk, address, {"override_reason": "They travel together"}) == {}
    text = words_of(desk.get(at(Assignment, "history", made.pk)))
    assert "Ratna Kusuma changed" in text
    assert "Bagus is at lunch → They travel together" in text
