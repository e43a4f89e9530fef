"""The crowd for half an hour on engines of its own, of which Redis and PostgreSQL are restarted in the middle.

What must hold: no process grows, no connection stays behind, every notice that was due is sent, every tap that was
answered is in a logbook, and pages fail only while PostgreSQL is away. The engines belong to this process; the crowd
lives in one of its own, which is this module run by itself.
"""

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import django

from liaison.embedded import environment, processes
from liaison.embedded.engines import ROOT
from liaison.embedded.postgres import Postgres
from liaison.embedded.redis import Redis

MOST_GROWTH = 1.10  # of a part's memory, from the second quarter of the time to the last
SOME_MEGABYTES = 8.0  # that any process may come and go by
RECOVERS_IN = 15.0  # seconds after PostgreSQL is back
LOGS = environment.VAR / "bench" / "soak"  # what the processes said, for whoever has to find out why
_SAMPLE = 5.0


@dataclass
class Lived:
    """What the crowd's process saw: memory in megabytes and connections over time, errors, and what was lost."""

    began: float
    seconds: float
    answered: int = 0
    taps: int = 0
    lost_taps: int = 0
    mails: int = 0
    unsent: int = 0
    failed: list[str] = field(default_factory=list)
    p95: dict[str, float] = field(default_factory=dict)
    errors: list[tuple[float, float, str]] = field(default_factory=list)
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    connections: list[tuple[float, int]] = field(default_factory=list)


def measure(
    *, seconds: float, phones: int, coordinators: int, visits: int, officers: int
) -> tuple[list[str], list[str]]:
    """The table's lines, and what did not hold."""
    with _engines() as (postgres, redis, env):
        words = [str(word) for word in (seconds, phones, coordinators, visits, officers)]
        child = processes.start(
            [sys.executable, "-m", "tests.bench.soak", *words], env=env, cwd=ROOT, output=subprocess.PIPE
        )
        away = _restart_in_the_middle(child, postgres, redis, seconds)
        said = child.stdout.read() if child.stdout else b""
        if child.wait() != 0:
            raise RuntimeError(f"The crowd ended by itself:\n{said.decode(errors='replace')[-3000:]}")
    lived = Lived(**json.loads(said.splitlines()[-1]))
    return _told(lived, away), list(missed_of(lived, away))


def _restart_in_the_middle(
    child: "subprocess.Popen[bytes]", postgres: Postgres, redis: Redis, seconds: float
) -> tuple[float, float]:
    """Restart Redis after four tenths of the time and PostgreSQL after five; from when to when the latter was away."""
    if child.stdout is None or not child.stdout.readline().startswith(b"begin"):
        raise RuntimeError("The crowd did not come up; the lines above may say why.")
    time.sleep(0.4 * seconds)
    redis.stop()
    time.sleep(2)
    redis.start()
    time.sleep(max(0.0, 0.1 * seconds - 2))
    gone = time.time()
    postgres.stop()
    time.sleep(2)
    postgres.start()
    return gone, time.time()


