"""What changed since the officer last looked: by others, in words, until it is seen."""

from datetime import datetime, timedelta
from typing import Any

import pghistory
import pgtrigger
import pytest
from django.utils import timezone

from guests.looking import begin_looking, note_look
from guests.models import Assignment, ItineraryItem, LogbookEntry, Look, Request, RequestComment
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_request, make_vehicle, make_venue
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of
from tests.guests.test_phone_today import card

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def looked(cast: Cast) -> Cast:
    """Sari has looked at Mr Sato after all that the cast brings; the database's own clock tells when rows change."""
    _passed(cast)
    return cast


def _passed(cast: Cast) -> None:
    """Let all that was written so far lie before the look, as if in an earlier transaction."""
    tracked: tuple[Any, ...] = (ItineraryItem, Assignment, Request)
    for model in tracked:
        with pgtrigger.ignore():  # a history lets nobody rewrite it
            model.pgh_event_model.objects.update(pgh_created_at=timezone.now() - HOUR)
    begin_looking(visits=[cast.sato.pk], user=cast.sari, at=timezone.now() - MINUTE)


def changes(cast: Cast) -> list[str]:
    return list(card(cast).changes)


def of_sato(cast: Cast) -> Any:
    return ItineraryItem.objects.filter(visit=cast.sato)


def test_without_a_look_nothing_is_called_changed(cast: Cast) -> None:
    of_sato(cast).update(title="Dinner")
    assert changes(cast) == []
    assert card(cast).looked == ""


def test_nothing_changed_is_nothing_said(looked: Cast) -> None:
    assert changes(looked) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"starts_at": NOW + 90 * MINUTE}, "Meeting of Sato: 10:00 WITA → 10:30 WITA"),
        ({"precision": "approximate"}, "Meeting of Sato: 10:00 WITA → ~10:00 WITA"),
        ({"state": "cancelled"}, "Cancelled: Meeting of Sato, 10:00 WITA"),
        ({"state": "tentative"}, "Meeting of Sato: tentative again"),
        ({"title": "Gala"}, "Gala: was “Meeting of Sato”"),
        ({"leave_by_at": NOW + MINUTE}, "Meeting of Sato, leave by: open → 09:01 WITA"),
        ({"venue": None}, "Meeting of Sato: now at a place to be said"),
        ({"vehicle": None}, "Meeting of Sato: no car any more"),
    ],
)
def test_an_item_that_changed_says_what(looked: Cast, change: dict[str, Any], said: str) -> None:
    of_sato(looked).update(**change)
    ItineraryItem.objects.filter(visit=looked.lim).update(title="Of another guest")
    assert changes(looked) == [said]


def test_a_car_and_a_place_are_named(looked: Cast) -> None:
    plate = of_sato(looked).get().vehicle.plate
    car, hall = make_vehicle(looked.event, "B 1 XYZ"), make_venue(looked.event, "Great Hall")
    of_sato(looked).update(vehicle=car, venue=hall)
    assert changes(looked) == [
        "Meeting of Sato: now at Great Hall",
        f"Meeting of Sato, car: B 1 XYZ instead of {plate}",
    ]


def test_what_went_there_and_back_is_no_change(looked: Cast) -> None:
    of_sato(looked).update(title="Gala")
    of_sato(looked).update(title="Meeting of Sato")
    assert changes(looked) == []


def test_new_items_and_deleted_ones_are_said(looked: Cast) -> None:
    make_item(looked.sato, "Tea", starts_at=NOW + 2 * HOUR)
    of_sato(looked).filter(title="Meeting of Sato").delete()
    assert changes(looked) == ["Cancelled: Meeting of Sato, 10:00 WITA", "New: Tea, 11:00 WITA"]


def test_people_requests_comments_and_the_logbook_are_said(looked: Cast) -> None:
    duty = make_assignment(looked.sato, looked.bagus_officer, role="deputy")
    request = make_request(looked.sato, looked.ratna, "Umbrella")
    RequestComment.objects.create(
        request=request, author=looked.ratna, text="The red one", written_at=timezone.now()
    )
    LogbookEntry.objects.create(
        visit=looked.sato, kind="status", status="landed", author=looked.bagus, happened_at=timezone.now()
    )
    said = set(changes(looked))
    assert said == {
        f"Deputy from {card_time(duty.starts_at)}: Bagus Pratama",
        "Asked for: Umbrella",
        "Umbrella: “The red one” (Ratna Kusuma)",
        "landed (Bagus Pratama)",
    }
    duty.withdraw()
    request.close(Request.State.DONE, by=looked.bagus, at=NOW)
    said = set(changes(looked))
    assert "Umbrella: done" in said
    assert not any("Deputy" in line for line in said)


def card_time(moment: datetime) -> str:
    assert moment == NOW - timedelta(days=1)
    return "Wed, 12 May 09:00 WITA"


def test_ones_own_doings_are_no_news(looked: Cast) -> None:
    with pghistory.context(user=looked.sari.pk):
        of_sato(looked).update(title="Gala")
        make_request(looked.sato, looked.sari, "Umbrella")
    LogbookEntry.objects.create(
        visit=looked.sato, text="Mine", author=looked.sari, happened_at=timezone.now()
    )
    assert changes(looked) == []
    with pghistory.context(user=looked.ratna.pk):
        of_sato(looked).update(title="Gala dinner")
    assert changes(looked) == ["Gala dinner: was “Meeting of Sato”"]


def test_many_changes_are_counted(looked: Cast) -> None:
    for number in range(9):
        make_item(looked.sato, f"Thing {number}")
    found = card(looked)
    assert (len(found.changes), found.more_changes) == (6, 3)


def test_seen_is_seen_and_never_less(cast: Cast) -> None:
    note_look(visit=cast.sato, user=cast.sari, seen_at=NOW)
    note_look(visit=cast.sato, user=cast.sari, seen_at=NOW - HOUR)
    assert Look.objects.get().seen_at == NOW
    note_look(visit=cast.sato, user=cast.sari, seen_at=NOW + HOUR)
    assert Look.objects.get().seen_at == NOW + HOUR


def test_the_card_shows_changes_until_seen_is_tapped(
    looked: Cast, now: datetime, django_assert_num_queries: Any
) -> None:
    of_sato(looked).update(title="Gala")
    client = signed_in(looked.sari)
    with django_assert_num_queries(8):  # one more than without: what changed
        page = text_of(client.get("/today/").content)
    assert "Gala: was “Meeting of Sato”" in page
    client.post(f"/visits/{looked.sato.pk}/seen/", {"at": NOW.isoformat()})
    assert "Gala: was" not in text_of(client.get("/today/").content)


def test_a_look_from_the_future_counts_until_now(cast: Cast, now: datetime) -> None:
    client = signed_in(cast.sari)
    client.post(f"/visits/{cast.sato.pk}/seen/", {"at": (NOW + HOUR).isoformat()})
    assert Look.objects.get().seen_at == NOW
    for at in ("soon", "0001-01-01T00:00:00+14:00", "2000-01-01T00:00:00Z"):
        assert client.post(f"/visits/{cast.sato.pk}/seen/", {"at": at}).status_code == 302
        assert client.get("/today/").status_code == 200
    assert client.post(f"/visits/{cast.lim.pk}/seen/", {"at": NOW.isoformat()}).status_code == 404
