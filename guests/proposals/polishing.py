"""Making a whole answer better a few hands at a time: their guests are dealt anew, at the market or by choice among what is known.

What an answer costs more than is proven is the sum of the hands' regrets: what each could have at the market's prices less
what it has. So the hands to look at are those with much regret, and those who have guests that go with theirs.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from guests.proposals.diving import dive
from guests.proposals.market import Market
from guests.proposals.master import choose
from guests.proposals.pricing import Stays
from guests.proposals.reach import Bundle
from guests.proposals.seating import Seating
from guests.proposals.tables import FAR

_DIVERS = 36  # hands dealt to at the market
_STRIDES = 8
_CHOOSERS = 16  # hands dealt to by choice
_ALIKE = 2 / 3  # of the hands have guests that go with one hand's
_NEAR = 30.0  # how much less than its best a bundle may be worth to a hand to be dealt to it
_SECONDS = 0.3


class Polish:
    def __init__(self, market: Market, dice: np.random.Generator) -> None:
        self.market, self.dice, self.is_diving = market, dice, True
        self.tables = market.tables
        self.problem = market.tables.problem

    def once(self, chosen: Sequence[int | None], gone: Callable[[], float]) -> list[int | None]:
        """The answer, or a cheaper one in which some hands' guests are dealt anew; what helped last is tried first."""
        bundles = self._free_bundles(chosen)
        left = [stay for stay in self.tables.places if chosen[stay] is None]
        hands = self._hands(bundles, left, chosen, _DIVERS if self.is_diving else _CHOOSERS)
        stays = sorted({*left, *(stay for hand in hands for stay in bundles[hand])})
        without = [
            None if hand in hands and self.problem.stays[stay].locked is None else hand
            for stay, hand in enumerate(chosen)
        ]

        def hurry() -> float:
            return float(gone() >= 1)

        if self.is_diving:
            dealt = dive(self.market, np.array(hands), np.array(stays, np.int64), hurry, _STRIDES)
        else:
            dealt = self._choice({hand: bundles[hand] for hand in hands}, stays)
        new = self._with(without, dealt, stays)
        if self.problem.cost(new) < self.problem.cost(chosen):
            return new
        self.is_diving = not self.is_diving
        return list(chosen)

    def _choice(self, present: dict[int, Stays], stays: list[int]) -> dict[int, Stays]:
        start = [Bundle(hand, some, self._cost(hand, some)) for hand, some in present.items() if some]
        known = {(bundle.hand, bundle.stays) for bundle in start}
        others = [one for one in self._known([*present], stays) if (one.hand, one.stays) not in known]
        unled = {stay: self.problem.unled_costs[stay] for stay in stays}
        dealt, _proven = choose([*start, *others], unled, _SECONDS)
        return {bundle.hand: bundle.stays for bundle in dealt}

    def _free_bundles(self, chosen: Sequence[int | None]) -> list[Stays]:
        locked = {number for number, stay in enumerate(self.problem.stays) if stay.locked is not None}
        return [
            tuple(stay for stay in sorted(some) if stay not in locked)
            for some in self.problem.bundles(chosen)
        ]

    def _cost(self, hand: int, stays: Stays) -> int:
        kept = self.problem.locked[hand]
        return self.problem.cost_of(hand, [*kept, *stays]) - self.problem.cost_of(hand, kept)

    def _hands(
        self, bundles: list[Stays], left: list[int], chosen: Sequence[int | None], most: int
    ) -> list[int]:
        has = np.array(
            [self.market.prices[list(one)].sum() - self._cost(hand, one) for hand, one in enumerate(bundles)]
        )
        regrets = np.maximum(self.market.limits - has, 0) + 0.1
        if left and self.dice.random() < 0.7:
            seed = int(self.dice.choice(left))
        else:
            first = int(self.dice.choice(len(bundles), p=regrets / regrets.sum()))
            seed = int(self.dice.choice(bundles[first])) if bundles[first] else -1
        order = self.dice.exponential(1 / regrets).argsort(kind="stable").tolist()
        alike: set[int] = set()
        if seed >= 0:
            friends = [stay for stay in self.tables.places if not self.problem.foes[seed] >> stay & 1]
            alike = {hand for stay in friends if (hand := chosen[stay]) is not None}
        near = [hand for hand in order if hand in alike][: int(most * _ALIKE)]
        return [*near, *(hand for hand in order if hand not in near)][:most]

    def _known(self, hands: list[int], stays: list[int]) -> list[Bundle]:
        """What is left of each known bundle among these stays, for each hand to which it is worth nearly its best."""
        market, among = self.market, set(stays)
        parts = {
            part for bundle in market.bundles if (part := tuple(stay for stay in bundle if stay in among))
        }
        some = sorted(parts | {(stay,) for stay in stays})
        costs = np.array([market.cost(part)[hands] for part in some])
        worths = np.array([market.prices[list(part)].sum() for part in some])[:, None] - costs
        good = (worths > worths.max(0) - _NEAR) & (costs < FAR / 2)
        return [
            Bundle(hands[column], some[row], round(float(costs[row, column])))
            for row, column in np.argwhere(good).tolist()
        ]

    def _with(
        self, without: list[int | None], dealt: Mapping[int, Stays], stays: list[int]
    ) -> list[int | None]:
        """The answer with what was dealt; a stay dealt twice goes where it is cheaper, who is left out is tried anywhere."""
        costs = self.problem.pair_costs
        new = list(without)
        for hand, bundle in dealt.items():
            for stay in bundle:
                rival = new[stay]
                if rival is None or costs[stay][hand] < costs[stay][rival]:
                    new[stay] = hand
        return Seating(self.tables, new).fill(stays).chosen