@contextmanager
def _engines() -> Iterator[tuple[Postgres, Redis, dict[str, str]]]:
    """A PostgreSQL and a Redis that keep what they are told, with an empty installation on them."""
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    folder.chmod(0o755)  # the database's user passes through
    postgres, redis = (
        Postgres(folder / "pg", folder / "pg.log"),
        Redis(folder / "redis", folder / "redis.log"),
    )
    try:
        postgres.start()
        redis.start()
        env = environment.local(folder, os.environ) | {
            "DATABASE_URL": postgres.url(),
            "REDIS_URL": redis.url(),
        }
        env |= {"DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}
        done = processes.foreground(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=env, cwd=ROOT
        )
        if done != 0:
            raise RuntimeError("The tables could not be made.")
        yield postgres, redis, env
    finally:
        redis.stop()
        postgres.stop()
        LOGS.mkdir(parents=True, exist_ok=True)
        for log in folder.rglob("*.log"):
            shutil.copy(log, LOGS)
        shutil.rmtree(folder, ignore_errors=True)


def missed_of(lived: Lived, away: tuple[float, float]) -> Iterator[str]:
    for part, (before, after) in _growth(lived).items():
        if after > MOST_GROWTH * before and after - before > SOME_MEGABYTES:
            yield f"{part} grew from {before:.0f} to {after:.0f} MB"
    before, after = _of_quarters(lived, [(at, float(number)) for at, number in lived.connections], max)
    if after > before + 1:
        yield f"connections grew from {before:.0f} to {after:.0f}"
    unexcused = _unexcused(lived, away)
    yield from (f"{len(unexcused)} errors while all engines ran, such as {what}" for what in unexcused[:1])
    for number, what in (
        (lived.lost_taps, "taps lost"),
        (lived.unsent, "notices unsent"),
        (len(lived.failed), f"notices failed, such as {next(iter(lived.failed), '')}"),
    ):
        if number:
            yield f"{number} {what}"


def _unexcused(lived: Lived, away: tuple[float, float]) -> list[str]:
    """What went wrong from asking to answer while PostgreSQL was there; what waited for a worker as it went may fail."""
    gone, back = away
    return [what for asked, known, what in lived.errors if known < gone or asked > back + RECOVERS_IN]


def _growth(lived: Lived) -> dict[str, tuple[float, float]]:
    return {part: _of_quarters(lived, samples, median) for part, samples in lived.memory.items()}


def _of_quarters(lived: Lived, samples: Sequence[Sequence[float]], what: Any) -> tuple[float, float]:
    """What the second quarter of the time and the last one come to."""
    quarter = lived.seconds / 4
    second = [value for at, value in samples if quarter <= at - lived.began < 2 * quarter * 0.8]
    last = [value for at, value in samples if at - lived.began >= 3 * quarter]
    return what(second or [0.0]), what(last or [0.0])


def _told(lived: Lived, away: tuple[float, float]) -> list[str]:
    gone, back = away
    excused = len(lived.errors) - len(_unexcused(lived, away))
    slow = ", ".join(f"{kind} {1000 * worst:.0f}" for kind, worst in sorted(lived.p95.items()))
    before, after = _of_quarters(lived, [(at, float(number)) for at, number in lived.connections], max)
    return [
        (
            f"     {lived.seconds / 60:.1f} minutes: {lived.answered:,} answers, {lived.taps} taps ({lived.lost_taps} lost), "
            f"{lived.mails:,} mails due ({lived.unsent} unsent, {len(lived.failed)} failed)"
        ),
        f"     PostgreSQL was away for {back - gone:.1f} s: {excused} errors then, {len(_unexcused(lived, away))} otherwise",
        f"     connections at most {before:.0f} in the second quarter, {after:.0f} in the last",
        *(
            f"     {part}: {first:.1f} MB in the second quarter, {last:.1f} MB in the last ({last / max(first, 0.1):.2f} ×)"
            for part, (first, last) in sorted(_growth(lived).items())
        ),
        f"     p95 in ms: {slow}",
    ]


# --- the crowd's process -----------------------------------------------------------------------------------------------


def _live(seconds: float, phones: int, coordinators: int, visits: int, officers: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    django.setup()
    from django.db import connection  # noqa: PLC0415 (needs Django set up)
    from django.utils import timezone  # noqa: PLC0415 (needs Django set up)

    from guests.demo import volume  # noqa: PLC0415 (needs Django set up)
    from tests.bench import crowded  # noqa: PLC0415 (needs Django set up)
    from tests.bench.crowd import Ledger, live  # noqa: PLC0415 (needs Django set up)
    from tests.bench.gathering import crowd_of  # noqa: PLC0415 (needs Django set up)
    from tests.bench.house import House, open_house  # noqa: PLC0415 (needs Django set up)

    event = volume.make(
        visits=visits, officers=officers, items=20 * visits, at=timezone.now(), zone_name="Asia/Makassar"
    )
    crowd = crowd_of(event, phones=phones, coordinators=coordinators)
    crowded.plan_everything()
    ledger = Ledger()
    memory: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    connections: list[tuple[float, int]] = []

    async def all_of_it(house: House) -> None:
        watching = asyncio.create_task(_watch(house, memory, connections))
        await live(house.web.port, crowd, ledger, seconds)
        watching.cancel()

    with open_house() as house:
        say = sys.stdout.write
        mails = crowded.due_within(seconds)
        lived = Lived(time.time(), seconds, mails=mails)
        say("begin\n")
        sys.stdout.flush()
        asyncio.run(all_of_it(house))
        connection.close()  # cut meanwhile
        try:
            crowded.seconds_until_sent()
        except TimeoutError:
            lived.unsent = crowded.unsent()
    lived.answered, lived.taps, lived.errors = ledger.answered, len(ledger.taps), ledger.errors
    lived.p95 = {kind: ledger.p95(kind) for kind in ledger.seconds}
    lived.lost_taps = crowded.lost_taps(ledger)
    lived.failed = crowded.failed(datetime.fromtimestamp(lived.began, UTC))
    lived.memory, lived.connections = dict(memory), connections
    say(json.dumps(asdict(lived)) + "\n")


async def _watch(
    house: Any, memory: dict[str, list[tuple[float, float]]], connections: list[tuple[float, int]]
) -> None:
    """Every few seconds: what each part holds at its largest process, and how many connections there are."""
    from tests.bench.house import megabytes_of  # noqa: PLC0415 (needs Django set up)

    while True:
        now = time.time()
        for part, pids in house.processes().items():
            memory[part].append((now, max(map(megabytes_of, pids))))
        memory["the crowd itself"].append((now, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
        if (number := await asyncio.to_thread(_connections)) is not None:
            connections.append((now, number))
        await asyncio.sleep(_SAMPLE)


def _connections() -> int | None:
    """How many clients the database has, this question aside; None while it is away."""
    import psycopg  # noqa: PLC0415 (beside its error)

    asked = "SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'"
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=2) as connection:
            row = connection.execute(asked).fetchone()
            return int(row[0]) if row else None
    except psycopg.OperationalError:
        return None


if __name__ == "__main__":
    _live(float(sys.argv[1]), *map(int, sys.argv[2:6]))
