"""The desk's first page, and the history of a row as people read it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.admin.base import event_of
from events.models import Event, Role
from guests.models import (
    Assignment,
    GuestPrivate,
    Handover,
    Incident,
    ItineraryItem,
    LogbookEntry,
    Print,
    Request,
    Visit,
)
from guests.prints import print_handout
from liaison.accounts.models import User
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_event,
    make_guest,
    make_item,
    make_member,
    make_request,
    make_user,
    make_venue,
    make_visit,
)
from tests.guests.desk import at, save, signed_in, words_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def _while_the_forum_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def numbers(user: User) -> dict[str, dict[str, int]]:
    boards = signed_in(user).get(reverse("admin:index")).context["boards"]
    return {board.event.name: {card.title: card.number for card in board.cards} for board in boards}


NOTHING = {
    "SOS not acknowledged": 0,
    "Guests without a lead": 0,
    "Assignments that collide": 0,
    "Requests overdue": 0,
    "Requests without an owner": 0,
    "Notices that failed": 0,
    "Notices that came too late to be sent": 0,
    "Reminders not acknowledged": 0,
    "Not confirmed by the officer": 0,
    "Open handovers": 0,
    "Guests whose times are not certain": 0,
    "Prints out of date": 0,
    "Arriving today": 0,
}


def make_troubles(event: Event, ratna: User) -> None:
    """Of every kind of trouble two at the event, beside as many of each kind that trouble nobody any more."""
    officer = make_member(make_user("Sari of two halls"), event)
    for number in range(2):
        visit = make_visit(event, make_guest(f"Troubled {number}"), arrives_at=NOW - HOUR)
        assignment = make_assignment(visit, officer, starts_at=NOW + number * HOUR, ends_at=NOW + 9 * HOUR)
        place = make_venue(event, f"Hall {number}", latitude=-8.5 + number, longitude=119.9)
        make_item(visit, starts_at=NOW + 2 * HOUR, venue=place)
        Incident.objects.create(
            visit=visit, kind="other", severity="sos", text="Help", raised_by=ratna, raised_at=NOW
        )
        for due_at in (NOW - MINUTE, NOW + HOUR):
            make_request(visit, ratna, due_at=due_at)
        make_visit(
            event, make_guest(f"Alone {number}"), arrives_at=NOW + MINUTE, arrival_precision="approximate"
        )
        make_visit(event, make_guest(f"Gone {number}"), status="departed", arrives_at=NOW - 30 * HOUR)
        Handover.objects.create(assignment=assignment, receiver=officer, offered_at=NOW)
        _make_notices(event, officer.user)
        _make_print_that_is_out_of_date(visit, ratna)


def _make_notices(event: Event, person: User) -> None:
    for kind, state, finished_at, expires_at in (
        ("reminder", "failed", NOW, NOW),
        ("reminder", "failed", NOW - 25 * HOUR, NOW),  # seen to, or never
        ("reminder", "missed", NOW - HOUR, NOW - HOUR),
        ("reminder", "missed", NOW - 25 * HOUR, NOW - 25 * HOUR),
        ("reminder", "sent", NOW - HOUR, NOW + HOUR),
        ("reminder", "sent", NOW - HOUR, NOW - MINUTE),  # of no use any more
        ("reminder", "sent", NOW - MINUTE, NOW + HOUR),  # not yet to be wondered about
        ("late", "sent", NOW - HOUR, NOW + HOUR),  # asks nothing of anybody
    ):
        Notice.objects.create(
            recipient=person, event=event, dedupe_key=str(uuid4()), kind=kind, state=state, due_at=NOW - 26 * HOUR,
            finished_at=finished_at, expires_at=expires_at, wants_acknowledgement=kind == "reminder",
        )  # fmt: skip


def _make_print_that_is_out_of_date(visit: Visit, by: User) -> None:
    print_handout(visit=visit, by=by, at=NOW)
    Print.objects.filter(visit=visit).update(printed_at=datetime(2020, 1, 1, tzinfo=UTC))
    ItineraryItem.objects.filter(visit=visit).update(title="Somewhere else")


@pytest.mark.usefixtures("_while_the_forum_is_on")
def test_the_first_page_says_what_needs_a_person_in_its_order(cast: Cast) -> None:
    Assignment.objects.update(state="confirmed")
    Request.objects.all().delete()
    assert numbers(cast.ratna) == {"Forum Nusantara": {**NOTHING, "Guests": 2}}
    make_troubles(cast.event, cast.ratna)
    assert list(numbers(cast.ratna)["Forum Nusantara"].items()) == [
        ("SOS not acknowledged", 2),
        ("Guests without a lead", 2),
        ("Assignments that collide", 1),
        ("Requests overdue", 2),
        ("Requests without an owner", 4),
        ("Notices that failed", 2),
        ("Notices that came too late to be sent", 2),
        ("Reminders not acknowledged", 2),
        ("Not confirmed by the officer", 2),
        ("Open handovers", 2),
        ("Guests whose times are not certain", 2),
        ("Prints out of date", 2),
        ("Arriving today", 4),
        ("Guests", 8),
    ]


@pytest.mark.usefixtures("_while_the_forum_is_on")
def test_nothing_of_one_event_is_counted_at_another(cast: Cast) -> None:
    Assignment.objects.update(state="confirmed")
    Request.objects.all().delete()
    make_assignment(cast.okafor, make_member(make_user("Nina"), cast.other_event), state="confirmed")
    make_troubles(cast.event, cast.ratna)
    assert numbers(cast.hendra) == {"Summit Elsewhere": {**NOTHING, "Guests": 1}}


@pytest.mark.parametrize("is_chosen", [False, True])
@pytest.mark.usefixtures("_while_the_forum_is_on")
def test_every_number_leads_to_exactly_its_rows(cast: Cast, *, is_chosen: bool) -> None:
    """With troubles at two events, whether one of them is chosen or the page shows both."""
    make_member(cast.ratna, cast.other_event, Role.COORDINATOR)
    for event in (cast.event, cast.other_event):
        make_troubles(event, cast.ratna)
    client = signed_in(cast.ratna)
    if is_chosen:
        client.post(reverse("choose_event"), {"desk_event": cast.event.pk})
    boards = client.get(reverse("admin:index")).context["boards"]
    assert len(boards) == (1 if is_chosen else 2)
    for board in boards:
        for card in board.cards:
            page = client.get(card.address)
            assert page.status_code == 200, card.title
            rows = page.context["cl"].result_list
            assert len(rows) == card.number > 0, (board.event.name, card.title)
            assert {event_of(row) for row in rows} == {board.event}, card.title


@pytest.mark.usefixtures("_while_the_forum_is_on")
def test_what_collides_is_shown_with_why(cast: Cast) -> None:
    make_troubles(cast.event, cast.ratna)
    client = signed_in(cast.ratna)
    for address in (at(Assignment, "changelist"), at(Visit, "changelist")):
        page = words_of(client.get(address, {"collides": "open"}))
        assert "Sari of two halls would have" in page or "Sari of two halls" in page
        assert "Troubled" in page
    Assignment.objects.update(override_reason="They sit side by side")
    assert not client.get(at(Assignment, "changelist"), {"collides": "open"}).context["cl"].result_list
    assert len(client.get(at(Assignment, "changelist"), {"collides": "meant"}).context["cl"].result_list) == 1


@pytest.mark.parametrize("events", [1, 3])
@pytest.mark.usefixtures("_while_the_forum_is_on")
def test_the_first_page_asks_the_same_questions_for_any_number_of_events_and_troubles(
    cast: Cast, events: int
) -> None:
    for number in range(events - 1):
        event = make_event(f"Event {number}")
        make_member(cast.ratna, event, Role.COORDINATOR)
        make_troubles(event, cast.ratna)
    make_troubles(cast.event, cast.ratna)
    client = signed_in(cast.ratna)
    client.get(reverse("admin:index"))  # collisions are kept until something is written
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("admin:index")).status_code == 200
    assert len(asked) == 25


@pytest.mark.usefixtures("_while_the_forum_is_on")
def test_who_runs_no_event_is_told_what_to_do(cast: Cast) -> None:
    User.objects.filter(pk=cast.putri.pk).update(is_staff=True)
    page = signed_in(cast.putri).get(reverse("admin:index"))
    assert "You run no event yet." in words_of(page)


# --- history ----------------------------------------------------------------------------------------------------------


def test_history_says_who_changed_what_from_what(cast: Cast) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(arrives_at=NOW)  # past every form
    client = signed_in(cast.ratna)
    assert save(client, at(Visit, "change", cast.sato.pk), {"level": "vip", "note": "Likes tea"}) == {}
    page = words_of(client.get(at(Visit, "history", cast.sato.pk)))
    assert "the app changed Arrives nothing → Thu, 13 May 09:00 WITA" in page
    assert "Ratna Kusuma changed Level VVIP → VIP Note for the team nothing → Likes tea" in page
    assert page.index("Level VVIP") < page.index("Arrives nothing")


def test_history_says_who_moved_an_item_when_and_from_what(cast: Cast) -> None:
    """On the item's own page, and on the guest's, which tells of all that hangs on the visit."""
    item = make_item(cast.sato, "Flight home", starts_at=NOW, venue=make_venue(cast.event, "Gate 1"))
    client, gate = signed_in(cast.ratna), make_venue(cast.event, "Gate 2")
    moved = {
        "starts_at_0": "2027-05-13",
        "starts_at_1": "10:30",
        "ends_at_0": "",
        "ends_at_1": "",
        "venue": gate.pk,
    }
    assert save(client, at(ItineraryItem, "change", item.pk), moved) == {}
    said = (
        "Starts Thu, 13 May 09:00 WITA → Thu, 13 May 10:30 WITA Ends Thu, 13 May 10:00 WITA → nothing"
        " Place Gate 1 → Gate 2"
    )
    assert f"Ratna Kusuma changed {said}" in words_of(client.get(at(ItineraryItem, "history", item.pk)))
    assert f"Ratna Kusuma changed Itinerary item “Flight home” {said}" in words_of(
        client.get(at(Visit, "history", cast.sato.pk))
    )


def test_a_guests_history_tells_of_officers_requests_and_what_was_deleted(cast: Cast) -> None:
    item = make_item(cast.sato, "Golf")
    item.delete()
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(officer=cast.bagus_officer, state="confirmed")
    page = words_of(signed_in(cast.ratna).get(at(Visit, "history", cast.sato.pk)))
    assert "the app deleted Itinerary item “Golf”" in page
    said = "Officer Sari Wulandari → Bagus Pratama State not confirmed → confirmed by the officer"
    assert f"the app changed Assignment “Bagus Pratama” {said}" in page
    assert "added Request “Tea for Sato”" in page
    assert "Lim" not in page


@pytest.mark.parametrize("changes", [1, 3])
def test_a_history_asks_the_same_questions_for_1_and_3_changes_by_and_to_different_people(
    cast: Cast, changes: int
) -> None:
    make_item(cast.sato, "Tea")
    for number in range(changes):
        officer = make_member(make_user(f"Officer {number}"), cast.event)
        Assignment.objects.filter(pk=cast.sari_leads.pk).update(officer=officer)
        ItineraryItem.objects.filter(visit=cast.sato).update(venue=make_venue(cast.event))
    client = signed_in(cast.ratna)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(at(Visit, "history", cast.sato.pk))
    assert f"Officer {changes - 1}" in words_of(page)
    assert len(asked) == 17


def test_history_of_private_data_says_that_and_not_what(cast: Cast) -> None:
    private = GuestPrivate.objects.create(guest=cast.sato.guest, health="Penicillin allergy")
    client = signed_in(cast.ratna)
    assert save(client, at(GuestPrivate, "change", private.pk), {"new_health": "None known"}) == {}
    page = words_of(client.get(at(GuestPrivate, "history", private.pk)))
    assert "Ratna Kusuma changed" in page
    assert "Penicillin" not in page
    assert "None known" not in page


def test_history_names_nobody_of_another_event(cast: Cast) -> None:
    """A guest of both events: each coordinator sees what changed, and not the other's name."""
    shared = make_guest("Shared")
    make_visit(cast.event, shared)
    make_visit(cast.other_event, shared)
    assert save(signed_in(cast.hendra), at(type(shared), "change", shared.pk), {"diet": "No pork"}) == {}
    page = words_of(signed_in(cast.ratna).get(at(type(shared), "history", shared.pk)))
    assert "somebody outside your events changed Diet nothing → No pork" in page
    assert "Hendra" not in page


def test_what_is_written_once_has_no_history(cast: Cast) -> None:
    entry = LogbookEntry.objects.create(visit=cast.sato, text="Landed", author=cast.sari, happened_at=NOW)
    page = signed_in(cast.ratna).get(at(LogbookEntry, "history", entry.pk))
    assert "written once and never changed" in words_of(page)
