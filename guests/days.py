"""A guest's days as the dossier shows them: every item with all that an officer has to know of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from babel.dates import format_date
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from events.models import map_of
from guests.hours import Hours
from guests.leaving import LEAVING_COLUMNS, Leaving, leavings, place_of
from guests.models import ItineraryItem, Visit
from guests.naming import words_of
from guests.stops import Roads
from liaison.clock import day_of
from liaison.phones import dialled
from liaison.prepared import Question, given

_WRITTEN = (
    ("greeter", gettext_noop("Met by")), ("seat", gettext_noop("Seat")), ("interpreter", gettext_noop("Interpreter")),
    ("dress", gettext_noop("Dress")), ("gift", gettext_noop("Gift")),
)  # fmt: skip
_COLUMNS = (
    *LEAVING_COLUMNS, *(name for name, _word in _WRITTEN), "pk", "title", "ends_at", "state", "flight_number", "note",
    "estimate_by", "estimate_at", "point__name", "venue__kind", "venue__address", "venue__local_address", "origin__kind",
    "origin__address", "origin__local_address", "vehicle__plate", "vehicle__kind", "vehicle__driver_id",
    "vehicle__driver__name", "vehicle__driver__phone", "driver_id", "driver__name", "driver__phone",
)  # fmt: skip
_PLAN = Question(_COLUMNS, lambda: ItineraryItem.objects.standing().filter(visit=given("visit")))


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the plan with all that an officer has to know of it."""

    pk: int
    kind_label: str
    title: str
    time: str
    place: str
    map: str
    is_tentative: bool
    plate: str
    phone: str
    phone_shown: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The entries that begin on one day; `label` says which, or that the time is not known yet."""

    label: str
    is_open: bool
    entries: tuple[Entry, ...]


def items_of(visit: Visit) -> list[Any]:
    """What stands in the guest's plan by time, as rows; what still awaits a time comes last. One query."""
    return _PLAN.rows(visit=visit.pk)


def days_of(items: Sequence[Any], visit: Visit, hours: Hours) -> tuple[Day, ...]:
    """The plan by day, today's open; items that still await a time come last."""
    kinds = words_of(ItineraryItem.Kind, get_language() or "en")
    home, roads = place_of(visit.hotel), Roads.of(visit.event)
    left = leavings(items, home=home, roads=roads, zone_name=hours.zone_name)
    entries = [(item.starts_at, _entry(item, leaving, hours, kinds)) for item, leaving in left]
    timed = [(day_of(starts_at, hours.zone_name), entry) for starts_at, entry in entries if starts_at]
    days = []
    for day, group in groupby(timed, key=lambda pair: pair[0]):
        label = _day_text(day, get_language() or "en")
        label = _("Today, %(day)s") % {"day": label} if day == hours.today else label
        days.append(Day(label, day == hours.today, tuple(entry for _day, entry in group)))
    if untimed := tuple(entry for starts_at, entry in entries if starts_at is None):
        days.append(Day(_("Time to be confirmed"), is_open=False, entries=untimed))
    return tuple(days)


@lru_cache(maxsize=1000)
def _day_text(day: date, language: str) -> str:
    return format_date(day, "EEEE, d MMMM", locale=language)


def _entry(item: Any, leaving: Leaving | None, hours: Hours, kinds: dict[str, str]) -> Entry:
    _driver, name, phone = driver_of(item)
    return Entry(
        pk=item.pk,
        kind_label=kinds[item.kind],
        title=f"{item.title} · {item.flight_number}" if item.flight_number else item.title,
        time=hours.span(item.starts_at, item.ends_at, item.precision) if item.starts_at else "",
        place=", ".join(filter(None, (item.point__name, item.venue__name))),
        map=map_of(
            item.venue__latitude,
            item.venue__longitude,
            item.venue__local_address or item.venue__address or "",
        ),
        is_tentative=item.state == ItineraryItem.State.TENTATIVE,
        plate=item.vehicle__plate or "",
        phone=phone,
        phone_shown=dialled(phone),
        facts=tuple(_facts(item, leaving, name, hours)),
    )


def _facts(item: Any, leaving: Leaving | None, driver: str, hours: Hours) -> Iterable[tuple[str, str]]:
    """Only what is known; the words are looked up for no more than that."""
    if leaving:
        yield _("Leave by"), f"{hours.say(leaving.at)} ({leaving.source})"
    if item.origin__name:
        yield _("From"), item.origin__name
    if item.vehicle__kind:
        yield _("Car"), item.vehicle__kind
    if driver:
        yield _("Driver"), driver
    for name, word in _WRITTEN:
        if said := getattr(item, name):
            yield _(word), said
    said_at = [hours.say(item.estimate_at)] if item.estimate_at else []
    if according_to := ", ".join([item.estimate_by, *said_at] if item.estimate_by else said_at):
        yield _("Time according to"), according_to
    if item.note:
        yield _("Note"), item.note


def driver_of(item: Any) -> tuple[int | None, str, str]:
    """Key, name and phone of who drives: the driver named in the item, else the car's usual one."""
    if item.driver_id:
        return item.driver_id, item.driver__name, item.driver__phone
    return item.vehicle__driver_id, item.vehicle__driver__name or "", item.vehicle__driver__phone or ""


def phone_of_the_next_driver(items: Iterable[Any], at: datetime) -> str:
    """Whom to call about the car: who drives now or next."""
    for item in items:
        _driver, _name, phone = driver_of(item)
        is_over = item.starts_at is None or (item.ends_at or item.starts_at) < at
        if not is_over and phone:
            return phone
    return ""
