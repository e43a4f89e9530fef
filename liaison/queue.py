"""Sending a task from a page, which must never fail because the broker does."""

import logging
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def nudge(task: Task, *args: Any) -> None:
    """Ask for a task as soon as the current transaction is committed; at once where there is none.

    Only a matter of speed: the row is the queue, and beat's next tick finds what a lost message would have announced.
    So an unreachable broker is written to the log and nothing more. Rolled back, nothing is asked.
    """
    transaction.on_commit(lambda: _send(task, args))


def _send(task: Task, args: tuple[Any, ...]) -> None:
    try:
        task.apply_async(args)
    except (OperationalError, RedisError, OSError):
        logger.warning("The queue is unreachable; %s waits for the next tick", task.name)
