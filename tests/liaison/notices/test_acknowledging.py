"""Saying “got it”: once, by whoever may, from the mail without a sign-in, and what the desk then sees."""

import re
from datetime import timedelta
from threading import Barrier, Thread
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from guests.models import Movement
from guests.movement import note_movement
from guests.reminders import plan_marked_visits
from liaison.accounts.models import User
from liaison.notices.acknowledging import OPEN_AFTER_USE, acknowledge, address_for, notice_behind
from liaison.notices.dispatch import dispatch
from liaison.notices.models import Notice
from liaison.weblog import without_secrets
from tests.cast import Cast
from tests.factories import NOW, make_user
from tests.guests.phone import headers_of, signed_in
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
REMINDED = NOW + 30 * MINUTE  # half an hour before Mr Sato's meeting
LINK = re.compile(r"http://localhost:8000(/acknowledge/\S+/)")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What it is o'clock for views; change the one entry to let time pass."""
    hands = [REMINDED]
    monkeypatch.setattr("django.utils.timezone.now", lambda: hands[0])
    return hands  # type: ignore[return-value]  # a list of moments is a list of objects


@pytest.fixture
def reminder(cast: Cast) -> Notice:
    """Sari's reminder of Mr Sato's meeting, sent by the dispatcher."""
    plan_marked_visits(at=NOW)
    Notice.objects.filter(recipient=cast.sari).update(due_at=REMINDED - 15 * MINUTE)
    Notice.objects.exclude(recipient=cast.sari).delete()
    dispatch(at=REMINDED - 15 * MINUTE)
    return Notice.objects.get()


def path_of(notice: Notice) -> str:
    return urlsplit(address_for(notice)).path


def unseen_at_the_desk(user: User) -> int:
    (board,) = signed_in(user).get(reverse("admin:index")).context["boards"]
    return {card.title: card.number for card in board.cards}["Reminders not acknowledged"]  # type: ignore[no-any-return]


def test_a_tap_in_the_mail_lowers_the_number_at_the_desk(
    cast: Cast, clock: list[object], reminder: Notice, mailoutbox: list[EmailMessage]
) -> None:
    assert unseen_at_the_desk(cast.ratna) == 1
    (mail,) = mailoutbox
    (link,) = LINK.findall(str(mail.body))
    assert isinstance(mail, EmailMultiAlternatives)
    assert LINK.search(str(mail.alternatives[0][0]).replace('"', " "))
    stranger = Client(enforce_csrf_checks=True)
    opened = stranger.get(link)
    assert opened.status_code == 200
    assert unseen_at_the_desk(cast.ratna) == 1  # a scanner of mail that opens the link acknowledges nothing
    answer = stranger.post(link, follow=True)
    assert answer.status_code == 200
    assert "Thank you" in answer.content.decode()
    assert unseen_at_the_desk(cast.ratna) == 0
    reminder.refresh_from_db()
    assert reminder.acknowledged_at == REMINDED


def test_only_the_first_time_counts(cast: Cast, clock: list[object], reminder: Notice) -> None:
    assert acknowledge(notice=reminder, at=NOW) is True
    assert acknowledge(notice=reminder, at=NOW + HOUR) is False
    Client().post(path_of(reminder))
    reminder.refresh_from_db()
    assert reminder.acknowledged_at == NOW


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_once() -> None:
    notice, together, said = (
        make_notice(make_user("Sari"), kind="reminder", wants_acknowledgement=True),
        Barrier(2),
        list[bool](),
    )

    def tap(minute: int) -> None:
        together.wait()
        said.append(acknowledge(notice=notice, at=NOW + minute * MINUTE))
        connection.close()

    taps = [Thread(target=tap, args=[minute]) for minute in (1, 2)]
    for each in taps:
        each.start()
    for each in taps:
        each.join()
    assert sorted(said) == [False, True]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_the_page_writes_nothing(reminder: Notice, clock: list[object], method: str) -> None:
    getattr(Client(), method)(path_of(reminder))
    reminder.refresh_from_db()
    assert reminder.acknowledged_at is None


@pytest.mark.parametrize("is_answered", [False, True])
def test_the_page_tells_a_stranger_neither_guest_nor_place_and_leaves_no_trace(
    cast: Cast, clock: list[object], reminder: Notice, is_answered: bool
) -> None:
    if is_answered:
        acknowledge(notice=reminder, at=REMINDED)
    answer = Client().get(path_of(reminder))
    page = answer.content.decode()
    assert "Forum Nusantara" in page
    assert "13 May 09:15 WITA" in page
    for hidden in ("Sato", "Hall", "DK ", "10:00", "/visits/", "csrf", "Sari", "@example.org"):
        assert hidden not in page
    assert not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]


