"""The best bundles of all hands at once, when each stay is worth a price: exact within each circle of stays."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from guests.proposals.circles import circles
from guests.proposals.tables import FAR, Tables

Stays = tuple[int, ...]
_NOTHING = 1e-4


class Pricer:
    """Asked again and again at other prices.

    Of a delegation's stays in a circle, the dearest are the ones to take. So a table says what the best one, two, three
    of them are worth, and the circle's delegations are added one after the other, as one fills a knapsack.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        numbers: dict[tuple[int, Stays], int] = {}
        self.circles: list[list[int]] = []
        for circle in circles(tables.problem.foes, tables.places):
            together = defaultdict(list)
            for stay in circle:
                together[int(tables.delegations[stay])].append(stay)
            self.circles.append(
                [numbers.setdefault((key, tuple(stays)), len(numbers)) for key, stays in sorted(together.items())]
            )
        self.circles.sort(key=len, reverse=True)
        self.groups = [np.array(stays) for _delegation, stays in numbers]
        self.together = np.full((len(numbers), tables.hands), tables.together, np.float32)
        for number, (delegation, _stays) in enumerate(numbers):
            for hand, joined in enumerate(tables.joined):
                if delegation == -1 or delegation in joined:
                    self.together[number, hand] = 0
        by_size = defaultdict(list)
        for number, stays in enumerate(self.groups):
            by_size[len(stays)].append(number)
        self.by_size = [
            (np.array(found), np.stack([self.groups[number] for number in found]))
            for _size, found in sorted(by_size.items())
        ]
        deepest = len(self.circles[0]) if self.circles else 0
        self.layers = [
            np.array([circle[depth] for circle in self.circles if len(circle) > depth])
            for depth in range(deepest)
        ]

    def _worths(self, prices: np.ndarray, hands: np.ndarray, kind: type) -> np.ndarray:
        """`worths[number, group, hand]`: what the best so many stays of the group are worth to the hand."""
        room = self.tables.room
        wanted = prices.astype(kind)[:, None] - self.tables.costs[:, hands]
        worths = np.full((room + 1, len(self.groups), len(hands)), -FAR, wanted.dtype)
        worths[0] = 0
        for numbers, stays in self.by_size:
            best, most = wanted[stays], min(room, stays.shape[1])
            if most < stays.shape[1]:
                best = -np.partition(-best, most - 1, axis=1)[:, :most]
            best = (-np.sort(-best, axis=1)).cumsum(1) - self.together[numbers][:, None, hands]
            for number in range(most):
                worths[number + 1, numbers] = best[:, number]
        return worths

    def ask(
        self, prices: np.ndarray, hands: np.ndarray, most: int, near: float, kind: type = np.float32
    ) -> tuple[np.ndarray, list[Stays]]:
        """What the best bundle of each hand is worth at most, and up to so many bundles of each that are near it."""
        if not self.circles or not self.tables.room:
            return np.zeros(len(hands)), []
        worths, room = self._worths(prices, hands, kind), self.tables.room
        filled = np.full((room + 1, len(self.circles), len(hands)), -FAR, worths.dtype)
        filled[0] = 0
        for groups in self.layers:
            these = worths[:, groups]
            for number in range(room, 0, -1):
                best = filled[number, : len(groups)]
                for added in range(1, number + 1):
                    np.maximum(best, filled[number - added, : len(groups)] + these[added], out=best)
        filled -= self.tables.loads[:, None, hands]
        values = filled.max(0)
        limits, most = values.max(0), min(most, len(self.circles))
        rows = np.argpartition(-values, most - 1, axis=0)[:most].T.ravel()
        columns = np.repeat(np.arange(len(hands)), most)
        good = values[rows, columns] > np.maximum(limits[columns] - near, _NOTHING)
        return limits, self._bundles(worths, prices, hands, rows[good], columns[good])

    def _bundles(
        self, worths: np.ndarray, prices: np.ndarray, hands: np.ndarray, rows: np.ndarray, columns: np.ndarray
    ) -> list[Stays]:
        """The best bundle in each of the circles for the hand beside it."""
        room, pairs = self.tables.room, len(rows)
        depths = np.array([len(self.circles[row]) for row in rows], np.int64)
        filled = np.full((room + 1, pairs), -FAR, worths.dtype)
        filled[0] = 0
        taken = np.zeros((depths.max(initial=0), room + 1, pairs), np.int64)
        for depth in range(len(taken)):
            deep = np.flatnonzero(depths > depth)
            these = worths[:, [self.circles[rows[pair]][depth] for pair in deep], columns[deep]]
            for number in range(room, 0, -1):
                best = np.stack([filled[number - added, deep] + these[added] for added in range(number + 1)])
                taken[depth, number, deep] = best.argmax(0)
                filled[number, deep] = best.max(0)
        numbers = (filled - self.tables.loads[:, hands[columns]]).argmax(0)
        return [
            self._unfold(taken[:, :, pair], int(numbers[pair]), self.circles[rows[pair]], prices, int(hands[columns[pair]]))
            for pair in range(pairs)
        ]  # fmt: skip

    def _unfold(self, taken: np.ndarray, number: int, circle: Sequence[int], prices: np.ndarray, hand: int) -> Stays:
        bundle: list[int] = []
        for depth in range(len(circle) - 1, -1, -1):
            if added := int(taken[depth, number]):
                stays = self.groups[circle[depth]]
                dearest = np.argsort(self.tables.costs[stays, hand] - prices[stays], kind="stable")
                bundle += stays[dearest[:added]].tolist()
                number -= added
        return tuple(sorted(bundle))
