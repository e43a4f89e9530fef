"""From prices to a whole answer: give the hands the bundles they take most steadily, bargain anew over the rest, and so on."""

from collections.abc import Callable

import numpy as np

from guests.proposals.market import Market
from guests.proposals.pricing import Stays
from guests.proposals.tables import FAR

_STRIDES = 14
_STEP = 0.2  # of what a stay is worth in the middle
_GONE = -FAR


def dive(
    market: Market, hands: np.ndarray, stays: np.ndarray, goes_on: Callable[[], bool], strides: int = _STRIDES
) -> dict[int, Stays]:
    """A bundle for each of the hands, as far as there is one, out of these stays; no stay in two of them."""
    held: dict[int, Stays] = {}
    prices = np.full(len(market.prices), _GONE)
    prices[stays] = market.prices[stays]
    step = max(0.1, _STEP * float(np.median(market.prices[stays]))) if len(stays) else 0.0
    at_once = max(1, len(hands) // strides)
    while len(hands) and (prices > _GONE).any() and goes_on():
        market.ask(prices, hands)
        high = np.where(prices > _GONE, market.tables.unled, _GONE)
        low = np.where(prices > _GONE, 0, _GONE)
        prices, often = market.bargain(prices, hands, step, low, high)
        taken = _steadiest(market, often, at_once)
        if not taken:  # what is left over is not worth its price to anybody
            if (prices >= market.tables.unled - 1).sum() == (prices > _GONE).sum():
                break
            prices = np.where(
                prices > _GONE, np.minimum(2 * np.maximum(prices, 1), market.tables.unled), _GONE
            )
        for hand, bundle in taken.items():
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
