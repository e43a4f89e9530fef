"""Web push to a service that looks at every header, and a browser that reads what was sealed for it."""

import json
import re
import time
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.test import Client
from pytest_django import Settings

from guests.reminders import plan_marked_visits
from liaison.accounts.models import User
from liaison.notices.channels import HealingError, Letter, PushChannel, SendingError
from liaison.notices.channels.push import topic_of
from liaison.notices.choosing import choice_of, choose
from liaison.notices.devices import device_name, is_push_service, turn_on
from liaison.notices.dispatch import dispatch
from liaison.notices.models import Delivery, Notice, PushSubscription
from liaison.notices.vapid import key_of, make_private_key, public_key
from liaison.notices.wording import Words
from tests.cast import Cast
from tests.factories import NOW, make_user
from tests.liaison.notices.push_sink import Answer, FakeBrowser, Push, PushSink
from tests.liaison.notices.push_sink import sink as sink  # the fixture
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice

pytestmark = pytest.mark.django_db
Trouble = Delivery.Trouble
WORDS = Words(
    language="en", subject="Thu · Mr Sato: Audience", text="Mr Sato\n", html="<p>Mr Sato</p>",
    short="Reminder · 09:10 WIB", opens_at="http://localhost:8000/notices/#notice-7",
    expires_at=NOW + HOUR, answers_at="http://localhost:8000/acknowledge/secret/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def sari(db: None) -> User:
    return make_user("Sari")


def send(device: PushSubscription, words: Words = WORDS, *, message_id: str = "<1@example.org>") -> None:
    with PushChannel() as channel:
        channel.send(Letter(device.address, message_id, words))


def test_the_browser_reads_a_word_without_guest_place_or_need(sari: User, sink: PushSink) -> None:
    browser = FakeBrowser()
    device = browser.subscribe(sari, sink)
    send(device)
    (push,) = sink.pushes
    assert (push.path, push.headers["Content-Encoding"]) == ("/push/1", "aes128gcm")
    assert b"Reminder" not in push.body
    assert browser.read(push) == {
        "lang": "en",
        "title": "Reminder · 09:10 WIB",
        "body": "Open Liaison to read it.",
        "tag": topic_of("<1@example.org>"),
        "open": "/notices/#notice-7",
        "urgent": False,
        "answer": {"title": "Got it", "address": "/acknowledge/secret/"},
    }
    device.refresh_from_db()
    assert (device.succeeded_at, device.failed_at) == (NOW, None)


def test_what_waits_for_no_answer_has_no_button(sari: User, sink: PushSink) -> None:
    browser = FakeBrowser()
    send(browser.subscribe(sari, sink), replace(WORDS, answers_at=""))
    assert "answer" not in browser.read(sink.pushes[0])


def test_topic_life_and_urgency(sari: User, sink: PushSink) -> None:
    device = FakeBrowser().subscribe(sari, sink)
    send(device)
    send(device)
    send(
        device,
        replace(WORDS, is_urgent=True, expires_at=NOW + timedelta(days=90)),
        message_id="<2@example.org>",
    )
    send(device, replace(WORDS, expires_at=NOW - MINUTE))
    first, repeated, urgent, late = (push.headers for push in sink.pushes)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,32}", first["Topic"])
    assert first["Topic"] == repeated["Topic"] != urgent["Topic"]
    assert [each["TTL"] for each in (first, urgent, late)] == ["3600", str(28 * 24 * 3600), "0"]
    assert [each["Urgency"] for each in (first, urgent)] == ["normal", "high"]


def claims_in(push: Push) -> dict[str, object]:
    """What the Authorization header claims, once its signature is found to be by our key."""
    found = re.fullmatch(r"vapid t=([\w.-]+), ?k=([\w-]+)", push.headers["Authorization"])
    assert found is not None
    head, body, signature = found[1].split(".")
    assert found[2] == public_key()
    raw = urlsafe_b64decode(signature + "==")
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    point = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), urlsafe_b64decode(public_key() + "==")
    )
    point.verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    assert json.loads(urlsafe_b64decode(head + "=="))["alg"] == "ES256"
    claims: dict[str, object] = json.loads(urlsafe_b64decode(body + "=="))
    return claims


def test_the_service_can_tell_who_sends(sari: User, sink: PushSink, settings: Settings) -> None:
    settings.PUSH_CONTACT = "mailto:liaison@liaison.example"
    send(FakeBrowser().subscribe(sari, sink))
    claims = claims_in(sink.pushes[0])
    assert (claims["aud"], claims["sub"]) == (f"https://{sink.service}", "mailto:liaison@liaison.example")
    assert 0 < int(str(claims["exp"])) - time.time() < 24 * 3600  # RFC 8292, 2


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(sari: User, sink: PushSink, status: int) -> None:
    gone, other = FakeBrowser().subscribe(sari, sink), FakeBrowser().subscribe(sari, sink, path="/push/2")
    sink.answer = Answer(status)
    with pytest.raises(SendingError) as caught:
        send(gone)
    assert (type(caught.value), caught.value.trouble) == (SendingError, Trouble.GONE)
    assert list(PushSubscription.objects.all()) == [other]


