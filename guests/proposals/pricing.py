"""The best bundles of all hands at once, when each stay is worth a price: exact within each circle of stays."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from guests.proposals.circles import circles
from guests.proposals.filling import fill, unfold
from guests.proposals.grouping import Cuts, Ground, Tree
from guests.proposals.tables import Tables

Stays = tuple[int, ...]
_NOTHING = 1e-2
_AT_ONCE = 32  # hands, so that no thread waits long for another
_THREADS = ThreadPoolExecutor(2)


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
        self.circles = sorted({tuple(groups): None for groups in found})
        self.paths = np.full((len(found), max(map(len, found), default=0)), -1, np.int32)
        for number, path in enumerate(self.circles):
            self.paths[number, : len(path)] = path
        self.delegations = np.unique([key for key, _stays in numbers if key != -1])
        self.ground = self._ground([*numbers])
        self.no_cuts = self.cuts_of([])

    def _ground(self, groups: Sequence[tuple[int, Stays]]) -> Ground:
        tables = self.tables
        own = [int(np.searchsorted(self.delegations, key)) if key != -1 else -1 for key, _stays in groups]
        joining = np.full((len(groups), tables.hands), tables.together, np.float32)
        for number, (delegation, _stays) in enumerate(groups):
            joining[number, tables.joined_by(delegation)] = 0
            if delegation == -1:
                joining[number] = 0
        firsts = np.cumsum([0, *(len(stays) for _key, stays in groups)]).astype(np.int32)
        members = np.array([stay for _key, stays in groups for stay in stays], np.int32)
        return Ground(
            (firsts, members, np.array(own, np.int32)),
            _tree(self.circles),
            (tables.costs, joining, tables.loads, tables.rooms.astype(np.int32)),
        )

    def cuts_of(self, cuts: Sequence[tuple[int, Sequence[int], int, float]]) -> Cuts:
        """Cuts as the compiled functions want them: of which delegation, which stays they count, a unit's size and worth."""
        cuts = sorted(cuts, key=lambda cut: cut[0])
        own = np.searchsorted(self.delegations, [cut[0] for cut in cuts])
        begins = np.searchsorted(own, np.arange(len(self.delegations) + 1)).astype(np.int32)
        pattern = np.zeros(self.tables.size, np.int32)
        for number, (_delegation, stays, _unit, _worth) in enumerate(cuts):
            pattern[list(stays)] |= 1 << (number - begins[own[number]])
        worths, units = (
            np.array([cut[3] for cut in cuts], np.float64),
            np.array([cut[2] for cut in cuts], np.int32),
        )
        return begins, worths, units, pattern

    def ask(
        self, prices: np.ndarray, hands: np.ndarray, floors: np.ndarray, *, a_hand: int, circles: int = 0, cuts: Cuts | None = None
    ) -> tuple[np.ndarray, list[Stays]]:  # fmt: skip
        """What the best bundle of each hand is worth, and bundles worth more than the floors.

        So many of each hand, and one in each of so many circles, for the hand that gains most by it.
        """
        if not self.circles or not self.tables.room or not len(hands):
            return np.zeros(len(hands)), []
        limits, values = self._values(prices, hands, len(self.circles), cuts)
        gains = values - floors[:, None].astype(np.float32)
        best = gains.argmax(0)
        most = gains[best, np.arange(len(best))]
        first = np.argsort(-most, kind="stable")[:circles]
        a_hand = min(a_hand, gains.shape[1])
        rows = np.argpartition(-gains, a_hand - 1, axis=1)[:, :a_hand].ravel()
        rows = np.concatenate([rows, first])
        columns = np.concatenate([np.repeat(np.arange(len(hands)), a_hand), best[first]])
        good = np.flatnonzero(gains[columns, rows] > _NOTHING)
        good = good[np.argsort(columns[good], kind="stable")]
        return limits, self._bundles(prices, hands[columns[good]], rows[good], cuts)

    def limits(self, prices: np.ndarray, hands: np.ndarray, cuts: Cuts | None = None) -> np.ndarray:
        """What no bundle of each hand is worth more than, to the last digit."""
        if not self.circles or not self.tables.room:
            return np.zeros(len(hands))
        return self._values(prices, hands, 0, cuts)[0]

    def _values(
        self, prices: np.ndarray, hands: np.ndarray, circles: int, cuts: Cuts | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """What the best bundle of each hand is worth, and by circle."""
        best, values = np.zeros(len(hands)), np.zeros((len(hands) if circles else 0, circles), np.float32)
        ground, prices = self.ground, np.ascontiguousarray(prices, np.float64)

        order = np.argsort(self.tables.rooms[hands], kind="stable")
        hands = hands[order]

        def of(begin: int) -> None:
            part = slice(begin, begin + _AT_ONCE)
            fill(
                hands[part], prices, ground.groups, ground.tree, ground.costs, cuts or self.no_cuts, values[part], best[part]
            )  # fmt: skip

        begins = range(0, len(hands), _AT_ONCE)
        for _done in _THREADS.map(of, begins) if len(begins) > 1 else map(of, begins):
            pass
        back = np.argsort(order)
        return best[back], values[back] if circles else values

    def _bundles(
        self, prices: np.ndarray, hands: np.ndarray, circles: np.ndarray, cuts: Cuts | None
    ) -> list[Stays]:
        """The best bundle of each hand in the circle beside it."""
        ground, found = self.ground, np.full((len(hands), self.tables.room), -1, np.int32)
        unfold(
            hands, self.paths[circles], np.ascontiguousarray(prices, np.float64), ground.groups, ground.costs,
            cuts or self.no_cuts, found,
        )  # fmt: skip
        bundles = (tuple(sorted(stay for stay in row if stay >= 0)) for row in found.tolist())
        return list(dict.fromkeys(bundles))


def _tree(circles: Sequence[tuple[int, ...]]) -> Tree:
    """Sorted circles as a tree, so that what several begin with is filled once."""
    depths, groups, ending = list[int](), list[int](), list[int]()
    before: tuple[int, ...] = ()
    for number, circle in enumerate(circles):
        common = 0
        while common < min(len(before), len(circle)) and before[common] == circle[common]:
            common += 1
        depths += range(common, len(circle))
        groups += circle[common:]
        ending += [-1] * (len(circle) - common - 1) + [number]
        before = circle
    return np.array(depths, np.int32), np.array(groups, np.int32), np.array(ending, np.int32)
