"""What each hand's best bundle is worth, compiled: knapsacks of groups (`grouping`) along a tree of circles.

Eight hands are filled side by side, which the processor does as fast as one.
"""

import numpy as np
from numba import njit

from guests.proposals.grouping import NEVER, Costs, Cuts, Groups, Tree, tables_of

_LANES = 8  # hands side by side


@njit(nogil=True, cache=True)
def _add(
    filled: np.ndarray, wide: np.ndarray, depth: int, tables: np.ndarray, group: int, most: int, room: int
) -> None:
    """Add a group, so many of it at most, to what is filled with `wide` at most; the outcome is one deeper."""
    size = wide[depth]
    now = min(room, size + most)
    for number in range(size + 1):
        filled[depth + 1, number] = filled[depth, number]
    for number in range(size + 1, now + 1):
        filled[depth + 1, number] = NEVER
    for added in range(1, most + 1):
        worth = tables[group, added]
        for number in range(added, min(room, size + added) + 1):
            value = filled[depth, number - added] + worth
            if value > filled[depth + 1, number]:
                filled[depth + 1, number] = value
    wide[depth + 1] = now


@njit(nogil=True, cache=True)
def _add_to_all(
    filled: np.ndarray, wide: np.ndarray, depth: int, tables: np.ndarray, group: int, most: int, room: int
) -> None:
    """The same for several hands at once, side by side in the last axis."""
    size = wide[depth]
    now = min(room, size + most)
    for number in range(size + 1):
        for lane in range(_LANES):
            filled[depth + 1, number, lane] = filled[depth, number, lane]
    for number in range(size + 1, now + 1):
        for lane in range(_LANES):
            filled[depth + 1, number, lane] = NEVER
    for added in range(1, most + 1):
        for number in range(added, min(room, size + added) + 1):
            for lane in range(_LANES):
                value = filled[depth, number - added, lane] + tables[group, added, lane]
                there = filled[depth + 1, number, lane]
                filled[depth + 1, number, lane] = value if value > there else there
    wide[depth + 1] = now


@njit(nogil=True, cache=True)
def _lay(
    hands: np.ndarray, prices: np.ndarray, groups: Groups, costs: Costs, cuts: Cuts, tables: np.ndarray, sizes: np.ndarray, loads: np.ndarray
) -> int:  # fmt: skip
    """The tables and loads of some hands side by side, of those that are not there as if nothing were worth anything; the most room."""
    number, width = len(groups[0]) - 1, len(costs[2])
    own, own_sizes = np.zeros((number, width)), np.zeros(number, np.int32)
    room, taken = 0, np.zeros((0, 0, 0), np.int32)
    sizes[:] = 0
    tables[:, 1:] = NEVER
    loads[:] = 0
    for lane, hand in enumerate(hands):
        tables_of(hand, prices, groups, costs, cuts, own, own_sizes, taken)
        room = max(room, costs[3][hand])
        for size in range(width):
            loads[size, lane] = costs[2][size, hand]
        for group in range(number):
            sizes[group] = max(sizes[group], own_sizes[group])
            for size in range(1, own_sizes[group] + 1):
                tables[group, size, lane] = own[group, size]
    return room


@njit(nogil=True, cache=True)
def fill(
    hands: np.ndarray, prices: np.ndarray, groups: Groups, tree: Tree, costs: Costs, cuts: Cuts, values: np.ndarray, best: np.ndarray
) -> None:  # fmt: skip
    """`values[hand, circle]`, as far as there is place, and `best[hand]`: what the best bundle is worth, at least 0."""
    depths, added, ending = tree
    number, width, deepest = len(groups[0]) - 1, len(costs[2]), 0
    for depth in depths:
        deepest = max(deepest, depth)
    tables, sizes = np.zeros((number, width, _LANES)), np.zeros(number, np.int32)
    loads, worths = np.zeros((width, _LANES)), np.zeros(_LANES)
    filled, wide = np.full((deepest + 2, width, _LANES), NEVER), np.zeros(deepest + 2, np.int32)
    filled[0, 0] = 0
    for begin in range(0, len(hands), _LANES):
        some = hands[begin : begin + _LANES]
        room = _lay(some, prices, groups, costs, cuts, tables, sizes, loads)
        best[begin : begin + _LANES] = 0
        for node in range(len(depths)):
            depth, group = depths[node], added[node]
            _add_to_all(filled, wide, depth, tables, group, sizes[group], room)
            if ending[node] < 0:
                continue
            worths[:] = 0
            for size in range(1, wide[depth + 1] + 1):
                for lane in range(_LANES):
                    value = filled[depth + 1, size, lane] - loads[size, lane]
                    worths[lane] = value if value > worths[lane] else worths[lane]
            for lane in range(len(some)):
                best[begin + lane] = max(best[begin + lane], worths[lane])
                if len(values):
                    values[begin + lane, ending[node]] = worths[lane]


@njit(nogil=True, cache=True)
def unfold(
    hands: np.ndarray, paths: np.ndarray, prices: np.ndarray, groups: Groups, costs: Costs, cuts: Cuts, bundles: np.ndarray
) -> None:  # fmt: skip
    """`bundles[n]`: the best bundle of each hand along a path of groups (-1 where it ends), filled up with -1."""
    loads, rooms = costs[2], costs[3]
    number, width, deepest = len(groups[0]) - 1, len(loads), paths.shape[1]
    tables, sizes = np.zeros((number, width)), np.zeros(number, np.int32)
    taken = np.zeros((number, width, width), np.int32)
    filled, wide = np.full((deepest + 1, width), NEVER), np.zeros(deepest + 1, np.int32)
    filled[0, 0] = 0
    last = -1
    for pair, hand in enumerate(hands):
        if hand != last:
            tables_of(hand, prices, groups, costs, cuts, tables, sizes, taken)
            last = hand
        path, depth = paths[pair], 0
        while depth < deepest and path[depth] >= 0:
            group = path[depth]
            _add(filled, wide, depth, tables, group, sizes[group], rooms[hand])
            depth += 1
        size = 0
        for some in range(1, wide[depth] + 1):
            if filled[depth, some] - loads[some, hand] > filled[depth, size] - loads[size, hand]:
                size = some
        bundles[pair] = -1
        place = 0
        while depth and size:
            depth -= 1
            group, more = path[depth], 0
            while more < sizes[group] and not (
                more <= size
                and size - more <= wide[depth]
                and filled[depth + 1, size] == filled[depth, size - more] + tables[group, more]
            ):
                more += 1
            bundles[pair, place : place + more] = taken[group, more, :more]
            place, size = place + more, size - more
