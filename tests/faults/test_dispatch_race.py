"""Two dispatchers and two planners at the same moment, and what would happen without their guards."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from guests.models import ItineraryItem, PlanMark
from guests.reminders import plan_marked_visits, planning
from liaison.notices import dispatch as dispatching
from liaison.notices import outbox
from liaison.notices.dispatch import Hand, dispatch
from liaison.notices.models import Delivery, Notice
from liaison.notices.outbox import Wish
from tests.factories import (
    NOW,
    make_assignment,
    make_event,
    make_item,
    make_member,
    make_user,
    make_visit,
)
from tests.faults.processes import wait_until
from tests.faults.together import together
from tests.liaison.notices.wishes import make_notice

pytestmark = pytest.mark.django_db(transaction=True)
MESSAGES = 20
PATIENCE = 60.0


def claim_without_a_lease(*, at: datetime, batch: int, lease: timedelta) -> list[Delivery]:
    """What anybody would write first: read what waits, and send it."""
    return list(Delivery.objects.waiting(at)[:batch])


@pytest.mark.parametrize(("is_guarded", "times_sent"), [(True, 1), (False, 2)])
def test_two_dispatchers_send_each_message_once(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage], *, is_guarded: bool, times_sent: int
) -> None:
    sari = make_user("Sari")
    for _number in range(MESSAGES):
        make_notice(sari)
    barrier = threading.Barrier(2)
    claim = dispatching.claim if is_guarded else claim_without_a_lease

    def claim_together(*, at: datetime, batch: int, lease: timedelta) -> list[Delivery]:
        barrier.wait(PATIENCE)
        rows = claim(at=at, batch=batch, lease=lease)
        barrier.wait(PATIENCE)
        return rows

    first_looks: list[Hand] = []
    look_up = Hand.look_up

    def look_up_together(hand: Hand) -> None:
        """Neither sends before both have looked: else the slower would see that all is sent, lease or no lease."""
        look_up(hand)
        if not is_guarded and hand not in first_looks:
            first_looks.append(hand)
            barrier.wait(PATIENCE)

    monkeypatch.setattr(dispatching, "CHECK_EVERY", timedelta(hours=1))  # nor looks again, however slow it is
    monkeypatch.setattr(dispatching, "claim", claim_together)
    monkeypatch.setattr(Hand, "look_up", look_up_together)
    together(*[lambda: dispatch(at=NOW, batch=MESSAGES)] * 2)

    sent = Counter(mail.extra_headers["Message-ID"] for mail in mailoutbox)
    assert (len(sent), set(sent.values())) == (MESSAGES, {times_sent})
    assert Notice.objects.filter(state=Notice.State.SENT).count() == MESSAGES


def test_many_dispatchers_share_the_work(mailoutbox: list[EmailMessage]) -> None:
    sari = make_user("Sari")
    for _number in range(60):
        make_notice(sari)

    def work() -> int:
        return sum(iter(lambda: dispatch(at=NOW, batch=7), 0))

    taken = together(*[work] * 4)
    while dispatch(at=NOW):  # whoever looked while another held everything went home early
        pass
    assert sum(taken) <= 120
    assert Counter(mail.extra_headers["Message-ID"] for mail in mailoutbox).most_common(1)[0][1] == 1
    assert len(mailoutbox) == 60


@contextmanager
def without_unique_keys() -> Iterator[None]:
    """The outbox as it would be if nothing but good will kept a thing from being told twice."""
    table = Notice._meta.db_table  # noqa: SLF001 (Django's own API)
    field = Notice._meta.get_field("dedupe_key")  # noqa: SLF001
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table).items()
        names = [name for name, one in found if one["unique"] and one["columns"] == [field.column]]
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{names[0]}"')
    try:
        yield
    finally:
        Notice.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{names[0]}" UNIQUE (dedupe_key)')


def one_reminder_to_plan() -> ItineraryItem:
    event = make_event()
    visit = make_visit(event)
    make_assignment(visit, make_member(make_user("Sari"), event))
    return make_item(visit)


class Reading:
    """Holds each planner that has read what is stored until the other has read it, too, or has come to its end."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._readers, self._ended = 0, 0

    def is_done(self) -> None:
        """What is stored has been read; answers when nobody can read it any more before it is written."""
        with self._moved:
            self._readers += 1
            self._moved.notify_all()
            assert self._moved.wait_for(lambda: self._readers == 2 or self._ended, PATIENCE)

    def ends(self) -> None:
        with self._moved:
            self._ended += 1
            self._moved.notify_all()


def plan_twice_at_once(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two planners who both know the plan and what is stored before either writes, unless one finds nothing to plan."""
    reading, stored = Reading(), outbox._stored  # noqa: SLF001 (the step between reading and writing)

    def read_together(*what: Any) -> dict[str, Notice]:
        rows = stored(*what)
        reading.is_done()
        return rows

    def plan() -> int:
        try:
            return plan_marked_visits(at=NOW)
        finally:
            reading.ends()

    monkeypatch.setattr(outbox, "_stored", read_together)
    return together(plan, plan)


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlanMark.objects, "select_for_update", lambda **_how: PlanMark.objects.all())


def test_two_planners_plan_each_visit_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one_reminder_to_plan()
    assert sorted(plan_twice_at_once(monkeypatch)) == [0, 1]
    assert Notice.objects.count() == 1


def test_two_planners_without_locks_are_held_by_the_unique_key(monkeypatch: pytest.MonkeyPatch) -> None:
    one_reminder_to_plan()
    without_locks(monkeypatch)
    assert plan_twice_at_once(monkeypatch) == [1, 1]
    assert Notice.objects.count() == 1


def test_two_planners_without_locks_and_keys_remind_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the two above."""
    one_reminder_to_plan()
    without_locks(monkeypatch)
    with without_unique_keys():
        assert plan_twice_at_once(monkeypatch) == [1, 1]
        assert Notice.objects.count() == 2


def is_somebody_held() -> bool:
    """Whether a connection to this database waits for what another one holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)"
        )
        (is_held,) = cursor.fetchone()
    return bool(is_held)


def test_a_change_while_its_visit_is_planned_waits_and_is_planned_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    item = one_reminder_to_plan()
    knows, may_write, changed = threading.Event(), threading.Event(), threading.Event()
    wishes_for = planning.wishes_for

    def know_and_wait(visit_keys: list[int], at: datetime) -> list[Wish]:
        wishes = wishes_for(visit_keys, at)
        knows.set()
        assert may_write.wait(PATIENCE)
        return wishes

    def change() -> int:
        assert knows.wait(PATIENCE)
        starts_at = NOW + timedelta(hours=5)
        ItineraryItem.objects.filter(pk=item.pk).update(starts_at=starts_at, ends_at=None)
        changed.set()
        return 0

    def let_write() -> int:
        assert knows.wait(PATIENCE)
        assert wait_until(lambda: is_somebody_held() or changed.is_set(), seconds=PATIENCE)
        assert not changed.is_set()  # the change is held: else the planner would take its mark along unread
        may_write.set()
        return 0

    monkeypatch.setattr(planning, "wishes_for", know_and_wait)
    together(lambda: plan_marked_visits(at=NOW), change, let_write)
    monkeypatch.undo()
    assert PlanMark.objects.count() == 1
    plan_marked_visits(at=NOW)
    planned = Notice.objects.get(state=Notice.State.PLANNED)
    assert planned.due_at == NOW + timedelta(hours=4, minutes=30)
