"""Several threads of one test at the same moment, each with its own database connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")
_PATIENCE = 120  # more than those who wait for one another in the calls have


def together(*calls: Callable[[], Result]) -> list[Result]:
    """Make the calls at the same time; their results in order, or the first error."""

    def alone(call: Callable[[], Result]) -> Result:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result(_PATIENCE) for future in [threads.submit(alone, call) for call in calls]]
