"""The price of each stay at which the hands' own best bundles just cover the stays: found by bargaining, and a proof.

At any prices, the sum of the prices less what every hand's best bundle is worth at them is what no answer can cost less
than (Lagrange). The better the prices, the higher that bound. Between two exact questions to the pricer, the hands bargain
over the bundles known so far: one after the other takes its best, whose stays get a little dearer at once, while all stays
get cheaper or dearer together so that a stay taken by exactly one hand keeps its price. Prices stay within a box
around the best so far, which grows while that goes well and else shrinks.
"""

from collections.abc import Callable, Collection

import numpy as np

from guests.proposals.pricing import Pricer, Stays
from guests.proposals.tables import FAR, Tables, peak

_ROUNDS = 12
_STEP = 0.2  # of the box's half width
_CALMER = 0.85  # each round's step, of that before
_WIDER, _NARROWER = 1.5, 0.6
_MOST = 3  # bundles a hand and question
_CLOSE = 2e-4  # of the bound
_PATIENCE = 6  # questions


class Market:
    """Bundles known so far with what each costs each hand, and prices."""

    def __init__(self, tables: Tables, dice: np.random.Generator) -> None:
        self.tables, self.dice = tables, dice
        self.pricer = Pricer(tables)
        self.hands = np.arange(tables.hands)
        self.numbers: dict[Stays, int] = {}
        self.bundles: list[Stays] = []
        self._costs = np.full((tables.hands, 1024), FAR, np.float32)
        self._peaks_matter = bool((tables.rooms > tables.capacities).any() or tables.peaks.any())
        self.limit = 0.0
        self.prices = self._first_prices()
        self.width = max(1.0, float(np.median(self.prices)) / 8)

    def _first_prices(self) -> np.ndarray:
        """The cheapest hand's, with some company and load; what nobody can take is as dear as being left."""
        tables = self.tables
        cheapest = tables.costs.min(1, initial=FAR).astype(np.float64)
        about = cheapest + tables.together / 2 + (tables.loads[1:3].min(1, initial=0).sum() if tables.room else 0)
        return np.where(tables.open, np.minimum(np.where(cheapest < FAR, about, FAR), tables.unled), 0.0)

    @property
    def costs(self) -> np.ndarray:
        """`costs[hand, bundle]`."""
        return self._costs[:, : len(self.bundles)]

    def learn(self, bundles: Collection[Stays]) -> None:
        """Know some bundles more."""
        new = [bundle for bundle in dict.fromkeys(bundles) if bundle and bundle not in self.numbers]
        while len(self.bundles) + len(new) > self._costs.shape[1]:
            self._costs = np.concatenate([self._costs, np.full_like(self._costs, FAR)], axis=1)
        for bundle in new:
            self._costs[:, len(self.bundles)] = self._cost_of(bundle)
            self.numbers[bundle] = len(self.bundles)
            self.bundles.append(bundle)

    def cost(self, bundle: Stays) -> np.ndarray:
        """What the bundle would cost each hand, FAR where it must not have it."""
        number = self.numbers.get(bundle)
        return self._cost_of(bundle) if number is None else self._costs[:, number]

    def _cost_of(self, bundle: Stays) -> np.ndarray:
        tables, problem = self.tables, self.tables.problem
        stays = list(bundle)
        if len(stays) > tables.room:
            return np.full(tables.hands, FAR)
        costs = tables.costs[stays].sum(0) + tables.loads[len(stays)]
        for delegation in problem.delegations(stays):
            costs += tables.together
            for hand, joined in enumerate(tables.joined):
                costs[hand] -= tables.together * (delegation in joined)
        if self._peaks_matter:
            most = peak([(problem.stays[stay].starts, problem.stays[stay].ends) for stay in stays])
            costs[tables.peaks + most > tables.capacities] = FAR
        return costs

    def ask(self, prices: np.ndarray, hands: np.ndarray) -> float:
        """Learn what the hands would like best at these prices; returns what that proves for these hands."""
        limits, bundles = self.pricer.ask(prices, hands, _MOST, self.width * 4)
        self.learn([self._possible(bundle) for bundle in bundles])
        return float(prices.sum() - limits.sum(dtype=np.float64))

    def _possible(self, bundle: Stays) -> Stays:
        """The bundle without those that are foes of one before them, where a circle had foes in it."""
        foes, kept = self.tables.problem.foes, 0
        for stay in bundle:
            if not foes[stay] & kept:
                kept |= 1 << stay
        return tuple(stay for stay in bundle if kept >> stay & 1)

    def limits(self) -> np.ndarray:
        """What no bundle of each hand is worth more than at the best prices, to the last digit."""
        return self.pricer.ask(self.prices, self.hands, 1, 0, np.float64)[0]

    def prove(self) -> float:
        """What no answer costs less than, the locked left out."""
        return max(0.0, float(self.prices.sum() - self.limits().sum()))

    def settle(self, goes_on: Callable[[], bool]) -> None:
        """Find prices that prove much."""
        hoped, prices, idle = -np.inf, self.prices, 0
        self.limit = -np.inf
        while goes_on() and idle < _PATIENCE:
            limit = self.ask(prices, self.hands)
            gain = limit - self.limit
            idle = 0 if gain > _CLOSE * max(1.0, limit) else idle + 1
            if gain > 0:
                if gain > (hoped - self.limit) / 2 and hoped > -np.inf:
                    self.width *= _WIDER
                self.limit, self.prices = limit, prices
            else:
                self.width *= _NARROWER
            prices = self._within(self.prices, self.width)
            hoped = self._hope(prices)
            if hoped - self.limit < _CLOSE * self.limit and self.width < 1:
                return

    def _hope(self, prices: np.ndarray) -> float:
        worths = self._worths(prices) - self.costs
        return float(prices.sum() - np.maximum(worths.max(1, initial=0), 0).sum(dtype=np.float64))

    def _worths(self, prices: np.ndarray) -> np.ndarray:
        flat = np.array([stay for bundle in self.bundles for stay in bundle], np.int64)
        starts = np.cumsum([0, *(len(bundle) for bundle in self.bundles)])[:-1]
        return np.add.reduceat(prices[flat], starts) if self.bundles else np.zeros(0)

    def _within(self, centre: np.ndarray, width: float) -> np.ndarray:
        low = np.maximum(centre - width, 0)
        high = np.minimum(centre + width, self.tables.unled)
        is_free = self.tables.open
        prices, _chosen = self.bargain(centre, self.hands, width * _STEP, low * is_free, high * is_free)
        return prices

    def bargain(
        self, prices: np.ndarray, hands: np.ndarray, step: float, low: np.ndarray, high: np.ndarray
    ) -> tuple[np.ndarray, dict[tuple[int, int], int]]:
        """The middle of the later rounds' prices, and how often in them each hand took each bundle."""
        costs = self.costs
        sizes = np.array([len(bundle) for bundle in self.bundles], np.float32)
        within = self._within_which()
        prices, total, often = prices.copy(), np.zeros(len(prices)), {}
        for number in range(_ROUNDS):
            worths, all_dearer = self._worths(prices).astype(np.float32), 0.0
            is_late = number >= _ROUNDS // 2
            for hand in self.dice.permutation(hands).tolist():
                if not self.bundles:
                    break
                worth = worths - costs[hand]
                worth += all_dearer * sizes
                best = int(worth.argmax())
                all_dearer += step / len(hands)
                if worth[best] > 0:
                    if is_late:
                        often[hand, best] = often.get((hand, best), 0) + 1
                    for stay in self.bundles[best]:
                        prices[stay] -= step
                        worths[within[stay]] -= step
            prices = np.clip(prices + all_dearer, low, high)
            step *= _CALMER
            if is_late:
                total += prices
        return total / (_ROUNDS - _ROUNDS // 2), often

    def _within_which(self) -> list[np.ndarray]:
        flat = np.array([stay for bundle in self.bundles for stay in bundle], np.int64)
        which = np.repeat(np.arange(len(self.bundles)), [len(bundle) for bundle in self.bundles])
        order = np.argsort(flat, kind="stable")
        return np.split(which[order], np.searchsorted(flat[order], np.arange(1, self.tables.size)))
