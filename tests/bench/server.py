"""The app behind gunicorn as the demo runs it: two sync workers that keep their database connections."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from liaison.embedded import processes
from liaison.embedded.engines import ROOT
from liaison.embedded.redis import free_port
from tests.bench.load import Question, fetch

WORKERS = 2
_TICKS = os.sysconf("SC_CLK_TCK")
_DEADLINE = 60


@dataclass(frozen=True)
class Server:
    """A running server and its processes."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """What the workers have computed so far; the database's share is not in it."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return sum(cpu_seconds_of(child) for child in children)


@contextmanager
def running() -> Iterator[Server]:
    """gunicorn on a free loopback port, over the database that this process uses."""
    port = free_port()
    env = os.environ | {
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "gunicorn", "liaison.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(WORKERS), "--no-control-socket", "--log-level", "warning"]
    process = processes.start(command, env=env, cwd=ROOT)
    try:
        _wait(port)
        yield Server(port, process.pid)
    finally:
        processes.stop(process)


def _wait(port: int) -> None:
    until = time.monotonic() + _DEADLINE
    while True:
        try:
            fetch(port, Question("/healthz"))
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def cpu_seconds_of(pid: str) -> float:
    """User and system time (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
