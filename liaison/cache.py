"""The shared cache, which a page may lose without noticing, and a count of tries, which it may not."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from django.db import connection
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_COUNTS = "allauth:rl:"
_TABLE = (
    "liaison_tries"  # made by a migration of the accounts; without a model, since only this module knows it
)
_tries = DatabaseCache(_TABLE, {"OPTIONS": {"MAX_ENTRIES": 100_000}})


def forget_old_tries(*, at: datetime) -> None:
    """Delete what was counted while Redis was down and is over at that moment."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_TABLE} WHERE expires <= %s", [at])  # noqa: S608 (a table of ours)


class ForgivingRedisCache(RedisCache):
    """Redis as a cache that answers "not there" while Redis is down: pages still work, only slower.

    Tries to sign in are then counted in PostgreSQL, for all processes together, so that no limit falls with Redis. What
    was counted before does not move along: whoever brings Redis down may begin once more.
    """

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            if key.startswith(_COUNTS):
                logger.warning("The cache is unreachable; tries are counted in the database")
                return _tries.get(key, default, version)
            logger.warning("The cache is unreachable; reading %s as absent", key)
            return default

    def set(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError:
            if key.startswith(_COUNTS):
                return _tries.set(key, value, timeout, version)
            logger.warning("The cache is unreachable; %s was not kept", key)
        return None

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        wanted = list(keys)
        try:
            return super().get_many(wanted, version)
        except RedisError:
            logger.warning("The cache is unreachable; reading %d keys as absent", len(wanted))
            return {}

    def set_many(self, data: dict[Any, Any], timeout: Any = 300, version: int | None = None) -> list[str]:
        try:
            return super().set_many(data, timeout, version)
        except RedisError:
            logger.warning("The cache is unreachable; %d keys were not kept", len(data))
            return list(data)

    def delete(self, key: str, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except RedisError:
            if key.startswith(_COUNTS):
                return bool(_tries.delete(key, version))
            logger.warning("The cache is unreachable; %s was not deleted", key)
            return False

    def add(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except RedisError:
            if key.startswith(_COUNTS):
                return bool(_tries.add(key, value, timeout, version))
            logger.warning("The cache is unreachable; %s was not added", key)
            return True
