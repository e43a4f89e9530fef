"""Sending again what failed: the same message, to where the person is reached now."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from liaison.accounts.models import User
from liaison.notices.dispatch import dispatch
from liaison.notices.models import Delivery, Notice
from liaison.notices.resending import send_again
from tests.factories import NOW, make_user
from tests.faults.smtp_sink import SmtpSink, smtp_sink
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice

State, Way = Notice.State, Delivery.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Settings) -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
        yield server


def refuse(sink: SmtpSink) -> None:
    sink.behave = lambda verb, _rest: "550 5.1.1 no such user" if verb == "RCPT" else None


@pytest.fixture
def failed(sink: SmtpSink) -> Notice:
    """A notice whose address the server refused."""
    notice = make_notice(make_user("Sari", email="sari@example.org"))
    refuse(sink)
    dispatch(at=NOW)
    sink.behave = lambda _verb, _rest: None
    notice.refresh_from_db()
    assert notice.state == State.FAILED
    return notice


def again(notice: Notice, minutes: int = 1) -> int:
    number = send_again(notices=Notice.objects.filter(pk=notice.pk), at=NOW + minutes * MINUTE)
    dispatch(at=NOW + minutes * MINUTE)
    notice.refresh_from_db()
    return number


def test_it_goes_out_under_the_same_message_id(failed: Notice, sink: SmtpSink) -> None:
    before = failed.deliveries.get()
    assert again(failed) == 1
    after = failed.deliveries.get()
    assert (failed.state, after.state, after.trouble, after.error) == (State.SENT, Way.SENT, "", "")
    (mail,) = sink.messages
    assert mail["Message-ID"] == before.message_id == after.message_id


def test_a_second_tap_sends_nothing_more(failed: Notice, sink: SmtpSink) -> None:
    assert send_again(notices=Notice.objects.all(), at=NOW) == 1
    assert send_again(notices=Notice.objects.all(), at=NOW) == 0
    dispatch(at=NOW)
    assert send_again(notices=Notice.objects.all(), at=NOW) == 0
    dispatch(at=NOW)
    assert len(sink.messages) == 1


def test_it_may_fail_again(failed: Notice, sink: SmtpSink) -> None:
    refuse(sink)
    assert again(failed) == 1
    assert failed.state == State.FAILED
    assert "no such user" in failed.deliveries.get().reason


def test_where_the_address_was_wrong_it_goes_to_the_right_one(failed: Notice, sink: SmtpSink) -> None:
    User.objects.filter(pk=failed.recipient_id).update(email="sari.w@example.org")
    again(failed)
    assert [mail["To"] for mail in sink.messages] == ["sari.w@example.org"]
    assert failed.state == State.SENT
    assert dict(failed.deliveries.values_list("address", "state")) == {
        "sari@example.org": Way.FAILED,
        "sari.w@example.org": Way.SENT,
    }


@pytest.mark.parametrize("state", [state for state in State if state != State.FAILED])
def test_only_what_failed_is_sent_again(failed: Notice, state: str) -> None:
    Notice.objects.update(state=state)
    assert send_again(notices=Notice.objects.all(), at=NOW) == 0
    assert Notice.objects.get().state == state


def test_what_is_of_no_use_is_not_sent_again(failed: Notice, sink: SmtpSink) -> None:
    assert again(failed, minutes=24 * 60) == 0
    User.objects.update(is_active=False)
    assert again(failed) == 0
    assert sink.messages == []
    assert failed.expires_at == NOW + 24 * HOUR
