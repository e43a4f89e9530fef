"""Real workers, beats and web servers on the test's own database, started and killed by their own process numbers."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection
from redis import Redis

from liaison.embedded import processes
from liaison.embedded.engines import ROOT
from liaison.embedded.redis import free_port

# Of what must happen some time, however busy the machine is.
PATIENCE = 60.0

# Lines appear as they are written; and Celery need not warn of root.
_QUIET = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
_TELL_OF_TASKS = {"CELERY_LOG_LEVEL": "INFO"}


@dataclass
class Child:
    """One process we started, with the group of its own that it lives in."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """End it and its own children at once, as the kernel does to one that takes too much memory."""
        processes.kill_group(self.process.pid)
        self.process.wait()

    def stop(self) -> None:
        processes.stop(self.process, deadline=15)

    def wait_for(self, pattern: str, *, times: int = 1, seconds: float = PATIENCE) -> None:
        """Wait until its log holds the pattern so often; fails with the log when it does not, or when the process ends."""
        wait_until(lambda: self.times_said(pattern) >= times or self.has_ended(), seconds=seconds)
        assert self.times_said(pattern) >= times, (
            f"{self.name} ended, or never said {pattern!r}:\n{self.said()}"
        )

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def has_said(self, pattern: str) -> bool:
        return self.times_said(pattern) > 0

    def times_said(self, pattern: str) -> int:
        return len(re.findall(pattern, self.said()))

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Crew:
    """The processes of one test; what still runs at its end is stopped."""

    folder: Path
    env: Mapping[str, str]
    children: list[Child] = field(default_factory=list)

    def worker(self, processes_in_it: int = 2) -> Child:
        """A Celery worker that is ready to work."""
        words = [
            "worker",
            "--loglevel",
            "INFO",
            "--concurrency",
            str(processes_in_it),
            "--without-mingle",
            "--without-gossip",
        ]
        worker = self._start("worker", ["celery", "--quiet", "-A", "liaison", *words])
        worker.wait_for(r" ready\.")
        return worker

    def beat(self) -> Child:
        """A Celery beat with a clock of its own."""
        schedule = str(self.folder / f"schedule-{len(self.children)}")
        return self._start("beat", ["celery", "--quiet", "-A", "liaison", "beat", "--schedule", schedule])

    def web(self, *more: str) -> tuple[Child, str]:
        """A web server that answers, and its address."""
        address = f"127.0.0.1:{free_port()}"
        words = ["--bind", address, "--workers", "1", "--no-control-socket", *more]
        web = self._start("web", ["gunicorn", "liaison.wsgi", *words])
        web.wait_for("Booting worker")
        return web, f"http://{address}"

    def nursery(self, *words: str) -> Child:
        """Senders that are killed one after the other, and one that may finish: tests.faults.nursery."""
        return self._start("nursery", ["tests.faults.nursery", *words])

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()

    def _start(self, name: str, words: list[str]) -> Child:
        log = self.folder / f"{name}-{len(self.children)}.log"
        with log.open("ab") as output:
            argv = [sys.executable, "-m", *words]
            process = processes.start(argv, env=_QUIET | dict(self.env), cwd=ROOT, output=output)
        child = Child(name, process, log)
        self.children.append(child)
        return child


@contextmanager
def crew(folder: Path, **settings: str) -> Iterator[Crew]:
    """Processes on the test's database and Redis, with these settings; the queue is empty at first."""
    name = connection.settings_dict["NAME"]
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    env = os.environ | {"DATABASE_URL": database} | _TELL_OF_TASKS | settings
    if "REDIS_URL" not in settings:
        with Redis.from_url(env["REDIS_URL"]) as redis:
            redis.flushdb()
    team = Crew(folder, env)
    try:
        yield team
    finally:
        team.stop()


def wait_until(is_so: Callable[[], bool], *, seconds: float = PATIENCE) -> bool:
    """Whether it becomes so within that time."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def cut_database_connections() -> int:
    """End every connection to the test's database but our own, as a restart of PostgreSQL does; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        (ended,) = cursor.fetchone()
    return int(ended)
