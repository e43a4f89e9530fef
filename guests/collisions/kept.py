"""Which collisions stand at an event, kept as numbers: enough to count and to find them, on pages that are opened all day."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

import numpy as np
from django.core.cache import cache

from events.models import Event, Membership, Point, Shift, Venue
from guests.collisions.bearing import bearing_on_duties
from guests.collisions.standing import Standing, standing_of
from guests.models import Assignment, Guest, ItineraryItem, Visit
from liaison.history import Fingerprint, Watch

KEPT_FOR_S = 300
"""How long a judgement is kept where nothing was written: collisions pass by themselves, and slowly."""

VERDICTS_FOR_S = 3600
"""How long one officer's is, of whom nothing was written: judging a big event takes seconds, one officer some milliseconds."""

# Of a stay, which is written with each tap, only whose it is, when, and how sure that is.
_STAYS = Fingerprint(
    Visit, "guest_id", "arrives_at", "arrival_precision", "departs_at", "departure_precision", of="event_id"
)
_WATCH = Watch(Assignment, ItineraryItem, Guest, Venue, Point, Membership, Shift, Event, prints=[_STAYS])

_COLUMNS = np.dtype(
    [
        ("assignment", "i8"), ("officer", "i8"), ("visit", "i8"), ("is_meant", "?"),
        ("starts_at", "f8"), ("ends_at", "f8"),
    ]
)  # fmt: skip
_Kept = TypeVar("_Kept")


@dataclass(frozen=True)
class Found:
    """Collisions by keys and spans, without their words: ten thousand are read from the cache as quickly as ten."""

    numbers: "np.ndarray[Any, np.dtype[np.void]]"

    @classmethod
    def of(cls, standing: Sequence[Standing]) -> "Found":
        rows = [
            (one.assignment, one.officer, one.visit, one.is_meant, one.starts_at.timestamp(), one.ends_at.timestamp())
            for one in standing
        ]  # fmt: skip
        return cls(np.array(rows, _COLUMNS))

    @classmethod
    def together(cls, parts: Iterable["Found"]) -> "Found":
        return cls(np.concatenate([np.empty(0, _COLUMNS), *(part.numbers for part in parts)]))

    def __len__(self) -> int:
        return len(self.numbers)

    def meant(self, is_meant: bool) -> "Found":
        """Those for which the assignment says why it is so, or those for which it does not."""
        return Found(self.numbers[self.numbers["is_meant"] == is_meant])

    def within(self, starts_at: datetime, ends_at: datetime) -> "Found":
        """Those of which some is within the span."""
        begun = self.numbers["starts_at"] < ends_at.timestamp()
        return Found(self.numbers[begun & (self.numbers["ends_at"] > starts_at.timestamp())])

    def keys(self, of: Literal["assignment", "officer", "visit"]) -> set[int]:
        """Whose they are."""
        return set(np.unique(self.numbers[of]).tolist())


class Shelf:
    """What was worked out of some events, which holds while no duty, stay, plan or place is changed; one query to see.

    What is kept may be five minutes behind the clock and behind the languages of the team, which have no history.
    """

    def __init__(self, events: Iterable[Event], *, at: datetime) -> None:
        self.at = at
        self._events = {event.pk: event for event in events}
        self._now = f"{_WATCH.state(list(self._events))}-{_slot(at)}"

    def get(
        self, name: str, work: Callable[[Sequence[Event], datetime], Mapping[int, _Kept]]
    ) -> dict[int, _Kept]:
        """What `work` says of each event, by its key; from the cache where it has said so before."""
        keys = {pk: f"kept-{name}-{pk}-{self._now}" for pk in self._events}
        found = {pk: cache.get(key) for pk, key in keys.items()}
        if missing := [self._events[pk] for pk, said in found.items() if said is None]:
            fresh = work(missing, self.at)
            for pk, said in fresh.items():
                cache.set(keys[pk], said, KEPT_FOR_S)
            found |= fresh
        return found

    def collisions(self) -> dict[int, Found]:
        """The collisions that stand at each event; six to eleven queries more where something was changed."""
        return self.get("collisions", _judged)


def kept_collisions(events: Iterable[Event], *, at: datetime) -> dict[int, Found]:
    """What stands at each of the events, by its key: one query while nothing that counts was written, else up to twelve."""
    return Shelf(events, at=at).collisions()


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What stands against one officer's duties, as it was judged at what was then so, in which five minutes."""

    bearing: str
    slot: int
    found: Found

    def holds(self, bearing: str, slot: int) -> bool:
        """Time alone makes no collision; it only takes some away."""
        return self.bearing == bearing and (self.slot == slot or not len(self.found))


def _judged(events: Sequence[Event], at: datetime) -> dict[int, Found]:
    """Anew only for those officers of whom something was changed, or whose collisions may be over."""
    slot = _slot(at)
    bearing = bearing_on_duties([event.pk for event in events], at=at)
    known: dict[int, dict[int, _Verdict]] = {pk: cache.get(f"verdicts-{pk}") or {} for pk in bearing}
    still = {
        pk: {key: verdict for key, verdict in known[pk].items() if verdict.holds(words.get(key, ""), slot)}
        for pk, words in bearing.items()
    }
    stale = [key for pk, words in bearing.items() for key in words.keys() - still[pk].keys()]
    fresh: defaultdict[int, list[Standing]] = defaultdict(list)
    for one in standing_of(stale, at=at) if stale else ():
        fresh[one.officer].append(one)
    for pk, words in bearing.items():
        new = {
            key: _Verdict(words[key], slot, Found.of(fresh[key])) for key in words.keys() - still[pk].keys()
        }
        still[pk] |= new
        cache.set(f"verdicts-{pk}", still[pk], VERDICTS_FOR_S)
    return {
        pk: Found.together(verdict.found for verdict in of_event.values()) for pk, of_event in still.items()
    }


def _slot(at: datetime) -> int:
    return int(at.timestamp()) // KEPT_FOR_S
