"""Notices told and mailed by a real worker, against bare Celery and against plain SMTP in the same run; and their planning.

The mail server answers each command after LATENCY, so a message takes at least four of them: a server without any way to
it would share two cores with its clients, and two processes could not be told from one.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis import Redis

from guests.models import ItineraryItem, PlanMark
from guests.reminders import plan_marked_visits
from liaison import celery_app
from liaison.accounts.models import User
from liaison.embedded import processes
from liaison.embedded.engines import ROOT
from liaison.embedded.redis import free_port
from liaison.notices.channels import EmailChannel, Letter
from liaison.notices.dispatch import dispatch
from liaison.notices.models import Delivery, Notice
from liaison.notices.wording import word
from tests.bench import tasks
from tests.bench.importing import address
from tests.bench.load import percentile
from tests.bench.server import cpu_seconds_of

LATENCY = 0.001
INBOX_NEEDS, ONE_NEEDS, TWO_NEED = 5.0, 0.9, 1.7
_DEADLINE = 900
TICK = 5.0


def measure(*, rounds: int, pile: int, mails: int, plain: int) -> tuple[list[str], list[str]]:
    """The table's lines, and the targets that were missed."""
    with mail_sink() as (port, sink), override_settings(**_mail_to(port)):
        people = _people()
        inbox, celery, one, two, cpu = [], [], [], [], []
        for _round in range(rounds):
            celery.append(_bare_celery(pile))
            inbox.append(_told(pile, User.objects.get(email=""), port))
            bare = _plain_smtp(plain, people)
            one.append(_mailed(mails, people, port, processes_in_it=1) / bare)
            before, began = cpu_seconds_of(str(sink)), time.perf_counter()
            two.append(_mailed(mails, people, port, processes_in_it=2) / bare)
            cpu.append((cpu_seconds_of(str(sink)) - before) / (time.perf_counter() - began))
        late = _lateness(1000, people, port)
        queries = _queries(1000, people)
    ratios = {
        "told in the app alone, of bare Celery's rate": (
            [mine / theirs for mine, theirs in zip(inbox, celery, strict=True)], INBOX_NEEDS,
        ),
        "mailed by one process, of plain SMTP's rate": (one, ONE_NEEDS),
        "mailed by two processes, of plain SMTP's rate": (two, TWO_NEED),
    }  # fmt: skip
    lines = [f"     bare Celery, drained by 2 processes: {median(celery):,.0f} tasks/s"]
    missed = []
    for told, (found, needs) in ratios.items():
        lines.append(
            f"     {told}: {median(found):.2f} (rounds {min(found):.2f}–{max(found):.2f}; needs ≥ {needs})"
        )
        missed += [f"{told}: {median(found):.2f}, below {needs}"] if median(found) < needs else []
    return [
        *lines,
        f"     the mail server answers after {LATENCY * 1000:g} ms and took {100 * median(cpu):.0f} % of a core beside two processes",
        f"     1,000 mails due in one moment, a tick each 5 s: half by {late[0]:.1f} s, 99 % by {late[1]:.1f} s after",
        f"     1,000 notices by mail took {queries} queries",
    ], missed


def planning() -> list[str]:
    """What it costs to plan every visit of the big event, and one of them after a change."""
    at = timezone.now()
    visits = PlanMark.objects.count()
    whole = _timed(lambda: _plan_all(at))
    notices = Notice.objects.count()
    item = ItineraryItem.objects.filter(starts_at__gt=at + timedelta(hours=6)).earliest("pk")
    ItineraryItem.objects.filter(pk=item.pk).update(title="Another title")
    with CaptureQueriesContext(connection) as queries:
        once = _timed(lambda: _plan_all(at))
    told = (
        f"     {visits:,} visits with {notices:,} reminders: {whole:.1f} s, {whole / visits * 1000:.1f} ms each; "
        f"after one change {once * 1000:.0f} ms, {len(queries)} queries: 1/{whole / once:.0f}"
    )
    return [told]


def _plan_all(at: datetime) -> None:
    while plan_marked_visits(at=at):
        pass


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _people() -> list[User]:
    """Fifty who get mail, half of them in Indonesian, and one who has no address."""
    User.objects.bulk_create(
        [
            User(email=f"{number}@dispatch.bench.example" if number else "", name=f"Officer {number}", language=("en", "id")[number % 2])
            for number in range(51)
        ]
    )  # fmt: skip
    return list(User.objects.filter(email__endswith="@dispatch.bench.example"))


