"""What bare Celery does with one task for each notice: nothing, as fast as it can; and a tick that says when it is over."""

import time

from celery import shared_task
from django.conf import settings
from redis import Redis

from guests.tasks import plan_and_dispatch

MOMENTS = "bench:moments"


@shared_task(name="bench.nothing")  # type: ignore[untyped-decorator]
def nothing(number: int) -> None:
    """Take the task, and be done."""


@shared_task(name="bench.note_the_moment")  # type: ignore[untyped-decorator]
def note_the_moment() -> None:
    """Say when the worker has come to this task."""
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.rpush(MOMENTS, time.time())


@shared_task(name="bench.warm_up")  # type: ignore[untyped-decorator]
def warm_up() -> None:
    """A tick as any other, for a process that was just born; long enough that the other one takes the next."""
    plan_and_dispatch()
    time.sleep(0.5)
    note_the_moment()
