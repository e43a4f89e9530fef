"""A worker that is asked to stop, as `docker stop` asks: it finishes its batch, leaves the rest free, and ends in time."""

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from guests.tasks import send_at_once
from liaison.embedded.engines import ROOT
from liaison.notices.dispatch import BATCH
from liaison.notices.models import Delivery, Notice
from liaison.queue import nudge
from liaison.watching import shared
from liaison.watching.trace import numbered
from liaison.watching.vitals import PARTS, Vitals
from tests.factories import make_user
from tests.faults.processes import PATIENCE, Crew, crew, wait_until
from tests.faults.smtp_sink import SmtpSink, smtp_sink
from tests.faults.test_notices import ask_for_a_tick
from tests.faults.test_sending import make_due

pytestmark = pytest.mark.django_db(transaction=True)
PILE = 2 * BATCH + 10  # more than a batch, so that there is a rest to leave
GRACE = 60  # seconds that docker-compose.yml gives a worker
Way = Delivery.State


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        yield server


@pytest.fixture
def team(sink: SmtpSink, tmp_path: Path) -> Iterator[Crew]:
    with crew(tmp_path, EMAIL_URL=sink.url, LOG_FORMAT="json", CELERY_LOG_LEVEL="WARNING") as started:
        yield started


def test_the_grace_is_the_one_of_compose() -> None:
    worker = (ROOT / "docker-compose.yml").read_text(encoding="utf-8").partition("\n  worker:\n")[2]
    assert f"stop_grace_period: {GRACE}s" in worker.partition("\n  beat:\n")[0]


def test_a_worker_stopped_in_mid_send_loses_and_repeats_nothing_and_ends_by_itself(
    sink: SmtpSink, team: Crew
) -> None:
    make_due(make_user("Sari"), PILE)
    in_mid_send, may_go_on = threading.Event(), threading.Event()

    def pause(said: str, _rest: str) -> None:
        if said == "END" and len(sink.messages) == 3:
            in_mid_send.set()
            may_go_on.wait(PATIENCE)

    sink.behave = pause
    worker = team.worker(processes_in_it=1)
    ask_for_a_tick()
    assert in_mid_send.wait(PATIENCE)
    worker.process.send_signal(signal.SIGTERM)
    worker.wait_for("Warm shutdown")
    may_go_on.set()
    assert wait_until(worker.has_ended, seconds=GRACE), worker.said()
    assert worker.process.returncode == 0

    sent = Delivery.objects.filter(state=Way.SENT).count()
    assert len(sink.messages) == sent <= BATCH < PILE
    assert not Delivery.objects.filter(state=Way.WAITING, leased_until__isnull=False).exists()

    ask_for_a_tick()
    team.worker(processes_in_it=1)
    sink.wait_for(PILE, seconds=3 * PATIENCE)
    assert wait_until(lambda: Notice.objects.filter(state=Notice.State.SENT).count() == PILE)
    assert len(set(sink.message_ids())) == len(sink.messages) == PILE


def test_a_task_carries_the_number_of_the_request_that_asks_for_it_and_is_one_line(team: Crew) -> None:
    worker = team.worker(processes_in_it=1)
    with numbered("asked-for-by-a-page"):
        nudge(send_at_once)
    worker.wait_for(r'"task": "guests\.send_at_once"')
    (line,) = [line for line in worker.said().splitlines() if "send_at_once" in line and '"message"' in line]
    assert '"request_id": "asked-for-by-a-page"' in line
    assert '"outcome": "success"' in line
    ask_for_a_tick()
    worker.wait_for(r'"task": "guests\.plan_and_dispatch"')
    assert worker.times_said("asked-for-by-a-page") == 1


def test_beat_and_workers_are_heard_of_while_they_live(team: Crew) -> None:
    def heard() -> tuple[int, bool]:
        told = shared.read(timezone.now())
        assert told
        return len(told.workers), told.beat_at is not None

    assert heard() == (0, False)
    team.worker(processes_in_it=1)
    assert wait_until(lambda: heard() == (1, False))
    team.beat()
    assert wait_until(lambda: heard() == (1, True))
    parts = Vitals(timezone.now()).parts(tuple(PARTS))
    assert parts == dict.fromkeys(PARTS, True)
