"""One request's page: what it shows, what can be done on it, and who may."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from events.models import Membership
from guests.models import Assignment, LogbookEntry, Request, RequestComment
from tests.cast import Cast
from tests.factories import NOW, make_assignment
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

pytestmark = pytest.mark.usefixtures("now")
ACTIONS = {
    "accept_request": {},
    "close_request": {},
    "reopen_request": {},
    "decline_request": {"reason": "No car left"},
    "give_request": {},
    "set_deadline": {"due": "30"},
    "comment_on_request": {"text": "On the way"},
}


def of(cast: Cast) -> Request:
    return Request.objects.get(visit=cast.sato)


def data_for(cast: Cast, name: str) -> dict[str, Any]:
    owner = {"owner": cast.sari_officer.pk} if name == "give_request" else {}
    return {"client_uuid": str(uuid4()), "then": "request"} | ACTIONS[name] | owner


def send(client: Client, cast: Cast, name: str, **data: object) -> Any:
    return client.post(reverse(name, args=[of(cast).pk]), data_for(cast, name) | data)


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def page(client: Client, cast: Cast) -> str:
    return text_of(client.get(reverse("request", args=[of(cast).pk])).content)


def test_it_is_reached_from_today_and_from_the_dossier(cast: Cast) -> None:
    link = f'<a href="/requests/{of(cast).pk}/">Tea for Sato</a>'
    client = signed_in(cast.sari)
    assert link in text_of(client.get("/today/").content)
    assert link in text_of(client.get(reverse("visit", args=[cast.sato.pk])).content)


def test_it_shows_how_it_stands_and_all_that_happened(cast: Cast) -> None:
    request = of(cast)
    Request.objects.filter(pk=request.pk).update(
        owner=cast.sari_officer, due_at=NOW - timedelta(minutes=5), raised_at=NOW - timedelta(minutes=20)
    )
    RequestComment.objects.create(
        request=request, author=cast.ratna, text="<b>Green</b> tea", written_at=NOW - timedelta(minutes=10)
    )
    said = page(signed_in(cast.sari), cast)
    for words in ("Tea for Sato", "overdue", "20 min ago", "due 08:55 WITA", "Sari Wulandari sees to it."):
        assert words in said
    assert "&lt;b&gt;Green&lt;/b&gt; tea" in said
    assert "Ratna Kusuma · 08:50 WITA" in said
    assert "without an owner" not in said


def test_one_whose_owner_has_left_says_so(cast: Cast) -> None:
    Request.objects.filter(pk=of(cast).pk).update(owner=cast.dewi_officer)
    client = signed_in(cast.sari)
    assert "Dewi Lestari is no longer with the guest." in page(client, cast)
    for address in ("/today/", reverse("visit", args=[cast.sato.pk])):
        assert "without an owner" in text_of(client.get(address).content)
    assert told(send(client, cast, "give_request")) == ["Now with Sari Wulandari."]
    for address in ("/today/", reverse("visit", args=[cast.sato.pk])):
        assert "without an owner" not in text_of(client.get(address).content)


@pytest.mark.parametrize(
    ("name", "state", "said"),
    [
        ("accept_request", "accepted", "You see to it: Tea for Sato"),
        ("decline_request", "declined", "Declined: Tea for Sato"),
        ("set_deadline", "open", "The deadline is changed."),
        ("comment_on_request", "open", "Written down: Tea for Sato"),
    ],
)
def test_each_thing_is_done_and_leads_back_to_the_page(cast: Cast, name: str, state: str, said: str) -> None:
    response = send(signed_in(cast.sari), cast, name)
    assert response["Location"] == f"/requests/{of(cast).pk}/"
    assert told(response) == [said]
    assert of(cast).state == state


def test_done_by_mistake_is_two_taps_from_open_again(cast: Cast) -> None:
    client = signed_in(cast.sari)
    response = send(client, cast, "close_request", then="")
    assert f'<a href="/requests/{of(cast).pk}/">Not yet?</a>' in text_of(
        client.get(response["Location"]).content
    )
    assert "Open again" in page(client, cast)
    send(client, cast, "reopen_request")
    assert of(cast).is_open


def test_the_same_tap_twice_counts_once(cast: Cast) -> None:
    client, form = signed_in(cast.sari), str(uuid4())
    for name in ("comment_on_request", "set_deadline", "accept_request", "decline_request"):
        for _tap in range(2):
            assert send(client, cast, name, client_uuid=form).status_code == 302
    assert RequestComment.objects.count() == 1
    kinds = LogbookEntry.objects.filter(kind="request").order_by("pk").values_list("text", flat=True)
    assert [text.split(":")[0] for text in kinds] == ["Deadline changed", "Accepted", "Declined"]


@pytest.mark.parametrize(
    ("name", "field", "typed", "said"),
    [
        ("decline_request", "reason", "", "Say why it is declined."),
        ("decline_request", "reason", "x" * 301, "Keep it to 300 characters; this has 301."),
        ("comment_on_request", "text", " ", "Write something first."),
        ("comment_on_request", "text", "y" * 501, "Keep it to 500 characters; this has 501."),
    ],
)
def test_words_that_fail_are_kept(cast: Cast, name: str, field: str, typed: str, said: str) -> None:
    form = str(uuid4())
    response = send(signed_in(cast.sari), cast, name, client_uuid=form, **{field: typed})
    answer = text_of(response.content)
    assert response.status_code == 422
    assert said in answer
    assert typed.strip() in answer
    assert f'value="{form}"' in answer
    assert of(cast).is_open
    assert not RequestComment.objects.exists()


def test_what_somebody_else_has_ended_is_said_and_not_overwritten(cast: Cast) -> None:
    send(signed_in(cast.ratna), cast, "decline_request")
    response = send(signed_in(cast.sari), cast, "close_request")
    assert response["Location"] == f"/requests/{of(cast).pk}/"
    assert told(response) == [
        "This request is already declined: Ratna Kusuma, 09:00 WITA. Nothing was changed."
    ]
    assert (of(cast).state, of(cast).decline_reason) == ("declined", "No car left")


@pytest.mark.parametrize("owner", ["dewi", "putri", "hendra", "nobody"])
def test_it_is_given_only_to_who_is_with_the_guest(cast: Cast, owner: str) -> None:
    key = 0 if owner == "nobody" else Membership.objects.get(user=getattr(cast, owner)).pk
    response = send(signed_in(cast.sari), cast, "give_request", owner=key)
    assert told(response) == ["This person is not with the guest now. Choose somebody else."]
    assert of(cast).owner is None


@pytest.mark.parametrize("name", [*ACTIONS, "request"])
@pytest.mark.parametrize("who", ["bagus", "dewi", "putri", "hendra"])
def test_somebody_elses_request_is_not_there(cast: Cast, name: str, who: str) -> None:
    client, address = signed_in(getattr(cast, who)), reverse(name, args=[of(cast).pk])
    response = client.get(address) if name == "request" else send(client, cast, name)
    assert response.status_code == 404
    assert not LogbookEntry.objects.exists()


@pytest.mark.parametrize("name", ACTIONS)
def test_before_duty_it_can_be_read_and_nothing_done(cast: Cast, name: str) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + timedelta(hours=1))
    client = signed_in(cast.sari)
    assert send(client, cast, name).status_code == 403
    said = page(client, cast)
    assert "Tea for Sato" in said
    assert "formaction" not in said
    assert reverse(name, args=[of(cast).pk]) not in said
    assert not LogbookEntry.objects.exists()


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_cannot_be_fetched(cast: Cast, name: str) -> None:
    assert signed_in(cast.sari).get(reverse(name, args=[of(cast).pk])).status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_queries(cast: Cast, number: int, django_assert_num_queries: Any) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    for _each in range(number):
        RequestComment.objects.create(request=of(cast), author=cast.ratna, text="Word", written_at=NOW)
    client = signed_in(cast.sari)
    address = reverse("request", args=[of(cast).pk])
    with django_assert_num_queries(6):  # session, person, request, comments, duty, owners
        client.get(address)
