"""What the best one, two, three stays of each group are worth to a hand, compiled.

Of a delegation's stays in a circle (a group), a table says what the best one, two, three of them are worth to a hand. Where
cuts count a delegation's stays, they are taken class by class: stays that the same cuts count differ only in their worth,
so that trying every number of each class is exact.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

NEVER = -1e18
MOST_CUTS = 6
"""Of one delegation, so that its classes stay few."""
_MOST_CLASSES = 1 << MOST_CUTS

Groups = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Where the stays of each begin, the stays, the number of the delegation (-1 for none)."""
Tree = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Each node after its parent: how deep it is, which group it adds, which circle ends there (-1 for none)."""
Costs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""By stay and hand, by group joined and hand, by guests and hand, and the room of each hand."""
Cuts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Where the cuts of each delegation begin, what a unit of each is worth, how many stays a unit has, and for each stay
which of its delegation's cuts count it, as bits."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What stays the same from question to question, flat: groups, the tree of circles, costs."""

    groups: Groups
    tree: Tree
    costs: Costs


@njit(nogil=True, cache=True)
def _simply(
    members: np.ndarray, first: int, last: int, worths: np.ndarray, room: int, tables: np.ndarray, group: int, taken: np.ndarray
) -> int:  # fmt: skip
    """The table of a group without cuts, and in `taken[0]` its dearest stays; how many are worth taking."""
    found = 0
    for at in range(first, last):
        stay = members[at]
        worth = worths[stay]
        if worth <= 0 or (found == room and worth <= worths[taken[0, room - 1]]):
            continue
        place = min(found, room - 1)
        while place > 0 and worths[taken[0, place - 1]] < worth:
            taken[0, place] = taken[0, place - 1]
            place -= 1
        taken[0, place] = stay
        found = min(found + 1, room)
    for number in range(found):
        tables[group, number + 1] = tables[group, number] + worths[taken[0, number]]
    return found


@njit(nogil=True, cache=True)
def _classes(
    stays: np.ndarray, worths: np.ndarray, room: int, bonuses: np.ndarray, pattern: np.ndarray,
    best: np.ndarray, sizes: np.ndarray, patterns: np.ndarray,
) -> int:  # fmt: skip
    """The dearest stays of each class, as far as they could be worth taking; how many classes there are."""
    classes = 0
    for stay in stays:
        most = worths[stay]
        for cut in range(len(bonuses)):
            most += bonuses[cut] * (pattern[stay] >> cut & 1)
        if most <= 0:
            continue
        own = 0
        while own < classes and patterns[own] != pattern[stay]:
            own += 1
        if own == classes:
            patterns[own], sizes[own] = pattern[stay], 0
            classes += 1
        place = sizes[own]
        if place == room:
            if worths[stay] <= worths[best[own, room - 1]]:
                continue
            place -= 1
        else:
            sizes[own] += 1
        while place > 0 and worths[best[own, place - 1]] < worths[stay]:
            best[own, place] = best[own, place - 1]
            place -= 1
        best[own, place] = stay
    return classes


@njit(nogil=True, cache=True)
def _by_class(  # noqa: C901 (one loop over all levels)
    stays: np.ndarray, worths: np.ndarray, room: int, bonuses: np.ndarray, units: np.ndarray, pattern: np.ndarray,
    table: np.ndarray, taken: np.ndarray,
) -> int:  # fmt: skip
    """The table of a group with cuts, and in `taken[n]` which n stays it is about; how many are taken at most."""
    best, sizes = np.empty((_MOST_CLASSES, room), np.int32), np.empty(_MOST_CLASSES, np.int32)
    patterns = np.empty(_MOST_CLASSES, np.int32)
    classes = _classes(stays, worths, room, bonuses, pattern, best, sizes, patterns)
    table[1 : room + 1] = NEVER
    if not classes:
        return 0
    numbers = np.zeros(classes + 1, np.int32)
    totals, values = np.zeros(classes + 1, np.int32), np.zeros(classes + 1)
    counted = np.zeros((classes + 1, len(bonuses)), np.int32)
    level, most = 0, 0
    numbers[0] = -1
    while level >= 0:
        numbers[level] += 1
        number, above = numbers[level], level + 1
        if number > sizes[level] or totals[level] + number > room:
            level -= 1
            continue
        if number == 0:
            totals[above], values[above] = totals[level], values[level]
            counted[above] = counted[level]
        else:  # one more than before
            totals[above] += 1
            values[above] += worths[best[level, number - 1]]
            for cut in range(len(bonuses)):
                if patterns[level] >> cut & 1:
                    values[above] += bonuses[cut] * (counted[above, cut] % units[cut] == 0)
                    counted[above, cut] += 1
        if above < classes:
            level, numbers[above] = above, -1
            continue
        total = totals[classes]
        if total and values[classes] > table[total]:
            table[total], most, place = values[classes], max(most, total), 0
            for own in range(classes):
                for one in range(numbers[own]):
                    taken[total, place] = best[own, one]
                    place += 1
    return most


@njit(nogil=True, cache=True)
def tables_of(
    hand: int, prices: np.ndarray, groups: Groups, costs: Costs, cuts: Cuts, tables: np.ndarray, sizes: np.ndarray, taken: np.ndarray
) -> None:  # fmt: skip
    """For each group what its best so many stays are worth to the hand; `taken[group, n]` are these, as far as there is place."""
    firsts, members, delegations = groups
    pairs, joining, _loads, rooms = costs
    begins, bonuses, units, pattern = cuts
    room, worths = rooms[hand], prices - pairs[:, hand]
    order = np.empty((room + 1, room), np.int32)
    for group in range(len(firsts) - 1):
        own, start, end = delegations[group], firsts[group], firsts[group + 1]
        first, last = (begins[own], begins[own + 1]) if own >= 0 else (0, 0)
        tables[group, 0] = 0
        if first == last:
            most = _simply(members, start, end, worths, room, tables, group, order)
        else:
            most = _by_class(
                members[start:end], worths, room, bonuses[first:last], units[first:last], pattern, tables[group], order
            )  # fmt: skip
        sizes[group] = 0
        for number in range(1, most + 1):
            tables[group, number] -= joining[group, hand]
            if tables[group, number] > 0:
                sizes[group] = number
            if len(taken):
                taken[group, number, :number] = order[0 if first == last else number, :number]
