"""Cuts that no whole answer breaks, though prices alone would: what a delegation's guests are shared among, rounded up.

Of so many guests of one delegation, a hand that takes k fills k / unit units, rounded up; all hands together then fill at
least as many as all these guests do, rounded up. That holds for any of the delegation's guests and any unit. Hands that
are taken by halves and thirds break it. What a unit is worth is a price more, which the pricer minds exactly.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from guests.proposals.grouping import MOST_CUTS

_LEAST_SHARE = 0.01  # of a bundle, below which it is as if nobody took it
_LEAST = 0.15  # units missing
_UNITS = (2, 3, 4, 5, 6)
_STARTS = 4
_NEW = 2  # cuts of one delegation at a time


@dataclass(frozen=True, slots=True)
class Cut:
    """Kinds of stays of one delegation, and how many of them fill a unit."""

    delegation: int
    kinds: frozenset[int]
    unit: int

    def filled(self, members: np.ndarray, kinds: int) -> np.ndarray:
        """How many units of so many kinds' bundles each fills; one row of kinds for each."""
        is_counted = np.zeros(kinds + 1, bool)
        is_counted[list(self.kinds)] = True
        return np.asarray(-(-is_counted[members].sum(1) // self.unit))

    def wanted(self, sizes: np.ndarray) -> int:
        """How many units all of them fill at least, when there are so many stays of each kind."""
        return int(-(-sizes[list(self.kinds)].sum() // self.unit))


def find(
    members: np.ndarray, shares: np.ndarray, sizes: np.ndarray, delegations: np.ndarray, known: Sequence[Cut], dice: np.random.Generator
) -> list[Cut]:  # fmt: skip
    """Cuts that are broken when each bundle is taken so far; kinds are so many stays of these delegations."""
    number, count = defaultdict[int, int](int), {*known}
    for cut in known:
        number[cut.delegation] += 1
    found = []
    for delegation, kinds, counts, taken in _shared(members, shares, delegations):
        broken = dict[Cut, float]()
        for unit in _UNITS:
            for start in range(_STARTS):
                is_in = dice.random(len(kinds)) < (0.5 if start else 2)
                missing = _seek(counts, taken, sizes[kinds].astype(np.int64), unit, is_in)
                cut = Cut(delegation, frozenset(kinds[is_in].tolist()), unit)
                if missing > _LEAST and cut not in count:
                    broken[cut] = missing
        most = min(_NEW, MOST_CUTS - number[delegation])
        found += sorted(broken, key=lambda cut: (-broken[cut], len(cut.kinds)))[: max(0, most)]
    return found


def _shared(
    members: np.ndarray, shares: np.ndarray, delegations: np.ndarray
) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """Of each shared delegation its kinds, how many of each the bundles have, and how far these are taken."""
    some = np.flatnonzero(shares > _LEAST_SHARE)
    own = np.append(delegations, -1)[members[some]]
    for delegation in np.unique(delegations[delegations != -1]).tolist():
        kinds, rows = np.flatnonzero(delegations == delegation), np.flatnonzero((own == delegation).any(1))
        counts = (members[some[rows]][:, :, None] == kinds).sum(1)
        if len(rows):
            yield delegation, kinds, counts.astype(np.int64), shares[some[rows]].astype(np.float64)


@njit(nogil=True, cache=True)
def _missing(filled: np.ndarray, taken: np.ndarray, size: int, unit: int) -> float:
    """How many units are missing where each bundle has so many of so many stays."""
    missing = float(-(-size // unit))
    for one in range(len(taken)):
        missing -= taken[one] * (-(-filled[one] // unit))
    return missing


@njit(nogil=True, cache=True)
def _seek(counts: np.ndarray, taken: np.ndarray, sizes: np.ndarray, unit: int, is_in: np.ndarray) -> float:
    """Change which kinds are counted, one or two at a time, for as long as more units are missing by it."""
    kinds = len(sizes)
    filled, size = np.zeros(len(taken), np.int64), 0
    for kind in range(kinds):
        if is_in[kind]:
            filled += counts[:, kind]
            size += sizes[kind]
    most, is_better = _missing(filled, taken, size, unit), True
    while is_better:
        is_better = False
        for one in range(kinds):
            for other in range(one, kinds):
                by_one, by_other = 1 - 2 * is_in[one], (1 - 2 * is_in[other]) * (other != one)
                new = filled + by_one * counts[:, one] + by_other * counts[:, other]
                more = size + by_one * sizes[one] + by_other * sizes[other]
                missing = _missing(new, taken, more, unit)
                if missing > most + 1e-6:
                    most, filled, size, is_better = missing, new, more, True
                    is_in[one] = not is_in[one]
                    if other != one:
                        is_in[other] = not is_in[other]
    return most
