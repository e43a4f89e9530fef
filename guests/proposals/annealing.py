"""An answer made cheaper by very many small changes, dearer ones among them as long as it is hot: compiled.

A change is between two hands. A stay, all of its delegation that the hand has, or all that the hand has goes to the other
hand; what cannot be beside it there comes back in exchange. Most changes are refused; a million take less than a fifth of a second.
"""

from collections.abc import Callable, Sequence

import numpy as np

from guests.proposals.changing import anneal
from guests.proposals.tables import FAR, Tables

STEPS = 60_000
"""For each stay, to cool down slowly."""
_CHUNK, _COOLINGS = 250_000, 100  # steps at one heat at most, and how often it gets colder at least
_HOT, _COLD = 8.0, 0.7  # what a change may cost, about
_HOTTEST = 1 / 3  # of the points that two hands of a delegation cost instead of one, where that is less
_BANNED = 1 << 28
_SEED = 2027


class Annealing:
    """The open stays of a problem and who has them, as the compiled loop wants them."""

    def __init__(self, tables: Tables, chosen: Sequence[int | None]) -> None:
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
        self.hand = np.array([-1 if hand is None else hand for hand in chosen], np.int32)
        self.sizes = np.zeros(tables.hands, np.int32)
        self.bundles = np.zeros((tables.hands, max(1, tables.room)), np.int32)
        for stay in tables.places:
            if (hand := self.hand[stay]) >= 0:
                self.bundles[hand, self.sizes[hand]] = stay
                self.sizes[hand] += 1

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

    def go(self, share: Callable[[], float], steps: int = STEPS) -> list[int | None]:
        """The cheapest answer met; `share` says how much of the time is gone. It gets cold by then, or after so many steps a stay."""
        tables = self.tables
        places, rooms = np.array(tables.places, np.int32), tables.rooms.astype(np.int32)
        spare = (tables.capacities - tables.peaks).astype(np.int32)
        done, state = 0, np.array([_SEED], np.uint64)
        steps *= len(places)
        chunk = min(_CHUNK, steps // _COOLINGS + 1)
        best = self.hand.copy(), 0
        total = 0
        hot = min(_HOT, max(_COLD, tables.together * _HOTTEST))
        while len(self.friends) and (gone := max(done / steps, share())) < 1:
            heat = hot * (_COLD / hot) ** gone
            total += anneal(
                places, self.hand, self.bundles, self.sizes, rooms, spare, self.costs, self.loads, self.joining,
                self.delegation, self.alone, self.foes, self.firsts, self.friends, tables.starts, tables.ends,
                heat, chunk, state,
            )  # fmt: skip
            done += chunk
            if total < best[1]:
                best = self.hand.copy(), total
        return [None if hand < 0 else hand for hand in best[0].tolist()]


def _bits(tables: Tables) -> np.ndarray:
    """The foes of each stay as bits in bytes."""
    wide = tables.size // 8 + 1
    rows = b"".join(foes.to_bytes(wide, "little") for foes in tables.problem.foes)
    return np.frombuffer(rows, np.uint8).reshape(tables.size, wide)
