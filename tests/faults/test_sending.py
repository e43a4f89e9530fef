"""Senders that are killed again and again, that are many, and whose mail server is ill-tempered; all are real processes."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from guests.models import ItineraryItem
from guests.reminders import plan_marked_visits
from liaison.accounts.models import User
from liaison.notices import outbox
from liaison.notices.models import Delivery, Notice
from tests.factories import make_user
from tests.faults import nursery
from tests.faults.processes import PATIENCE, Child, Crew, crew, wait_until
from tests.faults.smtp_sink import SmtpSink, smtp_sink
from tests.faults.test_notices import (
    TICK_IS_OVER,
    ask_for_a_tick,
    in_half_an_hour,
    make_due_item,
    make_sato,
    on_the_clock,
)
from tests.liaison.notices.wishes import HOUR, MINUTE, make_wish

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 100
PILE = KILLS * nursery.AT_ONCE + 50  # more than they could send
Trouble, Way = Delivery.Trouble, Delivery.State


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        yield server


@pytest.fixture
def team(sink: SmtpSink, tmp_path: Path) -> Iterator[Crew]:
    with crew(tmp_path, EMAIL_URL=sink.url) as started:
        yield started


def make_due(recipient: User, count: int = 1, **fields: object) -> list[Notice]:
    """So many notices that are due now and of use for an hour."""
    now = timezone.now()
    times = {"due_at": now - MINUTE, "expires_at": now + HOUR}
    return [outbox.put(wish=make_wish(recipient, **times, **fields), at=now) for _number in range(count)]


def finish(senders: Child) -> None:
    assert wait_until(senders.has_ended, seconds=15 * PATIENCE), senders.said()
    assert senders.process.returncode == 0, senders.said()


def test_a_hundred_senders_killed_in_mid_work_lose_nothing_and_repeat_under_the_same_id(
    sink: SmtpSink, team: Crew
) -> None:
    make_due(make_user("Sari"), PILE)
    finish(team.nursery(str(KILLS)))
    assert Notice.objects.filter(state=Notice.State.SENT).count() == PILE
    assert set(sink.message_ids()) == set(Delivery.objects.values_list("message_id", flat=True))
    assert Delivery.objects.filter(state=Way.SENT).count() == PILE
    # That the kills have struck: letters were leased anew, and some had gone out before.
    assert Delivery.objects.filter(attempts__gt=1).exists()
    assert len(sink.messages) > PILE


def test_senders_that_mark_before_they_send_lose_what_they_are_killed_with(
    sink: SmtpSink, team: Crew
) -> None:
    """The control of the one above."""
    make_due(make_user("Sari"), 300)
    finish(team.nursery("20", "careless"))
    assert not Delivery.objects.exclude(state=Way.SENT).exists()
    assert len(set(sink.message_ids())) < 300


def test_two_beats_and_four_workers_share_a_pile_and_send_each_message_once(
    sink: SmtpSink, team: Crew
) -> None:
    def take_a_moment(verb: str, _rest: str) -> None:
        if verb == "END":
            time.sleep(0.005)

    sink.behave = take_a_moment
    make_due(make_user("Sari"), 900)
    workers = [team.worker(processes_in_it=1) for _number in range(4)]
    for _number in range(2):
        team.beat()
    sink.wait_for(900, seconds=5 * PATIENCE)
    unsent = Notice.objects.exclude(state=Notice.State.SENT)
    assert wait_until(lambda: not unsent.exists())
    assert set(Counter(sink.message_ids()).values()) == {1}
    assert sink.connections > 1  # not one of them did it all
    assert not any(worker.has_said("raised unexpected") for worker in workers)


def test_an_ill_tempered_server_and_a_poisoned_notice_hurt_nobody_else(sink: SmtpSink, team: Crew) -> None:
    people = {
        name: make_user(name, email=f"{name}@example.org") for name in ("busy", "gone", "hangs", "well")
    }
    made = {name: make_due(person)[0] for name, person in people.items()}
    made["poison"] = make_due(people["well"], kind="smoke-signal")[0]
    first = {"busy", "hangs"}

    def behave(verb: str, rest: str) -> str | None:
        name = next((name for name in people if name in rest), "")
        if verb == "RCPT" and name == "gone":
            return "550 5.1.1 no such user"
        if verb == "RCPT" and name == "busy" and name in first:
            first.remove(name)
            return "450 4.2.1 mailbox busy"
        if verb == "END" and name == "hangs" and name in first:
            first.remove(name)
            threading.Event().wait(PATIENCE)  # the message is accepted, and nobody is told
        return None

    def found(name: str) -> tuple[str, str]:
        delivery = made[name].deliveries.get()
        return delivery.state, delivery.trouble

    sink.behave = behave
    worker = team.worker(processes_in_it=1)
    ask_for_a_tick()
    worker.wait_for(TICK_IS_OVER, seconds=2 * PATIENCE)
    known = {name: found(name) for name in made}
    assert known.pop("busy") in {
        (Way.WAITING, Trouble.LATER),
        (Way.SENT, ""),
    }  # a tick may last till it is asked again
    assert known == {
        "gone": (Way.FAILED, Trouble.REFUSED),
        "hangs": (Way.WAITING, Trouble.LOST),
        "well": (Way.SENT, ""),
        "poison": (Way.FAILED, Trouble.WORDLESS),
    }
    assert "550 5.1.1 no such user" in made["gone"].deliveries.get().error
    assert "notices/smoke-signal" in made["poison"].deliveries.get().error

    Delivery.objects.filter(state=Way.WAITING).update(next_attempt_at=timezone.now())
    ask_for_a_tick()
    worker.wait_for(TICK_IS_OVER, times=2)
    states = {name: Notice.objects.get(pk=notice.pk).state for name, notice in made.items()}
    failed, sent = Notice.State.FAILED, Notice.State.SENT
    assert states == {"busy": sent, "gone": failed, "hangs": sent, "well": sent, "poison": failed}
    assert made["busy"].deliveries.get().attempts == 2
    ids = Counter(sink.message_ids())
    assert ids.pop(made["hangs"].deliveries.get().message_id) == 2  # once unheard, once marked
    assert set(ids.values()) == {1}


def test_an_item_moved_while_its_reminder_is_being_sent_is_reminded_of_anew(
    sink: SmtpSink, team: Crew
) -> None:
    item = make_due_item(make_sato())
    in_mid_send, may_go_on = threading.Event(), threading.Event()

    def pause(said: str, _rest: str) -> None:
        if said == "END":
            in_mid_send.set()
            may_go_on.wait(PATIENCE)

    sink.behave = pause
    worker = team.worker(processes_in_it=1)
    ask_for_a_tick()
    assert in_mid_send.wait(PATIENCE)
    moved_to = in_half_an_hour() - timedelta(minutes=5)
    ItineraryItem.objects.filter(pk=item.pk).update(starts_at=moved_to, ends_at=None)
    assert plan_marked_visits(at=timezone.now()) == 1  # the plan is not held by what is on its way
    called_off, wanted = Notice.objects.order_by("pk")
    assert [called_off.state, wanted.state] == [Notice.State.CANCELLED, Notice.State.PLANNED]
    may_go_on.set()
    worker.wait_for(TICK_IS_OVER)

    ask_for_a_tick()
    worker.wait_for(TICK_IS_OVER, times=2)
    subjects = sink.subjects()
    assert len(subjects) == len(set(sink.message_ids())) == 2
    assert on_the_clock(item.starts_at, "id") in subjects[0]  # the control: the old time was on its way
    assert on_the_clock(moved_to, "id") in subjects[1]
    assert {delivery.state for delivery in Delivery.objects.all()} == {Way.SENT}
    assert Notice.objects.get(pk=wanted.pk).state == Notice.State.SENT
