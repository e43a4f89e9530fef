"""An answer changed in very many small ways, to dearer ones among them as long as it is hot: compiled.

A change is between two hands. A stay, all of its delegation that the hand has, or all that the hand has goes to the other
hand; what cannot be beside it there comes back in exchange. Most changes are refused; two million take less than a fifth of a second.
"""

from collections.abc import Callable, Sequence

import numpy as np

from guests.proposals.changing import anneal
from guests.proposals.tables import FAR, Tables

HOT = 8.0  # what a change may cost, about
_COLD = 0.7
_HOTTEST = 1 / 3  # of the points that two hands of a delegation cost instead of one, where that is less
_CHUNK, _COOLINGS = 250_000, 100  # steps at one heat at most, and how often it gets colder at least
_TEPID = 0.5  # of the way from hot to cold, where answers begin to count
_BANNED = 1 << 28


class Annealing:
    """The open stays of a problem as the compiled loop wants them."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.costs = np.where(tables.costs < FAR, tables.costs, _BANNED).astype(np.int32).T.copy()
        self.loads = np.where(tables.loads < FAR, tables.loads, _BANNED).astype(np.int64).T.copy()
        delegations = np.unique(tables.delegations)
        self.delegation = np.searchsorted(delegations, tables.delegations).astype(np.int32)
        self.joining = np.full((tables.hands, len(delegations)), int(tables.together), np.int64)
        self.joining[:, delegations == -1] = 0
        self.alone = int(np.flatnonzero(delegations == -1)[0]) if (delegations == -1).any() else -1
        for column, delegation in enumerate(delegations.tolist()):
            self.joining[tables.joined_by(delegation), column] = 0
        self.foes = _bits(tables)
        self.firsts, self.friends = self._friends()
        self.places = np.array(tables.places, np.int32)
        self.rooms = tables.rooms.astype(np.int32)
        self.spare = (tables.capacities - tables.peaks).astype(np.int32)

    def _friends(self) -> tuple[np.ndarray, np.ndarray]:
        """For each stay, where those that may be beside it begin in one long list."""
        dealt = np.zeros(self.tables.size, bool)
        dealt[self.tables.places] = True
        found, firsts = [np.zeros(0, np.int32)], [0]
        for stay in range(self.tables.size):
            foes = np.unpackbits(self.foes[stay], count=self.tables.size, bitorder="little").astype(bool)
            beside = np.flatnonzero(dealt & ~foes)
            found.append(beside[beside != stay].astype(np.int32))
            firsts.append(firsts[-1] + len(found[-1]))
        return np.array(firsts), np.concatenate(found)

    def go(
        self, chosen: Sequence[int | None], share: Callable[[], float], *, steps: int, hot: float = HOT, seed: int
    ) -> list[int | None]:  # fmt: skip
        """The cheapest answer met on the way from tepid to cold, which another seed makes another.

        It gets cold after so many steps a stay, or when `share`, which says how much of the time is gone, is 1.
        """
        hand, bundles, sizes = self._dealt(chosen)
        state = np.array([seed], np.uint64)
        done, steps = 0, steps * len(self.places)
        chunk = min(_CHUNK, steps // _COOLINGS + 1)
        hot = min(hot, max(_COLD, self.tables.together * _HOTTEST))
        best, total, least = hand.copy(), 0, np.inf
        while len(self.friends) and (gone := max(done / steps, share())) < 1:
            total += anneal(
                self.places, hand, bundles, sizes, self.rooms, self.spare, self.costs, self.loads, self.joining,
                self.delegation, self.alone, self.foes, self.firsts, self.friends, self.tables.starts, self.tables.ends,
                hot * (_COLD / hot) ** gone, chunk, state,
            )  # fmt: skip
            done += chunk
            if gone > _TEPID and total < least:
                best, least = hand.copy(), total
        return [None if one < 0 else one for one in best.tolist()]

    def _dealt(self, chosen: Sequence[int | None]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The hand of each stay, and the open stays that each hand has with their number."""
        hand = np.array([-1 if one is None else one for one in chosen], np.int32)
        bundles = np.zeros((self.tables.hands, max(1, self.tables.room)), np.int32)
        sizes = np.zeros(self.tables.hands, np.int32)
        for stay in self.tables.places:
            if (one := hand[stay]) >= 0:
                bundles[one, sizes[one]] = stay
                sizes[one] += 1
        return hand, bundles, sizes


def _bits(tables: Tables) -> np.ndarray:
    """The foes of each stay as bits in bytes."""
    wide = tables.size // 8 + 1
    rows = b"".join(foes.to_bytes(wide, "little") for foes in tables.problem.foes)
    return np.frombuffer(rows, np.uint8).reshape(tables.size, wide)