def test_a_message_that_waits_for_the_signed_in_is_not_used_up(
    cast: Cast, clock: list[object], reminder: Notice
) -> None:
    sari = signed_in(cast.sari)
    sari.post(reverse("acknowledge_notice", args=[reminder.pk]))
    said = "Your coordinators see that you have read it. You may"
    assert said in sari.get(path_of(reminder)).content.decode()
    assert "Noted." in sari.get(reverse("inbox")).content.decode()


@pytest.mark.parametrize(("language", "button"), [("en", "Got it"), ("id", "<button")])
def test_the_page_is_in_the_recipients_language(
    cast: Cast, clock: list[object], reminder: Notice, language: str, button: str
) -> None:
    User.objects.filter(pk=cast.sari.pk).update(language=language)
    other = "en" if language == "id" else "id"
    answer = Client(headers={"accept-language": other}).get(path_of(reminder))
    assert f'<html lang="{language}"' in answer.content.decode()
    assert button in answer.content.decode()
    assert answer["Content-Language"] == language
    assert ("09.15 WITA" if language == "id" else "09:15 WITA") in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("how", ["forged", "another's", "cut", "over", "left", "nothing"])
def test_what_opens_nothing_is_answered_alike(
    cast: Cast, clock: list[object], reminder: Notice, how: str, method: str
) -> None:
    path = path_of(reminder)
    if how == "forged":
        other = make_notice(cast.sari, kind="reminder", wants_acknowledgement=True)
        path = path.replace(f"/{reminder.pk}.", f"/{other.pk}.")
    elif how == "another's":
        Notice.objects.update(recipient=cast.bagus)
    elif how == "cut":
        path = path[:-3] + "/"
    elif how == "over":
        clock[0] = reminder.expires_at + OPEN_AFTER_USE
    elif how == "left":
        User.objects.filter(pk=cast.sari.pk).update(is_active=False)
    else:
        path = reverse("acknowledge_by_link", args=["x"])
    answer, plain = getattr(Client(), method)(path), Client().get(reverse("acknowledge_by_link", args=["x"]))
    assert (answer.status_code, answer.content) == (404, plain.content)
    assert (headers_of(answer), bool(answer.cookies)) == (headers_of(plain), False)
    assert "This link is no longer open" in answer.content.decode()
    assert not Notice.objects.exclude(acknowledged_at=None).exists()


def test_a_link_is_open_some_hours_longer_than_its_notice_is_of_use(reminder: Notice) -> None:
    secret = path_of(reminder).split("/")[-2]
    end = reminder.expires_at + OPEN_AFTER_USE
    assert notice_behind(secret, at=end - SECOND) == reminder
    assert notice_behind(secret, at=end) is None


def test_only_what_asks_for_an_answer_carries_a_link(cast: Cast, mailoutbox: list[EmailMessage]) -> None:
    make_notice(cast.sari)
    dispatch(at=NOW)
    (mail,) = mailoutbox
    assert isinstance(mail, EmailMultiAlternatives)
    assert "/acknowledge/" not in str(mail.body) + str(mail.alternatives[0][0])


def test_the_web_log_leaves_the_secret_out(reminder: Notice) -> None:
    path = path_of(reminder)
    assert without_secrets(f"POST {path} 302") == "POST /acknowledge/…/ 302"
    assert without_secrets("POST /notices/7/acknowledge/ 302") == "POST /notices/7/acknowledge/ 302"


def test_the_page_costs_one_query(
    reminder: Notice, clock: list[object], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = Client()
    with django_assert_num_queries(1):
        client.get(path_of(reminder))


# --- acting is answering -------------------------------------------------------------------------------------------


def test_a_tap_on_the_guest_answers_the_reminders_that_person_was_sent_about_that_guest(
    cast: Cast, reminder: Notice
) -> None:
    def another(recipient: User, visit: int, **fields: object) -> Notice:
        given = {
            "kind": "reminder",
            "wants_acknowledgement": True,
            "plan_key": f"visit:{visit}",
            "expires_at": NOW + HOUR,
        }
        notice = make_notice(recipient, **given | fields)
        Notice.objects.filter(pk=notice.pk).update(state=Notice.State.SENT)
        return notice

    bagus = another(cast.bagus, cast.sato.pk)
    of_another_guest = another(cast.sari, cast.lim.pk)
    to_come = another(cast.sari, cast.sato.pk, due_at=REMINDED + SECOND)
    over = another(cast.sari, cast.sato.pk, expires_at=REMINDED)
    note_movement(visit=cast.sato, status=Movement.IN_CAR, by=cast.sari, at=REMINDED, client_uuid=uuid4())
    answered = Notice.objects.exclude(acknowledged_at=None)
    assert list(answered.values_list("pk", "acknowledged_at")) == [(reminder.pk, REMINDED)]
    assert {bagus, of_another_guest, to_come, over} == set(Notice.objects.filter(acknowledged_at=None))
