"""Making a whole answer better a few hands at a time: their guests are dealt anew, at a market of their own.

What an answer costs more than is proven is the sum of the hands' regrets: what each could have at the market's prices less
what it has. So the hands to look at are those with much regret, and those who have guests that go with theirs. Among them
prices are balanced once more; what is still near the best at these prices is what is chosen from.
"""

from collections.abc import Callable, Sequence

import numpy as np

from guests.proposals.balance import Balance
from guests.proposals.market import Market
from guests.proposals.master import choose
from guests.proposals.pricing import Stays
from guests.proposals.reach import Bundle
from guests.proposals.seating import Seating
from guests.proposals.tables import FAR

_FEWEST, _MOST = 14, 24  # hands dealt to
_ALIKE = 1 / 2  # of the hands have guests that go with one hand's
_ROUNDS = 4  # of questions
_A_HAND = 8  # bundles
_CALM, _SHARPER = 1 / 75, 0.7  # of a price in the middle; each round's, of that before
_WIDTH = 0.4  # of a price in the middle
_STEPS = 6
_NEAR = 0.25  # of a price in the middle less than its best, from which on nothing more is learned for a hand
_MOST_CHOICES = 700
_SECONDS = 0.4


class Polish:
    """Tries that deal the guests of some hands anew; the longer nothing helps, the more hands."""

    def __init__(self, market: Market, dice: np.random.Generator) -> None:
        self.market, self.dice, self.tables = market, dice, market.tables
        self.problem = market.tables.problem
        self.size = float(_FEWEST)
        self._costs: dict[tuple[int, Stays], float] = {}

    def once(self, chosen: Sequence[int | None], seconds: Callable[[], float]) -> list[int | None]:
        """The answer, or a cheaper one in which some hands' guests are dealt anew; `seconds` are left."""
        bundles = self._free_bundles(chosen)
        left = [stay for stay in self.tables.places if chosen[stay] is None]
        hands = self._hands(bundles, left, chosen, int(self.size))
        deal = _Deal(self.market, hands, [bundles[hand] for hand in hands], left)
        dealt = deal.solve(min(_SECONDS, seconds()))
        if dealt is not None:
            new = [None if hand in hands and self.problem.stays[stay].locked is None else hand for stay, hand in enumerate(chosen)]  # fmt: skip
            for hand, stays in dealt.items():
                for stay in stays:
                    new[stay] = hand
            new = Seating(self.tables, new).fill(deal.stays, lambda: seconds() > 0).chosen
            if self.problem.cost(new) < self.problem.cost(chosen):
                return new
        self.size = min(_MOST, self.size * 1.01)
        return list(chosen)

    def _free_bundles(self, chosen: Sequence[int | None]) -> list[Stays]:
        is_open = self.tables.open
        return [
            tuple(stay for stay in sorted(some) if is_open[stay]) for some in self.problem.bundles(chosen)
        ]

    def _cost(self, hand: int, stays: Stays) -> float:
        if (hand, stays) not in self._costs:
            self._costs[hand, stays] = float(self.market.costs_of([stays])[hand, 0])
        return self._costs[hand, stays]

    def _regrets(self, bundles: list[Stays]) -> np.ndarray:
        prices = self.market.by_stay(self.market.prices)
        worths = np.array([prices[list(one)].sum() for one in bundles])
        costs = np.array([self._cost(hand, one) for hand, one in enumerate(bundles)])
        return np.asarray(np.maximum(self.market.limits - worths + costs, 0) + 0.1)

    def _hands(
        self, bundles: list[Stays], left: list[int], chosen: Sequence[int | None], most: int
    ) -> list[int]:
        regrets = self._regrets(bundles)
        first = int(self.dice.choice(len(bundles), p=regrets / regrets.sum()))
        order = self.dice.exponential(1 / regrets).argsort(kind="stable").tolist()
        of_first = left if left and self.dice.random() < 0.7 else bundles[first]
        alike: set[int] = {first}
        if of_first:
            seed = int(self.dice.choice(of_first))
            friends = [stay for stay in self.tables.places if not self.problem.foes[seed] >> stay & 1]
            alike |= {hand for stay in friends if (hand := chosen[stay]) is not None}
        near = [hand for hand in order if hand in alike and hand != first][: int(most * _ALIKE)]
        return sorted([*dict.fromkeys([first, *near, *order])][:most])


