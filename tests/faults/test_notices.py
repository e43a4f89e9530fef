"""Reminders with a real worker, a real beat and a real mail server, while things are killed under them.

Everything here happens at the present moment, since the processes know no other.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.utils import timezone

from guests.models import Assignment, ItineraryItem, Visit
from liaison import celery_app
from liaison.clock import clock_time
from liaison.notices.models import Delivery, Notice
from tests.factories import (
    make_assignment,
    make_event,
    make_guest,
    make_item,
    make_member,
    make_user,
    make_visit,
)
from tests.faults.engines import kill, own_redis
from tests.faults.processes import PATIENCE, Child, Crew, crew, cut_database_connections, wait_until
from tests.faults.smtp_sink import SmtpSink, smtp_sink

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TICK = 5  # seconds between two ticks of beat
TICK_IS_OVER = r"Task guests\.plan_and_dispatch\[\S+\] succeeded"
WITA = "Asia/Makassar"


def make_sato(language: str = "id") -> Visit:
    """Mr Sato's visit these days, looked after by Sari."""
    event = make_event(time_zone=WITA)
    visit = make_visit(event, make_guest("Kenji Sato", addressed_as="Mr Sato"))
    now = timezone.now()
    sari = make_member(make_user("Sari", language=language, time_zone="Asia/Jakarta"), event)
    make_assignment(visit, sari, starts_at=now - HOUR, ends_at=now + 24 * HOUR)
    return visit


def make_due_item(visit: Visit, title: str = "Meeting") -> ItineraryItem:
    """An item whose reminder is due now."""
    return make_item(visit, title, starts_at=in_half_an_hour())


def in_half_an_hour() -> datetime:
    """When an item starts whose reminder is due now: in a little less than half an hour."""
    return timezone.now() + 30 * MINUTE - timedelta(seconds=1)


def on_the_clock(moment: datetime | None, language: str) -> str:
    """The hour as the mail must say it."""
    assert moment
    return f"{clock_time(moment, WITA, language=language)} WITA"


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content())


def ask_for_a_tick(lease_seconds: float = 300) -> None:
    """What beat asks for, with leases that run out soon or late."""
    celery_app.send_task("guests.plan_and_dispatch", kwargs={"lease_seconds": lease_seconds})


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        yield server


@pytest.fixture
def team(sink: SmtpSink, tmp_path: Path) -> Iterator[Crew]:
    with crew(tmp_path, EMAIL_URL=sink.url) as started:
        yield started


def test_an_officer_is_reminded_exactly_once_of_what_is_ahead_and_stands(sink: SmtpSink, team: Crew) -> None:
    visit = make_sato()
    now = timezone.now()
    make_item(visit, "Past", starts_at=now - HOUR)
    make_item(visit, "Begun", starts_at=now - MINUTE)
    cancelled = make_due_item(visit, "Cancelled")
    ItineraryItem.objects.filter(pk=cancelled.pk).update(state=ItineraryItem.State.CANCELLED)
    later = make_item(visit, "Moved", starts_at=now + 5 * HOUR)
    item = make_due_item(visit)
    team.worker()
    team.beat()
    team.beat()  # a second one does no harm

    sink.wait_for(1)
    (message,) = sink.messages
    when = on_the_clock(item.starts_at, "id")
    assert when in message["Subject"]
    assert str(message["Subject"]).endswith("· Mr Sato: Meeting")
    assert message["Content-Language"] == "id"
    assert when in text_of(message)

    moved_to = in_half_an_hour()
    ItineraryItem.objects.filter(pk=later.pk).update(starts_at=moved_to, ends_at=None)
    sink.wait_for(2)
    assert on_the_clock(moved_to, "id") in sink.subjects()[1]

    bagus = make_member(make_user("Bagus", language="en"), visit.event)
    make_assignment(visit, bagus, role=Assignment.Role.DEPUTY, starts_at=now - HOUR, ends_at=now + 24 * HOUR)
    visit.event.reminder_rules.create(audience=Assignment.Role.DEPUTY, minutes_before=120)
    sink.wait_for(4)  # assigned late: told at once of both that are still ahead
    assert {message["To"] for message in sink.messages[2:]} == {bagus.user.email}
    assert on_the_clock(item.starts_at, "en") in sink.subjects()[2]

    assert not wait_until(lambda: len(sink.messages) > 4, seconds=TICK + 1)
    assert len(set(sink.message_ids())) == 4
    unsent = Notice.objects.filter(state__in=[Notice.State.PLANNED, Notice.State.SENDING])
    assert wait_until(lambda: not unsent.exists())


