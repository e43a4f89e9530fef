"""Today's screen asked again: 304 while nothing on it changed, and never where anything did."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from guests.models import Look, Visit
from tests.cast import Cast
from tests.factories import NOW, make_item, make_note, make_request
from tests.guests.phone import now as now
from tests.guests.phone import signed_in


def ask(client: Client, etag: str, address: str = "/today/") -> int:
    return int(client.get(address, headers={"If-None-Match": etag}).status_code)


def seen_by(client: Client) -> str:
    client.get("/today/")  # the first brings the form's token
    return str(client.get("/today/").headers["ETag"])


def test_what_did_not_change_is_not_sent_again(
    cast: Cast, now: datetime, django_assert_num_queries: Any
) -> None:
    client = signed_in(cast.sari)
    etag = seen_by(client)
    with django_assert_num_queries(3):  # session, person, the state of it all
        answer = client.get("/today/", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert "no-cache" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    assert ask(client, f"W/{etag}") == 304  # as a proxy that packs answers hands it on


@pytest.mark.parametrize(
    "write",
    [
        lambda cast: make_item(cast.sato),
        lambda cast: make_request(cast.sato, cast.bagus),
        lambda cast: make_note(cast.event, "No nuts", is_red_line=True),
        lambda cast: cast.sari_leads.withdraw(),
        lambda cast: Visit.objects.filter(pk=cast.sato.pk).update(status="landed", status_at=NOW),
        lambda cast: Look.objects.create(visit=cast.sato, user=cast.sari, seen_at=NOW),
        lambda cast: type(cast.event).objects.filter(pk=cast.event.pk).update(travel_kmh=60),
    ],
)  # fmt: skip
def test_whatever_changes_is_sent(cast: Cast, now: datetime, write: Any) -> None:
    client = signed_in(cast.sari)
    etag = seen_by(client)
    write(cast)
    assert ask(client, etag) == 200


def test_another_minute_reader_language_address_or_token_is_another_page(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(cast.sari)
    etag = seen_by(client)
    assert ask(client, etag, f"/today/?undo={cast.sato.pk}") == 200
    assert ask(signed_in(cast.sari), etag) == 200  # another browser has another token for its forms
    client.force_login(cast.bagus)
    assert ask(client, etag) == 200
    client.force_login(cast.sari)
    etag = seen_by(client)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=1))
    assert ask(client, etag) == 200
    etag = seen_by(client)
    type(cast.sari).objects.filter(pk=cast.sari.pk).update(language="id")
    assert ask(client, etag) == 200


def test_a_page_with_a_word_of_the_moment_is_kept_nowhere(cast: Cast, now: datetime) -> None:
    client = signed_in(cast.sari)
    client.post(f"/visits/{cast.sato.pk}/requests/", {"category": "water"})
    page = client.get("/today/")
    assert b"Noted for Mr Sato" in page.content
    assert "ETag" not in page.headers
    assert "no-store" in page.headers["Cache-Control"]
    assert client.get("/today/").headers["ETag"]
