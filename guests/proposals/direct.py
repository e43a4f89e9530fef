"""The whole problem as one model for HiGHS: the faster way where few stays have to be kept apart."""

from collections.abc import Iterator, Sequence

import highspy
import numpy as np

from guests.proposals.problem import Problem
from guests.proposals.reach import Reach

MOST_ROWS = 40_000
FEW = 3  # stays to be kept apart from each
_FREE = highspy.kHighsInf
_CHOSEN = 0.5


class Direct:
    """A column for each stay with each hand, for the room taken, for each hand of a delegation and for who is left out."""

    def __init__(self, problem: Problem, open_stays: Sequence[int], reaches: Sequence[Reach]) -> None:
        self.problem, self.open, self.reaches = problem, open_stays, reaches
        self.costs: list[float] = []
        self.most: list[float] = []
        self.rows: list[tuple[float, float, list[int], list[float]]] = []
        self.pairs: dict[tuple[int, int], int] = {}
        for reach in reaches:
            for stay, cost in zip(reach.free, reach.costs, strict=True):
                self.pairs[stay, reach.hand] = self._column(cost)
        self.left = {stay: self._column(problem.unled_costs[stay]) for stay in open_stays}
        self.whole = len(self.costs)
        self._rows()

    def _column(self, cost: float, most: float = 1.0) -> int:
        self.costs.append(cost)
        self.most.append(most)
        return len(self.costs) - 1

    def _row(self, low: float, high: float, columns: Sequence[int], factors: Sequence[float] = ()) -> None:
        self.rows.append((low, high, list(columns), list(factors) or [1.0] * len(columns)))

    def _rows(self) -> None:
        led: dict[int, list[int]] = {stay: [column] for stay, column in self.left.items()}
        for (stay, _hand), column in self.pairs.items():
            led[stay].append(column)
        for columns in led.values():
            self._row(1.0, 1.0, columns)
        for reach in self.reaches:
            self._load(reach)
            self._room(reach)
            self._together(reach)
            for one, other in self._apart(reach):
                self._row(-_FREE, 1.0, [self.pairs[one, reach.hand], self.pairs[other, reach.hand]])

    def _load(self, reach: Reach) -> None:
        """Each guest more costs more than the one before, so that the cheap steps are taken first by themselves."""
        columns = [self.pairs[stay, reach.hand] for stay in reach.free]
        steps = [self._column(reach.steps[number]) for number in range(reach.room)]
        factors = [1.0] * len(columns) + [-1.0] * len(steps)
        self._row(0.0, 0.0, [*columns, *steps], factors)

    def _room(self, reach: Reach) -> None:
        """At each moment at which somebody comes, no more than fit beside those who are there in any case."""
        stays, hand = self.problem.stays, self.problem.hands[reach.hand]
        there = [(stays[stay].starts, stays[stay].ends) for stay in reach.kept] + list(hand.busy)
        rooms: dict[frozenset[int], int] = {}
        for at in {starts for starts, _ends in there} | {stays[stay].starts for stay in reach.free}:
            guests = frozenset(stay for stay in reach.free if stays[stay].starts <= at < stays[stay].ends)
            room = max(0, hand.capacity - sum(starts <= at < ends for starts, ends in there))
            if len(guests) > room:
                rooms[guests] = min(room, rooms.get(guests, room))
        for guests, room in rooms.items():
            if not any(guests < others and rooms[others] <= room for others in rooms):
                self._row(-_FREE, room, [self.pairs[stay, reach.hand] for stay in sorted(guests)])

    def _together(self, reach: Reach) -> None:
        joined: dict[int, int] = {}
        for stay in reach.free:
            for delegation in self.problem.delegations([stay]):
                if delegation not in reach.kept_together:
                    if delegation not in joined:
                        joined[delegation] = self._column(reach.together)
                    self._row(-_FREE, 0.0, [self.pairs[stay, reach.hand], joined[delegation]], [1.0, -1.0])

    def _apart(self, reach: Reach) -> Iterator[tuple[int, int]]:
        for place, one in enumerate(reach.free):
            foes = self.problem.foes[one]
            yield from ((one, other) for other in reach.free[place + 1 :] if foes >> other & 1)

    def solve(self, seconds: float) -> tuple[list[int | None], float]:
        """The best answer found in the time, and what no answer costs less than, the locked left out of that cost."""
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # the library is not typed in full
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("time_limit", seconds)
        solver.setOptionValue("mip_abs_gap", 0.99)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.passModel(self._model())
        solver.run()
        values = solver.getSolution().col_value
        chosen: list[int | None] = [stay.locked for stay in self.problem.stays]
        for (stay, hand), column in self.pairs.items():
            if values and values[column] > _CHOSEN:
                chosen[stay] = hand
        return chosen, float(solver.getInfo().mip_dual_bound)

    def _model(self) -> "highspy.HighsLp":
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.costs), len(self.rows)
        model.col_cost_ = np.array(self.costs, np.float64)
        model.col_lower_ = np.zeros(len(self.costs))
        model.col_upper_ = np.array(self.most, np.float64)
        model.row_lower_ = np.array([row[0] for row in self.rows], np.float64)
        model.row_upper_ = np.array([row[1] for row in self.rows], np.float64)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(row[2]) for row in self.rows)])
        model.a_matrix_.index_ = np.array([column for row in self.rows for column in row[2]], np.int32)
        model.a_matrix_.value_ = np.array([factor for row in self.rows for factor in row[3]], np.float64)
        kinds = highspy.HighsVarType
        model.integrality_ = [
            kinds.kInteger if column < self.whole else kinds.kContinuous for column in range(len(self.costs))
        ]
        return model


def is_small(problem: Problem, open_stays: Sequence[int]) -> bool:
    """Whether few enough stays are to be kept apart for a row each with each hand."""
    apart = sum(problem.foes[stay].bit_count() for stay in open_stays) // 2
    size = len(open_stays) + apart
    return apart <= FEW * len(open_stays) and size * len(problem.hands) <= MOST_ROWS
