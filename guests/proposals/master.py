"""HiGHS over some bundles: the best whole choice among them."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set

import highspy
import numpy as np

from guests.proposals.reach import Bundle

_FREE = highspy.kHighsInf
_CHOSEN = 0.5


def choose(
    bundles: Sequence[Bundle],
    unled: Mapping[int, int],
    seconds: float,
    times: Mapping[int, int] | None = None,
    begin: Set[Bundle] = frozenset(),
) -> tuple[list[Bundle], float]:
    """The best bundles found in the time, and what no choice among them costs less than.

    Each stay of `unled` is covered, as often as `times` says if not once, or its cost paid; each hand takes one bundle at
    most. Where some of the bundles are an answer to begin with, none is covered more often either, which is chosen sooner;
    the proof is then not to be relied on: HiGHS 1.16 may report the best cost beside that answer.
    """
    rows = {stay: row for row, stay in enumerate(unled)}
    often = [float((times or {}).get(stay, 1)) for stay in unled]
    hands: dict[int, int] = {}
    for bundle in bundles:
        hands.setdefault(bundle.hand, len(rows) + len(hands))
    columns = [Counter([row]) for row in rows.values()]
    columns += [Counter([*(rows[stay] for stay in bundle.stays), hands[bundle.hand]]) for bundle in bundles]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(columns), len(rows) + len(hands)
    model.col_cost_ = np.array([*unled.values(), *(bundle.cost for bundle in bundles)], np.float64)
    model.col_lower_ = np.zeros(len(columns))
    model.col_upper_ = np.array([*often, *([1.0] * len(bundles))])
    model.row_lower_ = np.array([*often, *([-_FREE] * len(hands))])
    model.row_upper_ = np.array([*(often if begin else [_FREE] * len(rows)), *([1.0] * len(hands))])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.cumsum([0, *map(len, columns)])
    model.a_matrix_.index_ = np.array([row for column in columns for row in column], np.int32)
    model.a_matrix_.value_ = np.array(
        [number for column in columns for number in column.values()], np.float64
    )
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(columns)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # the library is not typed in full
    for option, value in (
        ("output_flag", False), ("time_limit", max(0.05, seconds)), ("mip_abs_gap", 0.99), ("mip_rel_gap", 0.0),
    ):  # fmt: skip
        solver.setOptionValue(option, value)
    solver.passModel(model)
    if begin:
        first = highspy.HighsSolution()
        first.col_value = [0.0] * len(rows) + [float(bundle in begin) for bundle in bundles]
        solver.setSolution(first)
    solver.run()
    values = solver.getSolution().col_value[len(rows) :]
    taken = [bundle for bundle, share in zip(bundles, values, strict=False) if share > _CHOSEN]
    return taken, float(solver.getInfo().mip_dual_bound)
