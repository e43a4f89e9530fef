"""Two planners who tell the same change at the same moment, and a change that comes while another is told."""

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from guests import changes
from guests.changes import QUIET, tell_changes
from guests.models import ItineraryItem, ToldPlan
from guests.reminders import plan_marked_visits
from liaison.notices import outbox
from liaison.notices.models import Notice
from tests.factories import NOW, make_assignment, make_event, make_item, make_member, make_user, make_visit
from tests.faults.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def a_change_to_tell() -> None:
    """Of two guests of one officer, noted by a planner."""
    event = make_event()
    officer = make_member(make_user("Sari"), event)
    for _guest in range(2):
        visit = make_visit(event)
        make_assignment(visit, officer, role="deputy")
        make_item(visit, starts_at=NOW + timedelta(days=1))
    plan_marked_visits(at=NOW)
    ItineraryItem.objects.update(title="Gala")
    plan_marked_visits(at=NOW)


def told() -> list[str]:
    rows = Notice.objects.filter(kind="changes").order_by("pk")
    return [notice.payload["guests"][0]["changes"][0]["after"]["title"] for notice in rows]


def read_without_locks(_people: Iterable[tuple[int, int]]) -> list[ToldPlan]:
    """What anybody would write first."""
    return list(ToldPlan.objects.waiting().select_related("visit__guest", "visit__event"))


@pytest.mark.parametrize(("is_guarded", "times_told"), [(True, 1), (False, 2)])
def test_two_planners_tell_each_change_once(
    monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool, times_told: int
) -> None:
    a_change_to_tell()
    know, read = threading.Barrier(2), threading.Barrier(2)
    take_up: Callable[[Iterable[tuple[int, int]]], list[ToldPlan]] = changes.take_up

    def take_up_together(people: Iterable[tuple[int, int]]) -> list[ToldPlan]:
        know.wait(20)  # both have found that it is time
        if is_guarded:
            return take_up(people)
        rows = read_without_locks(people)
        read.wait(20)
        return rows

    monkeypatch.setattr(changes, "take_up", take_up_together)
    together(*[lambda: tell_changes(at=NOW + QUIET)] * 2)
    assert told() == ["Gala"] * times_told
    assert not ToldPlan.objects.waiting().exists()


@pytest.mark.parametrize(("room", "step"), [(changes, "trails_of"), (outbox, "reconcile")])
def test_what_changes_while_it_is_told_is_told_next(
    monkeypatch: pytest.MonkeyPatch, room: Any, step: str
) -> None:
    """Whether it comes before the versions are read, when only the newest is known, or after."""
    a_change_to_tell()
    go_on = getattr(room, step)

    def change_meanwhile(*given: Any, **asked: Any) -> Any:
        assert connection.in_atomic_block
        assert together(lambda: ItineraryItem.objects.update(title="Gala dinner")) == [2]
        return go_on(*given, **asked)

    monkeypatch.setattr(room, step, change_meanwhile)
    tell_changes(at=NOW + QUIET)
    monkeypatch.undo()
    assert told() == ["Gala"]
    plan_marked_visits(at=NOW + QUIET)
    tell_changes(at=NOW + 2 * QUIET)
    assert told() == ["Gala", "Gala dinner"]


def test_many_planners_note_and_tell_without_a_deadlock() -> None:
    a_change_to_tell()

    def work() -> Sequence[int]:
        return [
            plan_marked_visits(at=NOW + step * QUIET) + tell_changes(at=NOW + step * QUIET)
            for step in range(1, 9)
        ]

    def edit() -> Sequence[int]:
        return [ItineraryItem.objects.update(title=f"Gala {number}") for number in range(20)]

    together(work, work, edit)
    plan_marked_visits(at=NOW + 20 * QUIET)
    tell_changes(at=NOW + 30 * QUIET)
    assert told()[-1] == "Gala 19"
    assert len(told()) == len(set(told()))
