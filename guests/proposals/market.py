"""The price of each stay at which the hands' own best bundles just cover the stays: found by bargaining, and a proof.

At any prices, the sum of the prices less what every hand's best bundle is worth at them is what no answer can cost less
than (Lagrange). The better the prices, the higher that bound. Between two questions to the pricer, prices are balanced over
the bundles known so far, within a box around the best prices so far; the less is left to gain, the more sharply. At first
only some of the hands are asked at a time, which tells roughly where the prices are. Stays of one kind have one price.
"""

from collections.abc import Callable, Collection, Sequence

import numpy as np

from guests.proposals.balance import Balance
from guests.proposals.pricing import Pricer, Stays
from guests.proposals.tables import FAR, Tables, peak

_MANY = 50  # hands asked at a time while it is rough
_ROUGH = 0.05  # of the bound left to gain, from which on all are asked
_ROUGHLY = 0.7  # of the time, after which all are asked in any case
_CLOSE = 1e-5  # of the bound
_PATIENCE = 8  # questions
_WIDTH = 1 / 3  # of a price in the middle: half the box
_WIDER, _WALL = 3.0, 0.05  # the box, where so many prices come to its upper side
_CALM = 3.0  # times less than what each hand has left to gain
_LEAST_CALM = 0.012  # of the box's half width
_LESS = 0.6  # after each question of no use
_SHARPER, _SHARPLY = 0.9, 1 / 3  # the calm, until the prices are balanced, and then
_BACK = 0.3  # of the way from balanced prices back to the best
_A_HAND, _CIRCLES = 3, 150  # bundles to learn
_MOST_KNOWN = 6000


