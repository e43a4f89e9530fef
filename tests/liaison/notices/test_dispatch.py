"""From due notices to made deliveries, one dispatcher at a time. (Several at once: tests/faults.)"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.core.mail import EmailMessage
from pytest_django import DjangoAssertNumQueries, Settings

from liaison.accounts.models import User
from liaison.notices import dispatch as dispatching
from liaison.notices import writer
from liaison.notices.channels import Channel, EmailChannel, HealingError, Letter
from liaison.notices.dispatch import Ways, dispatch
from liaison.notices.models import Delivery, Notice
from liaison.notices.opening import keep_due, open_due
from liaison.notices.wording import Words, word
from tests.factories import NOW, make_user
from tests.faults.smtp_sink import SmtpSink, smtp_sink
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice

State, Way = Notice.State, Delivery.State
SECOND = timedelta(seconds=1)
LATER = NOW + 20 * MINUTE  # after every pause between two attempts
pytestmark = pytest.mark.django_db


@pytest.fixture
def sari(db: None) -> User:
    return make_user("Sari", email="sari@example.org")


@pytest.fixture
def no_address(db: None) -> User:
    """Somebody whom no way reaches but the app."""
    return make_user("Bagus", email="")


@pytest.fixture
def sink(settings: Settings) -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
        yield server


def test_a_due_notice_is_sent_and_marked(sari: User, mailoutbox: list[EmailMessage]) -> None:
    notice = make_notice(sari)
    assert dispatch(at=NOW) == 2
    notice.refresh_from_db()
    delivery = notice.deliveries.get()
    assert (notice.state, delivery.state) == (State.SENT, Way.SENT)
    for moment in (delivery.sent_at, notice.finished_at):
        assert moment
        assert NOW <= moment < NOW + MINUTE
    assert (delivery.channel, delivery.address, delivery.attempts) == ("email", "sari@example.org", 1)
    assert delivery.leased_until is None
    (mail,) = mailoutbox
    assert mail.extra_headers["Message-ID"] == delivery.message_id
    assert re.fullmatch(r"<[0-9a-f]{32}@localhost>", delivery.message_id)


def test_what_was_sent_is_not_sent_again(sari: User, mailoutbox: list[EmailMessage]) -> None:
    make_notice(sari)
    assert [dispatch(at=NOW + hours * HOUR) for hours in range(4)] == [2, 0, 0, 0]
    assert len(mailoutbox) == 1


def test_a_notice_waits_until_it_is_due(sari: User, mailoutbox: list[EmailMessage]) -> None:
    make_notice(sari, due_at=NOW + MINUTE)
    assert dispatch(at=NOW + 59 * SECOND) == 0
    assert dispatch(at=NOW + MINUTE) == 2
    assert len(mailoutbox) == 1


def test_what_has_expired_is_missed_and_not_sent(sari: User, mailoutbox: list[EmailMessage]) -> None:
    notice = make_notice(sari, expires_at=NOW + HOUR)
    dispatch(at=NOW + HOUR)
    notice.refresh_from_db()
    assert (notice.state, notice.finished_at) == (State.MISSED, NOW + HOUR)
    assert not notice.deliveries.exists()
    assert not mailoutbox


def test_a_cancelled_notice_is_not_sent(sari: User, mailoutbox: list[EmailMessage]) -> None:
    make_notice(sari)
    Notice.objects.update(state=State.CANCELLED)
    assert dispatch(at=NOW) == 0
    assert not mailoutbox


def test_who_may_no_longer_sign_in_is_told_nothing(sari: User, mailoutbox: list[EmailMessage]) -> None:
    notice = make_notice(sari)
    User.objects.update(is_active=False)
    dispatch(at=NOW)
    notice.refresh_from_db()
    assert notice.state == State.CANCELLED
    assert not mailoutbox


def test_whom_no_way_reaches_is_told_in_the_app_and_nowhere_else(
    no_address: User, sari: User, mailoutbox: list[EmailMessage]
) -> None:
    told, mailed = make_notice(no_address), make_notice(sari)
    at = NOW + HOUR
    late = make_notice(no_address, expires_at=at)
    early = make_notice(no_address, due_at=at + MINUTE)
    assert dispatch(at=at) == 4
    assert dispatch(at=at) == 0
    states = {row.pk: (row.state, row.finished_at) for row in Notice.objects.exclude(pk=mailed.pk)}
    assert states == {
        told.pk: (State.SENT, at),
        late.pk: (State.MISSED, at),
        early.pk: (State.PLANNED, None),
    }
    assert list(Notice.objects.told_to(no_address)) == [late, told]  # what came too late stands there, too
    assert [delivery.notice for delivery in Delivery.objects.all()] == [mailed]
    assert [mail.to for mail in mailoutbox] == [["sari@example.org"]]


def test_who_may_no_longer_sign_in_is_told_nothing_in_the_app_either(no_address: User) -> None:
    notice = make_notice(no_address)
    User.objects.update(is_active=False)
    dispatch(at=NOW)
    notice.refresh_from_db()
    assert (notice.state, notice.finished_at) == (State.CANCELLED, NOW)


def test_a_notice_that_a_way_might_have_carried_and_did_not_is_told_in_the_app(
    sari: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database cannot tell beforehand, the addresses do."""
    told, late = make_notice(sari), make_notice(sari, expires_at=NOW + HOUR)
    gone = make_notice(make_user("Dewi", is_active=False))
    monkeypatch.setattr(EmailChannel, "addresses", lambda _recipient: [])
    dispatch(at=NOW + HOUR)
    states = dict(Notice.objects.values_list("pk", "state"))
    assert states == {told.pk: State.SENT, late.pk: State.MISSED, gone.pk: State.CANCELLED}


