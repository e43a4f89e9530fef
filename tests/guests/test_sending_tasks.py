"""A long pile is shared: whoever finds a full batch asks for one helper, and no more."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from guests import tasks
from liaison.notices import outbox
from liaison.notices.models import Notice
from tests.factories import make_user
from tests.liaison.notices.wishes import HOUR, make_wish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What helpers were asked for, and how much had been sent by then; a batch is three notices."""
    found: list[Any] = []

    def note(what: tuple[float]) -> None:
        found.append((*what, Notice.objects.filter(state=Notice.State.SENT).count()))

    monkeypatch.setattr(tasks, "BATCH", 3)
    monkeypatch.setattr(tasks.help_to_send, "apply_async", note)
    return found


def make_pile(count: int) -> None:
    sari, now = make_user("Sari"), timezone.now()
    for _number in range(count):
        outbox.put(wish=make_wish(sari, due_at=now, expires_at=now + HOUR), at=now)


@pytest.mark.parametrize("task", [tasks.plan_and_dispatch, tasks.send_at_once])
def test_a_full_batch_brings_one_helper_before_it_is_sent(
    asked: list[Any], mailoutbox: list[EmailMessage], task: Any
) -> None:
    make_pile(7)
    task(lease_seconds=60)
    assert asked == [(60, 0)]
    assert len(mailoutbox) == 7


def test_less_than_a_batch_brings_none(asked: list[Any], mailoutbox: list[EmailMessage]) -> None:
    make_pile(1)
    tasks.send_at_once(lease_seconds=60)
    assert asked == []
    assert len(mailoutbox) == 1


def test_a_helper_sends_and_asks_for_the_next(asked: list[Any], mailoutbox: list[EmailMessage]) -> None:
    make_pile(7)
    tasks.help_to_send(60)
    assert asked == [(60, 0)]
    assert Notice.objects.filter(state=Notice.State.SENT).count() == len(mailoutbox) == 7


@pytest.mark.parametrize(("every", "is_asked_each_time"), [(HOUR, False), (timedelta(0), True)])
def test_a_long_pile_is_not_held_up_by_planning_at_each_batch(
    asked: list[Any],
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
    every: timedelta,
    *,
    is_asked_each_time: bool,
) -> None:
    plan, plannings = tasks._plan, list[datetime]()  # noqa: SLF001 (the step that is counted)

    def note_and_plan(at: datetime) -> int:
        plannings.append(at)
        return plan(at)

    monkeypatch.setattr(tasks, "_PLAN_EVERY", every)
    monkeypatch.setattr(tasks, "_plan", note_and_plan)
    make_pile(7)
    tasks.plan_and_dispatch()
    assert len(mailoutbox) == 7
    assert (len(plannings) > 1) is is_asked_each_time


@pytest.mark.parametrize("task", [tasks.plan_and_dispatch, tasks.send_at_once])
def test_a_task_ends_in_time_and_the_next_carries_on(
    asked: list[Any], mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch, task: Any
) -> None:
    monkeypatch.setattr(tasks, "_LASTS", timedelta(microseconds=1))
    make_pile(7)
    for sent in (3, 6, 7):
        task()
        assert len(mailoutbox) == sent
