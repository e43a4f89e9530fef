"""Status, undo, requests and private data through the officer's pages: what they do, and whom they refuse."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from guests.models import (
    Assignment,
    GuestPrivate,
    LogbookEntry,
    Movement,
    PrivateReading,
    Request,
    RequestDeadline,
    Visit,
)
from tests.cast import Cast
from tests.factories import NOW
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

pytestmark = pytest.mark.usefixtures("now")


def send(client: Client, name: str, pk: int, **data: object) -> Any:
    return client.post(reverse(name, args=[pk]), {"client_uuid": str(uuid4())} | data)


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def duty_begins_later(cast: Cast) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + timedelta(hours=1))


def test_landed_is_one_tap_and_can_be_undone(cast: Cast) -> None:
    client = signed_in(cast.sari)
    response = send(client, "set_status", cast.sato.pk, status="landed")
    assert response["Location"] == f"/today/?undo={cast.sato.pk}#visit-{cast.sato.pk}"
    cast.sato.refresh_from_db()
    assert (cast.sato.status, cast.sato.status_at) == ("landed", NOW)
    page = text_of(client.get(response["Location"]).content)
    assert f'formaction="/visits/{cast.sato.pk}/status/undo/"' in page
    assert "since 09:00 WITA" in page
    response = send(client, "undo_status", cast.sato.pk)
    cast.sato.refresh_from_db()
    assert cast.sato.status == "expected"
    assert told(response) == ["Taken back."]
    assert "status/undo" not in text_of(client.get("/today/").content)


def test_undo_that_comes_too_late_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(cast.sari)
    send(client, "set_status", cast.sato.pk, status="landed")
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=11))
    assert "status/undo" not in text_of(client.get(f"/today/?undo={cast.sato.pk}").content)
    response = send(client, "undo_status", cast.sato.pk)
    assert told(response) == ["Only the last 10 minutes can be taken back. Set where the guest is instead."]
    cast.sato.refresh_from_db()
    assert cast.sato.status == "landed"


def test_the_same_button_twice_counts_once_and_another_button_counts(cast: Cast) -> None:
    client, form = signed_in(cast.sari), str(uuid4())
    for status in ("landed", "landed", "in_car"):
        send(client, "set_status", cast.sato.pk, status=status, client_uuid=form)
    entries = LogbookEntry.objects.filter(visit=cast.sato).order_by("pk")
    assert list(entries.values_list("status", flat=True)) == ["landed", "in_car"]


@pytest.mark.parametrize("data", [{}, {"status": "on the moon"}, {"status": "landed", "client_uuid": "x"}])
def test_a_mangled_tap_changes_nothing_and_says_so(cast: Cast, data: dict[str, str]) -> None:
    response = send(signed_in(cast.sari), "set_status", cast.sato.pk, **data)
    assert response["Location"] == "/today/"
    assert told(response) == ["That did not reach us whole, and nothing was changed. Please tap again."]
    assert not LogbookEntry.objects.exists()


def test_a_preset_is_logged_in_one_tap(cast: Cast) -> None:
    response = send(signed_in(cast.sari), "log_request", cast.sato.pk, category="water")
    assert response["Location"] == f"/today/#visit-{cast.sato.pk}"
    assert told(response) == ["Noted for Mr Sato: water, due 09:15 WITA"]
    logged = Request.objects.get(category="water")
    assert (logged.visit, logged.text, logged.due_at, logged.raised_by) == (
        cast.sato,
        "",
        NOW + timedelta(minutes=15),
        cast.sari,
    )


def test_the_event_says_how_soon_and_the_form_shows_it(cast: Cast) -> None:
    RequestDeadline.objects.create(event=cast.event, category="car", minutes=45)
    RequestDeadline.objects.create(event=cast.other_event, category="car", minutes=7)
    client = signed_in(cast.sari)
    page = text_of(client.get(reverse("log_request", args=[cast.sato.pk])).content)
    assert 'Car<br><small class="muted">due 09:45 WITA</small>' in page
    assert 'Doctor<br><small class="muted">due 09:10 WITA</small>' in page
    send(client, "log_request", cast.sato.pk, category="car")
    send(client, "log_request", cast.sato.pk, category="food", due="0")
    due = dict(Request.objects.filter(category__in=["car", "food"]).values_list("category", "due_at"))
    assert due == {"car": NOW + timedelta(minutes=45), "food": None}


def test_only_what_the_event_uses_can_be_tapped_and_what_was_stays(cast: Cast) -> None:
    client = signed_in(cast.sari)
    send(client, "set_status", cast.sato.pk, status="lounge")
    Event.objects.filter(pk=cast.event.pk).update(movements=["in_car", "at_venue"])
    page = text_of(client.get("/today/").content)
    assert "In the lounge" in page
    assert [value for value in Movement.values if f'name="status" value="{value}"' in page] == [
        "expected",
        "in_car",
        "at_venue",
    ]
    response = send(client, "set_status", cast.sato.pk, status="landed")
    assert told(response)[-1] == "This event does not note “landed” any more."
    cast.sato.refresh_from_db()
    assert cast.sato.status == "lounge"
    send(client, "set_status", cast.sato.pk, status="in_car")
    send(client, "undo_status", cast.sato.pk)
    cast.sato.refresh_from_db()
    assert cast.sato.status == "lounge"


def test_a_note_and_a_deadline_go_with_it(cast: Cast) -> None:
    send(signed_in(cast.sari), "log_request", cast.sato.pk, category="car", text=" Two suitcases ", due="15")
    logged = Request.objects.get(category="car")
    assert (logged.text, logged.due_at) == ("Two suitcases", NOW + timedelta(minutes=15))


def test_the_same_request_twice_counts_once_and_another_preset_counts(cast: Cast) -> None:
    client, form = signed_in(cast.sari), str(uuid4())
    for category in ("water", "water", "car"):
        send(client, "log_request", cast.sato.pk, category=category, client_uuid=form)
    assert Request.objects.filter(category__in=["water", "car"]).count() == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"category": "other", "text": ""}, "Say what is needed."),
        ({"category": "other", "text": " \n "}, "Say what is needed."),
        ({"category": "water", "text": "x" * 501}, "Keep it to 500 characters; this has 501."),
        ({"category": "gold", "text": "Kept words"}, "Select a valid choice."),
        ({"category": "water", "text": "Kept words", "due": "7"}, "Select a valid choice."),
        ({"category": "water", "text": "Nul \0 byte"}, "Null characters are not allowed."),
    ],
)
def test_a_request_that_fails_keeps_what_was_typed(cast: Cast, data: dict[str, str], said: str) -> None:
    form = str(uuid4())
    before = Request.objects.count()
    response = send(signed_in(cast.sari), "log_request", cast.sato.pk, client_uuid=form, **data)
    page = text_of(response.content)
    assert response.status_code == 422
    assert said in page
    assert "Not noted yet. What you wrote is still here." in page
    assert data["text"].strip() in response.content.decode()
    assert f'value="{form}"' in page
    assert Request.objects.count() == before


def test_a_text_of_500_characters_with_line_ends_fits(cast: Cast) -> None:
    text = "a\r\n" * 249 + "bb"
    send(signed_in(cast.sari), "log_request", cast.sato.pk, category="other", text=text)
    assert Request.objects.get(category="other", text__startswith="a").text == "a\n" * 249 + "bb"


def test_a_script_in_a_request_stays_text(cast: Cast) -> None:
    text = "<script>alert(1)</script>"
    client = signed_in(cast.sari)
    send(client, "log_request", cast.sato.pk, category="other", text=text)
    for address in ("/today/", reverse("visit", args=[cast.sato.pk])):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(("then", "back"), [("", "/today/#visit-{}"), ("visit", "/visits/{}/")])
def test_a_request_is_closed_in_one_tap(cast: Cast, then: str, back: str) -> None:
    request = Request.objects.get(visit=cast.sato)
    response = send(signed_in(cast.sari), "close_request", request.pk, then=then)
    assert response["Location"] == back.format(cast.sato.pk)
    assert told(response) == [f'Done: Tea for Sato <a href="/requests/{request.pk}/">Not yet?</a>']
    request.refresh_from_db()
    assert (request.state, request.closed_at) == ("done", NOW)


def private(cast: Cast) -> GuestPrivate:
    return GuestPrivate.objects.create(guest=cast.sato.guest, health="Penicillin allergy\nDiabetes")


@pytest.mark.parametrize("who", ["sari", "ratna"])
def test_private_data_are_shown_once_logged_and_not_kept(cast: Cast, who: str) -> None:
    private(cast)
    user = getattr(cast, who)
    response = send(signed_in(user), "read_private", cast.sato.pk)
    assert "Penicillin allergy<br>Diabetes" in text_of(response.content)
    assert "no-store" in response["Cache-Control"]
    reading = PrivateReading.objects.get()
    assert (reading.guest, reading.reader, reading.read_at) == (cast.sato.guest, user, NOW)


def test_private_data_are_on_no_other_page(cast: Cast) -> None:
    private(cast)
    client = signed_in(cast.sari)
    for address in (
        "/today/",
        reverse("visit", args=[cast.sato.pk]),
        reverse("log_request", args=[cast.sato.pk]),
    ):
        assert b"Penicillin" not in client.get(address).content
    assert not PrivateReading.objects.exists()


def test_nothing_private_on_file_is_said(cast: Cast) -> None:
    response = send(signed_in(cast.sari), "read_private", cast.sato.pk)
    assert "Nothing private is on file for this guest." in text_of(response.content)


def test_private_data_under_a_lost_key_are_no_error_page(cast: Cast, settings: Any) -> None:
    private(cast)
    settings.PRIVATE_DATA_KEYS = ["eSp9eaAz6T62FANjpZFzgecNuji3LXLpoBR-y4ZcEGw="]
    response = send(signed_in(cast.sari), "read_private", cast.sato.pk)
    assert "tell your administrator" in text_of(response.content)
    assert not PrivateReading.objects.exists()


ACTIONS = ["set_status", "undo_status", "log_request", "close_request", "read_private"]


def subject_of(name: str, cast: Cast) -> int:
    return Request.objects.get(visit=cast.sato).pk if name == "close_request" else cast.sato.pk


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("who", ["bagus", "dewi", "putri", "hendra"])
def test_somebody_elses_guest_is_not_there(cast: Cast, name: str, who: str) -> None:
    private(cast)
    response = send(
        signed_in(getattr(cast, who)), name, subject_of(name, cast), status="landed", category="water"
    )
    assert response.status_code == 404
    assert (LogbookEntry.objects.count(), PrivateReading.objects.count()) == (0, 0)


@pytest.mark.parametrize("name", ACTIONS)
def test_who_is_not_on_duty_yet_may_not_act(cast: Cast, name: str) -> None:
    private(cast)
    duty_begins_later(cast)
    response = send(signed_in(cast.sari), name, subject_of(name, cast), status="landed", category="water")
    assert response.status_code == 403
    assert (LogbookEntry.objects.count(), PrivateReading.objects.count()) == (0, 0)


@pytest.mark.parametrize("name", ACTIONS)
def test_the_coordinator_may_act_too(cast: Cast, name: str) -> None:
    response = send(signed_in(cast.ratna), name, subject_of(name, cast), status="landed", category="water")
    assert response.status_code in {200, 302}


@pytest.mark.parametrize("name", ACTIONS)
def test_nobody_acts_without_signing_in(cast: Cast, name: str) -> None:
    response = send(Client(), name, subject_of(name, cast), status="landed", category="water")
    assert response["Location"].startswith("/accounts/login/?next=")
    assert Visit.objects.get(pk=cast.sato.pk).status == Movement.EXPECTED
    assert not LogbookEntry.objects.exists()


def test_who_was_signed_out_meanwhile_is_told_and_comes_back_to_a_page(cast: Cast) -> None:
    client = Client()
    response = send(client, "set_status", cast.sato.pk, status="landed")
    page = text_of(client.get(response["Location"]).content)
    assert "You were signed out, so that tap did not count." in page
    assert 'value="/today/"' in page


@pytest.mark.parametrize("name", [name for name in ACTIONS if name != "log_request"])
def test_actions_cannot_be_fetched(cast: Cast, name: str) -> None:
    address = reverse(name, args=[subject_of(name, cast)])
    assert signed_in(cast.sari).get(address).status_code == 405


def test_the_request_form_may_not_be_kept_by_the_browser(cast: Cast) -> None:
    response = signed_in(cast.sari).get(reverse("log_request", args=[cast.sato.pk]))
    assert "no-store" in response["Cache-Control"]
    assert "What does Mr Sato need?" in text_of(response.content)


def test_a_post_without_its_token_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.sari)
    assert send(client, "set_status", cast.sato.pk, status="landed").status_code == 403


def test_pages_do_not_write(cast: Cast) -> None:
    client = signed_in(cast.sari)
    pages = ["/", "/today/", *(reverse(name, args=[cast.sato.pk]) for name in ("visit", "log_request"))]
    with CaptureQueriesContext(connection) as seen:
        answers = [client.get(address).status_code for address in pages]
    assert answers == [302, 200, 200, 200]
    assert [query["sql"] for query in seen.captured_queries if not query["sql"].startswith("SELECT")] == []
