"""Nobody guesses their way in, and nobody learns from an answer, or from how long it takes, who has an account."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import wait
from datetime import timedelta
from threading import Event as Signal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaison.accounts import mailing
from liaison.accounts.models import User
from liaison.cache import forget_old_tries
from tests.cast import Cast
from tests.factories import PASSWORD, make_user
from tests.liaison.test_second_factor import SECRET, code_of, with_app

WRONG = "not-the-password"


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tries of other tests come from the same address; those of one test fall into one moment, however slow the machine."""
    at = time.time()
    clock = SimpleNamespace(time=lambda: at, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr("allauth.core.internal.ratelimit.time", clock)
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, email: str, password: str) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_the_sixth_try_is_not_looked_at_even_if_it_is_right(cast: Cast) -> None:
    for _try in range(4):
        assert "do not go together" in sign_in(Client(), cast.sari.email, WRONG).content.decode()
    assert sign_in(Client(), cast.sari.email, PASSWORD).status_code == 302, "the control: up to here it is"
    cache.clear()
    for _try in range(5):
        sign_in(Client(), cast.sari.email, WRONG)
    last = sign_in(Client(), cast.sari.email.upper(), PASSWORD)
    assert (last.status_code, "Too many tries" in last.content.decode()) == (200, True)
    assert sign_in(Client(), cast.bagus.email, PASSWORD).status_code == 302, "somebody else is not locked out"


@pytest.fixture
def redis_down(settings: Any) -> None:
    """Nothing listens there."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}


@pytest.mark.usefixtures("redis_down")
def test_the_limit_holds_while_redis_is_down(cast: Cast) -> None:
    for _try in range(5):
        assert "do not go together" in sign_in(Client(), cast.sari.email, WRONG).content.decode()
    assert "Too many tries" in sign_in(Client(), cast.sari.email, PASSWORD).content.decode()
    assert sign_in(Client(), cast.bagus.email, PASSWORD).status_code == 302, "somebody else is not locked out"
    later = timezone.now() + timedelta(minutes=6)
    forget_old_tries(at=later)
    assert sign_in(Client(), cast.sari.email, PASSWORD).status_code == 302


@pytest.mark.usefixtures("redis_down")
def test_nothing_else_is_kept_in_the_database(db: None) -> None:
    cache.set("guests:standing", 1)
    assert (cache.get("guests:standing"), cache.add("x", 1), cache.delete("x")) == (None, True, False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM liaison_tries")
        assert cursor.fetchone() == (0,)


def test_an_unknown_address_is_locked_in_the_same_way(cast: Cast) -> None:
    said = [re.sub(r"value=\"[^\"]*\"", "", sign_in(Client(), email, WRONG).content.decode())
            for email in (cast.sari.email, "stranger@example.org") for _try in range(6)]  # fmt: skip
    nonce = re.compile(r"nonce-[^']+")
    said = [
        nonce.sub("", page).replace(cast.sari.email, "").replace("stranger@example.org", "") for page in said
    ]
    assert said[:6] == said[6:]
    assert "Too many tries" in said[5]


def test_many_accounts_are_not_tried_from_one_address(cast: Cast) -> None:
    answers = [sign_in(Client(), f"person{number}@example.org", WRONG) for number in range(62)]
    assert ["Too many tries" in each.content.decode() for each in answers] == [False] * 60 + [True] * 2
    elsewhere = sign_in(Client(REMOTE_ADDR="198.51.100.7"), "person99@example.org", WRONG)
    assert "Too many tries" not in elsewhere.content.decode()


def test_no_header_makes_a_guesser_somebody_else(cast: Cast, settings: Any) -> None:
    """Without proxies nobody's word counts; behind one, only what the proxy itself wrote, which is the last."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(61):
        came_from = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
        last = sign_in(Client(headers=came_from), f"person{number}@example.org", WRONG)
    assert "Too many tries" in last.content.decode()


def test_codes_are_not_asked_for_without_end(cast: Cast) -> None:
    ask = reverse("account_request_login_code")
    answers = [Client().post(ask, {"email": cast.sari.email}).status_code for _try in range(4)]
    assert (answers[:3], len(mail.outbox)) == ([302] * 3, 3)
    assert answers[3] != 302
    unknown = [Client().post(ask, {"email": "stranger@example.org"}).status_code for _try in range(4)]
    assert unknown == answers


def test_a_code_dies_after_three_wrong_tries(cast: Cast) -> None:
    client = Client()
    asked = client.post(reverse("account_request_login_code"), {"email": cast.sari.email})
    (code,) = re.findall(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(mail.outbox[0].body), re.MULTILINE)
    for number in range(3):
        client.post(asked["Location"], {"code": f"AAA{number}"})
    client.post(asked["Location"], {"code": code})
    assert client.get(reverse("today")).status_code == 302


def test_second_factors_are_not_guessed(cast: Cast) -> None:
    with_app(cast.sari)
    client = Client()
    to = sign_in(client, cast.sari.email, PASSWORD)["Location"]
    assert to == reverse("mfa_authenticate")
    said = [client.post(to, {"code": f"{number:06}"}).content.decode() for number in range(6)]
    assert ["Too many tries" in page for page in said] == [False] * 5 + [True]
    last = client.post(to, {"code": code_of(SECRET)})
    assert (last.status_code, client.get(reverse("today")).status_code) == (200, 302)
    cache.clear()
    assert client.post(to, {"code": code_of(SECRET)}).status_code == 302, "the control: the code was right"


@pytest.mark.parametrize("route", ["account_request_login_code", "account_reset_password"])
def test_known_and_unknown_addresses_get_the_same_answer(cast: Cast, route: str) -> None:
    invited = make_user("Invited", password=None)
    closed = make_user("Closed", is_active=False)
    answers = []
    for email in (cast.sari.email, invited.email, closed.email, "stranger@example.org"):
        client = Client()
        answer = client.post(reverse(route), {"email": email})
        page = client.get(answer["Location"]).content.decode().replace(email, "")
        answers.append(
            (answer.status_code, answer["Location"], re.sub(r"(value|nonce)=\"[^\"]*\"", "", page))
        )
    assert answers[1:] == answers[:1] * 3


def test_a_slow_mail_server_delays_no_answer(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # beside the page, as outside of tests
    answered, sent, waiting = Signal(), [], []

    def slowly(message: EmailMessage, fail_silently: bool = False) -> int:
        sent.append(answered.wait(60))
        return 1

    beside = mailing.send_beside
    monkeypatch.setattr(mailing, "send_beside", lambda message: waiting.append(beside(message)))
    monkeypatch.setattr(EmailMessage, "send", slowly)
    assert Client().post(reverse("account_request_login_code"), {"email": cast.sari.email}).status_code == 302
    assert sent == []
    answered.set()
    wait(waiting, 60)
    assert sent == [True]


def test_a_dead_mail_server_tells_nobody_either(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def refuse(message: EmailMessage, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", refuse)
    assert Client().post(reverse("account_request_login_code"), {"email": cast.sari.email}).status_code == 302
    assert "could not be sent" in caplog.text


def test_every_wrong_password_costs_the_same_work(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is what takes long: it is done once, whether there is an account, a password, or neither."""
    invited, hashed = make_user("Invited", password=None), []
    encode = MD5PasswordHasher.encode

    def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    counts = []
    for email in (cast.sari.email, invited.email, "stranger@example.org"):
        hashed.clear()
        sign_in(Client(), email, WRONG)
        counts.append(len(hashed))
    assert counts == [1, 1, 1]
    assert User.objects.filter(email=invited.email).exists()
