"""Counts of requests for Prometheus, in files that the web's processes share; on where METRICS_TOKEN is set.

A process counts in the files of its place, and the next one in that place goes on there: so the files do not grow in
number while processes come and go, and no count falls.
"""

import fcntl
import os
from collections.abc import Callable
from functools import cache
from itertools import count as numbers
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_QUERIES = (0, 1, 2, 5, 10, 20, 50, 100)
_place: dict[int, int] = {}  # of this process by its number: a forked one has none yet


def count(route: str, method: str, status: int, seconds: float, queries: int) -> None:
    """Count one request, where anybody is to read it."""
    if settings.METRICS_TOKEN:
        _counter()(route, method, status, seconds, queries)


def register_counts(registry: "CollectorRegistry") -> None:
    """Let the registry answer what all processes of this web have counted."""
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 (only where it is asked for)

    MultiProcessCollector(registry, path=str(_folder()))  # type: ignore[no-untyped-call]


@cache
def _counter() -> Callable[[str, str, int, float, int], None]:
    """The metrics, made once for each process, and what adds a request to them."""
    from prometheus_client import CollectorRegistry, Counter, Histogram, values  # noqa: PLC0415 (only where it is on)

    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_folder())  # where the values' files are opened
    values.ValueClass = values.MultiProcessValue(_own_place)  # type: ignore[no-untyped-call]
    own = CollectorRegistry()
    answers = Counter(
        "liaison_requests", "Answered requests.", ["route", "method", "status"], registry=own
    )  # fmt: skip
    lasted = Histogram(
        "liaison_request_seconds", "How long answers took.", ["route", "method"], buckets=_SECONDS, registry=own
    )  # fmt: skip
    asked = Histogram(
        "liaison_request_queries", "Queries of an answer.", ["route"], buckets=_QUERIES, registry=own
    )  # fmt: skip

    def add(route: str, method: str, status: int, seconds: float, queries: int) -> None:
        answers.labels(route, method, status).inc()
        lasted.labels(route, method).observe(seconds)
        asked.labels(route).observe(queries)

    return add


def _folder() -> Path:
    folder = Path(settings.METRICS_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _own_place() -> int:
    """The number of the first place that no living process holds; held until this process ends."""
    pid = os.getpid()
    if pid not in _place:
        free = (number for number in numbers() if _takes(_folder() / f"{number}.lock"))
        _place[pid] = next(free)
    return _place[pid]


def _takes(path: Path) -> bool:
    """Whether nobody holds it; then we do, until we end, since nobody closes it."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    return True
