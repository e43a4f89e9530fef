"""From prices to a whole answer: give the hands the bundles they take most steadily, bargain anew over the rest, and so on."""

from collections.abc import Callable
from math import ceil

import numpy as np

from guests.proposals.market import Market
from guests.proposals.pricing import Stays
from guests.proposals.tables import FAR

_STRIDES = 14
_STEP = 0.2  # of what a stay is worth in the middle
_GONE = -FAR


def dive(
    market: Market, hands: np.ndarray, stays: np.ndarray, gone: Callable[[], float], strides: int = _STRIDES
) -> dict[int, Stays]:
    """A bundle for each of the hands, as far as there is one, out of these stays; no stay in two of them.

    `gone` says how much of the time for it is gone: where time is short, more hands are given theirs at once.
    """
    held: dict[int, Stays] = {}
    total, unled = len(hands), market.tables.unled
    prices = np.full(len(market.prices), _GONE)
    prices[stays] = market.prices[stays]
    step = max(0.1, _STEP * float(np.median(market.prices[stays]))) if len(stays) else 0.0
    while len(hands) and (prices > _GONE).any() and (share := gone()) < 1:
        market.ask(prices, hands)
        is_left = prices > _GONE
        prices, often = market.bargain(
            prices, hands, step, np.where(is_left, 0, _GONE), np.where(is_left, unled, _GONE)
        )
        due = ceil(total * share) - len(held)
        taken = _steadiest(market, often, max(1, total // strides, due))
        if not taken:  # what is left over is not worth its price to anybody
            if (prices[is_left] > unled[is_left] - 1).all():
                break
            prices[is_left] = np.minimum(2 * np.maximum(prices[is_left], 1), unled[is_left])
        for bundle in taken.values():
            prices[list(bundle)] = _GONE
        held |= taken
        hands = np.array([hand for hand in hands.tolist() if hand not in held], np.int64)
    return held


def _steadiest(market: Market, often: dict[tuple[int, int], int], most: int) -> dict[int, Stays]:
    taken: dict[int, Stays] = {}
    covered: set[int] = set()
    for hand, number in sorted(often, key=lambda pair: -often[pair]):
        bundle = market.bundles[number]
        if len(taken) < most and hand not in taken and covered.isdisjoint(bundle):
            taken[hand] = bundle
            covered.update(bundle)
    return taken
