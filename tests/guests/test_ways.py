"""How notices reach a person: devices turned on and off, ways and kinds one does without, and what is urgent."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as given
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from liaison.accounts.models import User
from liaison.notices import stopping
from liaison.notices.choosing import choice_of, choose
from liaison.notices.devices import COOKIE
from liaison.notices.dispatch import dispatch
from liaison.notices.inbox import inbox_of
from liaison.notices.models import Delivery, GatewayAddress, Notice, NoticeChoice, PushSubscription
from liaison.notices.stopping import stop_address_for
from liaison.notices.vapid import make_private_key, public_key
from liaison.weblog import without_secrets
from tests.factories import NOW, make_user
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of
from tests.liaison.notices.push_sink import FakeBrowser, PushSink
from tests.liaison.notices.push_sink import sink as sink
from tests.liaison.notices.wishes import make_notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
WAYS, TURN_ON = "/notices/ways/", "/notices/devices/"


@pytest.fixture
def sari() -> User:
    return make_user("Sari", email="sari@example.org", time_zone="Asia/Makassar")


@pytest.fixture
def push(settings: Settings) -> None:
    """Web push is set up."""
    settings.PUSH_PRIVATE_KEY = make_private_key()


def subscription(endpoint: str = ENDPOINT, **changes: str) -> dict[str, str]:
    return {"endpoint": endpoint, **FakeBrowser().keys, **changes}


def turned_on(user: User, *, endpoint: str = ENDPOINT) -> tuple[Client, PushSubscription]:
    client = signed_in(user)
    client.post(TURN_ON, subscription(endpoint), headers={"User-Agent": ANDROID})
    return client, PushSubscription.objects.get(endpoint=endpoint)


def test_without_a_key_the_page_offers_no_notices_on_devices(sari: User) -> None:
    page = text_of(signed_in(sari).get(WAYS).content)
    assert "How you want to hear from us" in page
    assert not [
        part for part in ("data-push-key", "notices.js", "Your devices", 'value="push"') if part in page
    ]
    assert "not set up here" in text_of(signed_in(sari).post(TURN_ON, subscription(), follow=True).content)
    assert not PushSubscription.objects.exists()


def test_with_a_key_the_page_gives_its_public_half_only(sari: User, push: None, settings: Settings) -> None:
    page = text_of(signed_in(sari).get(WAYS).content)
    assert f'data-push-key="{public_key()}"' in page
    assert settings.PUSH_PRIVATE_KEY not in page


def test_a_device_is_turned_on_once_and_known_again(sari: User, push: None) -> None:
    client, device = turned_on(sari)
    client.post(TURN_ON, subscription(), headers={"User-Agent": ANDROID})
    assert PushSubscription.objects.get() == device
    assert (device.user, device.device, device.created_at) == (sari, "Chrome, Android", NOW)
    page = text_of(client.get(WAYS).content)
    assert " data-on" in page
    assert "this one" in page
    assert "On since Thu, 13 May 09:00 WITA" in page
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    elsewhere = text_of(signed_in(sari).get(WAYS).content)
    assert ("Chrome, Android" in elsewhere, "this one" in elsewhere, " data-on" in elsewhere) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://127.0.0.1/x"}, {"endpoint": "http://fcm.googleapis.com/x"}, {"endpoint": ""},
        {"endpoint": "https://fcm.googleapis.com/" + "x" * 1000},
        {"auth": "x"}, {"auth": ""}, {"p256dh": "AAAA"}, {"p256dh": "é" * 87},
    ],
)  # fmt: skip
def test_what_is_no_subscription_is_not_kept(sari: User, push: None, wrong: dict[str, str]) -> None:
    response = signed_in(sari).post(TURN_ON, subscription() | wrong, follow=True)
    assert not PushSubscription.objects.exists()
    assert "message--error" in text_of(response.content)


def test_a_browser_shows_the_notices_of_whoever_turned_them_on_last(sari: User, push: None) -> None:
    _client, device = turned_on(sari)
    bagus = make_user("Bagus")
    turned_on(bagus)
    device.refresh_from_db()
    assert device.user == bagus
    assert not sari.push_subscriptions.exists()


def test_signing_out_ends_the_notices_of_this_browser_only(sari: User, push: None) -> None:
    client, _device = turned_on(sari)
    _other, kept = turned_on(sari, endpoint=f"{ENDPOINT}-2")
    client.post(reverse("account_logout"))
    assert list(PushSubscription.objects.all()) == [kept]


def test_signing_out_is_known_by_the_browser_and_not_by_the_session(sari: User, push: None) -> None:
    client, _device = turned_on(sari)
    mark = client.cookies[COOKIE].value
    later = signed_in(sari)  # the session ran out meanwhile
    later.cookies[COOKIE] = mark
    later.post(reverse("account_logout"))
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("forged", ["{pk}", "{pk}.x", "", "x.y"])
def test_nobody_signs_another_persons_device_out(sari: User, push: None, forged: str) -> None:
    client, device = turned_on(sari)
    for mark in (client.cookies[COOKIE].value, forged.format(pk=device.pk)):
        stranger = signed_in(make_user())
        stranger.cookies[COOKIE] = mark
        stranger.post(reverse("account_logout"))
    own = signed_in(sari)
    own.cookies[COOKIE] = forged.format(pk=device.pk)
    own.post(reverse("account_logout"))
    assert PushSubscription.objects.get() == device


def test_a_device_is_removed_by_its_person_only(sari: User, push: None) -> None:
    client, device = turned_on(sari)
    address = reverse("remove_device", args=[device.pk])
    assert signed_in(make_user()).post(address, {"client_uuid": uuid4()}).status_code == 404
    assert PushSubscription.objects.exists()
    page = client.post(address, {"client_uuid": uuid4()}, follow=True)
    assert "That device gets no notices any more." in text_of(page.content)
    assert not PushSubscription.objects.exists()


def test_a_test_goes_to_that_device_alone_and_a_double_tap_is_one(
    sari: User, sink: PushSink, mailoutbox: list[object]
) -> None:
    browser = FakeBrowser()
    first, _second = browser.subscribe(sari, sink), browser.subscribe(sari, sink, path="/push/2")
    client, tap = signed_in(sari), {"client_uuid": uuid4()}
    address = reverse("test_device", args=[first.pk])
    for _tap in range(2):
        said = text_of(client.post(address, tap, follow=True).content)
    assert "A test is on its way to Chrome, Android." in said
    dispatch(at=NOW)
    assert [push.path for push in sink.pushes] == ["/push/1"]
    assert browser.read(sink.pushes[0])["title"] == "A test: it works"
    assert not mailoutbox
    assert [entry.subject for entry in inbox_of(sari, page=1, at=NOW).entries] == [
        "A test for Chrome, Android"
    ]
    assert "Last reached Thu, 13 May 09:00 WITA" in text_of(client.get(WAYS).content)
    assert signed_in(make_user()).post(address, {"client_uuid": uuid4()}).status_code == 404


def test_what_is_switched_off_is_read_in_the_app_only(
    sari: User, sink: PushSink, mailoutbox: list[object]
) -> None:
    FakeBrowser().subscribe(sari, sink)
    page = signed_in(sari).post(WAYS, {"ways": ["push"], "kinds": ["agenda", "digest"]}, follow=True)
    assert "Kept." in text_of(page.content)
    make_notice(sari)
    dispatch(at=NOW)
    assert (len(mailoutbox), len(sink.pushes)) == (0, 1)
    signed_in(sari).post(WAYS, {"kinds": ["agenda", "digest"]})
    make_notice(sari)
    dispatch(at=NOW)
    assert (len(mailoutbox), len(sink.pushes)) == (0, 1)
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.SENT}
    assert len(inbox_of(sari, page=1, at=NOW).entries) == 2


def test_what_is_urgent_comes_by_every_way(sari: User, sink: PushSink, mailoutbox: list[object]) -> None:
    FakeBrowser().subscribe(sari, sink)
    choose(user=sari, silent_ways=["email", "push"], unmailed_kinds=["invitation"], handles={})
    make_notice(sari, is_urgent=True)
    dispatch(at=NOW)
    assert (len(mailoutbox), [push.headers["Urgency"] for push in sink.pushes]) == (1, ["high"])


def test_what_nobody_can_be_told_is_not_called_sent(sari: User) -> None:
    """The control: no way at all is not the same as no way wanted."""
    choose(user=sari, silent_ways=["email"], unmailed_kinds=[], handles={})
    User.objects.filter(pk=sari.pk).update(is_active=False)
    make_notice(sari)
    dispatch(at=NOW)
    assert Notice.objects.get().state == Notice.State.CANCELLED
    assert not Delivery.objects.exists()


def test_the_page_shows_what_was_chosen(sari: User, push: None) -> None:
    choose(user=sari, silent_ways=["email"], unmailed_kinds=["digest"], handles={})
    page = text_of(signed_in(sari).get(WAYS).content)
    boxes = dict(re.findall(r'<input type="checkbox" name="\w+" value="(\w+)" id="\w+"( checked)?', page))
    assert boxes == {"email": "", "push": " checked", "agenda": " checked", "digest": ""}
    assert "E-mail to sari@example.org" in page


def test_a_way_that_is_not_offered_now_keeps_what_was_said_of_it(sari: User) -> None:
    choose(user=sari, silent_ways=["push"], unmailed_kinds=[], handles={})
    signed_in(sari).post(WAYS, {"ways": ["email"], "kinds": []})
    choice = NoticeChoice.objects.get()
    assert (choice.silent_ways, choice.unmailed_kinds) == (["push"], ["agenda", "digest"])


def test_a_number_is_given_changed_and_taken_back(sari: User, settings: Settings) -> None:
    settings.APPRISE_GATEWAYS = {"WhatsApp": "whatsapp://t@1/{phone}", "Telegram": "tgram://t/{handle}"}
    client, ways = signed_in(sari), {"ways": ["email", "gateway"]}
    page = text_of(client.get(WAYS).content)
    assert ("Phone number for WhatsApp" in page, "Your name at Telegram" in page) == (True, True)
    assert not [secret for secret in ("whatsapp://", "tgram://") if secret in page]
    client.post(WAYS, ways | {"at_WhatsApp": "0812 3456 789", "at_Telegram": ""})
    assert [str(row) for row in GatewayAddress.objects.all()] == ["WhatsApp: +628123456789"]
    refused = client.post(WAYS, ways | {"at_WhatsApp": "nobody", "at_Telegram": "a/b"})
    assert refused.status_code == 422
    assert text_of(refused.content).count('class="errorlist"') == 2
    assert [str(row) for row in GatewayAddress.objects.all()] == ["WhatsApp: +628123456789"]
    client.post(WAYS, ways | {"at_WhatsApp": "", "at_Telegram": "@sari"})
    assert [str(row) for row in GatewayAddress.objects.all()] == ["Telegram: @sari"]


@pytest.fixture
def stoppable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invitations stand for a kind that one may do without."""
    monkeypatch.setitem(stopping.STOPPABLE, "invitation", "Invitations")


