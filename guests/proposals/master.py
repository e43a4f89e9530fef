"""HiGHS over the bundles known so far: what each stay is worth at the moment, and the best whole choice among them."""

from collections.abc import Sequence

import highspy
import numpy as np

from guests.proposals.pricing import Bundle
from guests.proposals.problem import Problem

_FREE = highspy.kHighsInf
_CHOSEN = 0.5


class Master:
    """Cover every open stay by the bundles, each hand at most once, or pay for leaving a stay open."""

    def __init__(self, problem: Problem, open_stays: Sequence[int]) -> None:
        self.bundles: list[Bundle] = []
        self.proven = -np.inf  # what no whole choice among the bundles costs less than, once chosen
        self._known: set[tuple[int, tuple[int, ...]]] = set()
        self._row = {stay: row for row, stay in enumerate(open_stays)}
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]  # the library is not typed in full
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        nothing = np.array([], np.int32), np.array([], np.float64)
        for _stay in open_stays:
            self._solver.addRow(1.0, _FREE, 0, *nothing)
        for _hand in problem.hands:
            self._solver.addRow(-_FREE, 1.0, 0, *nothing)
        for row in self._row.values():
            self._column(0, [row])

    def _column(self, cost: float, rows: Sequence[int]) -> None:
        self._solver.addCol(
            float(cost), 0.0, _FREE, len(rows), np.array(rows, np.int32), np.ones(len(rows), np.float64)
        )

    def add(self, bundle: Bundle) -> bool:
        """Know one bundle more; False where it is known already."""
        name = bundle.hand, bundle.stays
        if name in self._known:
            return False
        self._known.add(name)
        self.bundles.append(bundle)
        rows = [self._row[stay] for stay in bundle.stays]
        self._column(bundle.cost, [*rows, len(self._row) + bundle.hand])
        return True

    def charge(self, prices: Sequence[int]) -> None:
        """What leaving each open stay open costs from now on."""
        for column, price in enumerate(prices):
            self._solver.changeColCost(column, float(price))

    def relax(self, *, is_rough: bool = False) -> tuple[float, "np.ndarray", "np.ndarray"]:
        """The cost where bundles may be cut to fractions, and at it the worth of each open stay and of each hand."""
        self._solver.setOptionValue("solver", "ipm" if is_rough else "choose")
        self._solver.setOptionValue("run_crossover", "off" if is_rough else "on")
        self._solver.run()
        worth = np.array(self._solver.getSolution().row_dual)
        size = len(self._row)
        return self._solver.getInfo().objective_function_value, worth[:size], -worth[size:]

    def shares(self) -> tuple["np.ndarray", "np.ndarray"]:
        """How much of each open stay is left open, and of each bundle is taken, in the last answer."""
        taken = np.array(self._solver.getSolution().col_value)
        return taken[: len(self._row)], taken[len(self._row) :]

    def hold(self, bundle: int) -> None:
        """Take a bundle for sure from now on."""
        self._solver.changeColBounds(len(self._row) + bundle, 1.0, 1.0)

    def choose(self, start: Sequence[Bundle], seconds: float) -> list[Bundle]:
        """The best choice of whole bundles that is found in the time, never worse than the start."""
        for bundle in start:
            self.add(bundle)
        size = len(self._row) + len(self.bundles)
        whole = np.full(size, highspy.HighsVarType.kInteger.value, np.uint8)
        self._solver.changeColsIntegrality(size, np.arange(size, dtype=np.int32), whole)
        self._start(start)
        self._solver.setOptionValue("time_limit", max(0.5, seconds))
        self._solver.setOptionValue("mip_abs_gap", 0.99)
        self._solver.setOptionValue("mip_rel_gap", 0.0)
        self._solver.run()
        self.proven = self._solver.getInfo().mip_dual_bound
        taken = self.shares()[1]
        return [bundle for bundle, share in zip(self.bundles, taken, strict=True) if share > _CHOSEN]

    def _start(self, start: Sequence[Bundle]) -> None:
        solution = highspy.HighsSolution()
        covered = {stay for bundle in start for stay in bundle.stays}
        left = [float(stay not in covered) for stay in self._row]
        solution.col_value = [*left, *(float(bundle in start) for bundle in self.bundles)]
        self._solver.setSolution(solution)
