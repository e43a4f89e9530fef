"""Asking for a task from a page: after the commit, and without ever failing."""

import pytest
from celery import Celery, Task
from django.conf import settings
from django.db import transaction

from liaison.embedded.redis import free_port
from liaison.queue import nudge

pytestmark = pytest.mark.django_db(transaction=True)


def probe(**settings: object) -> tuple[Task, list[int]]:
    """A task that is done at once, and what it was asked to do."""
    done: list[int] = []
    app = Celery("probe", set_as_current=False)
    app.conf.update(settings)

    @app.task(name="probe")  # type: ignore[untyped-decorator]
    def task(number: int) -> None:
        done.append(number)

    return task, done


def test_a_task_is_asked_for_after_the_commit() -> None:
    task, done = probe(task_always_eager=True)
    with transaction.atomic():
        nudge(task, 1)
        assert done == []
    assert done == [1]


def test_a_task_is_not_asked_for_when_the_work_is_rolled_back() -> None:
    task, done = probe(task_always_eager=True)
    with transaction.atomic():
        nudge(task, 1)
        transaction.set_rollback(True)
    assert done == []


def test_a_task_is_asked_for_at_once_outside_a_transaction() -> None:
    task, done = probe(task_always_eager=True)
    nudge(task, 1)
    assert done == [1]


def test_an_unreachable_queue_is_survived_logged_and_not_waited_for(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, done = probe(
        broker_url=f"redis://127.0.0.1:{free_port()}/0",
        broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        task_publish_retry=settings.CELERY_TASK_PUBLISH_RETRY,
    )
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda _seconds: pytest.fail("The page waits."))
    nudge(task, 1)
    assert done == []
    assert "The queue is unreachable; probe waits for the next tick" in caplog.text
