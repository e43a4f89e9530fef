"""The one door: by invitation, by code or password; the desk behind it."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from events.models import Role
from events.staff import invite
from liaison.accounts.models import User
from tests.cast import Cast
from tests.factories import NOW, PASSWORD


def test_nobody_signs_up(db: None) -> None:
    sent = {"email": "stranger@example.org", "password1": "Longenough-4711", "password2": "Longenough-4711"}
    page, answer = Client().get(reverse("account_signup")), Client().post(reverse("account_signup"), sent)
    assert "password1" not in page.content.decode()
    assert "password1" not in answer.content.decode()
    assert not User.objects.filter(email="stranger@example.org").exists()


def test_the_invited_sign_in_by_a_code_from_their_mail(cast: Cast) -> None:
    invite(
        email="wayan@example.org",
        name="Wayan",
        event=cast.event,
        role=Role.COORDINATOR,
        by=cast.ratna,
        at=NOW,
    )
    client = Client()
    asked = client.post(reverse("account_request_login_code"), {"email": "Wayan@example.org"})
    assert asked.status_code == 302
    (letter,) = mail.outbox
    assert letter.to == ["wayan@example.org"]
    (code,) = re.findall(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(letter.body), re.MULTILINE)
    assert client.post(asked["Location"], {"code": "WRONG-CODE"}).status_code == 200
    assert client.post(asked["Location"], {"code": code}).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_stranger_who_asks_for_a_code_gets_none_and_learns_nothing(cast: Cast) -> None:
    known = Client().post(reverse("account_request_login_code"), {"email": cast.sari.email})
    mail.outbox.clear()
    unknown = Client().post(reverse("account_request_login_code"), {"email": "stranger@example.org"})
    assert (unknown.status_code, unknown["Location"]) == (known.status_code, known["Location"])
    assert not mail.outbox


def test_the_desk_is_entered_through_the_same_door(cast: Cast) -> None:
    client = Client()
    to_the_door = client.get(reverse("admin:guests_visit_changelist"), follow=True)
    assert to_the_door.request["PATH_INFO"] == reverse("account_login")
    place = to_the_door.redirect_chain[-1][0]
    signed_in = client.post(place, {"login": cast.ratna.email, "password": PASSWORD})
    assert signed_in["Location"] == reverse("admin:guests_visit_changelist")
    assert client.get(signed_in["Location"]).status_code == 200


@pytest.mark.parametrize("who", ["sari", "putri"])
def test_whoever_has_no_desk_is_told_so(cast: Cast, who: str) -> None:
    client = Client()
    client.force_login(getattr(cast, who))
    for page in ("admin:index", "admin:guests_visit_changelist", "admin:autocomplete", "admin:jsi18n"):
        assert client.get(reverse(page)).status_code == 403, page


def test_leaving_the_desk_leaves_everything(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.ratna)
    assert client.post(reverse("admin:logout"))["Location"] == reverse("account_login")
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_password_is_changed_where_everybody_changes_it(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.ratna)
    assert client.get(reverse("admin:password_change"))["Location"] == reverse("account_change_password")
