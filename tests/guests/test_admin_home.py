"""The desk's first page, and the history of a row as people read it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import Role
from guests.models import GuestPrivate, LogbookEntry, Visit
from liaison.accounts.models import User
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_event,
    make_guest,
    make_member,
    make_request,
    make_visit,
)
from tests.guests.desk import at, save, signed_in, words_of


@pytest.fixture
def _while_the_forum_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def numbers(user: User) -> dict[str, dict[str, int]]:
    boards = signed_in(user).get(reverse("admin:index")).context["boards"]
    return {board.event.name: {card.title: card.number for card in board.cards} for board in boards}


@pytest.mark.usefixtures("_while_the_forum_is_on")
def test_the_first_page_says_what_waits_at_ones_own_events(cast: Cast) -> None:
    make_visit(cast.event, arrives_at=NOW)
    make_request(cast.sato, cast.sari, due_at=NOW - timedelta(minutes=1))
    late = {"due_at": NOW, "expires_at": NOW, "kind": "reminder", "state": "failed"}
    Notice.objects.create(recipient=cast.sari, event=cast.event, dedupe_key="k", **late)
    assert numbers(cast.ratna) == {
        "Forum Nusantara": {
            "SOS not acknowledged": 0,
            "Guests without a lead": 1,
            "Requests overdue": 1,
            "Notices that failed": 1,
            "Open handovers": 0,
            "Arriving today": 1,
            "Guests": 3,
        }
    }
    assert numbers(cast.hendra)["Summit Elsewhere"]["Guests"] == 1
    assert list(numbers(cast.hendra)) == ["Summit Elsewhere"]


@pytest.mark.usefixtures("_while_the_forum_is_on")
def test_every_number_leads_to_as_many_rows(cast: Cast) -> None:
    make_visit(cast.event, arrives_at=NOW)
    make_request(cast.sato, cast.sari, due_at=NOW - timedelta(minutes=1))
    client = signed_in(cast.ratna)
    (board,) = client.get(reverse("admin:index")).context["boards"]
    for card in board.cards:
        page = client.get(card.address)
        assert len(page.context["cl"].result_list) == card.number, card.title


@pytest.mark.parametrize("events", [1, 3])
@pytest.mark.usefixtures("_while_the_forum_is_on")
def test_the_first_page_asks_the_same_questions_for_any_number_of_events(cast: Cast, events: int) -> None:
    for number in range(events - 1):
        event = make_event(f"Event {number}")
        member = make_member(cast.ratna, event, Role.COORDINATOR)
        make_assignment(make_visit(event, arrives_at=NOW), member)
    client = signed_in(cast.ratna)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("admin:index")).status_code == 200
    assert len(asked) == 10


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
