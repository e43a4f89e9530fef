"""Invariants that the database itself holds."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from events.models import Membership, Shift
from guests.models import (
    Assignment,
    Guest,
    Handover,
    ItineraryItem,
    LogbookEntry,
    PlanMark,
    ProtocolNote,
    Request,
    Visit,
)
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_note, make_request, make_visit

HOUR = timedelta(hours=1)


def refused(constraint: str) -> pytest.RaisesExc[IntegrityError]:
    return pytest.raises(IntegrityError, match=constraint)


def test_an_item_cannot_end_before_it_starts(cast: Cast) -> None:
    with refused("item_ends_after_it_starts"):
        make_item(cast.sato, starts_at=NOW, ends_at=NOW - HOUR)


def test_an_item_without_a_time_must_await_one(cast: Cast) -> None:
    assert make_item(cast.sato, starts_at=None, precision=Visit.Precision.TO_BE_CONFIRMED).moves_at is None
    with refused("item_has_a_time_or_awaits_one"):
        make_item(cast.sato, starts_at=None)


def test_nobody_leaves_for_an_item_after_it_started(cast: Cast) -> None:
    with refused("item_is_left_for_before_it_starts"):
        make_item(cast.sato, starts_at=NOW, leave_by_at=NOW + HOUR)


def test_a_shift_ends_after_it_starts(cast: Cast) -> None:
    with refused("shift_ends_after_it_starts"):
        Shift.objects.create(membership=cast.sari_officer, starts_at=NOW, ends_at=NOW)


def test_a_guest_visits_an_event_once(cast: Cast) -> None:
    with refused("one_visit_per_guest_and_event"):
        make_visit(cast.event, cast.sato.guest)


def test_two_leads_at_one_time_are_refused(cast: Cast) -> None:
    with refused("one_lead_per_visit_at_a_time"):
        make_assignment(cast.sato, cast.bagus_officer)


def test_the_second_lead_is_refused_with_a_sentence_before_it_is_saved(cast: Cast) -> None:
    second = Assignment(visit=cast.sato, officer=cast.bagus_officer, starts_at=NOW, ends_at=NOW + HOUR)
    with pytest.raises(ValidationError, match="already has a lead at that time"):
        second.full_clean()


@pytest.mark.parametrize("change", ["deputy", "after", "other visit", "withdrawn"])
def test_what_is_no_second_lead_is_accepted(cast: Cast, change: str) -> None:
    if change == "withdrawn":
        cast.sari_leads.withdraw()
    kinds: dict[str, dict[str, Any]] = {
        "deputy": {"role": Assignment.Role.DEPUTY},
        "after": {"starts_at": cast.sari_leads.ends_at, "ends_at": cast.sari_leads.ends_at + HOUR},
        "other visit": {},
        "withdrawn": {},
    }
    visit = make_visit(cast.event) if change == "other visit" else cast.sato
    assert make_assignment(visit, cast.bagus_officer, **kinds[change]).pk


def test_a_person_has_each_role_once(cast: Cast) -> None:
    with refused("each_role_once"):
        Membership.objects.create(user=cast.sari, event=cast.event)


def test_a_note_is_about_a_guest_or_a_country(cast: Cast) -> None:
    with refused("note_is_about_a_guest_or_a_country"):
        make_note(cast.event, "Bow", guest=cast.sato.guest, country="JP")


def test_a_red_line_is_short(cast: Cast) -> None:
    assert make_note(cast.event, "x" * 121).pk
    with refused("red_line_is_short"):
        make_note(cast.event, "x" * 121, is_red_line=True)


def test_a_request_says_what_is_needed(cast: Cast) -> None:
    assert make_request(cast.sato, cast.sari, "", category=Request.Category.WATER).pk
    with refused("request_says_what_is_needed"):
        make_request(cast.sato, cast.sari, "")


def test_a_request_is_closed_exactly_when_it_is_over(cast: Cast) -> None:
    request = make_request(cast.sato, cast.sari)
    request.close(Request.State.DONE, by=cast.sari, at=NOW)
    assert not Request.objects.open().filter(pk=request.pk).exists()
    with refused("request_is_closed_when_it_is_over"):
        Request.objects.filter(pk=request.pk).update(closed_at=None)


def test_an_assignment_is_handed_over_once_at_a_time(cast: Cast) -> None:
    offer = {"assignment": cast.sari_leads, "receiver": cast.bagus_officer, "offered_at": NOW}
    Handover.objects.create(**offer)
    with refused("one_open_handover_per_assignment"):
        Handover.objects.create(**offer)


def test_the_logbook_cannot_be_rewritten(cast: Cast) -> None:
    entry = LogbookEntry.objects.create(
        visit=cast.sato, text="Arrived tired", author=cast.sari, happened_at=NOW
    )
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        LogbookEntry.objects.filter(pk=entry.pk).update(text="Arrived well")
    entry.refresh_from_db()
    assert entry.text == "Arrived tired"


def marked() -> set[int]:
    return set(PlanMark.objects.values_list("visit_id", flat=True))


@pytest.mark.parametrize("change", ["save", "bulk", "raw", "delete", "create", "assignment"])
def test_every_way_of_changing_a_plan_marks_the_visit(cast: Cast, change: str) -> None:
    item = ItineraryItem.objects.get(visit=cast.sato)
    PlanMark.objects.all().delete()
    if change == "save":
        item.save()
    elif change == "bulk":
        ItineraryItem.objects.filter(pk=item.pk).update(title="Audience")
    elif change == "raw":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE guests_itineraryitem SET title = 'Audience' WHERE id = %s", [item.pk])
    elif change == "delete":
        item.delete()
    elif change == "create":
        make_item(cast.sato)
    else:
        cast.sari_leads.withdraw()
    assert marked() == {cast.sato.pk}


def test_an_item_that_changes_its_visit_marks_both(cast: Cast) -> None:
    item = ItineraryItem.objects.get(visit=cast.sato)
    PlanMark.objects.all().delete()
    ItineraryItem.objects.filter(pk=item.pk).update(visit=cast.lim)
    assert marked() == {cast.sato.pk, cast.lim.pk}


def test_a_change_that_is_no_change_of_plan_marks_nothing(cast: Cast) -> None:
    PlanMark.objects.all().delete()
    Visit.objects.filter(pk=cast.sato.pk).update(note="Likes tea")
    assert marked() == set()


def test_deleting_a_visit_with_a_full_plan_works(cast: Cast) -> None:
    cast.sato.delete()
    connection.check_constraints()
    assert not Guest.objects.get(name="Kenji Sato").visits.exists()


def test_history_keeps_who_was_where(cast: Cast) -> None:
    item = ItineraryItem.objects.get(visit=cast.sato)
    ItineraryItem.objects.filter(pk=item.pk).update(title="Audience")
    history = item.events.order_by("pgh_id").values_list("pgh_label", "title")  # type: ignore[attr-defined]
    assert list(history) == [("insert", "Meeting of Sato"), ("update", "Audience")]


def test_notes_concern_a_visit_by_guest_country_or_event(cast: Cast) -> None:
    notes = [
        make_note(cast.event, "for him", guest=cast.sato.guest),
        make_note(cast.event, "for Japan", country="JP"),
        make_note(cast.event, "for all"),
    ]
    others = [
        make_note(cast.event, "for her", guest=cast.lim.guest),
        make_note(cast.event, "for Singapore", country="SG"),
        make_note(cast.other_event, "elsewhere"),
    ]
    found = set(ProtocolNote.objects.concerning([cast.sato]))
    assert set(notes) <= found
    assert not found & set(others)
    assert all(note.holds_for(cast.sato) for note in notes)
    assert not any(note.holds_for(cast.sato) for note in others)
