"""From prices to a whole answer: bundles that are taken almost wholly are settled, the rest is balanced anew, and so on.

Whose a settled bundle is stays open: it is wanted like a stay, and any hand may come to take it. So what is settled early
binds little; only at the end the bundles are dealt to the hands, as cheaply as can be.
"""

from collections import Counter
from collections.abc import Callable
from math import ceil

import numpy as np

from guests.proposals.assigning import assign
from guests.proposals.balance import Balance
from guests.proposals.market import Market
from guests.proposals.pricing import Stays

_STRIDES = 7
_WHOLE, _LEAST = 0.85, 0.3  # how far a bundle is taken that is settled with others, and at least
_CALM = 1 / 90  # of a price in the middle
_WIDTH = 1 / 2.5
_STEPS = 6
_HIGH = 12.0  # prices in the middle, above which no stay's price goes
_A_HAND, _CIRCLES = 2, 100
_ASKED = 100  # hands at a time


class Dive:
    """The stays that are still open, the bundles that are settled, and prices of both."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.middle = market.middle
        self.open = [list(stays) for stays in market.kinds]
        self.prices = market.prices.copy()
        self.settled: list[Stays] = []
        self.settled_prices = np.zeros(0)
        self.settled_costs = np.zeros((len(market.hands), 0), np.float32)
        self.damping = 0.1

    @property
    def left(self) -> np.ndarray:
        """How many stays of each kind are still open."""
        return np.array([len(stays) for stays in self.open], np.int64)

    def go(self, gone: Callable[[], float]) -> dict[int, Stays]:
        """A bundle for each hand, as far as there is one; where time gets short, more bundles are settled at once."""
        first = self.left.sum()
        while (left := self.left).sum() and (share := gone()) < 1:
            self._ask()
            known, taken = self._balance(left)
            hands = len(self.market.hands)
            late = ceil(hands * share) - len(self.settled)
            due = max(1, late, ceil(hands * left.sum() / first / _STRIDES))
            if not self._settle(known, taken, due):
                break
        return self._deal()

    def _fitting(self, left: np.ndarray) -> np.ndarray:
        """The known bundles of what is still open."""
        members, more = np.sort(self.market.members, axis=1), np.append(left, len(self.market.bundles) + 9)
        number = np.ones(len(members), np.int64)
        fits = more[members[:, 0]] > 0
        for place in range(1, members.shape[1]):
            number = np.where(members[:, place] == members[:, place - 1], number + 1, 1)
            fits &= more[members[:, place]] >= number
        return np.flatnonzero(fits)

    def _ask(self) -> None:
        """Learn bundles of what is still open that some of the hands would like better than what is known."""
        market = self.market
        prices = np.zeros(market.tables.size)
        for price, stays in zip(self.prices, self.open, strict=True):
            prices[stays] = price
        some = self._fitting(self.left)
        balance = Balance(market.wanted, market.members[some], market.costs[:, some])
        best = balance.best(self.prices)
        if self.settled:
            best = np.maximum(best, (self.settled_prices - self.settled_costs).max(1).astype(np.float32))
        hands = np.sort(market.dice.permutation(market.hands)[:_ASKED])
        _limits, bundles = market.pricer.ask(prices, hands, best[hands], a_hand=_A_HAND, circles=_CIRCLES)
        market.learn(bundles)

    def _balance(self, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Balance what is open and what is settled; which known bundles fit, and how far each is taken."""
        market, some, kinds = self.market, self._fitting(left), np.flatnonzero(left)
        rows, settled = len(kinds) + len(self.settled), np.arange(len(self.settled))
        row = np.full(len(market.kinds) + 1, rows)
        row[kinds] = np.arange(len(kinds))
        members = np.full((len(some) + len(settled), market.members.shape[1]), rows)
        members[: len(some)] = row[market.members[some]]
        members[len(some) :, 0] = len(kinds) + settled
        costs = np.concatenate([market.costs[:, some], self.settled_costs], axis=1)
        wanted = np.concatenate([left[kinds], np.ones(len(settled))])
        prices = np.concatenate([self.prices[kinds], self.settled_prices])
        sizes = np.array([1] * len(kinds) + [len(one) for one in self.settled])
        width = _WIDTH * self.middle * np.minimum(sizes, 2)
        balance = Balance(wanted, members, costs)
        balance.damping = self.damping
        high = np.minimum(prices + width, _HIGH * self.middle * sizes)
        prices, shares = balance.settle(
            prices, _CALM * self.middle, np.maximum(prices - width, 0), high, steps=_STEPS
        )
        self.damping = balance.damping
        self.prices[kinds], self.settled_prices = prices[: len(kinds)], prices[len(kinds) :]
        return some, shares[:, : len(some)].sum(0)

    def _settle(self, known: np.ndarray, taken: np.ndarray, due: int) -> bool:
        """Settle what is taken almost wholly, and what is due as far as it is taken at least; answers whether there was any."""
        new: list[int] = []
        for place in np.argsort(-taken, kind="stable").tolist():
            if taken[place] < (_WHOLE if len(new) >= due else _LEAST if new else 0):
                break
            number = int(known[place])
            kinds = Counter(self.market.kinds_of(self.market.bundles[number]))
            for _time in range(max(1, round(float(taken[place])))):
                if any(len(self.open[kind]) < times for kind, times in kinds.items()):
                    break
                stays = [self.open[kind].pop(0) for kind in kinds.elements()]
                self.settled.append(tuple(sorted(stays)))
                new.append(number)
        of_kinds = np.append(self.prices, 0.0)
        worths = of_kinds[self.market.members[new]].sum(1)
        self.settled_prices = np.concatenate([self.settled_prices, worths])
        self.settled_costs = np.concatenate([self.settled_costs, self.market.costs[:, new]], axis=1)
        return bool(new)

    def _deal(self) -> dict[int, Stays]:
        """The settled bundles to the hands, as cheaply as can be."""
        dear = _HIGH * self.middle * np.array([len(stays) for stays in self.settled])[:, None]
        costs = np.minimum(self.settled_costs.T.astype(np.float64), dear)
        spare = np.repeat(dear, max(0, len(self.settled) - costs.shape[1]), axis=1)
        costs = np.concatenate([costs, spare], axis=1)
        hands = assign(costs)
        is_dealt = costs[np.arange(len(hands)), hands] < dear.ravel()
        return {int(hands[one]): self.settled[one] for one in np.flatnonzero(is_dealt).tolist()}