class Market:
    """Kinds of stays, bundles of them known so far with what each costs each hand, and prices."""

    def __init__(self, tables: Tables, dice: np.random.Generator) -> None:
        self.tables, self.dice = tables, dice
        self.pricer = Pricer(tables)
        self.hands = np.arange(tables.hands)
        self.kinds = _kinds(tables)
        self.kind = np.full(tables.size, len(self.kinds))
        for number, stays in enumerate(self.kinds):
            self.kind[stays] = number
        self.wanted = np.array([len(stays) for stays in self.kinds], np.float64)
        self.unled = np.array([tables.unled[stays[0]] for stays in self.kinds], np.float64)
        self.lost = float(tables.unled[tables.open & (self.kind == len(self.kinds))].sum())
        self.numbers: dict[Stays, int] = {}
        self.bundles: list[Stays] = []
        self.members = np.zeros((0, max(1, tables.room)), np.int64)
        self.costs = np.zeros((tables.hands, 0), np.float32)
        self._peaks_matter = bool((tables.rooms > tables.capacities).any() or tables.peaks.any())
        self.prices = self._first_prices()
        self.limits = np.zeros(tables.hands)
        self.limit = 0.0

    def _first_prices(self) -> np.ndarray:
        """The cheapest hand's, with some company and load."""
        tables = self.tables
        loads = tables.loads[1:3].min(1, initial=0).sum() if tables.room else 0
        cheapest = tables.costs[[stays[0] for stays in self.kinds]].min(1, initial=FAR).astype(np.float64)
        return np.asarray(np.minimum(cheapest + tables.together / 2 + loads, self.unled))

    def by_stay(self, prices: np.ndarray) -> np.ndarray:
        """The price of each stay; 0 for those that are not dealt."""
        return np.asarray(np.append(prices, 0.0)[self.kind])

    @property
    def middle(self) -> float:
        """A price in the middle, as a measure."""
        return max(1.0, float(np.median(self.prices))) if self.kinds else 1.0

    # --- bundles -----------------------------------------------------------------------------------------------------

    def kinds_of(self, bundle: Stays) -> Stays:
        return tuple(sorted(self.kind[list(bundle)].tolist()))

    def learn(self, bundles: Collection[Stays]) -> int:
        """Know some bundles more; answers how many were new."""
        new: dict[Stays, Stays] = {}
        for bundle in map(self.possible, bundles):
            if bundle and (kinds := self.kinds_of(bundle)) not in self.numbers:
                new.setdefault(kinds, bundle)
        self.numbers |= {kinds: len(self.bundles) + number for number, kinds in enumerate(new)}
        self.bundles += new.values()
        self.members = np.concatenate([self.members, self.padded([*new])])
        self.costs = np.concatenate([self.costs, self.costs_of([*new.values()])], axis=1)
        return len(new)

    def padded(self, rows: Sequence[Stays], empty: int | None = None) -> np.ndarray:
        """One row for each, filled up with what is no kind."""
        members = np.full((len(rows), self.members.shape[1]), len(self.kinds) if empty is None else empty)
        for number, row in enumerate(rows):
            members[number, : len(row)] = row
        return members

    def possible(self, bundle: Stays) -> Stays:
        """The bundle without those that are foes of one before them, where a circle had foes in it."""
        foes, kept = self.tables.problem.foes, 0
        for stay in bundle:
            if not foes[stay] & kept:
                kept |= 1 << stay
        return tuple(stay for stay in bundle if kept >> stay & 1)

    def costs_of(self, bundles: Sequence[Stays]) -> np.ndarray:
        """`costs[hand, bundle]`: what each would cost each hand, FAR where it must not have it."""
        return np.stack([self._cost_of(one) for one in bundles], axis=1) if bundles else self.costs[:, :0]

    def _cost_of(self, bundle: Stays) -> np.ndarray:
        tables, problem = self.tables, self.tables.problem
        stays = list(bundle)
        if len(stays) > tables.room:
            return np.full(tables.hands, FAR, np.float32)
        costs = tables.costs[stays].sum(0) + tables.loads[len(stays)]
        for delegation in problem.delegations(stays):
            costs += tables.together * ~tables.joined_by(delegation)
        if self._peaks_matter:
            most = peak([(problem.stays[stay].starts, problem.stays[stay].ends) for stay in stays])
            costs[tables.peaks + most > tables.capacities] = FAR
        return np.asarray(np.minimum(costs, FAR), np.float32)

    def forget(self, prices: np.ndarray) -> None:
        """Keep half of what is known: what is worth most beside what each hand has best."""
        balance = self.balance()
        worths = balance.worths(prices) - self.costs
        keep = np.sort(np.argsort((balance.best(prices)[:, None] - worths).min(0))[: _MOST_KNOWN // 2])
        self.members, self.costs = self.members[keep], self.costs[:, keep]
        self.bundles = [self.bundles[one] for one in keep.tolist()]
        self.numbers = {self.kinds_of(bundle): number for number, bundle in enumerate(self.bundles)}

    # --- prices ------------------------------------------------------------------------------------------------------

    def balance(self) -> Balance:
        return Balance(self.wanted, self.members, self.costs)

    def ask(self, prices: np.ndarray, hands: np.ndarray, best: np.ndarray) -> float:
        """Learn what the hands would like better than their best so far; how much more it is worth to all of them."""
        limits, bundles = self.pricer.ask(
            self.by_stay(prices), hands, best[hands], a_hand=_A_HAND, circles=_CIRCLES
        )
        self.learn(bundles)
        return float(np.maximum(limits - best[hands], 0).sum(dtype=np.float64))

    def settle(self, goes_on: Callable[[], bool], share: Callable[[], float]) -> None:
        """Find prices that prove much; `share` says how much of the time for it is gone."""
        if self.kinds:
            _Bargain(self).go(goes_on, share)
        self.limits = np.maximum(self.pricer.limits(self.by_stay(self.prices), self.hands), 0)
        self.limit = max(0.0, self.lost + float(self.wanted @ self.prices - self.limits.sum()))


def _kinds(tables: Tables) -> list[list[int]]:
    """The stays that can be dealt, those together that differ in nothing that bears on costs or rules."""
    kinds: dict[tuple[object, ...], list[int]] = {}
    for stay in tables.places:
        same = tables.problem.foes[stay], tables.problem.stays[stay].delegation
        when = tables.starts[stay], tables.ends[stay]
        kinds.setdefault((same, when, tables.unled[stay], tables.costs[stay].tobytes()), []).append(stay)
    return list(kinds.values())


class _Bargain:
    """The way of a market to its prices."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.parts = list[np.ndarray]()
        self.is_rough = len(market.hands) > _MANY
        self.usual = self.width = _WIDTH * market.middle
        self.damping = market.balance().damping
        self.sharper = _SHARPLY
        self.calm, self.least = self.usual * 2 / 3, self.usual * _LEAST_CALM

    def go(self, goes_on: Callable[[], bool], share: Callable[[], float]) -> None:
        market, prices, hoped = self.market, self.market.prices, np.inf
        seen, best, idle = -np.inf, -np.inf, 0
        while idle < _PATIENCE and goes_on():
            if self.is_rough and (share() > _ROUGHLY or hoped - seen < _ROUGH * abs(hoped)):
                self.is_rough, best = False, -np.inf
            seen = self._seen(prices)
            if self.is_rough or seen - best > _CLOSE * abs(seen):
                idle = 0
            else:
                idle, self.least = idle + 1, self.least * _LESS
            if seen > best or (self.is_rough and not self.parts):
                best, market.prices = seen, prices
            balanced, hoped = self._balanced(prices, hoped - seen)
            prices = _BACK * market.prices + (1 - _BACK) * balanced
            if not self.is_rough and hoped - best < max(0.1, _CLOSE * abs(hoped)):
                return

    def _seen(self, prices: np.ndarray) -> float:
        """What the prices prove; roughly, from some of the hands."""
        market = self.market
        if len(market.bundles) > _MOST_KNOWN:
            market.forget(prices)
        if not self.is_rough:
            self.parts = [market.hands]
        elif not self.parts:
            parts = -(-len(market.hands) // _MANY)
            self.parts = np.array_split(market.dice.permutation(market.hands), parts)
        hands, balance = self.parts.pop(), market.balance()
        more = market.ask(prices, hands, balance.best(prices))
        return balance.proves(prices) - more * len(market.hands) / len(hands)

    def _balanced(self, prices: np.ndarray, gain: float) -> tuple[np.ndarray, float]:
        market, balance = self.market, self.market.balance()
        balance.damping = self.damping
        wanted = max(self.least, gain / (_CALM * len(market.hands))) if np.isfinite(gain) else self.calm
        self.calm = (
            max(wanted, self.calm * self.sharper) if wanted < self.calm else min(wanted, self.calm * 1.5)
        )
        low = np.maximum(market.prices - self.width, 0)
        high = np.minimum(market.prices + self.width, market.unled)
        found, _shares = balance.settle(prices, self.calm, low, high)
        is_wall = not self.is_rough and (found >= high).mean() > _WALL
        self.width = self.width * _WIDER if is_wall else max(self.usual, self.width / _WIDER)
        self.damping, self.sharper = balance.damping, _SHARPLY if balance.is_even else _SHARPER
        return found, balance.proves(found)
