"""Web servers, ways of keeping database connections, and what the second wall costs; on our own screens, in turns of one run.

Servers that are not among our requirements are installed by the person who measures into `var/servers`
(`python -m venv var/servers && var/servers/bin/pip install granian uvicorn 'psycopg[pool]'`); what is not there is not measured.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from django.conf import settings
from django.db import connection
from django.test import Client

from events.models import Event
from guests.demo import volume
from liaison.accounts.models import User
from liaison.embedded.engines import ROOT
from tests.bench import server
from tests.bench.gathering import pages_of_the_desk
from tests.bench.load import Question, Round, percentile, run
from tests.bench.screen import GUESTS, officer_with

_SITE = "lib/python{}.{}/site-packages".format(*sys.version_info[:2])
BESIDE = ROOT / "var" / "servers" / _SITE


@dataclass
class Way:
    """One way to serve, and what it came to: rounds and CPU by page, connections to the database at most."""

    name: str
    words: tuple[str, ...]
    more: Mapping[str, str] = field(default_factory=dict)
    rounds: dict[str, list[Round]] = field(default_factory=dict)
    connections: int = 0
    megabytes: float = 0.0

    def command(self, port: int) -> list[str]:
        return [sys.executable, "-m", *(word.replace("{port}", str(port)) for word in self.words)]

    @property
    def is_here(self) -> bool:
        module, is_pooled = self.words[0], "BENCH_POOL" in self.more
        return (module == "gunicorn" or (BESIDE / module).exists()) and (
            not is_pooled or (BESIDE / "psycopg_pool").exists()
        )


_GUNICORN = (
    "gunicorn",
    "liaison.wsgi",
    "--bind",
    "127.0.0.1:{port}",
    "--no-control-socket",
    "--log-level",
    "warning",
)
_GRANIAN = ("granian", "--interface", "wsgi", "liaison.wsgi:application", "--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning")  # fmt: skip
_UVICORN = (
    "uvicorn",
    "tests.bench.asgi:application",
    "--host",
    "127.0.0.1",
    "--port",
    "{port}",
    "--log-level",
    "warning",
)
_NO_WALL = {"SECOND_WALL": "no"}
_NO_KEEPING, _POOL = {"DATABASE_CONN_MAX_AGE": "0"}, {"DATABASE_CONN_MAX_AGE": "0", "BENCH_POOL": "4"}


def ways() -> list[Way]:
    """The first is what the others are compared with."""
    all_of_them = [
        Way("gunicorn, 2 sync workers", (*_GUNICORN, "--workers", "2")),
        Way("gunicorn, 2 sync, no second wall", (*_GUNICORN, "--workers", "2"), _NO_WALL),
        Way("gunicorn, 2 × 2 threads", (*_GUNICORN, "--workers", "2", "--threads", "2")),
        Way("gunicorn, 2 × 4 threads", (*_GUNICORN, "--workers", "2", "--threads", "4")),
        Way("gunicorn, 3 sync workers", (*_GUNICORN, "--workers", "3")),
        Way("gunicorn, 2 sync, no kept connections", (*_GUNICORN, "--workers", "2"), _NO_KEEPING),
        Way("gunicorn, 2 × 4 threads, psycopg pool", (*_GUNICORN, "--workers", "2", "--threads", "4"), _POOL),
        Way("granian, 2 × 1 thread", (*_GRANIAN, "--workers", "2", "--blocking-threads", "1")),
        Way("granian, 2 × 4 threads", (*_GRANIAN, "--workers", "2", "--blocking-threads", "4")),
        Way("uvicorn (ASGI), 2 workers", (*_UVICORN, "--workers", "2"), _NO_KEEPING),
        Way("uvicorn (ASGI), 2 workers, psycopg pool", (*_UVICORN, "--workers", "2"), _POOL),
    ]
    return [way for way in all_of_them if way.is_here]


def measure(event: Event, *, rounds: int, seconds: float) -> list[str]:
    """The table's lines: requests a second of each way as a multiple of the first way's, page by page."""
    found, asked = ways(), _questions(event)
    with ExitStack() as stack:
        running = [
            stack.enter_context(server.running(way.command, env=_env(way), log=server.log_of("servers")))
            for way in found
        ]
        for way, one in zip(found, running, strict=True):
            for question in asked.values():
                run(one.port, question, seconds)  # warm up
            way.megabytes = sum(_megabytes(pid) for pid in one.workers())
        for _ in range(rounds):
            for name, question in asked.items():
                for way, one in zip(found, running, strict=True):
                    way.rounds.setdefault(name, []).append(run(one.port, question, seconds))
                    way.connections = max(way.connections, _connections(way))
    first = found[0]
    head = f"     {'':<40}" + "".join(f"{name:>26}" for name in asked) + "   connections    MB"
    lines = [head, "     " + " " * 40 + "".join(f"{'req/s ×':>17} {'p95 ×':>8}" for _ in asked)]
    return [*lines, *(_line(way, first, list(asked)) for way in found)]


def _line(way: Way, first: Way, names: list[str]) -> str:
    cells = "".join(
        f"{_rate(way, first, name):17.2f} {_p95(way, name) / _p95(first, name):8.2f}" for name in names
    )
    return f"     {way.name:<40}{cells} {way.connections:13d} {way.megabytes:5.0f}"


def _rate(way: Way, first: Way, name: str) -> float:
    pairs = zip(way.rounds[name], first.rounds[name], strict=True)
    return median(mine.rate / theirs.rate for mine, theirs in pairs)


def _p95(way: Way, name: str) -> float:
    return median(percentile(one.latencies, 95) for one in way.rounds[name])


def _questions(event: Event) -> dict[str, Question]:
    desk = dict(pages_of_the_desk(event))
    people = {
        "officer": officer_with(event, GUESTS),
        "desk": User.objects.get(email=f"coordinator@{volume.DOMAIN}"),
    }
    cookies = {name: _signed_in(person) for name, person in people.items()}
    return {
        "today": Question("/today/", cookies["officer"]),
        "desk's guests": Question(desk["the desk's guests"], cookies["desk"]),
        "alive": Question("/healthz"),
    }


def _signed_in(person: User) -> str:
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _env(way: Way) -> dict[str, str]:
    paths = [str(ROOT), str(BESIDE)] if BESIDE.exists() else [str(ROOT)]
    named = {"PGAPPNAME": _name(way), "PYTHONPATH": os.pathsep.join(paths)}
    return server.environment() | named | dict(way.more)


def _name(way: Way) -> str:
    return f"bench {way.name}"[:60].replace("×", "x")  # PostgreSQL keeps ASCII only


def _connections(way: Way) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [_name(way)])
        return int(cursor.fetchone()[0])


def _megabytes(pid: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024
