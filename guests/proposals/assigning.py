"""Rows to columns, one each, as cheaply as can be: shortest augmenting paths (the Hungarian method), in numpy."""

import numpy as np


def assign(costs: np.ndarray) -> np.ndarray:
    """The column of each row, no column twice, at the least cost in all. Needs as many columns as rows at least."""
    rows, columns = costs.shape
    of_column = np.full(columns + 1, -1)
    row_prices, column_prices = np.zeros(rows), np.zeros(columns + 1)
    for row in range(rows):
        of_column[columns] = row
        at, before = columns, np.full(columns, columns)
        distances, is_done = np.full(columns, np.inf), np.zeros(columns + 1, bool)
        while of_column[at] >= 0:
            is_done[at] = True
            one = of_column[at]
            by_here = costs[one] - row_prices[one] - column_prices[:-1]
            is_nearer = (by_here < distances) & ~is_done[:-1]
            distances[is_nearer], before[is_nearer] = by_here[is_nearer], at
            nearest = int(np.where(is_done[:-1], np.inf, distances).argmin())
            by = distances[nearest]
            row_prices[of_column[is_done]] += by
            column_prices[is_done] -= by
            distances[~is_done[:-1]] -= by
            at = nearest
        while at != columns:
            of_column[at] = of_column[before[at]]
            at = before[at]
    chosen = np.full(rows, -1)
    taken = np.flatnonzero(of_column[:-1] >= 0)
    chosen[of_column[taken]] = taken
    return chosen