def _due(count: int, people: list[User], due_at: datetime) -> None:
    """So many reminders that are due, instead of all there were."""
    Notice.objects.all().delete()
    payload = {
        "guest": "Mr Sato", "title": "Talks with the host minister", "starts_at": due_at.isoformat(),
        "moves_at": (due_at - timedelta(minutes=10)).isoformat(), "zone": "Asia/Makassar", "event": "Forum Nusantara",
        "place": "Main hall, Gate 2", "plate": "EB 1000 VO", "tentative": False, "approximate": False, "visit_id": 1,
    }  # fmt: skip
    Notice.objects.bulk_create(
        [
            Notice(
                recipient=people[number % len(people)], kind="reminder", dedupe_key=f"bench:{number}",
                payload=payload, due_at=due_at, expires_at=due_at + timedelta(hours=3),
            )
            for number in range(count)
        ],
        batch_size=2000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notices_notice")


def _told(pile: int, person: User, port: int) -> float:
    _due(pile, [person], timezone.now())
    with _worker(port, 2):
        return pile / _timed(_tick_until_all_is_sent)


def _mailed(mails: int, people: list[User], port: int, *, processes_in_it: int) -> float:
    _due(mails, people, timezone.now())
    with _worker(port, processes_in_it):
        return mails / _timed(_tick_until_all_is_sent)


def _tick_until_all_is_sent() -> None:
    """As beat does: a tick now, and one every five seconds while something is left."""
    unsent = Notice.objects.exclude(state=Notice.State.SENT)
    celery_app.send_task("guests.plan_and_dispatch")
    until = time.monotonic() + _DEADLINE
    next_tick = time.monotonic() + TICK
    while unsent.exists():
        if time.monotonic() > until:
            raise TimeoutError("The worker does not come to an end.")
        if time.monotonic() >= next_tick:
            celery_app.send_task("guests.plan_and_dispatch", expires=TICK)
            next_tick += TICK
        time.sleep(0.02)


def _plain_smtp(count: int, people: list[User]) -> float:
    """Messages per second on one connection that is kept, worded beforehand."""
    _due(count, people, timezone.now())
    letters = [
        Letter(notice.recipient.email, f"<{notice.pk}@localhost>", word(notice))
        for notice in Notice.objects.select_related("recipient", "event")
    ]
    with EmailChannel() as channel:
        channel.send(letters[0])
        return count / _timed(lambda: [*map(channel.send, letters)])


def _bare_celery(count: int) -> float:
    """Tasks per second that a worker takes from a full queue, by its own clock."""
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.flushdb()
        tasks.note_the_moment.delay()
        for number in range(count):
            tasks.nothing.delay(number)
        tasks.note_the_moment.delay()
        with _worker(1, 2):
            _wait(lambda: redis.llen(tasks.MOMENTS) == 2)
        first, last = (float(moment) for moment in redis.lrange(tasks.MOMENTS, 0, -1))
    return count / (last - first)


def _lateness(count: int, people: list[User], port: int) -> tuple[float, float]:
    """Seconds from the time they are due until half and 99 of 100 are marked as sent."""
    with _worker(port, 2, "--beat", "--schedule", str(settings.DATA_DIR / "bench-schedule")):
        due_at = timezone.now() + timedelta(seconds=3)
        _due(count, people, due_at)
        _wait(lambda: not Notice.objects.exclude(state=Notice.State.SENT).exists())
    moments = Delivery.objects.values_list("sent_at", flat=True)
    late = [(moment - due_at).total_seconds() for moment in moments if moment]
    return percentile(late, 50), percentile(late, 99)


def _queries(count: int, people: list[User]) -> int:
    at = timezone.now()
    _due(count, people, at)
    with CaptureQueriesContext(connection) as queries:
        while dispatch(at=at):
            pass
    return len(queries)


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + _DEADLINE
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError("The worker does not come to an end.")
        time.sleep(0.02)


def _mail_to(port: int) -> dict[str, object]:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    return {"EMAIL_BACKEND": backend, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}


@contextmanager
def _worker(port: int, processes_in_it: int, *more: str) -> Iterator[None]:
    """A Celery worker that has begun to ask for tasks."""
    env = os.environ | {
        "DATABASE_URL": address(),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "ignore",
    }
    command = [
        sys.executable, "-m", "celery", "--quiet", "-A", "liaison", "worker", "--include", "tests.bench.tasks",
        "--concurrency", str(processes_in_it), "--without-mingle", "--without-gossip", *more,
    ]  # fmt: skip
    process = processes.start(command, env=env, cwd=ROOT, output=subprocess.DEVNULL)
    try:
        _wait(lambda: bool(celery_app.control.ping(timeout=0.5)))
        yield
    finally:
        processes.stop(process)


@contextmanager
def mail_sink() -> Iterator[tuple[int, int]]:
    """The mail server's port and process."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.sink", str(port), str(LATENCY)]
    process = processes.start(command, env=os.environ, cwd=ROOT)
    try:
        time.sleep(1)
        yield port, process.pid
    finally:
        processes.stop(process)