@pytest.mark.usefixtures("stoppable")
def test_a_mail_program_stops_a_kind_and_only_by_post(
    sari: User, sink: PushSink, mailoutbox: list[Any]
) -> None:
    FakeBrowser().subscribe(sari, sink)
    make_notice(sari)
    dispatch(at=NOW)
    headers = mailoutbox[0].extra_headers
    address = headers["List-Unsubscribe"].removeprefix("<http://localhost:8000").removesuffix(">")
    assert f"Stop such mails:\nhttp://localhost:8000{address}" in mailoutbox[0].body
    stranger = Client(enforce_csrf_checks=True)
    shown = text_of(stranger.get(address).content)
    assert ("Stop these mails?" in shown, "Sari" in shown) == (True, False)
    assert not NoticeChoice.objects.exists()
    for _time in range(2):
        response = stranger.post(address, {"List-Unsubscribe": "One-Click"})  # RFC 8058, 3.1
        assert (response.status_code, "Stopped" in text_of(response.content)) == (200, True)
    assert choice_of(User.objects.get(pk=sari.pk)).unmailed_kinds == ["invitation"]
    make_notice(sari)
    dispatch(at=NOW)
    assert (len(mailoutbox), len(sink.pushes)) == (1, 2)


@pytest.mark.parametrize("secret", ["nothing", "1.agenda.x", "", "..", "{pk}.agenda"])
def test_a_forged_link_stops_nothing(sari: User, secret: str) -> None:
    address = f"/notices/stop/{secret.format(pk=sari.pk)}/"
    assert Client().post(address).status_code == 404
    assert not NoticeChoice.objects.exists()


