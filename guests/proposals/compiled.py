"""Compiles what solves proposals: `python -m guests.proposals.compiled`, where the program is installed.

Whatever was compiled is kept on disk (in NUMBA_CACHE_DIR, where it is set) for this processor. Else the first proposal
waits for it, a quarter of a minute.
"""

from collections.abc import Callable
from itertools import repeat

import numpy as np

from guests.proposals.annealing import Annealing
from guests.proposals.bargaining import Bargain
from guests.proposals.market import Market
from guests.proposals.problem import Hand, Problem, Stay, Wish, foes_among
from guests.proposals.tables import Tables


def compile_all() -> None:
    """Solve an invented problem a little, by every compiled part."""
    tables = Tables(invented(60, 20))
    market = Market(tables, np.random.default_rng(1))
    bargain = Bargain(market)
    bargain.settle(_times(4), lambda: 1.0)
    bargain.tighten(_times(40))
    Annealing(tables).go([None] * tables.size, lambda: 0.0, steps=10, seed=1)


def invented(stays: int, hands: int) -> Problem:
    """Everybody at once, every third the friend of every third, and costs in which no two hands are alike."""
    pairs = [(one, two) for two in range(stays) for one in range(two) if (one - two) % 3]
    points = [[(7 * stay + 3 * hand + stay * hand) % 11 for hand in range(hands)] for stay in range(stays)]
    return Problem(
        [Stay(key, 0, 10, delegation=key // 6) for key in range(stays)],
        [Hand(key, 3 + key % 2) for key in range(hands)],
        foes=foes_among(pairs, stays),
        wishes=[Wish("language", 6, points)],
        load_weight=3,
        together_weight=4,
    )


def _times(number: int) -> Callable[[], bool]:
    """True so often."""
    left = repeat(True, number)
    return lambda: next(left, False)


if __name__ == "__main__":
    compile_all()
