"""A visit's plan in versions, out of the triggers' histories: what holds now, and how it came to differ from what one knew.

A version is a row of history. Its number grows with each version of the same row, since the row's lock is held from one
to the next; so a number says exactly what was known, however transactions overlap.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef

from guests.models import ItineraryItem, Visit
from guests.places import place_of

_ITEMS: Any = ItineraryItem.pgh_event_model  # type: ignore[attr-defined]  # made by `tracked`
_STAYS: Any = Visit.pgh_event_model  # type: ignore[attr-defined]  # made by `tracked`
_WITH = ("venue", "point__venue", "origin", "vehicle", "driver")

ITEM, STAY = "item", ("arrival", "departure", "hotel")
STAY_KEY = 0
"""The key under which a visit itself stands beside its items."""


@dataclass(frozen=True, slots=True)
class Version:
    """How one thing stood at that number: whether it did, when, and what a notice may say of it, in primitives."""

    number: int
    is_there: bool
    starts_at: datetime | None
    ends_at: datetime | None
    said: Mapping[str, Any]

    @property
    def over_at(self) -> datetime | None:
        return self.ends_at or self.starts_at


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was known; `before` and `after` are None where it did not or does not stand."""

    kind: str
    key: int
    number: int
    before: Version | None
    after: Version | None

    @property
    def sides(self) -> list[Version]:
        return [side for side in (self.before, self.after) if side]


@dataclass(frozen=True, slots=True)
class Plan:
    """The newest number of each item of a visit, of those that were deleted too, and of the visit itself."""

    items: Mapping[int, int]
    deleted: frozenset[int]
    stay: int

    def news_to(self, items: Mapping[str, int], stay: int) -> Iterator["News"]:
        """What has another number than is known."""
        for key, number in self.items.items():
            known = items.get(str(key), 0)
            if number != known and (known or key not in self.deleted):
                yield News(key, known, number)
        if self.stay != stay:
            yield News(STAY_KEY, stay, self.stay)


@dataclass(frozen=True, slots=True)
class News:
    """That an item, or the stay, has another number than is known, which is 0 for what is new."""

    key: int
    known: int
    newest: int


def plans_now(visit_keys: Collection[int]) -> dict[int, Plan]:
    """The plans of these visits as they stand. Two queries, however many there are."""
    standing = ItineraryItem.objects.filter(
        visit__in=visit_keys
    )  # else PostgreSQL looks through all there are
    stands = standing.filter(pk=OuterRef("pgh_obj_id"), visit=OuterRef("visit_id"))
    newest = _ITEMS.objects.filter(visit__in=visit_keys).order_by("pgh_obj_id", "-pgh_id")
    rows = newest.distinct("pgh_obj_id").values_list("visit_id", "pgh_obj_id", "pgh_id", Exists(stands))
    numbers: defaultdict[int, dict[int, int]] = defaultdict(dict)
    deleted: defaultdict[int, set[int]] = defaultdict(set)
    for visit, key, number, is_standing in rows:
        numbers[visit][key] = number
        if not is_standing:
            deleted[visit].add(key)
    stays = _STAYS.objects.filter(pgh_obj__in=visit_keys).order_by("pgh_obj_id", "-pgh_id")
    return {
        visit: Plan(numbers[visit], frozenset(deleted[visit]), stay)
        for visit, stay in stays.distinct("pgh_obj_id").values_list("pgh_obj_id", "pgh_id")
    }


def last_steps(item_keys: Collection[int]) -> dict[int, tuple[int, int]]:
    """For each of the items that has two versions or more the number of the last but one and of the last. One query."""
    trails: defaultdict[int, list[int]] = defaultdict(list)
    rows = _ITEMS.objects.filter(pgh_obj__in=item_keys).order_by("pgh_id")
    for key, number in rows.values_list("pgh_obj_id", "pgh_id"):
        trails[key].append(number)
    return {key: (numbers[-2], numbers[-1]) for key, numbers in trails.items() if len(numbers) > 1}


