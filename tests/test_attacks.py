"""Attacks on the web's side: forged forms, planted sessions, paths, headers, addresses to fetch."""

import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.core import mail
from django.core.exceptions import SuspiciousFileOperation
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import Event, Role
from events.staff import invite
from guests.handout import handout_html
from guests.models import Guest, Visit
from guests.prints import print_handout
from liaison.accounts.models import User
from liaison.notices.models import Notice
from liaison.notices.wording import word
from liaison.paper.pdf import ForbiddenAddressError, PaperError, lay_out
from tests.cast import Cast
from tests.factories import PASSWORD
from tests.liaison.test_scope import own_models
from tests.test_canaries import remind
from tests.test_headers import account_addresses
from tests.test_routes import MATRIX, Scene, client_of

# --- forged forms --------------------------------------------------------------------------------------------------

BY_SECRET = {"acknowledge_by_link", "stop_mails"}
"""Its address is the secret, and the page behind it only says “noted”: a mail program's button has no cookie."""


def forms(scene: Scene) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every address that takes a form, with what it takes."""
    for name, route in MATRIX.items():
        if name not in BY_SECRET:
            yield reverse(name, kwargs=route.kwargs(scene)), route.data(scene)
    yield from ((address, {}) for address in account_addresses())
    for model in admin.site._registry:  # noqa: SLF001 (no public way)
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # noqa: SLF001
        yield reverse(f"{base}_changelist"), {"action": "delete_selected"}
        yield reverse(f"{base}_add"), {}
    yield reverse("admin:logout"), {}


def test_no_form_counts_that_another_site_sent(cast: Cast) -> None:
    scene = Scene(cast)
    client = client_of(cast, "ratna")
    client.handler.enforce_csrf_checks = True
    with transaction.atomic():
        before = Notice.objects.count(), User.objects.get(pk=cast.ratna.pk).language
        answers = {address: client.post(address, data).status_code for address, data in forms(scene)}
    assert {address: code for address, code in answers.items() if code != 403} == {}
    assert len(answers) > 100
    assert (Notice.objects.count(), User.objects.get(pk=cast.ratna.pk).language) == before


def test_the_same_form_with_the_pages_own_token_counts(cast: Cast) -> None:
    client = client_of(cast, "sari")
    client.handler.enforce_csrf_checks = True
    page = client.get(reverse("search")).content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
    sent = {"language": "id", "csrfmiddlewaretoken": token}
    assert client.post(reverse("set_language"), sent).status_code == 302
    assert User.objects.get(pk=cast.sari.pk).language == "id"


# --- planted sessions ----------------------------------------------------------------------------------------------


def test_a_planted_session_does_not_become_the_victims(cast: Cast) -> None:
    thief = Client()
    thief.get(
        reverse("mfa_login_webauthn"), headers={"Accept": "application/json"}
    )  # has a session from here
    planted = thief.cookies["sessionid"].value
    victim = Client()
    victim.cookies["sessionid"] = planted
    victim.post(reverse("account_login"), {"login": cast.sari.email, "password": PASSWORD})
    assert victim.get(reverse("today")).status_code == 200
    assert victim.cookies["sessionid"].value != planted
    assert thief.get(reverse("today")).status_code == 302


def test_a_session_of_before_the_new_password_is_nobodys(cast: Cast) -> None:
    stolen = client_of(cast, "sari")
    assert stolen.get(reverse("today")).status_code == 200
    owner = client_of(cast, "sari")
    new = {"oldpassword": PASSWORD, "password1": "Sesuatu-yang-baru-1", "password2": "Sesuatu-yang-baru-1"}
    assert owner.post(reverse("account_change_password"), new).status_code == 302
    assert [each.get(reverse("today")).status_code for each in (owner, stolen)] == [200, 302]


def test_a_session_that_was_signed_out_of_opens_nothing_any_more(cast: Cast) -> None:
    client, copied = client_of(cast, "sari"), Client()
    copied.cookies["sessionid"] = client.cookies["sessionid"].value
    assert copied.get(reverse("today")).status_code == 200
    client.post(reverse("account_logout"))
    assert copied.get(reverse("today")).status_code == 302


# --- paths ---------------------------------------------------------------------------------------------------------

UPWARDS = [
    "../../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/passwd",
    "a/../../b.png",
    "....//....//x.png",
    "x\x00.png",
    "~/.ssh/id",
]


@pytest.mark.parametrize("name", UPWARDS)
def test_no_files_name_leads_out_of_its_folder(db: None, name: str) -> None:
    root = Path(settings.MEDIA_ROOT).resolve()
    columns = [column for model in own_models() for column in model._meta.get_fields()  # noqa: SLF001 (Django's own API)
               if isinstance(column, models.FileField)]  # fmt: skip
    assert len(columns) > 5
    for column in columns:
        try:
            kept = column.generate_filename(column.model(), name)
        except (SuspiciousFileOperation, ValueError):
            continue
        assert (root / kept).resolve().is_relative_to(root), (column, kept)
        assert ".." not in Path(kept).parts


@pytest.mark.parametrize(
    "path", ["../settings.py", "..%2f..%2fsettings.py", "%2e%2e/%2e%2e/etc/passwd", "..;/x", "....//x"]
)
def test_no_address_leads_into_the_files(cast: Cast, path: str) -> None:
    kept = Path(settings.MEDIA_ROOT) / "bait.txt"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("worm")
    try:
        client = client_of(cast, "ratna")
        folders = (
            "/static/",
            settings.MEDIA_URL,
            "/media/",
            "/data/",
            "/documents/",
            "/prints/",
            "/g/",
            "/calendars/",
            "/",
        )
        tried = [
            *(folder + path for folder in folders),
            f"{settings.MEDIA_URL}bait.txt",
            "/media/bait.txt",
            "/bait.txt",
        ]
        answers = {address: client.get(address) for address in tried}
        opened = {address for address, answer in answers.items() if answer.status_code == 200}
        assert {
            each for each in opened if not each.startswith("/g/")
        } == set()  # that page says the link is gone
        assert not [1 for each in answers.values() if b"worm" in each.content or b"root:" in each.content]
    finally:
        kept.unlink()


# --- headers -------------------------------------------------------------------------------------------------------

BROKEN = "Eve\r\nSet-Cookie: eve=1\r\nBcc: eve@example.org\r\n\r\n<p>"


def test_no_name_breaks_out_of_a_header(cast: Cast) -> None:
    scene = Scene(cast)
    for model in (Guest, Event, User):
        model.objects.update(name=BROKEN[: model._meta.get_field("name").max_length])  # noqa: SLF001
    type(scene.paper).objects.update(title=BROKEN)
    at = timezone.now()
    scene.sato_print = print_handout(
        visit=Visit.objects.get(pk=cast.sato.pk), language="en", by=cast.ratna, at=at
    )
    named = 0
    for name, route in MATRIX.items():
        address = reverse(name, kwargs=route.kwargs(scene))
        for who in ("sari", "ratna"):
            answer = getattr(client_of(cast, who), route.method)(address, route.data(scene))
            assert not [value for value in answer.headers.values() if "\n" in value or "\r" in value], address
            assert "eve" not in answer.cookies, address
            named += "Content-Disposition" in answer.headers
    assert named > 3


def test_no_name_breaks_out_of_a_mails_head(cast: Cast) -> None:
    at = timezone.now()
    Event.objects.update(name=BROKEN)
    User.objects.filter(pk=cast.sari.pk).update(name=BROKEN)
    for model in (Guest,):
        model.objects.update(name=BROKEN, addressed_as=BROKEN[:100])
    event = Event.objects.get(pk=cast.event.pk)
    invite(email="new@example.org", name=BROKEN, event=event, role=Role.OFFICER, by=cast.ratna, at=at)
    remind(cast.sari, Visit.objects.get(pk=cast.sato.pk), BROKEN)
    told = list(Notice.objects.select_related("recipient"))
    assert {each.kind for each in told} == {"invitation", "reminder"}
    for notice in told:
        subject = word(notice).subject
        assert "Eve" in subject
        assert not set("\r\n") & set(subject)
    Client().post(reverse("account_request_login_code"), {"email": cast.sari.email})
    Client().post(reverse("account_reset_password"), {"email": cast.sari.email})
    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        head = message_from_bytes(letter.message().as_bytes())
        assert (head["To"], head["Bcc"]) == (cast.sari.email, None)


@pytest.mark.parametrize(
    "email", ["a@example.org\nBcc: b@example.org", "a@example.org,b@example.org", "a@example.org\x00"]
)
def test_no_address_smuggles_in_another(cast: Cast, email: str) -> None:
    for route in ("account_request_login_code", "account_reset_password"):
        assert Client().post(reverse(route), {"email": email}).status_code == 200
    assert not mail.outbox


# --- addresses to fetch --------------------------------------------------------------------------------------------

FETCHED = [
    "http://127.0.0.1:1/x.png", "https://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "ftp://127.0.0.1/x",
    "//127.0.0.1/x.png", "gopher://127.0.0.1/", "http://[::1]/x.png",
]  # fmt: skip


@pytest.mark.parametrize("address", FETCHED)
@pytest.mark.parametrize(
    "body",
    ['<img src="{}">', '<p style="background:url({})">x</p>', '<link rel="stylesheet" href="{}">', '<object data="{}"></object>',
     '<style>@import url("{}");</style>', '<a href="#x">x</a><embed src="{}">', '<link rel="attachment" href="{}">'],
)  # fmt: skip
def test_a_pdf_fetches_nothing_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, address: str, body: str
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "urllib.request.OpenerDirector.open", lambda self, url, *a, **k: asked.append(str(url))
    )
    with suppress(ForbiddenAddressError, PaperError):
        lay_out("Page", f'<html lang="en"><body>{body.format(address)}</body></html>', "css/handout.css")
    assert asked == []


def test_what_people_write_is_no_markup_on_paper(cast: Cast) -> None:
    evil = '<img src="http://127.0.0.1:1/x.png">'
    Guest.objects.filter(pk=cast.sato.guest_id).update(name=evil, addressed_as=evil)
    at = timezone.now()
    made = print_handout(visit=Visit.objects.get(pk=cast.sato.pk), language="en", by=cast.ratna, at=at)
    page = handout_html(made)
    assert ("<img src=&quot;http" in page or "&lt;img src=" in page, evil in page) == (True, False)