def test_whoever_loses_the_last_device_gets_mail_again(sari: User, sink: PushSink) -> None:
    first, last = FakeBrowser().subscribe(sari, sink), FakeBrowser().subscribe(sari, sink, path="/push/2")
    choose(user=sari, silent_ways=["email", "gateway"], unmailed_kinds=["digest"], handles={})
    sink.answer = Answer(410)
    for device, silent in ((first, ["email", "gateway"]), (last, ["gateway"])):
        with pytest.raises(SendingError):
            send(device)
        choice = choice_of(User.objects.get(pk=sari.pk))
        assert (choice.silent_ways, choice.unmailed_kinds) == (silent, ["digest"])


@pytest.mark.parametrize(
    ("answer", "patience"),
    [
        (Answer(429, {"Retry-After": "120"}), timedelta(seconds=120)),
        (Answer(429, {"Retry-After": format_datetime(NOW.astimezone(UTC) + 5 * MINUTE, usegmt=True)}), 5 * MINUTE),
        (Answer(429, {"Retry-After": "999999"}), HOUR),
        (Answer(429, {"Retry-After": "soon"}), timedelta()),
        (Answer(429, {"Retry-After": format_datetime(NOW.astimezone(UTC) - HOUR, usegmt=True)}), timedelta()),
        (Answer(500), timedelta()),
        (Answer(503, {"Retry-After": "30"}), timedelta(seconds=30)),
        (Answer(408), timedelta()),
    ],
)  # fmt: skip
def test_what_heals_is_tried_again_when_the_service_says(
    sari: User, sink: PushSink, answer: Answer, patience: timedelta
) -> None:
    device, sink.answer = FakeBrowser().subscribe(sari, sink), answer
    with pytest.raises(HealingError) as caught:
        send(device)
    assert (caught.value.trouble, caught.value.retry_after) == (Trouble.LATER, patience)
    device.refresh_from_db()
    assert (device.succeeded_at, device.failed_at) == (None, NOW)


def test_the_dispatcher_waits_as_long_as_it_is_asked_to(sari: User, sink: PushSink) -> None:
    FakeBrowser().subscribe(sari, sink)
    make_notice(sari)
    sink.answer = Answer(429, {"Retry-After": "1800"})  # longer than any pause of its own
    dispatch(at=NOW)
    delivery = Delivery.objects.get(channel="push")
    assert (delivery.state, delivery.trouble) == (Delivery.State.WAITING, Trouble.LATER)
    assert NOW + timedelta(seconds=1800) <= delivery.next_attempt_at < NOW + timedelta(seconds=1900)
    sink.answer = Answer()
    dispatch(at=NOW + timedelta(seconds=1700))
    assert len(sink.pushes) == 1
    dispatch(at=NOW + timedelta(seconds=1900))
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.SENT
    first, second = sink.pushes
    assert first.headers["Topic"] == second.headers["Topic"]


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 413])
def test_the_rest_is_final_and_no_redirect_is_followed(sari: User, sink: PushSink, status: int) -> None:
    device = FakeBrowser().subscribe(sari, sink)
    sink.answer = Answer(status, {"Location": f"https://{sink.service}/elsewhere"})
    with pytest.raises(SendingError) as caught:
        send(device)
    assert (type(caught.value), caught.value.trouble) == (SendingError, Trouble.REFUSED)
    assert [push.path for push in sink.pushes] == ["/push/1"]
    assert PushSubscription.objects.filter(pk=device.pk).exists()


def test_a_service_that_hangs_up_is_left_alone_after_two_losses(sari: User, sink: PushSink) -> None:
    device, sink.answer = FakeBrowser().subscribe(sari, sink), Answer(0)
    troubles = []
    with PushChannel() as channel:
        for number in range(4):
            with pytest.raises(HealingError) as caught:
                channel.send(Letter(device.address, f"<{number}@example.org>", WORDS))
            troubles.append(caught.value.trouble)
    assert troubles == [Trouble.LOST, Trouble.LOST, Trouble.CLOSED, Trouble.CLOSED]
    assert len(sink.pushes) == 2


