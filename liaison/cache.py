"""The shared cache, which a page may lose without noticing."""

import logging
from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Redis as a cache that answers "not there" while Redis is down: pages still work, only slower."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            logger.warning("The cache is unreachable; reading %s as absent", key)
            return default

    def set(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError:
            logger.warning("The cache is unreachable; %s was not kept", key)

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
            logger.warning("The cache is unreachable; %s was not deleted", key)
            return False

    def add(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except RedisError:
            logger.warning("The cache is unreachable; %s was not added", key)
            return True
