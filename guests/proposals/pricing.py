"""The best bundles of all hands at once, when each stay is worth a price: exact within each circle of stays."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from guests.proposals.circles import circles
from guests.proposals.tables import FAR, Tables

Stays = tuple[int, ...]
_NOTHING = 1e-2
_AT_ONCE = 50  # hands, so that what they are about stays near the processor
_THREADS = ThreadPoolExecutor(2)


@dataclass(frozen=True, slots=True)
class _Layer:
    """The groups added at one depth, each to a node of the layer before; the circles that end here, and at which node."""

    parents: np.ndarray
    groups: np.ndarray
    ending: list[int]
    ends: list[int]
    wide: list[int]


def _layers(circles: list[list[int]], sizes: list[int]) -> list[_Layer]:
    """The circles as a tree, so that what several begin with is filled once."""
    layers = list[_Layer]()
    nodes = dict.fromkeys(range(len(circles)), 0)
    while nodes:
        depth, numbers = len(layers), dict[tuple[int, int], int]()
        nodes = {
            circle: numbers.setdefault((node, circles[circle][depth]), len(numbers))
            for circle, node in sorted(nodes.items(), key=lambda pair: -sizes[circles[pair[0]][depth]])
        }
        ending = [circle for circle in nodes if len(circles[circle]) == depth + 1]
        parents, groups = np.array([*numbers]).T
        here = np.array([sizes[group] for group in groups])
        wide = [int((here >= added).sum()) for added in range(here.max() + 1)]
        layers.append(_Layer(parents, groups, ending, [nodes.pop(one) for one in ending], wide))
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
        self.groups = [np.array(stays) for _delegation, stays in numbers]
        self.circles, self.layers = found, _layers(found, [len(group) for group in self.groups])
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
        self, prices: np.ndarray, hands: np.ndarray, floors: np.ndarray, *, a_hand: int, circles: int = 0
    ) -> tuple[np.ndarray, list[Stays]]:
        """What the best bundle of each hand is worth, and bundles worth more than the floors.

        So many of each hand, and one in each of so many circles, for the hand that gains most by it.
        """
        if not self.circles or not self.tables.room or not len(hands):
            return np.zeros(len(hands)), []
        worths, values = self._values(prices, hands, np.float32)
        gains = values - floors.astype(np.float32)
        best = gains.argmax(1)
        most = gains[np.arange(len(best)), best]
        first = np.argsort(-most, kind="stable")[:circles]
        a_hand = min(a_hand, len(values))
        rows = np.argpartition(-gains, a_hand - 1, axis=0)[:a_hand].T.ravel()
        rows = np.concatenate([rows, first])
        columns = np.concatenate([np.repeat(np.arange(len(hands)), a_hand), best[first]])
        good = gains[rows, columns] > _NOTHING
        found = self._bundles(worths, prices, hands, rows[good], columns[good])
        return np.maximum(values.max(0), 0), list(dict.fromkeys(found))

    def limits(self, prices: np.ndarray, hands: np.ndarray) -> np.ndarray:
        """What no bundle of each hand is worth more than, to the last digit."""
        if not self.circles or not self.tables.room:
            return np.zeros(len(hands))
        return np.asarray(self._values(prices, hands, np.float64)[1].max(0, initial=0))

    def _values(self, prices: np.ndarray, hands: np.ndarray, kind: type) -> tuple[np.ndarray, np.ndarray]:
        """The groups' worths, and what the best bundle in each circle is worth to each hand."""
        parts = np.array_split(
            np.argsort(self.tables.rooms[hands], kind="stable"), -(-len(hands) // _AT_ONCE)
        )
        if len(parts) == 1:
            return self._values_for(prices, hands, kind)
        found = list(_THREADS.map(lambda part: self._values_for(prices, hands[part], kind), parts))
        worths = np.full((self.tables.room + 1, len(self.groups), len(hands)), -FAR, found[0][0].dtype)
        values = np.zeros((len(self.circles), len(hands)), found[0][1].dtype)
        for part, (some, ends) in zip(parts, found, strict=True):
            worths[: len(some), :, part] = some
            values[:, part] = ends
        return worths, values

    def _values_for(self, prices: np.ndarray, hands: np.ndarray, kind: type) -> tuple[np.ndarray, np.ndarray]:
        room = int(self.tables.rooms[hands].max(initial=0))
        worths = self._worths(prices, hands, kind, room)
        filled = np.full((room + 1, 1, len(hands)), -FAR, worths.dtype)
        filled[0] = 0
        values = np.zeros((len(self.circles), len(hands)), worths.dtype)
        loads = self.tables.loads[: room + 1, None, hands]
        for layer in self.layers:
            filled = filled[:, layer.parents]
            these = [worths[added, layer.groups[:wide]] for added, wide in enumerate(layer.wide[: room + 1])]
            for number in range(room, 0, -1):
                for added in range(1, min(number, len(these) - 1) + 1):
                    wide = layer.wide[added]
                    one = filled[number, :wide]
                    np.maximum(one, filled[number - added, :wide] + these[added], out=one)
            values[layer.ending] = (filled[:, layer.ends] - loads).max(0)
        return worths, values

    def _worths(self, prices: np.ndarray, hands: np.ndarray, kind: type, room: int) -> np.ndarray:
        """`worths[number, group, hand]`: what the best so many stays of the group are worth to the hand."""
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
        room, pairs = len(worths) - 1, len(rows)
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
        numbers = (filled - self.tables.loads[: room + 1, hands[columns]]).argmax(0)
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
