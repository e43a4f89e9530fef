"""What processes without an address tell of themselves, in Redis: beat, workers, tasks, papers, backups.

All of it is only of use while it is fresh, and nothing waits for it: where Redis is down, nothing is noted.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SILENCE = timedelta(minutes=1)
"""After so long without a word, a worker or beat counts as gone."""

_BEAT, _WORKERS, _COUNTS, _BACKUP = "liaison:beat", "liaison:workers", "liaison:counts", "liaison:backup"
_QUEUE = "celery"


@dataclass(frozen=True)
class Told:
    """What was told: when beat last asked for something, which workers there are, how much waits, what was counted."""

    beat_at: datetime | None
    workers: dict[str, datetime]
    queue_depth: int
    backup_at: datetime | None
    counts: dict[tuple[str, ...], float]
    redis_version: str


def note_beat(at: datetime) -> None:
    """Beat has asked for a task."""
    _note(lambda redis: redis.set(_BEAT, at.timestamp()))


def note_worker(name: str, at: datetime) -> None:
    """A worker lives."""

    def write(redis: Pipeline) -> None:
        redis.zadd(_WORKERS, {name: at.timestamp()})
        redis.zremrangebyscore(_WORKERS, 0, (at - timedelta(days=1)).timestamp())

    _note(write)


def note_task(task: str, outcome: str, seconds: float) -> None:
    """A task has ended so, after so long."""
    _add(("task", task, outcome), seconds)


def note_paper(seconds: float) -> None:
    """Papers were set or printed, which took so long."""
    _add(("paper",), seconds)


def note_backup(at: datetime) -> None:
    """A backup was finished."""
    _note(lambda redis: redis.set(_BACKUP, at.timestamp()))


def read(at: datetime) -> Told | None:
    """All that was told, in one round trip; None where Redis cannot be reached."""
    since = (at - SILENCE).timestamp()
    try:
        with _redis().pipeline(transaction=False) as asked:
            asked.get(_BEAT)
            asked.zrangebyscore(_WORKERS, since, "+inf", withscores=True)
            asked.llen(_QUEUE)
            asked.get(_BACKUP)
            asked.hgetall(_COUNTS)
            asked.info("server")
            beat, workers, depth, backup, counts, server = asked.execute()
    except RedisError:
        return None
    return Told(
        beat_at=_moment(beat),
        workers={name: datetime.fromtimestamp(score, UTC) for name, score in workers},
        queue_depth=depth,
        backup_at=_moment(backup),
        counts={tuple(key.split("|")): float(value) for key, value in counts.items()},
        redis_version=server.get("redis_version", ""),
    )


def _moment(written: str | None) -> datetime | None:
    return datetime.fromtimestamp(float(written), UTC) if written else None


def _add(what: tuple[str, ...], seconds: float) -> None:
    def write(redis: Pipeline) -> None:
        redis.hincrby(_COUNTS, "|".join((*what, "count")), 1)
        redis.hincrbyfloat(_COUNTS, "|".join((*what, "sum")), seconds)

    _note(write)


def _note(write: Callable[[Pipeline], Any]) -> None:
    try:
        with _redis().pipeline(transaction=False) as noted:
            write(noted)
            noted.execute()
    except RedisError:
        logger.debug("Redis is unreachable; nothing was noted")


@cache
def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, decode_responses=True, socket_timeout=1, socket_connect_timeout=1
    )
