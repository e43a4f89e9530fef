"""Piles of due notices, a worker that tells them, and a mail server to tell them to."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from redis import Redis

from liaison import celery_app
from liaison.accounts.models import User
from liaison.embedded import processes
from liaison.embedded.engines import ROOT
from liaison.embedded.redis import free_port
from liaison.notices.models import Notice
from tests.bench import tasks
from tests.bench.importing import address

LATENCY = 0.001  # of the way to the mail server
_DOMAIN = "dispatch.bench.example"
_PEOPLE = 50
_DEADLINE = 160
_TICK = 5.0


def people() -> list[User]:
    """Those who get mail, half of them in Indonesian; made once."""
    if not User.objects.filter(email__endswith=f"@{_DOMAIN}").exists():
        User.objects.bulk_create(
            User(email=f"{number}@{_DOMAIN}", name=f"Officer {number}", language=("en", "id")[number % 2])
            for number in range(_PEOPLE)
        )
    return list(User.objects.filter(email__endswith=f"@{_DOMAIN}").order_by("pk"))


def nobody_mails() -> User:
    """One who has no address, and is told in the app alone."""
    person: User
    person, _is_new = User.objects.get_or_create(email="", defaults={"name": "Officer without an address"})
    return person


def make_due(count: int, to: list[User], due_at: datetime) -> None:
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
                recipient=to[number % len(to)], kind="reminder", dedupe_key=f"bench:{number}",
                payload=payload, due_at=due_at, expires_at=due_at + timedelta(hours=3),
            )
            for number in range(count)
        ],
        batch_size=2000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE notices_notice, notices_delivery")


def told_per_second(count: int, to: list[User]) -> float:
    """So many notices, due at once, by the worker that runs: from the first tick until the last is marked as sent."""
    make_due(count, to, timezone.now())
    unsent = Notice.objects.exclude(state=Notice.State.SENT)
    began = time.perf_counter()
    celery_app.send_task("guests.plan_and_dispatch")
    next_tick = time.monotonic() + _TICK

    def tick_until_all_is_sent() -> bool:
        """As beat does: one every five seconds while something is left."""
        nonlocal next_tick
        if time.monotonic() >= next_tick:
            celery_app.send_task("guests.plan_and_dispatch", expires=_TICK)
            next_tick += _TICK
        return not unsent.exists()

    wait(tick_until_all_is_sent)
    return count / (time.perf_counter() - began)


def wait(is_so: Callable[[], bool]) -> None:
    """Until it is so; fails after a time in which it should have become so long since."""
    until = time.monotonic() + _DEADLINE
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError("The worker does not come to an end.")
        time.sleep(0.02)


@contextmanager
def worker(port: int, processes_in_it: int, *more: str, is_warm: bool = True) -> Iterator[None]:
    """A Celery worker that mails to that port; where it is to be warm, each of its processes has had a tick before."""
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
        wait(lambda: bool(celery_app.control.ping(timeout=0.5)))
        if is_warm:
            _warm_up(processes_in_it)
        yield
    finally:
        processes.stop(process)


def _warm_up(processes_in_it: int) -> None:
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.delete(tasks.MOMENTS)
        for _process in range(processes_in_it):
            tasks.warm_up.delay()
        wait(lambda: redis.llen(tasks.MOMENTS) == processes_in_it)


@contextmanager
def mail_server(*, has_pipelining: bool) -> Iterator[tuple[int, str]]:
    """The port and the process of a mail server to which this process sends, too."""
    port = free_port()
    words = ["pipelining"] if has_pipelining else []
    command = [sys.executable, "-m", "tests.bench.sink", str(port), str(LATENCY), *words]
    process = processes.start(command, env=os.environ, cwd=ROOT)
    backend = "django.core.mail.backends.smtp.EmailBackend"
    try:
        wait(lambda: _is_open(port))
        with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
            yield port, str(process.pid)
    finally:
        processes.stop(process)


def _is_open(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False
