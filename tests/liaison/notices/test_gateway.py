"""Services beside our own, through Apprise, to a web server that keeps what it is sent."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from pytest_django import Settings

from liaison import env
from liaison.checks import notice_ways
from liaison.notices.channels import GatewayChannel, HealingError, Letter, SendingError
from liaison.notices.choosing import choose
from liaison.notices.dispatch import dispatch
from liaison.notices.gateways import Gateway
from liaison.notices.models import Delivery
from liaison.notices.wording import Words
from tests.factories import NOW, make_user
from tests.liaison.notices.wishes import HOUR, make_notice

WORDS = Words(
    language="en", subject="Thu · Mr Sato: Audience", text="Mr Sato\n", html="<p>Mr Sato</p>",
    short="Reminder · 09:10 WIB", opens_at="http://localhost:8000/notices/#notice-7",
    expires_at=NOW + HOUR, answers_at="http://localhost:8000/acknowledge/secret/",
)  # fmt: skip


class Sink(ThreadingHTTPServer):
    """Keeps path and body of every message, and answers with its status."""

    daemon_threads = True
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[tuple[str, dict[str, Any]]] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Tests read `messages`."""


@pytest.fixture
def sink(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A server behind two services: one asks for phones, one for names."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Sink() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.APPRISE_GATEWAYS = {
            "WhatsApp": f"json://{server.host}/to/{{phone}}",
            "Telegram": f"json://{server.host}/chat/{{handle}}",
        }
        yield server
        server.shutdown()
        thread.join()


def test_the_short_word_goes_to_the_persons_number_and_no_other(sink: Sink) -> None:
    with GatewayChannel() as channel:
        channel.send(Letter("WhatsApp: +628123456789", "<1@example.org>", WORDS))
    ((path, body),) = sink.messages
    assert path in {"/to/%2B628123456789", "/to/+628123456789"}
    assert body["message"] == "Reminder · 09:10 WIB\nhttp://localhost:8000/notices/#notice-7"
    assert not [word for word in ("Sato", "acknowledge", "Audience") if word in json.dumps(body)]


def test_a_person_is_reached_where_they_gave_a_handle_and_the_service_still_stands(
    db: None, sink: Sink, settings: Settings
) -> None:
    sari = make_user("Sari")
    choose(
        user=sari, silent_ways=[], unmailed_kinds=[], handles={"WhatsApp": "+628123456789", "Telegram": ""}
    )
    assert GatewayChannel.addresses(sari) == ["WhatsApp: +628123456789"]
    settings.APPRISE_GATEWAYS = {"Signal": "signal://localhost/{phone}"}
    assert GatewayChannel.addresses(sari) == []
    settings.APPRISE_GATEWAYS = {}
    assert GatewayChannel.addresses(sari) == []


def test_a_notice_goes_by_mail_and_by_messenger(db: None, sink: Sink, mailoutbox: list[object]) -> None:
    sari = make_user("Sari")
    choose(user=sari, silent_ways=[], unmailed_kinds=[], handles={"Telegram": "sari_w"})
    make_notice(sari)
    dispatch(at=NOW)
    assert len(mailoutbox) == 1
    ((path, body),) = sink.messages
    assert (path, body["message"].splitlines()[0]) == ("/chat/sari_w", "An invitation to a team")
    assert set(Delivery.objects.values_list("channel", "state")) == {("email", "sent"), ("gateway", "sent")}


def test_a_failure_may_heal(sink: Sink) -> None:
    sink.status = 500
    with GatewayChannel() as channel, pytest.raises(HealingError) as caught:
        channel.send(Letter("WhatsApp: +628123456789", "<1@example.org>", WORDS))
    assert caught.value.trouble == Delivery.Trouble.LATER
    assert sink.host not in caught.value.detail  # an administrator's address is no coordinator's business


def test_a_service_that_was_taken_away_is_final(sink: Sink) -> None:
    with GatewayChannel() as channel, pytest.raises(SendingError) as caught:
        channel.send(Letter("Signal: +628123456789", "<1@example.org>", WORDS))
    assert type(caught.value) is SendingError
    assert not sink.messages


@pytest.mark.parametrize(
    "written",
    [
        "a/b",
        "a?x=1",
        "a#b",
        "a:b@host",
        "a b",
        "../x",
        "a,b",
        "{phone}",
        "a%2Fb",
        "json://127.0.0.1/",
        "á",
        "",
        "@",
    ],
)
def test_a_handle_can_be_nothing_but_a_name(written: str) -> None:
    with pytest.raises(ValidationError):
        Gateway("Telegram", "tgram://token/{handle}").cleaned(written)


def test_a_handle_stays_in_its_place() -> None:
    gateway = Gateway("Telegram", "tgram://token/{handle}?silent=no")
    assert gateway.address_of("a/../b?c=d#e@f:g") == "tgram://token/a%2F..%2Fb%3Fc%3Dd%23e%40f%3Ag?silent=no"
    assert gateway.cleaned(" @sari.w ") == "@sari.w"


@pytest.mark.parametrize(
    ("written", "number"), [("0812-3456-789", "+628123456789"), ("+65 6123 4567", "+6561234567")]
)
def test_a_phone_is_kept_as_it_is_dialled_from_anywhere(written: str, number: str) -> None:
    assert Gateway("WhatsApp", "whatsapp://t@1/{phone}").cleaned(written) == number


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("json://host/{phone}", ""), ("json://host/?to={handle}", ""),
        ("json://host/", "exactly one"), ("json://host/{phone}/{handle}", "exactly one"),
        ("json://host/{phone}/{phone}", "exactly one"), ("json://host/{name}", "exactly one"),
        ("json://{handle}/x", "host"), ("json://{phone}@host/", "host"), ("json://host:{phone}/", "host"),
        ("host/{phone}", "host"),
    ],
)  # fmt: skip
def test_the_place_for_a_person_is_never_the_host(settings: Settings, template: str, fault: str) -> None:
    settings.APPRISE_GATEWAYS = {"Other": template}
    found = notice_ways(None)
    assert [error.id for error in found] == (["liaison.E006"] if fault else [])
    assert fault in "".join(error.msg for error in found)


def test_a_key_that_is_none_is_said_at_the_start(settings: Settings) -> None:
    settings.PUSH_PRIVATE_KEY = "none"
    assert [error.id for error in notice_ways(None)] == ["liaison.E005"]


def test_services_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICES", " WhatsApp=whatsapp://t@1/{phone}?a=b  Telegram=tgram://t/{handle} ")
    assert env.named("SERVICES") == {
        "WhatsApp": "whatsapp://t@1/{phone}?a=b",
        "Telegram": "tgram://t/{handle}",
    }
    for wrong in ("x", "=y", "a=", "a b=c"):
        monkeypatch.setenv("SERVICES", wrong)
        with pytest.raises(ImproperlyConfigured):
            env.named("SERVICES")


def test_what_is_kept_has_no_answer_link(sink: Sink) -> None:
    with GatewayChannel() as channel:
        channel.send(Letter("Telegram: sari", "<1@example.org>", replace(WORDS, short="A test: it works")))
    assert sink.messages[0][1]["message"].startswith("A test: it works\n")
