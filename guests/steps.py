"""What comes next in a guest's day, when to leave for it, and the car: in words, for today's cards and the board."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from guests.hours import Hours, countdown, hedged
from guests.leaving import LEAVING_COLUMNS, Leaving, leavings, place_of
from guests.models import ItineraryItem, Movement, Visit
from guests.naming import words_of
from guests.stops import Roads
from liaison.phones import dialled

ITEM_COLUMNS = (
    *LEAVING_COLUMNS, "pk", "visit_id", "title", "ends_at", "state", "flight_number", "car_at_door_at", "venue__kind", "point__name", "vehicle__plate", "vehicle__kind",
    "vehicle__driver__name", "vehicle__driver__phone", "driver_id", "driver__name", "driver__phone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing in the guest's day. `leave_by` and `countdown` are empty where nobody has to leave for it.

    `leave_by_source` says where the leave-by comes from; `pk` is the item's, where there is one.
    """

    kind: str
    title: str
    place: str
    time: str
    is_tentative: bool
    moves_at: datetime
    pk: int | None = None
    leave_by: str = ""
    leave_by_source: str = ""
    countdown: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Car:
    """The car that serves the guest now or next; `when` is empty where it is for the next step."""

    plate: str
    kind: str
    driver: str
    phone: str
    phone_shown: str
    at_the_door: str
    when: str


class Planned(NamedTuple):
    """An item, when to leave for it where anybody has to, and so when the guest moves."""

    item: Any
    leaving: Leaving | None
    moves_at: datetime

    @classmethod
    def as_set(cls, item: Any) -> "Planned":
        """The item with no other leave-by than the one somebody set."""
        leaving = Leaving(item.leave_by_at, set_by=item.leave_by_from) if item.leave_by_at else None
        return cls(item, leaving, item.leave_by_at or item.starts_at)


def planned(items: Iterable[Any], visit: Visit, hours: Hours) -> list[Planned]:
    """One guest's items by time; the visit comes with its event and its hotel."""
    found = leavings(
        items, home=place_of(visit.hotel), roads=Roads.of(visit.event), zone_name=hours.zone_name
    )
    return [Planned(item, leaving, leaving.at if leaving else item.starts_at) for item, leaving in found]


@cache
def movement_words(language: str) -> dict[str, str]:
    """Every movement as it begins a line, in the reader's language, which `language` names."""
    return {move: capfirst(word) for move, word in words_of(Movement, language).items()}


def step(item: Any, hours: Hours, moves_at: datetime, **more: Any) -> Step:
    """The item as a line; `more` is what only the next one says."""
    return Step(
        kind=item.kind,
        title=f"{item.title} · {item.flight_number}" if item.flight_number else item.title,
        place=", ".join(filter(None, (item.point__name, item.venue__name))),
        time=hours.start(item.starts_at, item.precision),
        is_tentative=item.state == ItineraryItem.State.TENTATIVE,
        moves_at=moves_at,
        pk=item.pk,
        **more,
    )


def next_step(coming: Planned, hours: Hours) -> Step:
    """The item that comes next, with when to leave for it and how long that is."""
    item, leaving, moves_at = coming
    said = {"time": hours.say(leaving.at)} if leaving else {}
    return step(
        item,
        hours,
        moves_at,
        leave_by=_("Leave by %(time)s") % said if said else "",
        leave_by_source=leaving.source if leaving else "",
        countdown=countdown(moves_at, hours.at),
        is_late=moves_at <= hours.at,
    )


def arrival_or_departure(visit: Visit, hours: Hours) -> Step | None:
    """What comes next for a guest whose list gives no more than when they come and go."""
    comes = (ItineraryItem.Kind.FLIGHT, _("Arrives"), visit.arrives_at, visit.arrival_precision)
    goes = (ItineraryItem.Kind.FLIGHT, _("Departs"), visit.departs_at, visit.departure_precision)
    for kind, title, moment, precision in (comes, goes):
        if moment and moment > hours.at:
            said = hedged(hours.say(moment), precision)
            left = countdown(moment, hours.at)
            return Step(kind, title, "", said, is_tentative=False, moves_at=moment, countdown=left)
    return None


def car_for(near: Sequence[Any], coming: Any, hours: Hours) -> Car | None:
    """The car of the first of these items that has one."""
    item = next((item for item in near if item.vehicle__plate or item.driver_id), None)
    if item is None:
        return None
    name, phone = item.vehicle__driver__name, item.vehicle__driver__phone
    if item.driver_id:
        name, phone = item.driver__name, item.driver__phone
    since = {"time": hours.say(item.car_at_door_at)} if item.car_at_door_at else {}
    return Car(
        plate=item.vehicle__plate or "",
        kind=item.vehicle__kind or "",
        driver=name or "",
        phone=phone or "",
        phone_shown=dialled(phone or ""),
        at_the_door=_("at the door since %(time)s") % since if since else "",
        when="" if item is coming else _("for %(time)s") % {"time": hours.say(item.starts_at)},
    )
