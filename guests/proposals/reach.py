"""What one hand can take, and every bundle of it that is worth at least so much: what a proof looks through."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from guests.proposals.problem import MOST_POINTS, Problem

_NOTHING = 1e-7

_Wanted = tuple[float, float, int]
"""What a stay adds at least less its share of its delegation; what it is worth; which it is."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Stays that one hand could take beside those it keeps, and what they add to its cost."""

    hand: int
    stays: tuple[int, ...]
    cost: int


class Reach:
    """The stays that a hand can take beside those it keeps, and what they cost."""

    def __init__(self, problem: Problem, hand: int) -> None:
        self.problem, self.hand = problem, hand
        self.kept = problem.locked[hand]
        self.free = [
            stay
            for stay in range(len(problem.stays))
            if problem.stays[stay].locked is None and problem.obstacle(stay, hand, self.kept) is None
        ]
        self.costs = [problem.pair_costs[stay][hand] for stay in self.free]
        self.at_hand = len(problem.hands[hand].busy) + len(self.kept)
        self.kept_together: set[int | None] = {*problem.delegations(self.kept)}
        self.together = problem.together_weight * MOST_POINTS
        self.shares = [self._share(stay) for stay in self.free]

    @cached_property
    def steps(self) -> list[int]:
        """What the first, the second and each further guest costs."""
        return [
            self.problem.load_step(self.hand, self.at_hand + number) for number in range(len(self.free) + 1)
        ]

    @cached_property
    def room(self) -> int:
        """How many stays a bundle can have at most: the capacity for each of the moments that cut all the stays."""
        cuts, last = 0, None
        for stay in sorted(self.free, key=lambda stay: self.problem.stays[stay].ends):
            if last is None or self.problem.stays[stay].starts >= last:
                cuts, last = cuts + 1, self.problem.stays[stay].ends
        return min(len(self.free), cuts * self.problem.hands[self.hand].capacity)

    @cached_property
    def is_tight(self) -> bool:
        """Whether fewer stays than `room` may already be too many, so that moments must be looked at."""
        cuts_everything = self.room <= self.problem.hands[self.hand].capacity
        return not cuts_everything or self.at_hand > 0

    def _share(self, stay: int) -> float:
        """The least that a stay bears of what its delegation costs once."""
        delegation = self.problem.stays[stay].delegation
        if delegation not in self.problem.shared_delegations or delegation in self.kept_together:
            return 0.0
        size = sum(1 for other in self.free if self.problem.stays[other].delegation == delegation)
        return self.together / size

    def bundle(self, stays: Sequence[int]) -> Bundle:
        """These stays with what they add to the hand's cost."""
        before, after = (self.problem.cost_of(self.hand, some) for some in (self.kept, [*self.kept, *stays]))
        return Bundle(self.hand, tuple(sorted(stays)), after - before)

    def all_from(self, prices: Sequence[float], least: float, most: int) -> list[Bundle] | None:
        """Every bundle worth at least so much; None where that would take too long to say."""
        search = _Search(self, least - _NOTHING, most)
        search.go(self._wanted(prices), 0.0, (), self.kept_together)
        return None if search.nodes >= most else [self.bundle(stays) for stays in search.found]

    def _wanted(self, prices: Sequence[float]) -> list[_Wanted]:
        wanted = []
        for stay, cost, share in zip(self.free, self.costs, self.shares, strict=True):
            worth = prices[stay] - cost
            wanted.append((worth - share, worth, stay))
        wanted.sort(reverse=True)
        return wanted


class _Search:
    """Branch and bound over the wanted stays, dearest first; keeps all that is worth more than a threshold."""

    def __init__(self, reach: Reach, least: float, most: int) -> None:
        self.reach, self.least, self.most, self.nodes = reach, least, most, 0
        self.foes, self.stays = reach.problem.foes, reach.problem.stays
        self.shared = reach.problem.shared_delegations
        self.found: list[tuple[int, ...]] = []

    def bound(self, wanted: Sequence[_Wanted], place: int, taken: int) -> float:
        """What the stays from a place on add at most beside so many taken, if at least one of them is taken."""
        steps = self.reach.steps
        total = wanted[place][0] - steps[taken] if place < len(wanted) else 0.0
        for number in range(taken + 1, min(self.reach.room, taken + len(wanted) - place)):
            gain = wanted[place + number - taken][0] - steps[number]
            if gain <= 0:
                break
            total += gain
        return total

    def go(
        self, wanted: Sequence[_Wanted], worth: float, taken: tuple[int, ...], together: set[int | None]
    ) -> None:
        """Try each of the wanted stays beside those taken, and what follows from it."""
        number = len(taken)
        if number >= self.reach.room:
            return
        for place, (_share, value, stay) in enumerate(wanted):
            if worth + self.bound(wanted, place, number) <= self.least or self.nodes >= self.most:
                return
            self.nodes += 1
            delegation = self.stays[stay].delegation
            is_first = delegation in self.shared and delegation not in together
            now = worth + value - self.reach.steps[number] - (self.reach.together if is_first else 0)
            if now > self.least:
                self.found.append((*taken, stay))
            if rest := self._beside(wanted, place, (*taken, stay), delegation if is_first else None):
                self.go(rest, now, (*taken, stay), together | {delegation} if is_first else together)

    def _beside(
        self, wanted: Sequence[_Wanted], place: int, taken: tuple[int, ...], joined: int | None
    ) -> list[_Wanted]:
        """The stays after a place that can still be taken; those of a delegation just joined bear no share of it any more."""
        foes, reach = self.foes[taken[-1]], self.reach
        rest = [one for one in wanted[place + 1 :] if not foes >> one[2] & 1]
        if reach.is_tight:
            beside = (*reach.kept, *taken)
            rest = [one for one in rest if self._all_fit(one[2], beside)]
        if joined is None:
            return rest
        mates = ((one[1], *one[1:]) if self.stays[one[2]].delegation == joined else one for one in rest)
        return sorted(mates, reverse=True)

    def _all_fit(self, stay: int, beside: tuple[int, ...]) -> bool:
        return self.reach.problem.has_room(stay, self.reach.hand, beside)
