"""Engines of one test's own, which it may kill."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from liaison.embedded import processes
from liaison.embedded.postgres import Postgres
from liaison.embedded.redis import Redis


@contextmanager
def own_redis(folder: Path) -> Iterator[Redis]:
    """A Redis that only this test uses."""
    redis = Redis(folder / "redis", folder / "redis.log")
    redis.start()
    try:
        yield redis
    finally:
        redis.stop()


@contextmanager
def own_postgres(folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL that only this test uses, empty."""
    postgres = Postgres(folder / "postgres", folder / "postgres.log", durable=False)
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.stop()


def kill(redis: Redis) -> None:
    """End it as a crash does: nothing is written, connections break."""
    assert redis.process is not None
    processes.kill_group(redis.process.pid)
    redis.process.wait()
