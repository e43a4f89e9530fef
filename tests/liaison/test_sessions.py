"""Where one is signed in, signing out, and the end of signing in with the last event."""

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from events.models import Event
from liaison.accounts.models import User
from liaison.accounts.tidying import forget_old_sign_ins
from liaison.templatetags.devices import device
from tests.cast import Cast
from tests.factories import PASSWORD, make_event, make_member
from tests.liaison.test_second_factor import with_app

WIPE = '"cache", "storage"'
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0"


def signed_in(user: User, agent: str = IPHONE) -> Client:
    client = Client(headers={"User-Agent": agent})
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("inbox")).status_code == 200


def test_devices_are_called_what_people_call_them() -> None:
    assert (device(IPHONE), device(EDGE)) == ("Safari on iPhone", "Edge on Windows")
    assert (device("curl/8"), device("")) == ("Another device", "Another device")


def test_each_sees_their_own_devices_and_no_others(cast: Cast) -> None:
    phone = signed_in(cast.sari)
    signed_in(cast.sari, EDGE)
    signed_in(cast.bagus, "Firefox Linux")
    page = phone.get(reverse("usersessions_list")).content.decode()
    assert re.findall(r"<strong>([^<]+ on [^<]+)</strong>", page) == ["Safari on iPhone", "Edge on Windows"]
    assert page.count(">here<") == 1
    assert "Firefox" not in page


def test_one_device_is_signed_out_and_not_the_others(cast: Cast) -> None:
    phone, laptop, other = signed_in(cast.sari), signed_in(cast.sari, EDGE), signed_in(cast.bagus)
    row = UserSession.objects.get(user=cast.sari, user_agent=EDGE)
    assert other.post(reverse("end_session", args=[row.pk])).status_code == 404
    assert is_in(laptop)
    answer = phone.post(reverse("end_session", args=[row.pk]))
    assert answer["Location"] == reverse("usersessions_list")
    assert [is_in(each) for each in (phone, laptop, other)] == [True, False, True]


def test_all_others_are_signed_out_then_all(cast: Cast) -> None:
    phone, laptop, tablet = (signed_in(cast.sari, agent) for agent in (IPHONE, EDGE, "x"))
    bystander = signed_in(cast.bagus)
    phone.post(reverse("usersessions_list"))
    assert [is_in(each) for each in (phone, laptop, tablet)] == [True, False, False]
    laptop = signed_in(cast.sari, EDGE)
    answer = phone.post(reverse("end_all_sessions"))
    assert (answer["Location"], answer["Clear-Site-Data"]) == (reverse("account_login"), WIPE)
    assert [is_in(each) for each in (phone, laptop, bystander)] == [False, False, True]


def test_signing_out_wipes_what_the_browser_kept_and_only_that_does(cast: Cast) -> None:
    for leave in (reverse("account_logout"), reverse("admin:logout")):
        client = signed_in(cast.ratna)
        pages = [
            client.get(address) for address in (reverse("inbox"), reverse("account_logout"), "/nothing/")
        ]
        assert not [page for page in pages if page.has_header("Clear-Site-Data")]
        answer = client.post(leave)
        assert answer["Clear-Site-Data"] == WIPE
        assert answer.cookies["sessionid"].value == ""
        assert not client.post(leave).has_header("Clear-Site-Data")  # of nobody
    here = signed_in(cast.sari)
    answer = here.post(reverse("end_session", args=[UserSession.objects.get(user=cast.sari).pk]))
    assert answer["Clear-Site-Data"] == WIPE


@pytest.fixture
def last_days(cast: Cast, settings: Settings) -> Cast:
    """The events' last day was fourteen days ago: the last day on which signing in goes."""
    settings.SIGN_IN_ENDS_AFTER_DAYS = 14
    day = timezone.now().date() - timedelta(days=14)
    Event.objects.update(starts_on=day, ends_on=day)
    return cast


def pass_a_day() -> None:
    day = timezone.now().date() - timedelta(days=15)
    Event.objects.update(starts_on=day, ends_on=day)


