"""Prices at which what the hands lean to covers each row as often as it is wanted: Newton's method on a softened market.

A hand that may take one of many bundles leans to each of them the more, the more it is worth; how sharply, says `calm`: at 0
it would take its best one only. Softened like that, what the prices prove is a smooth function of them, which a few
systems of linear equations carry to its top, where no price has a reason to move.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

_STEPS = 3
_TRIES = 8  # dampings of one of them
_NEAR_ENOUGH = 0.1  # of what is wanted, is taken too often or too seldom
_SHARE = 1e-2  # of a hand, below which a bundle does not bear on how prices move
_LEAST_DAMPING, _FIRST_DAMPING, _MOST_DAMPING = 1e-3, 0.1, 8.0
_EASIER, _HARDER = 1 / 8, 4.0
_PARTS = (1, 1 / 3)  # of a step that is tried before another is worked out


@dataclass(frozen=True, slots=True)
class _Lean:
    """What the prices prove, less what the softening takes off; how far each hand leans to each bundle."""

    proves: float
    shares: np.ndarray


class Balance:
    """Rows that are wanted so often, bundles of them (`members`, padded with the number of rows), what each costs each hand."""

    def __init__(self, wanted: np.ndarray, members: np.ndarray, costs: np.ndarray) -> None:
        self.wanted, self.members, self.costs = wanted, members, costs
        self.damping, self.is_even = _FIRST_DAMPING, False
        self.near = _NEAR_ENOUGH

    def worths(self, prices: np.ndarray) -> np.ndarray:
        """What each bundle is worth."""
        return np.asarray(np.append(prices, 0.0)[self.members].sum(1)).astype(np.float32)

    def best(self, prices: np.ndarray) -> np.ndarray:
        """What the best bundle is worth to each hand; 0 where none is worth its cost."""
        return np.asarray((self.worths(prices) - self.costs).max(1, initial=0))

    def proves(self, prices: np.ndarray) -> float:
        """What no choice of these bundles costs less than."""
        return float(self.wanted @ prices - self.best(prices).sum(dtype=np.float64))

    def shares(self, prices: np.ndarray, calm: float) -> np.ndarray:
        """How far all hands together lean to each bundle."""
        return np.asarray(self._lean(prices, calm).shares.sum(0, dtype=np.float64))

    def settle(
        self, prices: np.ndarray, calm: float, low: np.ndarray, high: np.ndarray, *, steps: int = _STEPS
    ) -> tuple[np.ndarray, np.ndarray]:
        """Better prices within the limits, and how far each hand leans to each bundle at them."""
        prices = np.clip(prices, low, high)
        now = self._lean(prices, calm)
        for _step in range(steps):
            missing = self.wanted - self._taken(now.shares.sum(0, dtype=np.float64))
            moves = ~((prices <= low) & (missing < 0) | (prices >= high) & (missing > 0))
            self.is_even = bool(np.abs(missing[moves]).sum() < self.near * self.wanted.sum())
            if self.is_even:
                break
            found = self._step(prices, now, missing, np.flatnonzero(moves), calm, low, high)
            if found is None:
                break
            prices, now = found
        self.damping = min(max(self.damping, _LEAST_DAMPING), _MOST_DAMPING)
        return prices, now.shares

    def _lean(self, prices: np.ndarray, calm: float) -> _Lean:
        wishes = (self.worths(prices) - self.costs) * np.float32(1 / calm)
        most = wishes.max(1, initial=0)
        leans = np.exp(wishes - most[:, None])
        totals = leans.sum(1) + np.exp(-most)
        soft = (most + np.log(totals)).sum(dtype=np.float64)
        leans /= totals[:, None]
        return _Lean(float(self.wanted @ prices - calm * soft), leans)

    def _taken(self, shares: np.ndarray) -> np.ndarray:
        weights = np.repeat(shares, self.members.shape[1])
        return np.bincount(self.members.ravel(), weights, len(self.wanted) + 1)[:-1]

    def _step(
        self, prices: np.ndarray, now: _Lean, missing: np.ndarray, moves: np.ndarray, calm: float,
        low: np.ndarray, high: np.ndarray,
    ) -> tuple[np.ndarray, _Lean] | None:  # fmt: skip
        """One step to where the softened proof is at its top, damped until it keeps what it promises."""
        curve = self._curve(now.shares, moves)
        for _try in range(_TRIES):
            damped = curve.copy()
            damped[np.diag_indices(len(moves))] += self.damping / 10 + 1e-5 * calm
            by = np.zeros(len(prices))
            by[moves] = calm * _solved(damped, missing[moves])
            for part in _PARTS:
                new = np.clip(prices + part * by, low, high)
                then, promised = self._lean(new, calm), float(missing @ (new - prices))
                if then.proves > now.proves + promised / 20:
                    self.damping *= _EASIER if part == 1 and then.proves > now.proves + promised / 3 else 1
                    return new, then
                self.damping = max(self.damping, _LEAST_DAMPING / 10) * _HARDER
        return None

    def _curve(self, shares: np.ndarray, moves: np.ndarray) -> np.ndarray:
        """How what is taken of each row changes with the price of each, times the calm."""
        together = shares.sum(0)
        some = np.flatnonzero(together > _SHARE)
        place = np.full(len(self.wanted) + 1, -1)
        place[moves] = np.arange(len(moves))
        square, per_hand = np.zeros((len(moves), len(moves))), np.zeros((len(moves), len(shares)), np.float32)
        _spread(
            place[self.members[some]],
            np.ascontiguousarray(shares[:, some].T),
            together[some],
            square,
            per_hand,
        )
        return square - per_hand @ per_hand.T


def _solved(square: np.ndarray, right: np.ndarray) -> np.ndarray:
    """What the square, which is as good as positive, makes the right side of; nothing where rounding made it otherwise."""
    try:
        lower = np.linalg.cholesky(square)
    except np.linalg.LinAlgError:
        return np.zeros(len(right))
    found = right.astype(np.float64)
    _substitute(lower, found)
    return found


@njit(nogil=True, cache=True)
def _spread(
    members: np.ndarray, shares: np.ndarray, weights: np.ndarray, square: np.ndarray, per_hand: np.ndarray
) -> None:
    """Add the weight of each bundle to each two of its rows, and each hand's share of it to each; rows below 0 are none."""
    for bundle in range(len(members)):
        for row in members[bundle]:
            if row < 0:
                continue
            for other in members[bundle]:
                if other >= 0:
                    square[row, other] += weights[bundle]
            for hand in range(shares.shape[1]):
                per_hand[row, hand] += shares[bundle, hand]


@njit(nogil=True, cache=True)
def _substitute(lower: np.ndarray, right: np.ndarray) -> None:
    """Solve with a triangle and its mirror image, in place."""
    size = len(right)
    for row in range(size):
        value = right[row]
        for column in range(row):
            value -= lower[row, column] * right[column]
        right[row] = value / lower[row, row]
    for row in range(size - 1, -1, -1):
        value = right[row] / lower[row, row]
        right[row] = value
        for column in range(row):
            right[column] -= lower[row, column] * value
