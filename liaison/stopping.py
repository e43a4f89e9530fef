"""A worker that is asked to stop tells its processes, so that long work ends at its next resting place."""

from mmap import mmap
from typing import Any

from celery.signals import worker_shutting_down

_asked = mmap(-1, 1)  # one byte that a worker shares with all processes it forks


def is_stopping() -> bool:
    """Whether this worker was asked to stop: what waits is left to others, or to the next start."""
    return bool(_asked[0])


def _stop(**_signal: Any) -> None:
    _asked[0] = 1


worker_shutting_down.connect(_stop, dispatch_uid="stopping")
