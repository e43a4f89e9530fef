"""What follows from a delay, without a database."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from events.models import Driver, Vehicle
from guests.lateness import clashes, ripple
from guests.models import ItineraryItem
from tests.factories import NOW

MINUTE = timedelta(minutes=1)
_keys = count(1)


def item(
    starts: int, ends: int | None, kind: str = "meeting", *, leave: int | None = None, **more: Any
) -> ItineraryItem:
    """An item that begins and ends so many minutes from NOW."""
    return ItineraryItem(
        pk=next(_keys), kind=kind, title=kind, starts_at=NOW + starts * MINUTE,
        ends_at=None if ends is None else NOW + ends * MINUTE,
        leave_by_at=None if leave is None else NOW + leave * MINUTE, **more,
    )  # fmt: skip


def told(late: ItineraryItem, minutes: int, *plan: ItineraryItem) -> tuple[list[Any], list[Any]]:
    """Titles with new starts and ends in minutes, and titles with effects in minutes."""
    found = ripple([late, *plan], late, minutes * MINUTE, at=NOW)
    moves = [
        (move.item.title, (move.starts_at - NOW) // MINUTE, move.ends_at and (move.ends_at - NOW) // MINUTE)
        for move in found.moves
    ]
    return moves, [(hit.item.title, hit.effect.value, hit.by // MINUTE) for hit in found.hits]


def test_what_has_room_is_left_alone() -> None:
    assert told(item(60, 120), 30, item(150, 200, "meal")) == ([("meeting", 90, 150)], [])


def test_the_leave_by_moves_with_the_item() -> None:
    late = item(60, 120, leave=40)
    (move,) = ripple([late], late, 15 * MINUTE, at=NOW).moves
    assert move.leave_by_at == NOW + 55 * MINUTE


def test_only_the_transfer_right_behind_moves_and_no_more_than_it_must() -> None:
    moves, hits = told(
        item(60, 120),
        30,
        item(130, 145, "transfer", leave=125),
        item(150, 240, "session"),
        item(250, 260, "transfer"),
    )
    assert moves == [("meeting", 90, 150), ("transfer", 155, 170)]
    assert hits == [("session", "late", 20)]


def test_transfers_follow_one_another() -> None:
    moves, _hits = told(item(60, 120), 30, item(120, 140, "transfer"), item(145, 160, "transfer"))
    assert moves == [("meeting", 90, 150), ("transfer", 150, 170), ("transfer", 170, 185)]


@pytest.mark.parametrize(
    ("kind", "starts", "ends", "leave", "hit"),
    [
        ("meal", 125, 200, None, None),
        ("meal", 130, 200, 120, ("meal", "tight", 5)),
        ("session", 120, 200, None, ("session", "late", 5)),
        ("meal", 110, 125, None, ("meal", "missed", 15)),
        ("flight", 120, 300, None, ("flight", "missed", 5)),
        ("flight", 130, 300, 100, ("flight", "tight", 25)),
        ("meeting", 120, None, None, ("meeting", "late", 5)),
    ],
)
def test_what_stays_is_tight_late_or_missed(
    kind: str, starts: int, ends: int | None, leave: int | None, hit: Any
) -> None:
    _moves, hits = told(item(60, 120), 5, item(starts, ends, kind, leave=leave))
    assert hits == ([hit] if hit else [])


def test_a_session_does_not_wait() -> None:
    assert told(item(60, 120, "session"), 30, item(130, 200)) == ([("session", 90, 120)], [])
    assert told(item(60, 120, "meeting", session_id=1), 30) == ([("meeting", 90, 120)], [])


def test_a_session_that_is_over_is_missed_and_nothing_moves() -> None:
    assert told(item(60, 90, "session"), 30) == ([], [("session", "missed", 30)])


def test_what_goes_on_takes_longer() -> None:
    assert told(item(-30, 20), 30, item(40, 60)) == ([("meeting", -30, 50)], [("meeting", "late", 10)])


def test_what_has_no_time_or_was_called_off_is_not_touched() -> None:
    gone = item(100, 110, state="cancelled")
    open_ended = ItineraryItem(pk=next(_keys), title="Golf", precision="tbc")
    assert told(item(60, 120), 30, gone, open_ended)[1] == []


def test_a_car_is_touched_where_it_is_kept_longer_than_planned() -> None:
    made = Driver(pk=1, name="Made")
    car, other_car = Vehicle(pk=1, plate="L 1", driver=made), Vehicle(pk=2, plate="L 2", driver=made)
    late = item(60, 90, "transfer", vehicle=car)
    moves = ripple([late], late, 30 * MINUTE, at=NOW).moves
    shared, next_ride = item(65, 80, vehicle=car), item(90, 100, vehicle=car)
    same_driver, after = item(130, 140, vehicle=other_car, leave=100), item(120, 130, vehicle=car)
    nobodys = item(95, 100)
    found = clashes(moves, [shared, next_ride, same_driver, after, nobodys])
    assert [(clash.item, clash.together) for clash in found] == [
        (shared, True),
        (next_ride, False),
        (same_driver, False),
    ]
