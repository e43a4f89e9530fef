"""The best bundles of all hands at once, when each stay is worth a price: exact within each circle of stays."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from guests.proposals.circles import circles
from guests.proposals.tables import FAR, Tables

Stays = tuple[int, ...]
_NOTHING = 1e-4
_AT_ONCE = 50  # hands, so that what they are about stays near the processor
_THREADS = ThreadPoolExecutor(2)


@dataclass(frozen=True, slots=True)
class _Layer:
    """The groups added at one depth, each to a node of the layer before; the circles that end here, and at which node."""

    parents: np.ndarray
    groups: np.ndarray
    ending: list[int]
    ends: list[int]


def _layers(circles: list[list[int]]) -> list[_Layer]:
    """The circles as a tree, so that what several begin with is filled once."""
    layers = list[_Layer]()
    nodes = dict.fromkeys(range(len(circles)), 0)
    while nodes:
        depth, numbers = len(layers), dict[tuple[int, int], int]()
        nodes = {
            circle: numbers.setdefault((node, circles[circle][depth]), len(numbers))
            for circle, node in nodes.items()
        }
        ending = [circle for circle in nodes if len(circles[circle]) == depth + 1]
        parents, groups = np.array([*numbers]).T
        layers.append(_Layer(parents, groups, ending, [nodes.pop(one) for one in ending]))
    return layers


class Pricer:
    """Asked again and again at other prices.

    Of a delegation's stays in a circle, the dearest are the ones to take. So a table says what the best one, two, three
    of them are worth, and the circle's delegations are added one after the other, as one fills a knapsack.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        numbers: dict[tuple[int, Stays], int] = {}
        found: list[list[int]] = []
        for circle in circles(tables.problem.foes, tables.places):
            together = defaultdict(list)
            for stay in circle:
                together[int(tables.delegations[stay])].append(stay)
            found.append(
                [numbers.setdefault((key, tuple(stays)), len(numbers)) for key, stays in together.items()]
            )
        common = Counter(group for circle in found for group in circle)
        for groups in found:
            groups.sort(key=lambda group: (-common[group], group))
        self.circles, self.layers = found, _layers(found)
        self.groups = [np.array(stays) for _delegation, stays in numbers]
        self.together = np.full((len(numbers), tables.hands), tables.together, np.float32)
        for number, (delegation, _stays) in enumerate(numbers):
            for hand, joined in enumerate(tables.joined):
                if delegation == -1 or delegation in joined:
                    self.together[number, hand] = 0
        by_size = defaultdict(list)
        for number, group in enumerate(self.groups):
            by_size[len(group)].append(number)
        self.by_size = [
            (np.array(some), np.stack([self.groups[one] for one in some])) for some in by_size.values()
        ]

    def ask(
        self, prices: np.ndarray, hands: np.ndarray, *, most: int, near: float
    ) -> tuple[np.ndarray, list[Stays]]:
        """What the best bundle of each hand is worth, and up to so many of each that are near it."""
        if not self.circles or not self.tables.room:
            return np.zeros(len(hands)), []
        worths, values = self._values(prices, hands, np.float32)
        limits, most = values.max(0), min(most, len(values))
        rows = np.argpartition(-values, most - 1, axis=0)[:most].T.ravel()
        columns = np.repeat(np.arange(len(hands)), most)
        good = values[rows, columns] > np.maximum(limits[columns] - near, _NOTHING)
        return limits, self._bundles(worths, prices, hands, rows[good], columns[good])

    def limits(self, prices: np.ndarray, hands: np.ndarray) -> np.ndarray:
        """What no bundle of each hand is worth more than, to the last digit."""
        if not self.circles or not self.tables.room:
            return np.zeros(len(hands))
        return np.asarray(self._values(prices, hands, np.float64)[1].max(0))

    def _values(self, prices: np.ndarray, hands: np.ndarray, kind: type) -> tuple[np.ndarray, np.ndarray]:
        """The groups' worths, and what the best bundle in each circle is worth to each hand."""
        parts = np.array_split(hands, -(-len(hands) // _AT_ONCE))
        found = list(_THREADS.map(lambda part: self._values_for(prices, part, kind), parts))
        return np.concatenate([one[0] for one in found], axis=2), np.concatenate(
            [one[1] for one in found], axis=1
        )

    def _values_for(self, prices: np.ndarray, hands: np.ndarray, kind: type) -> tuple[np.ndarray, np.ndarray]:
        worths, room = self._worths(prices, hands, kind), self.tables.room
        filled = np.full((room + 1, 1, len(hands)), -FAR, worths.dtype)
        filled[0] = 0
        values = np.zeros((len(self.circles), len(hands)), worths.dtype)
        loads = self.tables.loads[:, None, hands]
        for layer in self.layers:
            widest = min(room, max(len(self.groups[group]) for group in layer.groups))
            filled, these = filled[:, layer.parents], worths[: widest + 1, layer.groups]
            for number in range(room, 0, -1):
                for added in range(1, min(number, widest) + 1):
                    np.maximum(filled[number], filled[number - added] + these[added], out=filled[number])
            values[layer.ending] = (filled[:, layer.ends] - loads).max(0)
        return worths, values

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

    def _unfold(
        self, taken: np.ndarray, number: int, circle: Sequence[int], prices: np.ndarray, hand: int
    ) -> Stays:
        bundle: list[int] = []
        for depth in range(len(circle) - 1, -1, -1):
            if added := int(taken[depth, number]):
                stays = self.groups[circle[depth]]
                dearest = np.argsort(self.tables.costs[stays, hand] - prices[stays], kind="stable")
                bundle += stays[dearest[:added]].tolist()
                number -= added
        return tuple(sorted(bundle))
