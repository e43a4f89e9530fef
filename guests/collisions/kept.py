"""Which collisions stand at an event, kept as numbers: enough to count and to find them, on pages that are opened all day."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

import numpy as np
from django.core.cache import cache
from django.db.models import Model

from events.models import Event, Membership, Point, Shift, Venue
from guests.collisions.bearing import bearing_on_duties
from guests.collisions.standing import Standing, standing_of
from guests.collisions.touched import mark, touched_since
from guests.models import Assignment, Guest, ItineraryItem, Visit
from liaison.history import Fingerprint, Numbers, Watch

KEPT_FOR_S = 300
"""How long a judgement is kept where nothing was written: collisions pass by themselves, and slowly."""

JUDGEMENTS_FOR_S = 3600
"""How long one is, to be judged anew only in parts: a big event takes seconds, one officer some milliseconds."""

# Of a stay, which is written with each tap, only whose it is, when, and how sure that is.
_STAYS = Fingerprint(
    Visit, "guest_id", "arrives_at", "arrival_precision", "departs_at", "departure_precision", of="event_id"
)
_WATCHED = (Assignment, ItineraryItem, Guest, Venue, Point, Membership, Shift, Event)
_WATCH = Watch(*_WATCHED, prints=[_STAYS])

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

    def of_officers(self, keys: Collection[int]) -> "Found":
        """Those of these officers."""
        return Found(self.numbers[np.isin(self.numbers["officer"], list(keys))])

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
        self._state = _WATCH.state(list(self._events))

    def get(
        self,
        name: str,
        work: Callable[[Sequence[Event], datetime], Mapping[int, _Kept]],
        *,
        of: Sequence[type[Model]] = _WATCHED,
    ) -> dict[int, _Kept]:
        """What `work` says of each event, by its key; from the cache where it has said so before of the same stays and `of` these."""
        now = f"{_WATCH.narrowed(self._state, *of)}-{_slot(self.at)}"
        keys = {pk: f"kept-{name}-{pk}-{now}" for pk in self._events}
        found = {pk: cache.get(key) for pk, key in keys.items()}
        if missing := [self._events[pk] for pk, said in found.items() if said is None]:
            fresh = work(missing, self.at)
            for pk, said in fresh.items():
                cache.set(keys[pk], said, KEPT_FOR_S)
            found |= fresh
        return found

    def collisions(self) -> dict[int, Found]:
        """The collisions that stand at each event; up to thirteen queries more where something was changed."""
        return self.get("collisions", _judged)


def kept_collisions(events: Iterable[Event], *, at: datetime) -> dict[int, Found]:
    """What stands at each of the events, by its key: one query while nothing that counts was written, else up to fourteen."""
    return Shelf(events, at=at).collisions()


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What stood at an event at a mark of the history, in which five minutes; and for each officer what bore on it."""

    mark: Numbers
    slot: int
    bearing: Mapping[int, str]
    found: Found

    def holds_of(self, bearing: Mapping[int, str], touched: Collection[int] | None, slot: int) -> set[int]:
        """The officers of whom it still holds; time alone makes no collision, it only takes some away."""
        same = {key for key, word in bearing.items() if self.bearing.get(key) == word}
        if touched is None:
            return same if self.slot == slot else same - self.found.keys("officer")
        return same | (self.bearing.keys() - touched)


def _judged(events: Sequence[Event], at: datetime) -> dict[int, Found]:
    """Anew only for those officers of whom something was changed, or whose collisions may be over."""
    now, slot = mark(), _slot(at)
    known: dict[int, _Judgement | None] = {event.pk: cache.get(f"judgement-{event.pk}") for event in events}
    touched = _touched(known.values(), now, slot)
    bearing = bearing_on_duties(list(known), at=at, officers=touched)
    holding = {
        pk: before.holds_of(bearing[pk], touched, slot) if before else set() for pk, before in known.items()
    }
    stale = {key for pk, words in bearing.items() for key in words.keys() - holding[pk]}
    fresh = standing_of(stale, at=at) if stale else ()
    found = {}
    for pk, before in known.items():
        still = before.found.of_officers(holding[pk]) if before else Found.of(())
        found[pk] = Found.together([still, Found.of([one for one in fresh if one.officer in bearing[pk]])])
        words = {key: word for key, word in before.bearing.items() if key in holding[pk]} if before else {}
        judgement = _Judgement(now, slot, words | bearing[pk], found[pk])
        cache.set(f"judgement-{pk}", judgement, JUDGEMENTS_FOR_S)
    return found


def _touched(known: Iterable[_Judgement | None], now: Numbers, slot: int) -> set[int] | None:
    """Of whom to look; None for everybody: at first, and every five minutes, since languages have no history."""
    judged = list(known)
    if any(before is None or before.slot != slot for before in judged):
        return None
    written = [touched_since(before, now) for before in {one.mark for one in judged if one}]
    return None if None in written else set[int]().union(*(keys for keys in written if keys))


def _slot(at: datetime) -> int:
    return int(at.timestamp()) // KEPT_FOR_S
