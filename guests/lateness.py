"""What follows when a guest runs late: what moves along, what gets tight, what is missed. Nothing is asked of the database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from guests.models import ItineraryItem

_LASTS = timedelta(hours=1)  # an item that says no end keeps its car that long
_AS_SET: Mapping[int, datetime] = MappingProxyType({})
_BEGINS_WITHOUT_THE_GUEST = {
    ItineraryItem.Kind.SESSION,
    ItineraryItem.Kind.CEREMONY,
}


class Effect(StrEnum):
    """What a delay does to something that stays where it is."""

    TIGHT = "tight"  # less time than leaving for it needs
    LATE = "late"  # it has begun when the guest comes
    MISSED = "missed"  # it is over, or has left, when the guest comes


@dataclass(frozen=True, slots=True)
class Move:
    """An item of the plan with its new times."""

    item: ItineraryItem
    starts_at: datetime
    ends_at: datetime | None
    leave_by_at: datetime | None

    @property
    def ready_at(self) -> datetime:
        """When the guest is free for what follows."""
        return self.ends_at or self.starts_at


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that stays where it is, and by how much the guest is short of time or late for it."""

    item: ItineraryItem
    effect: Effect
    by: timedelta


@dataclass(frozen=True, slots=True)
class Clash:
    """Another guest's item that needs a car or a driver which a move keeps longer; or is `together` in it, and late too."""

    item: ItineraryItem
    move: Move
    together: bool = False


@dataclass(frozen=True, slots=True)
class Ripple:
    """What moves, in order, the item that is late first; and what is hit by it."""

    moves: tuple[Move, ...]
    hits: tuple[Hit, ...]


def ripple(
    items: Iterable[ItineraryItem],
    late: ItineraryItem,
    delay: timedelta,
    *,
    at: datetime,
    leave_by: Mapping[int, datetime] = _AS_SET,
) -> Ripple:
    """What follows in a guest's plan when the item `late` is late by `delay`, as seen at the moment `at`.

    Only that item moves, and the transfers right behind it that the guest would not make, each by no more than it
    must. Sessions and ceremonies do not wait: the guest comes later and their end stays. Everything else stays where
    it is and is said to be tight, late or missed; what becomes of it is the coordinator's to decide. `leave_by` is when
    to leave for items by their keys; where it says nothing, what somebody set counts.
    """
    moved = _late(late, delay, at)
    if moved is None:  # over before the guest would come: there is nothing to move
        return Ripple((), (Hit(late, Effect.MISSED, delay),))
    behind = sorted((item for item in items if _is_behind(item, late)), key=_starts)
    moves = (moved, *_pulled(behind, moved, leave_by))
    staying = behind[len(moves) - 1 :]
    return Ripple(moves, tuple(_hits(staying, moves[-1].ready_at, leave_by)))


def clashes(moves: Sequence[Move], others: Iterable[ItineraryItem]) -> tuple[Clash, ...]:
    """Which of the other guests' items need a car or driver of these moves while it is kept longer than planned.

    What had the car at the same time before has it on purpose: those guests ride along, and are late together.
    """
    return tuple(
        Clash(other, move, together=_ride_along(other, move))
        for other in others
        for move in moves
        if _share(other, move.item) and (_meet(other, move) or _ride_along(other, move))
    )


def _starts(item: ItineraryItem) -> datetime:
    assert item.starts_at is not None  # noqa: S101 (those behind another have a time)
    return item.starts_at


def _is_behind(item: ItineraryItem, late: ItineraryItem) -> bool:
    """Whether the item comes after the late one in the plan; what awaits its time does not."""
    if item.pk == late.pk or item.starts_at is None or late.starts_at is None:
        return False
    return item.state != ItineraryItem.State.CANCELLED and item.starts_at >= late.starts_at


def _late(item: ItineraryItem, delay: timedelta, at: datetime) -> Move | None:
    """The late item with its new times: one that has begun takes longer, a session keeps its end, all else moves whole."""
    assert item.starts_at is not None  # noqa: S101 (only what has a time can be late)
    if item.starts_at <= at:
        return Move(item, item.starts_at, item.ends_at + delay if item.ends_at else None, item.leave_by_at)
    whole = _moved(item, delay)
    if item.kind not in _BEGINS_WITHOUT_THE_GUEST and item.session_id is None:
        return whole
    if item.ends_at and whole.starts_at >= item.ends_at:
        return None
    return Move(item, whole.starts_at, item.ends_at, whole.leave_by_at)


def _moved(item: ItineraryItem, delay: timedelta) -> Move:
    return Move(
        item,
        _starts(item) + delay,
        item.ends_at + delay if item.ends_at else None,
        item.leave_by_at + delay if item.leave_by_at else None,
    )


def _pulled(behind: Sequence[ItineraryItem], moved: Move, leave_by: Mapping[int, datetime]) -> Iterator[Move]:
    """The transfers right behind that the guest would not make, each moved by as much as it must."""
    for item in behind:
        missing = moved.ready_at - _moves(item, leave_by)
        if item.kind != ItineraryItem.Kind.TRANSFER or missing <= timedelta():
            return
        moved = _moved(item, missing)
        yield moved


def _moves(item: ItineraryItem, leave_by: Mapping[int, datetime] = _AS_SET) -> datetime:
    return leave_by.get(item.pk) or item.leave_by_at or _starts(item)


def _hits(
    staying: Iterable[ItineraryItem], ready_at: datetime, leave_by: Mapping[int, datetime]
) -> Iterator[Hit]:
    for item in staying:
        starts_at = _starts(item)
        leaves = item.kind == ItineraryItem.Kind.FLIGHT and ready_at > starts_at
        if leaves or (item.ends_at and ready_at >= item.ends_at):
            yield Hit(item, Effect.MISSED, ready_at - starts_at)
        elif ready_at > starts_at:
            yield Hit(item, Effect.LATE, ready_at - starts_at)
        elif ready_at > (moves_at := _moves(item, leave_by)):
            yield Hit(item, Effect.TIGHT, ready_at - moves_at)


def _share(one: ItineraryItem, other: ItineraryItem) -> bool:
    same_car = one.vehicle_id is not None and one.vehicle_id == other.vehicle_id
    drivers = {one.driver_id or _usual_driver(one)} & {other.driver_id or _usual_driver(other)} - {None}
    return same_car or bool(drivers)


def _usual_driver(item: ItineraryItem) -> int | None:
    return item.vehicle.driver_id if item.vehicle else None


def _meet(other: ItineraryItem, move: Move) -> bool:
    """Whether the other item needs the car between the old and the new end of the move."""
    ended_at = move.item.ends_at or _starts(move.item) + _LASTS
    ends_at = move.ends_at or move.starts_at + _LASTS
    return ended_at <= _moves(other) < ends_at


def _ride_along(other: ItineraryItem, move: Move) -> bool:
    """Whether the other item has the car while the moved one was planned to have it."""
    ended_at = move.item.ends_at or _starts(move.item) + _LASTS
    over_at = other.ends_at or _starts(other) + _LASTS
    return _starts(other) < ended_at and over_at > _starts(move.item)
