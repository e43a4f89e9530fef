"""The app behind gunicorn as the demo runs it: two sync workers that keep their database connections."""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
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

    def workers(self) -> list[str]:
        """The processes that answer; the server's own where it has no others."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return children or [str(self.pid)]

    def cpu_seconds(self) -> float:
        """What the workers have computed so far; the database's share is not in it."""
        return sum(cpu_seconds_of(child) for child in self.workers())


def plain(port: int) -> list[str]:
    """gunicorn with so many sync workers that never retire, for measuring page by page."""
    words = ["gunicorn", "liaison.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)]
    return [sys.executable, "-m", *words, "--no-control-socket", "--log-level", "warning"]


def of_the_image(port: int) -> list[str]:
    """The image's own command line, on a loopback port."""
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    written = re.split(r"^CMD ", image, flags=re.MULTILINE)[-1].replace("\\\n", " ")
    return [
        sys.executable,
        "-m",
        *(word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in json.loads(written)),
    ]


def environment() -> dict[str, str]:
    """The environment of a process that uses the database that this process uses, and says little."""
    return os.environ | {
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def running(
    command: Callable[[int], Sequence[str]] = plain,
    *,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[Server]:
    """A server on a free loopback port, over the database that this process uses."""
    port = free_port()
    with log.open("ab") if log else nullcontext() as output:
        process = processes.start(command(port), env=env or environment(), cwd=ROOT, output=output)
    try:
        _wait(port)
        yield Server(port, process.pid)
    finally:
        processes.stop(process)


def log_of(name: str) -> Path:
    """Where a process of the bench writes what it has to say."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    return Path(settings.DATA_DIR) / f"bench-{name}.log"


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
