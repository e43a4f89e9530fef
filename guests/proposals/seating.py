"""An answer in the making: who has whom, and the cheapest place for one stay more."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from guests.proposals.tables import FAR, Tables


class Seating:
    """The stays of each hand; asks all hands at once what one stay more would cost, and the rules before it is given."""

    def __init__(self, tables: Tables, chosen: Sequence[int | None]) -> None:
        self.tables, self.problem = tables, tables.problem
        self.chosen = list(chosen)
        self.bundles = self.problem.bundles(self.chosen)
        delegations = sorted(self.problem.shared_delegations)
        self._column = {delegation: column for column, delegation in enumerate(delegations)}
        self._joined = np.zeros((len(delegations), tables.hands), np.int64)
        self._taken = np.array([len(bundle) for bundle in self.bundles], np.int64)
        self._steps = self._all_steps()
        for hand, bundle in enumerate(self.bundles):
            for stay in bundle:
                self._count(stay, hand, 1)

    def _all_steps(self) -> np.ndarray:
        """What one guest more costs each hand that has so many, kept ones among them."""
        problem = self.problem
        most = self.tables.room + max(map(len, problem.locked), default=0) + 1
        return np.array(
            [
                [problem.load_step(hand, len(one.busy) + guests) for hand, one in enumerate(problem.hands)]
                for guests in range(most)
            ],
            np.float32,
        )

    def _count(self, stay: int, hand: int, by: int) -> None:
        delegation = self.problem.stays[stay].delegation
        if delegation in self._column:
            self._joined[self._column[delegation], hand] += by

    def put(self, stay: int, hand: int) -> None:
        self.chosen[stay] = hand
        self.bundles[hand].append(stay)
        self._taken[hand] += 1
        self._count(stay, hand, 1)

    def take(self, stay: int) -> None:
        hand = self.chosen[stay]
        if hand is not None:
            self.chosen[stay] = None
            self.bundles[hand].remove(stay)
            self._taken[hand] -= 1
            self._count(stay, hand, -1)

    def added(self, stay: int) -> np.ndarray:
        """What the stay would cost each hand more than now, forbidden pairs FAR."""
        hands = np.arange(self.tables.hands)
        costs = self.tables.costs[stay] + self._steps[np.minimum(self._taken, len(self._steps) - 1), hands]
        delegation = self.problem.stays[stay].delegation
        if delegation in self._column:
            costs += self.tables.together * (self._joined[self._column[delegation]] == 0)
        return np.asarray(costs)

    def place(self, stay: int, besides: int = -1) -> bool:
        """Give the stay to the cheapest hand that may take it."""
        costs = self.added(stay)
        for hand in np.argsort(costs, kind="stable").tolist():
            if costs[hand] >= FAR:
                return False
            if hand != besides and self.problem.obstacle(stay, hand, self.bundles[hand]) is None:
                self.put(stay, hand)
                return True
        return False

    def make_room(self, stay: int) -> bool:
        """Give the stay to a hand that may take it once one of its guests has found another."""
        costs = self.tables.costs[stay]
        for hand in np.argsort(costs, kind="stable").tolist():
            if costs[hand] >= FAR:
                return False
            for guest in [one for one in self.bundles[hand] if self.problem.stays[one].locked is None]:
                others = [other for other in self.bundles[hand] if other != guest]
                if self.problem.obstacle(stay, hand, others) is not None:
                    continue
                self.take(guest)
                if self.place(guest, besides=hand):
                    self.put(stay, hand)
                    return True
                self.put(guest, hand)
        return False

    def fill(self, stays: Iterable[int], goes_on: Callable[[], bool]) -> "Seating":
        """Find a place for each of the stays that has none; room is made for as long as `goes_on` says so."""
        for stay in stays:
            if self.chosen[stay] is None and not self.place(stay) and goes_on():
                self.make_room(stay)
        return self