def test_sessions_end_with_the_last_event(last_days: Cast) -> None:
    officer, press, desk = (signed_in(user) for user in (last_days.sari, last_days.putri, last_days.ratna))
    assert [is_in(each) for each in (officer, press, desk)] == [True, True, True]
    pass_a_day()
    assert [is_in(each) for each in (officer, press, desk)] == [False, False, True]
    assert officer.get(reverse("today"))["Location"].startswith(reverse("account_login"))
    late = officer.post(reverse("log_request", args=[last_days.sato.pk]), {"category": "water"})
    assert late["Location"].startswith(reverse("account_login"))


def test_who_comes_back_reads_why_but_only_with_the_right_password(last_days: Cast) -> None:
    pass_a_day()
    client = Client()
    wrong = client.post(reverse("account_login"), {"login": last_days.sari.email, "password": "not-the-one"})
    unknown = Client().post(reverse("account_login"), {"login": "x@example.org", "password": "not-the-one"})
    assert (wrong.status_code, "are over" in wrong.content.decode()) == (200, False)
    assert unknown.status_code == 200
    answer = client.post(reverse("account_login"), {"login": last_days.sari.email, "password": PASSWORD})
    assert answer["Location"] == reverse("sign_in_over")
    page = client.get(answer["Location"])
    assert ("Your events are over" in page.content.decode(), page["Clear-Site-Data"]) == (True, WIPE)
    assert not is_in(client)


def test_nor_does_a_code_let_them_in(last_days: Cast) -> None:
    pass_a_day()
    client = Client()
    asked = client.post(reverse("account_request_login_code"), {"email": last_days.sari.email})
    (letter,) = mail.outbox
    (code,) = re.findall(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(letter.body), re.MULTILINE)
    assert client.post(asked["Location"], {"code": code})["Location"] == reverse("sign_in_over")
    assert not is_in(client)


def test_a_new_event_opens_the_door_again(last_days: Cast) -> None:
    officer = signed_in(last_days.sari)
    pass_a_day()
    assert not is_in(officer)
    day = timezone.now().date()
    make_member(last_days.sari, make_event("The next one", starts_on=day, ends_on=day))
    assert is_in(officer)
    assert is_in(signed_in(last_days.sari))


def test_who_asked_for_a_code_may_sign_in_by_password_after_all(cast: Cast) -> None:
    client = Client()
    asked = client.post(reverse("account_request_login_code"), {"email": cast.sari.email})
    assert client.get(reverse("account_login"))["Location"] == asked["Location"], (
        "the control: a code is pending"
    )
    wrong = client.post(reverse("account_login"), {"login": cast.bagus.email, "password": "not-the-one"})
    assert (wrong.status_code, "do not go together" in wrong.content.decode()) == (200, True)
    answer = client.post(reverse("account_login"), {"login": cast.bagus.email, "password": PASSWORD})
    assert (answer["Location"], is_in(client)) == (reverse("home"), True)
    assert UserSession.objects.get().user == cast.bagus


def test_a_pending_second_factor_does_not_stand_in_the_way_either(cast: Cast) -> None:
    with_app(cast.sari)
    client = Client()
    asked = client.post(reverse("account_login"), {"login": cast.sari.email, "password": PASSWORD})
    assert asked["Location"] == reverse("mfa_authenticate")
    client.post(reverse("account_login"), {"login": cast.bagus.email, "password": PASSWORD})
    assert UserSession.objects.get().user == cast.bagus, "and not the one whose factor was asked for"


def test_devices_go_once_their_session_is_over(cast: Cast) -> None:
    at = timezone.now()
    phone, laptop = signed_in(cast.sari), signed_in(cast.sari, EDGE)
    UserSession.objects.update(created_at=at - timedelta(days=20))
    Session.objects.filter(session_key=laptop.session.session_key).update(expire_date=at - timedelta(days=1))
    UserSession.objects.create(user=cast.bagus, ip="203.0.113.7", session_key="begins in this moment")
    forget_old_sign_ins(at=at)
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {
        phone.session.session_key,
        "begins in this moment",
    }
    assert (is_in(phone), Session.objects.count()) == (True, 1)