@dataclass(frozen=True, slots=True)
class Trails:
    """The versions of what changed, oldest first, each with who made it (None where no person is known)."""

    items: Mapping[int, Sequence[tuple[Any, int | None]]]
    stays: Mapping[int, Sequence[tuple[Any, int | None]]]

    def changes(self, visit: int, news: News, *, besides: int) -> list[Change]:
        """How the item, or the stay, differs from the known version; nothing where only that person made it differ.

        What was written after the newest version of the news was found is left to the next look.
        """
        is_stay = news.key == STAY_KEY
        trail = self.stays.get(visit, ()) if is_stay else self.items.get(news.key, ())
        rows = [one for one in trail if news.known <= one[0].pgh_id <= news.newest]
        found = (_difference(part, news, visit, rows, besides) for part in (STAY if is_stay else (ITEM,)))
        return [change for change in found if change]


def trails_of(item_keys: Mapping[int, int], stay_keys: Mapping[int, int]) -> Trails:
    """The versions of these items, and of these visits' stays, from a known number on. A query each, where there are any."""
    return Trails(_trails(_ITEMS, item_keys, *_WITH), _trails(_STAYS, stay_keys, "hotel"))


def _trails(
    history: Any, known: Mapping[int, int], *joined: str
) -> Mapping[int, Sequence[tuple[Any, int | None]]]:
    trails: defaultdict[int, list[tuple[Any, int | None]]] = defaultdict(list)
    if known:
        rows = history.objects.filter(pgh_obj__in=list(known), pgh_id__gte=min(known.values()))
        made = rows.annotate(made_by=F("pgh_context__metadata__user")).order_by("pgh_id")
        for row in made.select_related(*joined):
            trails[row.pgh_obj_id].append((row, row.made_by))
    return trails


def _difference(
    part: str, news: News, visit: int, rows: Iterable[tuple[Any, int | None]], besides: int
) -> Change | None:
    before: Version | None = None
    last: Version | None = None
    makers: set[int | None] = set()
    for row, maker in rows:
        version = _READ[part](row, visit)
        if row.pgh_id == news.known:
            before = version
        elif _tells(version) != _tells(last):
            makers.add(maker)
        last = version
    if last is None or makers <= {besides} or _tells(before) == _tells(last):
        return None
    there = [version if version and version.is_there else None for version in (before, last)]
    return Change(part, news.key, last.number, *there)


def _tells(version: Version | None) -> Mapping[str, Any] | None:
    """What is compared: nothing is as good as something that does not stand."""
    return version.said if version and version.is_there else None


def _item(row: Any, visit: int) -> Version:
    is_there = row.pgh_label != "delete" and row.state != ItineraryItem.State.CANCELLED
    said = {
        "title": row.title,
        "starts_at": _iso(row.starts_at),
        "ends_at": _iso(row.ends_at),
        "precision": row.precision,
        "leave_by_at": _iso(row.leave_by_at),
        "place": place_of(row),
        "origin": row.origin.name if row.origin else "",
        "plate": row.vehicle.plate if row.vehicle else "",
        "driver": row.driver.name if row.driver else "",
        "flight_number": row.flight_number,
        "state": row.state,
    }
    return Version(row.pgh_id, is_there and row.visit_id == visit, row.starts_at, row.ends_at, said)


def _arrival(row: Any, _visit: int) -> Version:
    said = {"starts_at": _iso(row.arrives_at), "precision": row.arrival_precision}
    return Version(row.pgh_id, row.pgh_label != "delete", row.arrives_at, None, said)


def _departure(row: Any, _visit: int) -> Version:
    said = {"starts_at": _iso(row.departs_at), "precision": row.departure_precision}
    return Version(row.pgh_id, row.pgh_label != "delete", row.departs_at, None, said)


def _hotel(row: Any, _visit: int) -> Version:
    said = {"place": row.hotel.name if row.hotel else ""}
    return Version(row.pgh_id, row.pgh_label != "delete", row.arrives_at, row.departs_at, said)


_READ = {ITEM: _item, "arrival": _arrival, "departure": _departure, "hotel": _hotel}


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
