"""The way of a market to prices at which the hands' own best bundles just cover the stays.

Between two questions to the pricer, prices are balanced over the bundles known so far, within a box around the best prices
so far; the less is left to gain, the more sharply. At first only some of the hands are asked at a time, which tells roughly
where the prices are. Then cuts that the prices break are priced as well, some at a time.
"""

from collections.abc import Callable

import numpy as np

from guests.proposals.market import MOST_KNOWN, Market
from guests.proposals.rounding import find

_MANY = 100  # hands asked at a time while it is rough
_ROUGH = 0.05  # of the bound left to gain, from which on all are asked
_ROUGHLY = 0.3  # of the time, after which all are asked in any case
_CLOSE = 1e-5  # of the bound
_PATIENCE = 8  # questions
_WIDTH = 1 / 3  # of a price in the middle: half the box
_WIDER, _WALL = 1.5, 0.05  # the box, where so many prices come to its upper side
_CALM = 3.0  # times less than what each hand has left to gain
_LEAST_CALM = 0.012  # of the box's half width
_LESS = 0.6  # after each question of no use
_SHARPER, _SHARPLY = 0.8, 1 / 3  # the calm, until the prices are balanced, and then
_CALM_AGAIN = 0.055  # of the box's half width, at least, when cuts are new
_NEARER = 0.03  # how far from what is wanted is balanced, once there are cuts
_LITTLE, _TIMES = 1e-4, 4  # of the bound, that cuts prove more, so often running, to go on with others
_ASKS = 14  # questions until other cuts are sought
_STEPS = 3  # of balancing between two questions
_BACK = 0.3  # of the way from balanced prices back to the best


class Bargain:
    """The way of a market to its prices, those of its cuts behind those of its kinds."""

    def __init__(self, market: Market) -> None:
        self.market, self.prices = market, market.prices
        self.high = np.append(market.unled, np.full(len(market.cuts), np.inf))
        self.parts = list[np.ndarray]()
        self.is_rough = len(market.hands) > _MANY
        self.usual = self.width = _WIDTH * market.middle
        self.damping = market.balance().damping
        self.sharper = _SHARPLY
        self.calm, self.least = self.usual * 0.3, self.usual * _LEAST_CALM

    def settle(self, goes_on: Callable[[], bool], share: Callable[[], float]) -> None:
        """Find prices that prove much without cuts; `share` says how much of the time for it is gone."""
        market = self.market
        if market.kinds:
            self._go(goes_on, share)
            market.prices = self.prices
        market.limits = np.maximum(market.pricer.limits(market.by_stay(market.prices), market.hands), 0)
        market.limit = max(0.0, market.lost + float(market.wanted @ market.prices - market.limits.sum()))

    def tighten(self, goes_on: Callable[[], bool]) -> float:
        """What can be proven with cuts; the market's prices and limits stay those without them."""
        market, kinds = self.market, len(self.market.kinds)
        limit, idle = market.limit, 0
        while kinds and idle < _TIMES and goes_on():
            shares = market.balance().shares(self.prices, self.calm)
            worths = self.prices[kinds:].tolist()
            kept = [cut for cut, worth in zip(market.cuts, worths, strict=True) if worth > 0]
            new = find(market.members, shares, market.wanted, market.delegations, kept, market.dice)
            if not new:
                break
            market.have([*kept, *new])
            worths = [worth for worth in worths if worth > 0] + [0.0] * len(new)
            self._restart(np.append(self.prices[:kinds], worths))
            self._go(_at_most(_ASKS, goes_on), lambda: 1.0)
            before, limit = limit, max(limit, market.proven(self.prices))
            idle = idle + 1 if limit - before <= _LITTLE * abs(limit) else 0
        return limit

    def _restart(self, prices: np.ndarray) -> None:
        """Go on from other prices, as there are other cuts."""
        self.prices = prices
        self.high = np.append(self.market.unled, np.full(len(self.market.cuts), np.inf))
        self.least, self.calm = self.usual * _LEAST_CALM, max(self.calm, self.usual * _CALM_AGAIN)
        self.width = self.usual * _WIDER

    def _go(self, goes_on: Callable[[], bool], share: Callable[[], float]) -> None:
        prices, hoped = self.prices, np.inf
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
                best, self.prices = seen, prices
            balanced, hoped = self._balanced(prices, hoped - seen)
            prices = _BACK * self.prices + (1 - _BACK) * balanced
            if not self.is_rough and abs(hoped - best) < max(0.1, _CLOSE * abs(hoped)):
                return

    def _seen(self, prices: np.ndarray) -> float:
        """What the prices prove; roughly, from some of the hands."""
        market = self.market
        if len(market.bundles) > MOST_KNOWN:
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
        if market.cuts:
            balance.near = _NEARER
        wanted = max(self.least, gain / (_CALM * len(market.hands))) if np.isfinite(gain) else self.calm
        self.calm = (
            max(wanted, self.calm * self.sharper) if wanted < self.calm else min(wanted, self.calm * 1.5)
        )
        low = np.maximum(self.prices - self.width, 0)
        high = np.minimum(self.prices + self.width, self.high)
        found, _shares = balance.settle(prices, self.calm, low, high, steps=_STEPS)
        is_wall = not self.is_rough and (found >= high).mean() > _WALL
        self.width = (
            self.width * _WIDER
            if is_wall
            else max(self.usual * (_WIDER if market.cuts else 1), self.width / _WIDER)
        )
        self.damping, self.sharper = balance.damping, _SHARPLY if balance.is_even else _SHARPER
        return found, balance.proves(found)


def _at_most(times: int, goes_on: Callable[[], bool]) -> Callable[[], bool]:
    """Goes on no more than so many times."""
    left = iter(range(times))
    return lambda: next(left, None) is not None and goes_on()
