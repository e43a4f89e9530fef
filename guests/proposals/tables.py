"""The open part of a problem as arrays, for questions that are put to every hand at once."""

import numpy as np

from guests.proposals.problem import MOST_POINTS, Problem, places

FAR = 1e9
"""Dearer than anything: what a pair costs that is forbidden."""


class Tables:
    """What each open stay costs with each hand, and what a hand's first, second and each further guest adds."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.size, self.hands = len(problem.stays), len(problem.hands)
        self.open = np.array([stay.locked is None for stay in problem.stays], bool)
        self.starts, self.ends = (
            np.array([getattr(stay, name) for stay in problem.stays], np.int64) for name in ("starts", "ends")
        )
        self.there = [
            sorted([*((problem.stays[stay].starts, problem.stays[stay].ends) for stay in kept), *hand.busy])
            for hand, kept in zip(problem.hands, problem.locked, strict=True)
        ]
        self.peaks = np.array([peak(spans) for spans in self.there], np.int64)
        self.capacities = np.array([hand.capacity for hand in problem.hands], np.int64)
        self.costs = np.where(self._allowed(), problem.costs, FAR).astype(np.float32)
        self.unled = np.array(problem.unled_costs, np.float64)
        self.together = problem.together_weight * MOST_POINTS
        shared = problem.shared_delegations
        self.delegations = np.array(
            [-1 if stay.delegation not in shared else stay.delegation for stay in problem.stays], np.int64
        )
        self.joined = [problem.delegations(kept) for kept in problem.locked]
        self._nobody = np.zeros(self.hands, bool)
        self._joined = {
            delegation: np.array([delegation in joined for joined in self.joined], bool)
            for delegation in set().union(*self.joined)
        }
        self.rooms = self._rooms()
        self.room = int(self.rooms.max(initial=0))
        self.loads = self._loads()

    @property
    def places(self) -> list[int]:
        """The open stays that at least one hand can take."""
        return np.flatnonzero(self.open & (self.costs < FAR).any(1)).tolist()

    def joined_by(self, delegation: int) -> np.ndarray:
        """The hands that keep somebody of the delegation."""
        return self._joined.get(delegation, self._nobody)

    def _allowed(self) -> np.ndarray:
        problem = self.problem
        allowed = np.repeat(self.open[:, None], self.hands, axis=1)
        for stay, hand in problem.barred:
            allowed[stay, hand] = False
        for hand, there in enumerate(self.there):
            if there or not self.capacities[hand]:
                allowed[:, hand] &= self._crowd(there) < self.capacities[hand]
            for kept in problem.locked[hand]:
                allowed[list(places(problem.foes[kept])), hand] = False
        return allowed

    def _crowd(self, spans: list[tuple[int, int]]) -> np.ndarray:
        """For each stay, with how many of the spans it shares a moment at most."""
        starts, ends = np.array(spans, np.int64).reshape(-1, 2).T
        moments = np.maximum(self.starts[:, None], starts)
        is_within = (moments < self.ends[:, None]) & (ends > self.starts[:, None])
        beside = (starts <= moments[:, :, None]) & (ends > moments[:, :, None])
        return np.asarray((beside.sum(2) * is_within).max(1, initial=0))

    def _rooms(self) -> np.ndarray:
        """How many stays each hand can have at most: its free room at each of the moments that cut all the stays."""
        rooms, last = np.zeros(self.hands, np.int64), None
        for stay in sorted(self.places, key=lambda stay: self.ends[stay]):
            if last is None or self.starts[stay] >= last:
                last = self.ends[stay]
                there = np.array(
                    [sum(starts < last <= ends for starts, ends in spans) for spans in self.there], np.int64
                )
                rooms += np.maximum(0, self.capacities - there)
        return rooms

    def _loads(self) -> np.ndarray:
        """`loads[guests, hand]`: what so many guests more cost the hand in all; FAR where they do not fit."""
        loads = np.full((self.room + 1, self.hands), FAR, np.float32)
        for hand, there in enumerate(self.there):
            loads[0, hand] = 0
            for guests in range(self.rooms[hand]):
                loads[guests + 1, hand] = loads[guests, hand] + self.problem.load_step(
                    hand, len(there) + guests
                )
        return loads


def peak(spans: list[tuple[int, int]]) -> int:
    """How many of the spans there are at one moment at most."""
    return max((sum(starts <= at < ends for starts, ends in spans) for at, _end in spans), default=0)