def test_a_link_of_who_left_stops_nothing(sari: User) -> None:
    address = stop_address_for(Notice(recipient=sari, kind="agenda")).removeprefix("http://localhost:8000")
    User.objects.filter(pk=sari.pk).update(is_active=False)
    assert Client().post(address).status_code == 404


def test_what_belongs_to_the_duty_has_no_link_that_stops_it(sari: User) -> None:
    kinds = (
        "reminder",
        "sos",
        "incident",
        "late",
        "car_late",
        "request",
        "handover",
        "duties",
        "cannot",
        "invitation",
    )
    assert [stop_address_for(Notice(recipient=sari, kind=kind)) for kind in kinds] == [""] * len(kinds)


def test_no_log_says_the_link(sari: User) -> None:
    address = stop_address_for(Notice(recipient=sari, kind="agenda"))
    secret = address.rstrip("/").rpartition("/")[2]
    assert secret not in without_secrets(f"POST {address} 200")


def test_the_service_worker_stands_at_the_root_and_is_asked_for_anew(client: Client) -> None:
    response = client.get("/sw.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Cache-Control"] == "no-cache"
    source = text_of(response.content)
    assert "icons/app-192.png" in source
    assert not [word for word in ("caches", 'addEventListener("fetch"', "importScripts") if word in source]


def test_the_manifest_lets_a_phone_install_it(client: Client) -> None:
    response = client.get("/manifest.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    told = response.json()
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/", "/")
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    assert 'rel="manifest" href="/manifest.webmanifest"' in text_of(
        client.get(reverse("account_login")).content
    )


@pytest.mark.parametrize("address", [WAYS, "/sw.js"])
def test_the_policy_of_scripts_stays_strict(sari: User, push: None, address: str) -> None:
    policy = signed_in(sari).get(address).headers["Content-Security-Policy"]
    assert ("unsafe" in policy, "default-src 'none'" in policy, "connect-src 'self'" in policy) == (
        False,
        True,
        True,
    )
    assert given.CONTENT_SECURITY_POLICY["DIRECTIVES"].get("worker-src") is None  # scripts' own rule serves


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_five_queries(
    sari: User, push: None, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        turned_on(sari, endpoint=f"{ENDPOINT}-{number}")
    client = signed_in(sari)
    with django_assert_num_queries(5):  # session, person, choice, numbers at services, devices
        client.get(WAYS)
