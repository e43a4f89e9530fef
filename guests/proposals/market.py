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
_PATIENCE = 4  # questions
_ROUGH = 8e-3
_MANY = 75


class Market:
    """Bundles known so far with what each costs each hand, and prices."""

    def __init__(self, tables: Tables, dice: np.random.Generator) -> None:
        self.tables, self.dice = tables, dice
        self.pricer = Pricer(tables)
        self.hands = np.arange(tables.hands)
        self.numbers: dict[Stays, int] = {}
        self.bundles: list[Stays] = []
        self._costs = np.full((tables.hands, 1024), FAR, np.float32)
        self._members = np.full((1024, max(1, tables.room)), tables.size, np.int64)
        self._peaks_matter = bool((tables.rooms > tables.capacities).any() or tables.peaks.any())
        self.limit, self.limits = 0.0, np.zeros(tables.hands)
        self.prices = self._first_prices()
        self.width = self._usual = max(1.0, float(np.median(self.prices)) / 16)

    def _first_prices(self) -> np.ndarray:
        """The cheapest hand's, with some company and load; what nobody can take is as dear as being left."""
        tables = self.tables
        cheapest = tables.costs.min(1, initial=FAR).astype(np.float64)
        about = (
            cheapest + tables.together / 2 + (tables.loads[1:3].min(1, initial=0).sum() if tables.room else 0)
        )
        return np.where(tables.open, np.minimum(np.where(cheapest < FAR, about, FAR), tables.unled), 0.0)

    @property
    def costs(self) -> np.ndarray:
        """`costs[hand, bundle]`."""
        return np.asarray(self._costs[:, : len(self.bundles)])

    def learn(self, bundles: Collection[Stays]) -> None:
        """Know some bundles more."""
        new = [bundle for bundle in dict.fromkeys(bundles) if bundle and bundle not in self.numbers]
        while len(self.bundles) + len(new) > self._costs.shape[1]:
            self._costs = np.concatenate([self._costs, np.full_like(self._costs, FAR)], axis=1)
            self._members = np.concatenate([self._members, np.full_like(self._members, self.tables.size)])
        for bundle in new:
            self._costs[:, len(self.bundles)] = self._cost_of(bundle)
            self._members[len(self.bundles), : len(bundle)] = bundle
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
        return np.asarray(costs)

    def ask(self, prices: np.ndarray, hands: np.ndarray) -> np.ndarray:
        """Learn what the hands would like best at these prices; what that is worth to each at most."""
        limits, bundles = self.pricer.ask(prices, hands, most=_MOST, near=self.width * 4)
        self.learn([self._possible(bundle) for bundle in bundles])
        return limits

    def _possible(self, bundle: Stays) -> Stays:
        """The bundle without those that are foes of one before them, where a circle had foes in it."""
        foes, kept = self.tables.problem.foes, 0
        for stay in bundle:
            if not foes[stay] & kept:
                kept |= 1 << stay
        return tuple(stay for stay in bundle if kept >> stay & 1)

    def settle(self, goes_on: Callable[[], bool]) -> None:
        """Find prices that prove much: roughly, with a few of the hands, each standing for several, then with all."""
        if len(self.hands) > _MANY:
            share = -(-len(self.hands) // _MANY)
            self._settle(np.sort(self.dice.permutation(self.hands)[::share]), _ROUGH, goes_on)
        self._settle(self.hands, _CLOSE, goes_on)
        self.limits = self.pricer.limits(self.prices, self.hands)
        self.limit = max(0.0, float(self.prices.sum() - self.limits.sum()))

    def _settle(self, hands: np.ndarray, close: float, goes_on: Callable[[], bool]) -> None:
        prices, limit, hoped, idle = self.prices, -np.inf, np.inf, 0
        each = len(self.hands) / max(1, len(hands))
        self.width = max(self.width, self._usual)
        while goes_on() and idle < _PATIENCE:
            seen = float(prices.sum() - each * self.ask(prices, hands).sum(dtype=np.float64))
            idle = 0 if seen - limit > close * max(1.0, seen) else idle + 1
            if seen > limit:
                self.width *= _WIDER if seen - limit > (hoped - limit) / 2 else 1
                limit, self.prices = seen, prices
            else:
                self.width *= _NARROWER
            prices = self._within(hands, each)
            hoped = self._hope(prices, hands, each)
            if hoped - limit < close * limit and self.width < 1:
                return

    def _hope(self, prices: np.ndarray, hands: np.ndarray, each: float) -> float:
        worths = self._worths(prices) - self.costs[hands]
        return float(prices.sum() - each * np.maximum(worths.max(1, initial=0), 0).sum(dtype=np.float64))

    def _worths(self, prices: np.ndarray) -> np.ndarray:
        """What each known bundle is worth."""
        padded = np.append(prices, 0.0)
        return np.asarray(padded[self._members[: len(self.bundles)]].sum(1))

    def _within(self, hands: np.ndarray, each: float) -> np.ndarray:
        is_free = self.tables.open
        low = np.maximum(self.prices - self.width, 0) * is_free
        high = np.minimum(self.prices + self.width, self.tables.unled) * is_free
        return self.bargain(self.prices, hands, self.width * _STEP, low, high, each)[0]

    def bargain(
        self,
        prices: np.ndarray,
        hands: np.ndarray,
        step: float,
        low: np.ndarray,
        high: np.ndarray,
        each: float = 1.0,
    ) -> tuple[np.ndarray, dict[tuple[int, int], int]]:
        """The middle of the later rounds' prices, and how often in them each hand took each bundle."""
        costs = self.costs
        sizes = np.array([len(bundle) for bundle in self.bundles], np.float32)
        within = self._within_which()
        prices, total = prices.copy(), np.zeros(len(prices))
        often: dict[tuple[int, int], int] = {}
        for number in range(_ROUNDS):
            worths, all_dearer = self._worths(prices).astype(np.float32), 0.0
            is_late = number >= _ROUNDS // 2
            for hand in self.dice.permutation(hands).tolist():
                all_dearer += step / len(hands)
                if not self.bundles:
                    continue
                worth = worths - costs[hand]
                worth += all_dearer * sizes
                best = int(worth.argmax())
                if worth[best] > 0:
                    if is_late:
                        often[hand, best] = often.get((hand, best), 0) + 1
                    for stay in self.bundles[best]:
                        prices[stay] -= step * each
                        worths[within[stay]] -= step * each
            prices = np.clip(prices + all_dearer, low, high)
            step *= _CALMER
            if is_late:
                total += prices
        return total / (_ROUNDS - _ROUNDS // 2), often

    def _within_which(self) -> list[np.ndarray]:
        """For each stay, which of the known bundles it is in."""
        flat = self._members[: len(self.bundles)].ravel()
        order = np.argsort(flat, kind="stable")
        cuts = np.searchsorted(flat[order], np.arange(1, self.tables.size + 1))
        return np.split(order // self._members.shape[1], cuts)