def test_only_so_many_are_kept_in_the_app_at_once_the_urgent_and_the_earliest_first(no_address: User) -> None:
    late, early, urgent = (
        make_notice(no_address, due_at=NOW - minutes * MINUTE, is_urgent=not minutes) for minutes in (1, 2, 0)
    )
    for told in ({urgent}, {urgent, early}, {urgent, early, late}):
        assert keep_due(at=NOW, batch=1) == 1
        assert set(Notice.objects.filter(state=State.SENT)) == told
    assert keep_due(at=NOW, batch=1) == 0


def test_only_so_many_are_taken_up_the_earliest_first(sari: User, mailoutbox: list[EmailMessage]) -> None:
    for number in (2, 0, 1):
        make_notice(
            sari, due_at=NOW - 3 * MINUTE + number * MINUTE,
            payload={"event": f"E{number}", "inviter": "R", "role": "press"},
        )  # fmt: skip
    assert dispatch(at=NOW, batch=2) == 4
    assert [mail.subject for mail in mailoutbox] == [
        "R invites you to the team of E0",
        "R invites you to the team of E1",
    ]
    assert dispatch(at=NOW, batch=2) == 2


@pytest.mark.parametrize("count", [1, 3, 100])
def test_a_hundred_notices_cost_as_many_queries_as_one(
    sari: User, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _number in range(count):
        make_notice(sari)
    # Keep in the app. Open: read with devices and addresses at services, mark, call back, address, settle. Deliver:
    # claim, look; at the end look, mark, settle. And savepoints.
    with django_assert_num_queries(19):
        assert dispatch(at=NOW) == 2 * count
    assert Notice.objects.filter(state=State.SENT).count() == count


@pytest.mark.parametrize("count", [1, 3, 100])
def test_what_only_the_app_tells_costs_three_queries_however_many_there_are(
    no_address: User, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _number in range(count):
        make_notice(no_address)
    with django_assert_num_queries(5):  # keep; open and claim find nothing; and a savepoint
        assert dispatch(at=NOW) == count
    assert Notice.objects.filter(state=State.SENT).count() == count


def test_nothing_to_do_costs_three_queries(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):  # three, one of them in a savepoint
        assert dispatch(at=NOW) == 0


def test_a_refusal_is_final_and_says_why(sari: User, sink: SmtpSink) -> None:
    notice = make_notice(sari)
    sink.behave = lambda verb, _rest: "550 5.1.1 no such user" if verb == "RCPT" else None
    dispatch(at=NOW)
    notice.refresh_from_db()
    delivery = notice.deliveries.get()
    assert (notice.state, delivery.state) == (State.FAILED, Way.FAILED)
    assert delivery.reason == "The other side refuses the address or the message: 550 5.1.1 no such user"
    sink.behave = lambda _verb, _rest: None
    assert dispatch(at=LATER) == 0
    assert not sink.messages


def test_what_can_heal_is_tried_again_later_under_the_same_id(sari: User, sink: SmtpSink) -> None:
    notice = make_notice(sari)
    sink.behave = lambda verb, _rest: "451 4.7.1 greylisted, come back" if verb == "END" else None
    dispatch(at=NOW)
    delivery = notice.deliveries.get()
    assert (delivery.state, delivery.attempts, delivery.leased_until) == (Way.WAITING, 1, None)
    assert delivery.reason == "The other side asks to try again later: 451 4.7.1 greylisted, come back"
    pause = delivery.next_attempt_at - NOW
    assert 0.75 * dispatching.FIRST_RETRY <= pause <= 1.25 * dispatching.FIRST_RETRY + 5 * SECOND
    sink.behave = lambda _verb, _rest: None
    assert dispatch(at=NOW + SECOND) == 0
    dispatch(at=LATER)
    notice.refresh_from_db()
    delivery.refresh_from_db()
    assert (notice.state, delivery.state, delivery.reason) == (State.SENT, Way.SENT, "")
    assert sink.message_ids() == [delivery.message_id] * 2


def test_attempts_grow_apart_and_end(sari: User, sink: SmtpSink) -> None:
    notice = make_notice(sari)
    sink.behave = lambda verb, _rest: "451 come back" if verb == "RCPT" else None
    at, pauses = NOW, []
    while dispatch(at=at):
        delivery = notice.deliveries.get()
        pauses.append(delivery.next_attempt_at - at)
        at = delivery.next_attempt_at
    assert len(pauses) == Delivery.MAX_ATTEMPTS
    assert all(1.2 * one < next_ for one, next_ in pairwise(pauses[:5]))
    assert max(pauses) <= 1.25 * dispatching.LAST_RETRY + 5 * SECOND
    notice.refresh_from_db()
    assert (notice.state, notice.deliveries.get().trouble) == (State.FAILED, Delivery.Trouble.LATER)


def test_an_outage_lets_everything_wait_and_costs_one_knock(
    sari: User, sink: SmtpSink, caplog: pytest.LogCaptureFixture
) -> None:
    for _number in range(5):
        make_notice(sari)
    sink.behave = lambda verb, _rest: "421 going down" if verb == "CONNECT" else None
    dispatch(at=NOW, batch=5)
    for _number in range(2):
        make_notice(sari)
    dispatch(at=NOW + MINUTE, batch=2)  # two of the seven are taken up, all seven are postponed
    assert sink.connections == 2
    waiting = Delivery.objects.filter(state=Way.WAITING, attempts=0, trouble=Delivery.Trouble.CLOSED)
    assert waiting.count() == 7
    assert dispatch(at=NOW + MINUTE + SECOND) == 0
    assert "Nothing can be sent by email for now" in caplog.text
    sink.behave = lambda _verb, _rest: None
    dispatch(at=LATER)
    assert len(sink.messages) == 7
    assert Notice.objects.filter(state=State.SENT).count() == 7


def test_an_outage_of_a_day_loses_nothing_but_what_expired(sari: User, sink: SmtpSink) -> None:
    short, long = make_notice(sari, expires_at=NOW + HOUR), make_notice(sari, expires_at=NOW + 48 * HOUR)
    sink.behave = lambda verb, _rest: "421 going down" if verb == "CONNECT" else None
    for minute in range(0, 24 * 60, 15):
        dispatch(at=NOW + minute * MINUTE)
    sink.behave = lambda _verb, _rest: None
    dispatch(at=NOW + 24 * HOUR)
    short.refresh_from_db()
    long.refresh_from_db()
    assert (short.state, long.state) == (State.MISSED, State.SENT)
    assert len(sink.messages) == 1


def test_poison_fails_alone_with_its_reason(sari: User, mailoutbox: list[EmailMessage]) -> None:
    poison = make_notice(sari, due_at=NOW - HOUR, kind="smoke-signal")
    for _number in range(3):
        make_notice(sari)
    dispatch(at=NOW)
    poison.refresh_from_db()
    assert poison.state == State.FAILED
    assert poison.deliveries.get().reason.startswith("The message could not be worded: notices/smoke-signal")
    assert len(mailoutbox) == 3


def test_who_crashes_the_sender_every_time_is_given_up(sari: User, mailoutbox: list[EmailMessage]) -> None:
    notice = make_notice(sari)
    open_due(at=NOW, batch=100)
    at = NOW
    for _crash in range(Delivery.MAX_ATTEMPTS):
        assert len(dispatching.claim(at=at, batch=100, lease=MINUTE)) == 1  # and then: nothing
        at += MINUTE
    dispatch(at=at)
    notice.refresh_from_db()
    assert (notice.state, notice.deliveries.get().trouble) == (State.FAILED, Delivery.Trouble.CRASHED)
    assert not mailoutbox


def test_a_lease_keeps_others_off_until_it_runs_out(sari: User, mailoutbox: list[EmailMessage]) -> None:
    make_notice(sari)
    open_due(at=NOW, batch=100)
    (claimed,) = dispatching.claim(at=NOW, batch=100, lease=5 * MINUTE)
    assert dispatch(at=NOW + 4 * MINUTE) == 0
    assert dispatch(at=NOW + 5 * MINUTE) == 1
    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [claimed.message_id]


def test_an_unexpected_error_lets_others_have_the_rest_and_keeps_the_one_in_hand(
    sari: User, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    for _number in range(3):
        make_notice(sari)

    second = Notice.objects.order_by("pk")[1]

    def burst(notice: Notice, *, at: datetime) -> Words:
        if notice == second:
            raise ZeroDivisionError
        return word(notice, at=at)

    monkeypatch.setattr(writer, "word", burst)
    with pytest.raises(ZeroDivisionError):
        dispatch(at=NOW)
    monkeypatch.undo()
    sent, tried, free = Delivery.objects.order_by("pk")
    assert (sent.state, sent.notice.state) == (Way.SENT, State.SENT)
    assert (tried.state, tried.attempts, tried.leased_until) == (Way.WAITING, 1, NOW + Delivery.LEASE)
    assert (free.state, free.attempts, free.leased_until) == (Way.WAITING, 0, None)
    dispatch(at=NOW)
    assert len(mailoutbox) == 2
    dispatch(at=NOW + Delivery.LEASE)
    assert len(mailoutbox) == 3


def test_what_is_called_off_while_a_slow_server_takes_the_one_before_is_not_sent(
    sari: User, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_notice(sari), make_notice(sari, dedupe_key="second")
    monkeypatch.setattr(dispatching, "CHECK_EVERY", timedelta(0))
    original = dispatching.Hand.send

    def send_and_call_off(hand: dispatching.Hand, delivery: Delivery, channel: object) -> None:
        original(hand, delivery, channel)  # type: ignore[arg-type]
        Notice.objects.filter(pk=second.pk).update(state=State.CANCELLED)

    monkeypatch.setattr(dispatching.Hand, "send", send_and_call_off)
    dispatch(at=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.SENT, State.CANCELLED)
    assert second.deliveries.get().state == Way.CANCELLED
    assert len(sink.messages) == 1


def test_what_is_called_off_between_two_attempts_is_not_sent_and_revived_is_sent_once(
    sari: User, sink: SmtpSink
) -> None:
    notice = make_notice(sari)
    sink.behave = lambda verb, _rest: "451 come back" if verb == "RCPT" else None
    dispatch(at=NOW)
    sink.behave = lambda _verb, _rest: None
    Notice.objects.update(state=State.CANCELLED)
    dispatch(at=LATER)
    assert notice.deliveries.get().state == Way.CANCELLED
    Notice.objects.update(state=State.PLANNED)
    assert [dispatch(at=LATER), dispatch(at=LATER + HOUR)] == [2, 0]
    notice.refresh_from_db()
    assert (notice.state, notice.deliveries.get().state) == (State.SENT, Way.SENT)
    assert len(sink.messages) == 1


def test_what_was_sent_before_it_was_revived_is_not_sent_again(
    sari: User, mailoutbox: list[EmailMessage]
) -> None:
    notice = make_notice(sari)
    dispatch(at=NOW)
    Notice.objects.update(state=State.PLANNED)  # called off and revived while it was on its way
    assert dispatch(at=NOW) == 1
    notice.refresh_from_db()
    assert notice.state == State.SENT
    assert len(mailoutbox) == 1


def test_a_lease_that_somebody_took_over_is_not_prolonged_nor_marked(
    sari: User, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_notice(sari)
    make_notice(sari)
    monkeypatch.setattr(dispatching, "CHECK_EVERY", timedelta(0))
    sink.behave = lambda verb, _rest: "451 come back" if verb == "RCPT" else None
    taken_until = NOW + 3 * HOUR
    original = dispatching.Hand.send

    def send_and_be_overtaken(hand: dispatching.Hand, delivery: Delivery, channel: object) -> None:
        original(hand, delivery, channel)  # type: ignore[arg-type]
        Delivery.objects.update(leased_until=taken_until)

    monkeypatch.setattr(dispatching.Hand, "send", send_and_be_overtaken)
    dispatch(at=NOW)
    assert [(row.leased_until, row.trouble) for row in Delivery.objects.all()] == [(taken_until, "")] * 2


def test_a_slow_server_leaves_the_rest_of_a_batch_to_whoever_asks_next(
    sari: User, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(3):
        make_notice(sari)
    monkeypatch.setattr(dispatching, "HAND_LASTS", timedelta(0))
    dispatch(at=NOW)
    assert len(mailoutbox) == 1
    left = Delivery.objects.filter(state=Way.WAITING)
    assert [(row.attempts, row.leased_until) for row in left] == [(0, None)] * 2
    make_notice(sari, is_urgent=True, payload={"event": "SOS", "inviter": "R", "role": "press"})
    dispatch(at=NOW)
    assert mailoutbox[1].subject == "R invites you to the team of SOS"


def test_many_batches_use_one_connection(sari: User, sink: SmtpSink) -> None:
    for _number in range(5):
        make_notice(sari)
    with Ways() as ways:
        assert [dispatch(at=NOW, batch=2, ways=ways) for _round in range(4)] == [4, 4, 2, 0]
    assert (len(sink.messages), sink.connections) == (5, 1)
    make_notice(sari)
    dispatch(at=NOW)  # the control: who gives no ways opens them each time
    assert sink.connections == 2


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (None, timedelta(0), 1.25 * dispatching.FIRST_RETRY),
        (SECOND, timedelta(0), 1.25 * dispatching.FIRST_RETRY),
        (7 * MINUTE, 7 * MINUTE, 7 * MINUTE),
        (3 * HOUR, dispatching.MOST_PATIENCE, dispatching.MOST_PATIENCE),
    ],
)
def test_a_server_that_names_a_time_is_not_asked_before_it_within_reason(
    sari: User,
    monkeypatch: pytest.MonkeyPatch,
    asked: timedelta | None,
    least: timedelta,
    most: timedelta,
) -> None:
    def refuse(_channel: Channel, _letter: Letter) -> None:
        raise HealingError(Delivery.Trouble.LATER, "slow down", retry_after=asked)

    make_notice(sari)
    monkeypatch.setattr(EmailChannel, "send", refuse)
    dispatch(at=NOW)
    assert least <= Delivery.objects.get().next_attempt_at - NOW <= most + 5 * SECOND


def test_what_was_written_ahead_is_written_anew_where_its_notice_has_changed(sari: User) -> None:
    make_notice(sari)
    open_due(at=NOW, batch=1)
    (delivery,) = dispatching.claim(at=NOW, batch=1, lease=HOUR)
    notice, again = (Notice.objects.select_related("recipient").get() for _reading in range(2))
    channel = EmailChannel()
    with writer.Writer() as ahead:
        ahead.begin(delivery, notice, channel, at=NOW)
        again.payload["event"] = "Forum Baru"
        anew = ahead.letter_of(delivery, again, channel, at=NOW)
        assert anew.words.subject == "Ratna invites you to the team of Forum Baru"
        ahead.begin(delivery, notice, channel, at=NOW)
        begun = ahead.letter_of(delivery, notice, channel, at=NOW)
        assert begun.words.subject == "Ratna invites you to the team of Forum Nusantara"


def test_wording_asks_nothing_of_the_database(
    sari: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """So that a thread may do it without a connection."""
    make_notice(sari)
    notice = Notice.objects.select_related("recipient", "event").get()
    with django_assert_num_queries(0):
        word(notice, at=NOW + HOUR)
