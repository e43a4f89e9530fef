"""Giving every stay a lead, as numbers: whom the rules allow, what each wish says of each pair, what an answer costs.

Primitives only: no row, no clock, no language. Stays and hands are named by their places in the problem's lists. All
costs are whole numbers, so that a gap below one proves an answer to be the best.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import numpy as np

MOST_POINTS = 10
"""What a wish that is missed entirely costs, times its weight."""


class Rule(Enum):
    """What no answer breaks, locks aside."""

    SHIFT = "shift"
    TWO_PLACES = "two places"
    CAPACITY = "capacity"
    DEPUTY = "deputy"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Stay:
    """A guest to be led from a minute up to another. `locked` is the hand the guest stays with, whatever the rules say."""

    key: int
    starts: int
    ends: int
    delegation: int | None = None
    today: int | None = None
    locked: int | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """An officer: for how many guests at one time, and the spans of duties that are not to be given anew."""

    key: int
    capacity: int
    busy: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Wish:
    """How far each pair is from what is wished: `points[stay][hand]`, 0 for fulfilled to MOST_POINTS for missed.

    `unled` are the points of each stay where it is left without a lead; none where the wish has nothing to say of that.
    """

    name: str
    weight: int
    points: Sequence[Sequence[int]]
    unled: Sequence[int] = ()


@dataclass(frozen=True)
class Problem:
    """What is to be solved.

    `foes` are, for each stay, the stays that no hand can take beside it, as bits. `barred` names the rule by which a hand
    cannot take a stay at all. `load_weight` makes each further guest of a hand dearer, in proportion to the room
    that is taken already; `together_weight` is what each further hand of one delegation costs.
    """

    stays: Sequence[Stay]
    hands: Sequence[Hand]
    foes: Sequence[int]
    wishes: Sequence[Wish] = ()
    barred: Mapping[tuple[int, int], Rule] = field(default_factory=dict)
    load_weight: int = 0
    together_weight: int = 0

    # --- costs -----------------------------------------------------------------------------------------------------

    @cached_property
    def costs(self) -> "np.ndarray":
        """What the wishes cost for each stay with each hand."""
        costs = np.zeros((len(self.stays), len(self.hands)), np.int64)
        for wish in self.wishes:
            costs += wish.weight * np.asarray(wish.points, np.int64).reshape(costs.shape)
        return costs

    @cached_property
    def pair_costs(self) -> list[list[int]]:
        """The same, for questions about one pair."""
        costs: list[list[int]] = self.costs.tolist()
        return costs

    @cached_property
    def unled_costs(self) -> list[int]:
        """What each stay costs without a lead: more than all wishes of all stays together, so that none is left for a wish."""
        dearest = sum(max(costs, default=0) for costs in self.pair_costs)
        most = MOST_POINTS * (
            self.load_weight + self.together_weight + sum(wish.weight for wish in self.wishes)
        )
        base = 1 + dearest + most * len(self.stays)
        unled = [(wish.weight, wish.unled) for wish in self.wishes if wish.weight and wish.unled]
        return [
            base + sum(weight * points[stay] for weight, points in unled) for stay in range(len(self.stays))
        ]

    @cached_property
    def shared_delegations(self) -> frozenset[int]:
        """The delegations of which more than one stay is to be led."""
        sizes = Counter(stay.delegation for stay in self.stays if stay.delegation is not None)
        return frozenset(delegation for delegation, size in sizes.items() if size > 1)

    def load_step(self, hand: int, guests: int) -> int:
        """What one more guest costs a hand that has so many."""
        taken = MOST_POINTS * guests // max(1, self.hands[hand].capacity)
        return self.load_weight * min(MOST_POINTS, taken)

    def delegations(self, stays: Iterable[int]) -> set[int]:
        """The shared delegations among the stays."""
        return {
            delegation
            for stay in stays
            if (delegation := self.stays[stay].delegation) is not None
            and delegation in self.shared_delegations
        }

    def cost_of(self, hand: int, stays: Collection[int]) -> int:
        """What it costs that the hand has just these stays, beside what it is busy with."""
        before = len(self.hands[hand].busy)
        pairs = sum(self.pair_costs[stay][hand] for stay in stays)
        load = sum(self.load_step(hand, before + number) for number in range(len(stays)))
        return pairs + load + self.together_weight * MOST_POINTS * len(self.delegations(stays))

    def cost(self, chosen: Sequence[int | None]) -> int:
        """What an answer costs: by hand, and for whoever stays without a lead."""
        bundles = self.bundles(chosen)
        unled = sum(self.unled_costs[stay] for stay, hand in enumerate(chosen) if hand is None)
        return sum(self.cost_of(hand, stays) for hand, stays in enumerate(bundles)) + unled

    def bundles(self, chosen: Sequence[int | None]) -> list[list[int]]:
        """The stays of each hand."""
        bundles: list[list[int]] = [[] for _hand in self.hands]
        for stay, hand in enumerate(chosen):
            if hand is not None:
                bundles[hand].append(stay)
        return bundles

    # --- rules -----------------------------------------------------------------------------------------------------

    @cached_property
    def locked(self) -> list[list[int]]:
        """The stays that each hand keeps."""
        return self.bundles([stay.locked for stay in self.stays])

    def obstacle(self, stay: int, hand: int, others: Iterable[int]) -> Rule | None:
        """What forbids the hand to take the stay beside the others; nothing forbids what is locked."""
        if self.stays[stay].locked == hand:
            return None
        if rule := self.barred.get((stay, hand)):
            return rule
        beside = [other for other in others if other != stay]
        if any(self.foes[stay] >> other & 1 for other in beside):
            return Rule.TWO_PLACES
        return None if self.has_room(stay, hand, beside) else Rule.CAPACITY

    def has_room(self, stay: int, hand: int, beside: Iterable[int]) -> bool:
        """Whether at no moment of the stay the hand has more guests than fit."""
        one = self.stays[stay]
        spans = [(self.stays[other].starts, self.stays[other].ends) for other in beside]
        spans = [
            span for span in (*spans, *self.hands[hand].busy) if span[0] < one.ends and span[1] > one.starts
        ]
        capacity = self.hands[hand].capacity
        if len(spans) < capacity:
            return True
        moments = [one.starts, *(starts for starts, _ends in spans if starts > one.starts)]
        return all(1 + sum(starts <= at < ends for starts, ends in spans) <= capacity for at in moments)

    def broken(self, chosen: Sequence[int | None]) -> list[tuple[int, Rule]]:
        """The stays at which an answer breaks a rule, and which; for locks only that each is kept."""
        bundles = self.bundles(chosen)
        found = []
        for stay, hand in enumerate(chosen):
            locked = self.stays[stay].locked
            if locked is not None and hand != locked:
                found.append((stay, Rule.LOCK))
            elif hand is not None and (rule := self.obstacle(stay, hand, bundles[hand])):
                found.append((stay, rule))
        return found


def foes_among(pairs: Iterable[tuple[int, int]], stays: int) -> list[int]:
    """For each of so many stays, as bits, those that a pair sets against it."""
    foes = [0] * stays
    for one, other in pairs:
        foes[one] |= 1 << other
        foes[other] |= 1 << one
    return foes


def places(bits: int) -> Iterator[int]:
    """Which bits are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
