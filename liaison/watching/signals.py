"""What beat and workers tell while they work, and the request's number on its way into a task."""

import logging
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import signals

from liaison.watching import shared
from liaison.watching.trace import numbered, request_id

logger = logging.getLogger("liaison.tasks")
_HEADER = "liaison_request_id"
_SAID_EVERY = timedelta(seconds=10)
_running: dict[str, tuple[float, AbstractContextManager[str]]] = {}
_said_at: dict[str, datetime] = {}


def connect() -> None:
    """Listen to Celery, once a process."""
    listeners: list[tuple[Any, Any]] = [
        (signals.before_task_publish, hand_on_number),
        (signals.beat_init, watch_beat),
        (signals.heartbeat_sent, worker_lives),
        (signals.task_prerun, task_begins),
        (signals.task_postrun, task_ends),
    ]
    for signal, listener in listeners:
        signal.connect(listener, dispatch_uid=listener.__name__)


def hand_on_number(headers: Any = None, **_signal: Any) -> None:
    """Let a task carry the number of the request that asks for it."""
    if isinstance(headers, dict) and (number := request_id()):
        headers[_HEADER] = number


def watch_beat(**_signal: Any) -> None:
    """In the process that is beat, note each task it asks for."""
    signals.after_task_publish.connect(beat_lives, dispatch_uid="beat lives")


def beat_lives(**_signal: Any) -> None:
    """Note that beat has asked for something."""
    shared.note_beat(datetime.now(UTC))


def worker_lives(sender: Any = None, **_signal: Any) -> None:
    """Note every ten seconds that this worker lives; Celery's heart beats more often."""
    now, name = datetime.now(UTC), str(sender.eventer.hostname)
    if name not in _said_at or now - _said_at[name] >= _SAID_EVERY:
        _said_at[name] = now
        shared.note_worker(name, now)


def task_begins(task_id: str = "", task: Any = None, **_signal: Any) -> None:
    """Take over the number of the request that asked for it; a task of beat's goes by its own."""
    number = numbered(str(task.request.get(_HEADER) or task_id))
    number.__enter__()
    _running[task_id] = time.perf_counter(), number


def task_ends(task_id: str = "", task: Any = None, state: str | None = None, **_signal: Any) -> None:
    """Say of the task what it was, how it ended and how long it took."""
    if task_id not in _running:
        return
    began, number = _running.pop(task_id)
    seconds, outcome = time.perf_counter() - began, str(state or "unknown").lower()
    facts = {"task": task.name, "task_id": task_id, "outcome": outcome, "ms": round(seconds * 1000, 1)}
    logger.info("%s %s", task.name, outcome, extra={"facts": facts})
    shared.note_task(task.name, outcome, seconds)
    number.__exit__(None, None, None)