def test_a_service_with_a_certificate_of_its_own_gets_nothing(
    sari: User, sink: PushSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(HealingError) as caught:
        send(FakeBrowser().subscribe(sari, sink))
    assert caught.value.trouble == Trouble.LOST
    assert not sink.pushes


def test_a_device_that_was_turned_off_meanwhile_gets_nothing(sari: User, sink: PushSink) -> None:
    device = FakeBrowser().subscribe(sari, sink)
    address = device.address
    device.delete()
    with PushChannel() as channel, pytest.raises(SendingError) as caught:
        channel.send(Letter(address, "<1@example.org>", WORDS))
    assert caught.value.trouble == Trouble.GONE
    assert not sink.pushes


def test_keys_that_are_none_are_refused(sari: User, sink: PushSink) -> None:
    device = FakeBrowser().subscribe(sari, sink)
    PushSubscription.objects.update(p256dh="BAAA", auth="AAAA")
    with pytest.raises(SendingError) as caught:
        send(device)
    assert (type(caught.value), caught.value.trouble) == (SendingError, Trouble.REFUSED)


def test_an_address_that_is_no_longer_a_known_service_is_not_called(
    sari: User, sink: PushSink, settings: Settings
) -> None:
    device = FakeBrowser().subscribe(sari, sink)
    settings.PUSH_SERVICES = ["fcm.googleapis.com"]
    with pytest.raises(SendingError) as caught:
        send(device)
    assert caught.value.trouble == Trouble.REFUSED
    assert not sink.pushes


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc:def", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://FCM.googleapis.com:443/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com:99999/x", False),
        ("https://fcm.googleapis.com@127.0.0.1/x", False),
        ("https://127.0.0.1\\@fcm.googleapis.com/x", False),
        ("https://127.0.0.1#.fcm.googleapis.com/x", False),
        ("https://evilfcm.googleapis.com.example/x", False),
        ("https://evil-fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com.evil.example/", False),
        ("https://127.0.0.1/x", False),
        ("https://[::1]/x", False),
        ("https://[::1", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://localhost/x", False),
        ("https://redis:6379/", False),
        ("https://fcm.googleapis.com/a b", False),
        ("https://fcm.googleapis.com/a\r\nHost: x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_our_server_calls_push_services_and_nothing_else(endpoint: str, known: bool) -> None:
    assert is_push_service(endpoint) is known


def test_without_a_key_nobody_is_reached_by_push(sari: User, sink: PushSink, settings: Settings) -> None:
    device = FakeBrowser().subscribe(sari, sink)
    assert PushChannel.addresses(sari) == [device.address]
    settings.PUSH_PRIVATE_KEY = ""
    assert (PushChannel.addresses(sari), public_key()) == ([], "")


def test_an_address_says_nothing_secret(sari: User, sink: PushSink) -> None:
    device = FakeBrowser().subscribe(sari, sink)
    assert device.address == f"Chrome, Android #{device.pk}"
    for address in ("", "#", "#x", "#²", f"#{'9' * 40}", "17"):
        assert not PushSubscription.objects.exclude(pk=17).at_address(address).exists()


def test_a_reminder_is_answered_from_the_lock_screen(cast: Cast, sink: PushSink) -> None:
    browser = FakeBrowser()
    browser.subscribe(cast.sari, sink)
    plan_marked_visits(at=NOW)
    Notice.objects.filter(recipient=cast.sari).update(due_at=NOW)
    Notice.objects.exclude(recipient=cast.sari).delete()
    dispatch(at=NOW)
    told = browser.read(sink.pushes[0])
    notice = Notice.objects.get()
    assert (told["title"], told["open"]) == ("Reminder · 10:00 WITA", f"/notices/#notice-{notice.pk}")
    assert "Sato" not in json.dumps(told)
    response = Client().post(told["answer"]["address"])  # as the service worker does: without a cookie
    notice.refresh_from_db()
    assert (response.status_code, notice.acknowledged_at) == (302, NOW)


@pytest.mark.parametrize("count", [1, 3])
def test_a_push_costs_one_query_of_its_own(
    sari: User, sink: PushSink, django_assert_num_queries: object, count: int
) -> None:
    browser = FakeBrowser()
    for number in range(count):
        browser.subscribe(sari, sink, path=f"/push/{number}")
    make_notice(sari)
    # 19 as without devices; when each was reached, in one; and each is read right before it is sent to.
    with django_assert_num_queries(20 + count):  # type: ignore[operator]
        dispatch(at=NOW)
    assert len(sink.pushes) == count


def test_a_key_is_made_once_and_known_by_its_public_half() -> None:
    first, second = make_private_key(), make_private_key()
    assert first != second
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", first)
    assert key_of(first).public_key() != key_of(second).public_key()
    for wrong in ("x", first[:-4], "!" * 43):
        with pytest.raises(ValueError, match=r"."):
            key_of(wrong)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36", "Samsung Internet, Android"),
        ("<script>", "Browser"), ("", "Browser"),
    ],
)  # fmt: skip
def test_a_device_is_called_what_people_call_it(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_beyond_ten_devices_the_oldest_falls_out(sari: User) -> None:
    other = make_user("Bagus")
    at = datetime(2027, 5, 1, tzinfo=UTC)
    keys = FakeBrowser().keys
    for user, number in ((other, 0), *((sari, number) for number in range(1, 13))):
        turn_on(user=user, endpoint=f"https://fcm.googleapis.com/{number}", user_agent="", at=at, **keys)
    kept = {row.endpoint.rpartition("/")[2] for row in sari.push_subscriptions.all()}
    assert kept == {str(number) for number in range(3, 13)}
    assert other.push_subscriptions.count() == 1