@pytest.mark.parametrize(("verb", "times_seen"), [("RCPT", 1), ("END", 2)])
def test_a_worker_killed_in_mid_send_is_survived_under_the_same_message_id(
    sink: SmtpSink, team: Crew, verb: str, times_seen: int
) -> None:
    make_due_item(make_sato())
    in_mid_send = threading.Event()

    def hang(said: str, _rest: str) -> None:
        if said == verb and not in_mid_send.is_set():
            in_mid_send.set()
            threading.Event().wait(PATIENCE)

    sink.behave = hang
    worker = team.worker()
    ask_for_a_tick(lease_seconds=3)
    assert in_mid_send.wait(PATIENCE)
    worker.kill()
    left = Delivery.objects.get()
    assert (left.state, left.leased_until is None) == (
        Delivery.State.WAITING,
        False,
    )  # it did not get to its mark

    team.worker()
    assert wait_until(lambda: _tick_and_see(lambda: Delivery.objects.get().state == Delivery.State.SENT))
    assert sink.message_ids() == [left.message_id] * times_seen
    assert Notice.objects.get().state == Notice.State.SENT
    assert Delivery.objects.get().attempts == 2


def _tick_and_see(is_so: Callable[[], bool]) -> bool:
    """Once the dead worker's lease has run out, whoever takes it over keeps it: no slow machine can make it a third time."""
    ask_for_a_tick()
    return wait_until(is_so, seconds=1)


def test_redis_killed_in_mid_send_and_started_again_delays_and_loses_nothing(
    sink: SmtpSink, tmp_path: Path
) -> None:
    visit = make_sato()
    make_due_item(visit, "In mid-send")
    in_mid_send, may_go_on = threading.Event(), threading.Event()

    def pause(said: str, _rest: str) -> None:
        if said == "END":
            in_mid_send.set()
            may_go_on.wait(PATIENCE)

    sink.behave = pause
    with own_redis(tmp_path) as redis, crew(tmp_path, EMAIL_URL=sink.url, REDIS_URL=redis.url()) as team:
        worker = team.worker(processes_in_it=1)
        team.beat()
        assert in_mid_send.wait(PATIENCE)
        assert wait_until(lambda: _in_hand(worker) == 2)  # one task is being done, another waits for its turn

        kill(redis)
        worker.wait_for("Connection to broker lost")  # and with it the task that waited
        may_go_on.set()
        worker.wait_for(TICK_IS_OVER)
        assert Delivery.objects.get().state == Delivery.State.SENT
        make_due_item(visit, "While it is down")
        assert not wait_until(lambda: len(sink.messages) > 1, seconds=TICK + 2)  # the control: it is down

        redis.start()
        sink.wait_for(2, seconds=60)
        assert [subject.rpartition(": ")[2] for subject in sink.subjects()] == [
            "In mid-send",
            "While it is down",
        ]
        assert not wait_until(lambda: len(sink.messages) > 2, seconds=TICK + 1)


def _in_hand(worker: Child) -> int:
    """How many tasks a worker has taken and not done."""
    return worker.times_said(" received") - worker.times_said(" succeeded")


def test_database_connections_cut_between_two_ticks_cost_neither(sink: SmtpSink, team: Crew) -> None:
    visit = make_sato()
    make_due_item(visit, "Before")
    worker = team.worker(processes_in_it=1)
    ask_for_a_tick()
    worker.wait_for(TICK_IS_OVER)

    assert cut_database_connections() >= 1  # no beat runs here, so that no tick does
    make_due_item(visit, "After")
    ask_for_a_tick()
    worker.wait_for(TICK_IS_OVER, times=2)
    assert [subject.rpartition(": ")[2] for subject in sink.subjects()] == ["Before", "After"]
    assert not worker.has_said("raised unexpected")


def test_database_connections_cut_in_mid_send_cost_a_tick_and_no_message(sink: SmtpSink, team: Crew) -> None:
    """The control of the one above, too: a cut is felt."""
    make_due_item(make_sato())
    in_mid_send, may_go_on = threading.Event(), threading.Event()

    def pause(said: str, _rest: str) -> None:
        if said == "END":
            in_mid_send.set()
            may_go_on.wait(PATIENCE)

    sink.behave = pause
    worker = team.worker(processes_in_it=1)
    ask_for_a_tick(lease_seconds=3)
    assert in_mid_send.wait(PATIENCE)
    assert cut_database_connections() >= 1
    may_go_on.set()
    worker.wait_for("raised unexpected")
    assert Delivery.objects.get().state == Delivery.State.WAITING  # it was sent, and could not be marked

    assert wait_until(lambda: _tick_and_see(lambda: Delivery.objects.get().state == Delivery.State.SENT))
    assert sink.message_ids() == [Delivery.objects.get().message_id] * 2
    assert Notice.objects.get().state == Notice.State.SENT