class _Deal:
    """Some hands with their guests, and guests without a lead: a market of its own."""

    def __init__(self, market: Market, hands: list[int], bundles: list[Stays], left: list[int]) -> None:
        self.market, self.hands, self.middle = market, np.array(hands), market.middle
        self.stays = sorted([*left, *(stay for bundle in bundles for stay in bundle)])
        self.of_kind: dict[int, list[int]] = {}
        for stay in self.stays:
            self.of_kind.setdefault(int(market.kind[stay]), []).append(stay)
        self.kinds = [*self.of_kind]
        self.row = np.full(len(market.kinds) + 1, len(self.kinds))
        self.row[self.kinds] = np.arange(len(self.kinds))
        self.wanted = np.array([len(self.of_kind[kind]) for kind in self.kinds], np.float64)
        self.known: dict[Stays, Stays] = {}  # stays by their kinds
        self.costs = np.zeros((len(hands), 0), np.float32)
        self.now = sum(
            float(market.costs_of([bundle])[hand, 0]) for hand, bundle in zip(hands, bundles, strict=True)
        ) + sum(market.tables.unled[stay] for stay in left)
        self._learn([*bundles, *self._parts(), *((stays[0],) for stays in self.of_kind.values())])

    def _parts(self) -> list[Stays]:
        """What is left of each known bundle among these stays, as far as there are enough of them."""
        members = self.market.members
        mine = np.append(np.zeros(len(self.market.kinds), bool), False)
        mine[self.kinds] = True
        is_mine = mine[members]
        rows = np.unique(np.sort(np.where(is_mine, members, len(mine)), axis=1)[is_mine.any(1)], axis=0)
        return [
            stays for row in rows.tolist() if (stays := self._stays([one for one in row if one < len(mine)]))
        ]

    def _stays(self, kinds: Sequence[int]) -> Stays:
        """So many stays of these kinds, or none where there are too few."""
        taken = [(kind, sum(one == kind for one in kinds[:place])) for place, kind in enumerate(kinds)]
        if any(number >= len(self.of_kind[kind]) for kind, number in taken):
            return ()
        return tuple(sorted(self.of_kind[kind][number] for kind, number in taken))

    def _learn(self, bundles: Sequence[Stays]) -> int:
        new: dict[Stays, Stays] = {}
        for bundle in bundles:
            if bundle and (kinds := self.market.kinds_of(bundle)) not in self.known:
                new.setdefault(kinds, bundle)
        self.known |= new
        self.costs = np.concatenate([self.costs, self.market.costs_of([*new.values()])[self.hands]], axis=1)
        return len(new)

    def _balance(self) -> Balance:
        rows = [tuple(self.row[list(kinds)].tolist()) for kinds in self.known]
        return Balance(self.wanted, self.market.padded(rows, len(self.kinds)), self.costs)

    def solve(self, seconds: float) -> dict[int, Stays] | None:
        """Each hand's bundle where there may be a cheaper way to deal; None where that is proven not to be, or not found."""
        if not self.stays:
            return None
        proven, prices, limits = self._settle()
        gap = self.now - proven
        if gap < 1:
            return None
        worths = self._balance().worths(prices) - self.costs
        regrets = np.where(self.costs < FAR / 2, limits[:, None] - worths, np.inf)
        nearest = np.sort(regrets, axis=None)[:_MOST_CHOICES][-1]
        places = np.argwhere(regrets <= min(gap, nearest))
        kinds = [*self.known]
        bundles = [
            Bundle(hand, kinds[one], round(float(self.costs[hand, one]))) for hand, one in places.tolist()
        ]
        unled = {kind: round(float(self.market.unled[kind])) for kind in self.kinds}
        times = {kind: len(stays) for kind, stays in self.of_kind.items()}
        return self._taken(choose(bundles, unled, seconds, times)[0])

    def _taken(self, bundles: list[Bundle]) -> dict[int, Stays]:
        left = {kind: list(stays) for kind, stays in self.of_kind.items()}
        return {
            int(self.hands[one.hand]): tuple(left[kind].pop() for kind in one.stays if left[kind])
            for one in bundles
        }

    def _settle(self) -> tuple[float, np.ndarray, np.ndarray]:
        """What is proven of these hands and stays, at which prices, and what each hand could have at them."""
        market, prices = self.market, self.market.prices[self.kinds]
        best, calm = (-np.inf, prices, np.zeros(len(self.hands))), _CALM * self.middle
        damping = 0.1
        for _round in range(_ROUNDS):
            balance = self._balance()
            balance.damping = damping
            low, high = np.maximum(prices - _WIDTH * self.middle, 0), prices + _WIDTH * self.middle
            prices, _shares = balance.settle(
                prices, calm, low, np.minimum(high, market.unled[self.kinds]), steps=_STEPS
            )
            damping, calm = balance.damping, calm * _SHARPER
            by_stay = np.zeros(market.tables.size)
            by_stay[self.stays] = prices[self.row[market.kind[self.stays]]]
            floors = balance.best(prices) - _NEAR * self.middle
            limits, found = market.pricer.ask(by_stay, self.hands, floors, a_hand=_A_HAND)
            proven = float(self.wanted @ prices - limits.sum(dtype=np.float64))
            if proven > best[0]:
                best = proven, prices, limits
            if not self._learn([market.possible(one) for one in found]):
                break
        return best
