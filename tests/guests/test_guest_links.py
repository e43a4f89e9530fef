"""Links to the guest's own screen: who makes them, how long they open, what they give away."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from guests.feeds import make_feed
from guests.guest_links import link_behind, make_link
from guests.models import GuestLink, Visit
from guests.wording import LANGUAGES, WORDS
from liaison.weblog import WithoutSecrets, without_secrets
from tests.cast import Cast
from tests.factories import NOW, make_item
from tests.guests.desk import at
from tests.guests.phone import headers_of, signed_in
from tests.guests.phone import now as now

pytestmark = pytest.mark.usefixtures("now")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TAP = UUID("3f0e2a0c-8f5c-4a43-9d0f-6a4f6b7e1c11")
STAY = GuestLink.Lasts.STAY


def link_of(cast: Cast, lasts: GuestLink.Lasts = STAY, **wishes: Any) -> tuple[GuestLink, str]:
    given: dict[str, Any] = {"visit": cast.sato, "by": cast.sari, "at": NOW, "client_uuid": uuid4()}
    link, secret = make_link(lasts=lasts, **given | wishes)
    return link, reverse("shared_screen", args=[secret])


def test_it_opens_for_a_stranger_who_gets_no_cookie_and_leaves_no_trace_elsewhere(cast: Cast) -> None:
    _link, address = link_of(cast)
    answer = Client().get(address)
    assert answer.status_code == 200
    assert "Mr Sato" in answer.content.decode()
    assert not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_nothing_of_the_app_is_offered_to_the_stranger(cast: Cast) -> None:
    _link, address = link_of(cast)
    page = Client().get(address).content.decode()
    for hidden in ("/visits/", "/today/", "csrf", "/accounts/", "<form"):
        assert hidden not in page


# --- how long ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lasts", "departs_at", "end"),
    [
        (STAY, NOW + 2 * DAY, NOW + 2 * DAY + 12 * HOUR),
        (STAY, None, datetime(2027, 5, 15, 4, 0, tzinfo=UTC)),  # noon in WITA after the forum's last day
        (STAY, NOW - 2 * DAY, NOW + DAY),
        (
            STAY,
            NOW + 36500 * DAY,
            datetime(2027, 5, 29, 4, 0, tzinfo=UTC),
        ),  # two weeks after the forum, and noon
        (GuestLink.Lasts.DAY, None, NOW + DAY),
        (GuestLink.Lasts.HOURS, NOW + 2 * DAY, NOW + 2 * HOUR),
    ],
)
def test_it_lasts_as_chosen(
    cast: Cast, lasts: GuestLink.Lasts, departs_at: datetime | None, end: datetime
) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(departs_at=departs_at)
    link, address = link_of(cast, lasts, visit=Visit.objects.get(pk=cast.sato.pk))
    assert link.expires_at == end
    secret = address.split("/")[-2]
    assert link_behind(secret, at=end - timedelta(seconds=1)) == link
    assert link_behind(secret, at=end) is None


def test_the_page_says_until_when(cast: Cast) -> None:
    _link, address = link_of(cast, GuestLink.Lasts.HOURS)
    page = Client().get(address).content.decode()
    assert 'This link is valid until Thu 13 May <bdi dir="ltr">11:00 WITA</bdi>.' in page


def test_a_link_lasts_a_while(cast: Cast) -> None:
    link, _address = link_of(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        GuestLink.objects.filter(pk=link.pk).update(expires_at=NOW)


@pytest.mark.parametrize("how", ["unknown", "revoked", "over", "feed"])
def test_what_opens_nothing_is_answered_alike(cast: Cast, how: str) -> None:
    link, address = link_of(cast)
    if how == "revoked":
        link.revoke(at=NOW)
    elif how == "over":
        GuestLink.objects.update(made_at=NOW - 2 * DAY, expires_at=NOW - DAY)
    elif how == "unknown":
        address = address[:-2] + ("A" if address[-2] != "A" else "B") + "/"
    else:  # the secret of a calendar opens no screen
        address = reverse("shared_screen", args=[make_feed(by=cast.ratna, at=NOW, visit=cast.sato)[1]])
    plain = Client().get(reverse("shared_screen", args=["x"]))
    answer = Client().get(address)
    assert (answer.status_code, answer.content) == (404, plain.content)
    assert (headers_of(answer), bool(answer.cookies)) == (headers_of(plain), False)
    assert b"Sato" not in answer.content


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_opens_nothing_says_so_in_the_readers_language(cast: Cast, language: str) -> None:
    with override(language):
        said = str(WORDS["gone_why"])
    address = reverse("shared_screen", args=["x"])
    asked = Client().get(address, {"lang": language}).content.decode()
    browser = Client(headers={"accept-language": f"fj, {language};q=0.8, en;q=0.5"}).get(address)
    for page in (asked, browser.content.decode()):
        assert said in page
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert browser["Content-Language"] == language


# --- the secret ----------------------------------------------------------------------------------------------------


def test_the_secret_stands_nowhere(cast: Cast) -> None:
    link, address = link_of(cast)
    secret = address.split("/")[-2]
    assert len(secret) >= 43  # 256 bits
    stored = {str(value) for value in GuestLink.objects.filter(pk=link.pk).values().get().values()}
    assert not [value for value in stored if secret in value]
    history: Any = GuestLink.pgh_event_model  # type: ignore[attr-defined]
    assert history.objects.exists()
    assert all(secret not in str(row) for row in history.objects.values())
    line = without_secrets(f"GET {address}?lang=ja 200")
    assert line == "GET /g/…/?lang=ja 200"
    assert without_secrets("GET /visits/7/guest/links/ 200") == "GET /visits/7/guest/links/ 200"


@pytest.mark.parametrize("logger", ["django.request", "gunicorn.error"])
def test_no_line_of_the_log_says_a_secret(cast: Cast, caplog: pytest.LogCaptureFixture, logger: str) -> None:
    """Django writes the address of what it refuses, and so does the server of what breaks."""
    _link, address = link_of(cast)
    caplog.handler.addFilter(WithoutSecrets())
    assert Client().options(address).status_code == 405
    logging.getLogger(logger).warning("Method Not Allowed (%s): %s", "OPTIONS", address)
    assert "(OPTIONS): /g/…/" in caplog.text
    assert urlsplit(address).path.split("/")[2] not in caplog.text
    handlers: Any = settings.LOGGING["handlers"]
    assert handlers["console"]["filters"] == ["without_secrets"]


def test_the_same_tap_makes_one_link_and_another_person_finds_another_secret(cast: Cast) -> None:
    first = link_of(cast, client_uuid=TAP)
    assert link_of(cast, client_uuid=TAP, at=NOW + HOUR) == first
    assert link_of(cast)[1] != first[1]
    assert GuestLink.objects.count() == 2


def test_without_the_installations_key_the_tap_tells_no_secret(cast: Cast, settings: Any) -> None:
    _link, address = link_of(cast, client_uuid=TAP)
    GuestLink.objects.all().delete()
    settings.SECRET_KEY = "another"
    assert link_of(cast, client_uuid=TAP)[1] != address


def test_openings_are_counted_and_a_look_ahead_is_not(cast: Cast) -> None:
    link, address = link_of(cast)
    client = Client()
    for _each in range(2):
        client.get(address)
    client.head(address)
    link.refresh_from_db()
    assert (link.openings, link.opened_at) == (2, NOW)


@pytest.mark.parametrize("items", [1, 3])
def test_opening_takes_five_queries(
    cast: Cast, items: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _more in range(items - 1):
        make_item(cast.sato)
    _link, address = link_of(cast)
    with django_assert_num_queries(5):  # the link, that it was opened; itinerary, items, officers
        Client().get(address)


# --- the page on which links are made -------------------------------------------------------------------------------


def made(client: Client, visit: Visit, **sent: Any) -> Any:
    return client.post(reverse("guest_links", args=[visit.pk]), {"lasts": "stay"} | sent)


def test_an_officer_makes_shows_and_revokes_a_link(cast: Cast) -> None:
    phone = signed_in(cast.sari)
    page = made(phone, cast.sato, client_uuid=str(TAP))
    address = page.context["address"]
    assert address.startswith(f"{settings.SITE_URL}/g/")
    assert page.content.decode().count("<svg viewBox") >= 1
    assert Client().get(urlsplit(address).path).status_code == 200
    listed = phone.get(reverse("guest_links", args=[cast.sato.pk]))
    assert "Made by Sari Wulandari" in listed.content.decode()
    assert "Last opened Thu 13 May" in listed.content.decode().replace("Thu, ", "Thu ")
    assert address not in listed.content.decode()
    link = GuestLink.objects.get()
    assert phone.post(reverse("revoke_guest_link", args=[link.pk])).status_code == 302
    assert Client().get(urlsplit(address).path).status_code == 404
    assert "Made by" not in phone.get(reverse("guest_links", args=[cast.sato.pk])).content.decode()


def test_a_double_tap_shows_the_same_address(cast: Cast) -> None:
    first, second = (made(signed_in(cast.sari), cast.sato, client_uuid=str(TAP)) for _tap in range(2))
    assert first.context["address"] == second.context["address"]
    assert GuestLink.objects.count() == 1


def test_a_tap_that_comes_again_after_its_link_was_revoked_shows_no_dead_address(cast: Cast) -> None:
    made(signed_in(cast.sari), cast.sato, client_uuid=str(TAP))
    GuestLink.objects.get().revoke(at=NOW)
    assert "address" not in made(signed_in(cast.sari), cast.sato, client_uuid=str(TAP)).context


def test_what_is_not_understood_makes_nothing(cast: Cast) -> None:
    assert made(signed_in(cast.sari), cast.sato, lasts="for ever").status_code == 422
    assert not GuestLink.objects.exists()


def test_links_are_made_and_revoked_by_who_serves_the_guest(cast: Cast) -> None:
    for person in (cast.sari, cast.ratna):
        assert made(signed_in(person), cast.sato).status_code == 200
    link = GuestLink.objects.filter(made_by=cast.sari).get()
    for stranger in (cast.bagus, cast.dewi, cast.putri, cast.hendra):
        assert made(signed_in(stranger), cast.sato).status_code == 404
        assert signed_in(stranger).post(reverse("revoke_guest_link", args=[link.pk])).status_code == 404
    assert GuestLink.objects.open().count() == 2
    assert signed_in(cast.ratna).post(reverse("revoke_guest_link", args=[link.pk])).status_code == 302
    link.refresh_from_db()
    assert link.revoked_at == NOW


def test_a_link_outlives_the_officer_who_made_it_and_its_list_does_not_show_it_to_them(cast: Cast) -> None:
    _link, address = link_of(cast)
    cast.sari_leads.withdraw()
    assert Client().get(address).status_code == 200
    assert not GuestLink.objects.visible_to(cast.sari, at=NOW).exists()
    assert signed_in(cast.sari).get(reverse("guest_links", args=[cast.sato.pk])).status_code == 404


@pytest.mark.parametrize("links", [1, 3])
def test_the_list_takes_five_queries(
    cast: Cast, links: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _each in range(links):
        link_of(cast)
    client = signed_in(cast.sari)
    with django_assert_num_queries(5):  # session, person, visit, whether on duty, links
        client.get(reverse("guest_links", args=[cast.sato.pk]))


def test_a_coordinator_revokes_at_the_desk(cast: Cast) -> None:
    link, address = link_of(cast)
    chosen = {"action": "revoke", "_selected_action": [link.pk]}
    assert signed_in(cast.hendra).post(at(GuestLink, "changelist"), chosen).status_code == 302
    assert Client().get(address).status_code == 200
    assert signed_in(cast.ratna).post(at(GuestLink, "changelist"), chosen).status_code == 302
    assert Client().get(address).status_code == 404
