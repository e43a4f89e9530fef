"""What bare Celery does with one task for each notice: nothing, as fast as it can."""

import time

from celery import shared_task
from django.conf import settings
from redis import Redis

MOMENTS = "bench:moments"


@shared_task(name="bench.nothing")  # type: ignore[untyped-decorator]
def nothing(number: int) -> None:
    """Take the task, and be done."""


@shared_task(name="bench.note_the_moment")  # type: ignore[untyped-decorator]
def note_the_moment() -> None:
    """Say when the worker has come to this task."""
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.rpush(MOMENTS, time.time())
