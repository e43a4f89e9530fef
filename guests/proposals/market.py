"""Kinds of stays, the bundles of them that are known with what each costs each hand, and the price of each kind.

At any prices, the sum of the prices less what every hand's best bundle is worth at them is what no answer can cost less
than (Lagrange). The better the prices, the higher that bound (`bargaining`). Stays of one kind have one price. Cuts
(`rounding`) have prices as well, and prove more.
"""

from collections.abc import Collection, Sequence

import numpy as np

from guests.proposals.balance import Balance
from guests.proposals.grouping import Cuts
from guests.proposals.pricing import Pricer, Stays
from guests.proposals.rounding import Cut
from guests.proposals.tables import FAR, Tables, peak

_RENT = 0.2  # of a price in the middle, which a hand's room is worth at first
_A_HAND, _CIRCLES = 12, 1500  # bundles to learn
MOST_KNOWN = 6000


class Market:
    """Kinds of stays, bundles of them known so far with what each costs each hand, and prices."""

    def __init__(self, tables: Tables, dice: np.random.Generator) -> None:
        self.tables, self.dice = tables, dice
        self.pricer = Pricer(tables)
        self.hands = np.arange(tables.hands)
        self.kinds = _kinds(tables)
        self.kind = np.full(tables.size, len(self.kinds))
        for number, stays in enumerate(self.kinds):
            self.kind[stays] = number
        self.wanted = np.array([len(stays) for stays in self.kinds], np.float64)
        self.unled = np.array([tables.unled[stays[0]] for stays in self.kinds], np.float64)
        self.delegations = tables.delegations[[stays[0] for stays in self.kinds]]
        self.lost = float(tables.unled[tables.open & (self.kind == len(self.kinds))].sum())
        self.numbers: dict[Stays, int] = {}
        self.bundles: list[Stays] = []
        self.members = np.zeros((0, max(1, tables.room)), np.int64)
        self.costs = np.zeros((tables.hands, 0), np.float32)
        self._peaks_matter = bool((tables.rooms > tables.capacities).any() or tables.peaks.any())
        self.prices = self._first_prices()
        self.limits = np.zeros(tables.hands)
        self.limit = 0.0
        self.cuts: list[Cut] = []
        self._units = np.zeros((0, 0), np.int64)

    def _first_prices(self) -> np.ndarray:
        """The cheapest hand's, with some company and load."""
        tables = self.tables
        loads = tables.loads[1:3].min(1, initial=0).sum() if tables.room else 0
        cheapest = tables.costs[[stays[0] for stays in self.kinds]].min(1, initial=FAR).astype(np.float64)
        return np.asarray(np.minimum(cheapest + tables.together / 2 + loads, self.unled))

    def by_stay(self, prices: np.ndarray) -> np.ndarray:
        """The price of each stay; 0 for those that are not dealt."""
        return np.asarray(np.append(prices, 0.0)[self.kind])

    @property
    def middle(self) -> float:
        """A price in the middle, as a measure."""
        return max(1.0, float(np.median(self.prices))) if self.kinds else 1.0

    # --- bundles -----------------------------------------------------------------------------------------------------

    def kinds_of(self, bundle: Stays) -> Stays:
        return tuple(sorted(self.kind[list(bundle)].tolist()))

    def learn(self, bundles: Collection[Stays]) -> int:
        """Know some bundles more; answers how many were new."""
        new: dict[Stays, Stays] = {}
        for bundle in map(self.possible, bundles):
            if bundle and (kinds := self.kinds_of(bundle)) not in self.numbers:
                new.setdefault(kinds, bundle)
        self.numbers |= {kinds: len(self.bundles) + number for number, kinds in enumerate(new)}
        self.bundles += new.values()
        self.members = np.concatenate([self.members, self.padded([*new])])
        self.costs = np.concatenate([self.costs, self.costs_of([*new.values()])], axis=1)
        return len(new)

    def padded(self, rows: Sequence[Stays], empty: int | None = None) -> np.ndarray:
        """One row for each, filled up with what is no kind."""
        members = np.full((len(rows), self.members.shape[1]), len(self.kinds) if empty is None else empty)
        for number, row in enumerate(rows):
            members[number, : len(row)] = row
        return members

    def possible(self, bundle: Stays) -> Stays:
        """The bundle without those that are foes of one before them, where a circle had foes in it."""
        foes, kept = self.tables.problem.foes, 0
        for stay in bundle:
            if not foes[stay] & kept:
                kept |= 1 << stay
        return tuple(stay for stay in bundle if kept >> stay & 1)

    def costs_of(self, bundles: Sequence[Stays]) -> np.ndarray:
        """`costs[hand, bundle]`: what each would cost each hand, FAR where it must not have it."""
        return np.stack([self._cost_of(one) for one in bundles], axis=1) if bundles else self.costs[:, :0]

    def _cost_of(self, bundle: Stays) -> np.ndarray:
        tables, problem = self.tables, self.tables.problem
        stays = list(bundle)
        if len(stays) > tables.room:
            return np.full(tables.hands, FAR, np.float32)
        costs = tables.costs[stays].sum(0) + tables.loads[len(stays)]
        for delegation in problem.delegations(stays):
            costs += tables.together * ~tables.joined_by(delegation)
        if self._peaks_matter:
            most = peak([(problem.stays[stay].starts, problem.stays[stay].ends) for stay in stays])
            costs[tables.peaks + most > tables.capacities] = FAR
        return np.asarray(np.minimum(costs, FAR), np.float32)

    def forget(self, prices: np.ndarray) -> None:
        """Keep half of what is known: what is worth most beside what each hand has best."""
        balance = self.balance()
        worths = balance.worths(prices) - self.costs
        keep = np.sort(np.argsort((balance.best(prices)[:, None] - worths).min(0))[: MOST_KNOWN // 2])
        self.members, self.costs = self.members[keep], self.costs[:, keep]
        self.bundles = [self.bundles[one] for one in keep.tolist()]
        self.numbers = {self.kinds_of(bundle): number for number, bundle in enumerate(self.bundles)}
        self._units = self._units[:0]

    # --- prices ------------------------------------------------------------------------------------------------------

    def have(self, cuts: list[Cut]) -> None:
        """These cuts from now on."""
        self.cuts, self._units = cuts, self._units[:0]

    def balance(self) -> Balance:
        """Kinds and cuts with the bundles known so far."""
        kinds, rows = len(self.kinds), len(self.kinds) + len(self.cuts)
        if not self.cuts:
            return Balance(self.wanted, self.members, self.costs)
        new = self._rows_of_cuts(self.members[len(self._units) :])
        width = max(self._units.shape[1], new.shape[1])
        self._units = np.concatenate([
            np.pad(some, ((0, 0), (0, width - some.shape[1])), constant_values=rows)
            for some in (self._units, new)
        ])  # fmt: skip
        members = np.where(self.members == kinds, rows, self.members)
        wanted = [cut.wanted(self.wanted) for cut in self.cuts]
        return Balance(
            np.append(self.wanted, wanted), np.concatenate([members, self._units], axis=1), self.costs
        )

    def _rows_of_cuts(self, members: np.ndarray) -> np.ndarray:
        """For each bundle the row of each cut, as often as it fills a unit of it."""
        kinds, rows = len(self.kinds), len(self.kinds) + len(self.cuts)
        units = np.stack([cut.filled(members, kinds) for cut in self.cuts], axis=1)
        found = np.full((len(members), int(units.sum(1).max(initial=0))), rows)
        bundles, cuts = np.nonzero(units)
        often = units[bundles, cuts]
        bundles, cuts = np.repeat(bundles, often), np.repeat(cuts, often)
        places = np.arange(len(bundles)) - np.searchsorted(bundles, bundles)
        found[bundles, places] = kinds + cuts
        return found

    def priced(self, prices: np.ndarray) -> Cuts | None:
        """The cuts that are worth something at these prices, for the pricer."""
        worths = prices[len(self.kinds) :].tolist()
        return self.pricer.cuts_of([
            (cut.delegation, [stay for kind in cut.kinds for stay in self.kinds[kind]], cut.unit, worth)
            for cut, worth in zip(self.cuts, worths, strict=True)
            if worth > 0
        ]) if self.cuts else None  # fmt: skip

    def ask(self, prices: np.ndarray, hands: np.ndarray, best: np.ndarray) -> float:
        """Learn what the hands would like better than their best so far; how much more it is worth to all of them."""
        limits, bundles = self.pricer.ask(
            self.by_stay(prices[: len(self.kinds)]), hands, best[hands], a_hand=_A_HAND, circles=_CIRCLES, cuts=self.priced(prices),
        )  # fmt: skip
        self.learn(bundles)
        return float(np.maximum(limits - best[hands], 0).sum(dtype=np.float64))

    def hint(self, bundles: Sequence[Collection[int]]) -> None:
        """Begin with an answer: its bundles are known, and prices are between those so far and what they cost there."""
        rent = self.middle * _RENT
        for hand, bundle in enumerate(bundles):
            stays = [stay for stay in bundle if self.kind[stay] < len(self.kinds)]
            if stays:
                each = self.tables.problem.cost_of(hand, bundle) / len(bundle)
                self.prices[self.kind[stays]] = (self.prices[self.kind[stays]] + each) / 2 + rent
        self.learn(
            [tuple(sorted(stay for stay in one if self.kind[stay] < len(self.kinds))) for one in bundles]
        )

    def proven(self, prices: np.ndarray) -> float:
        """What no answer costs less than, by prices of kinds and cuts; who is left without a lead fills a unit alone."""
        kinds = len(self.kinds)
        limits = self.pricer.limits(self.by_stay(prices[:kinds]), self.hands, self.priced(prices))
        wanted, alone = [cut.wanted(self.wanted) for cut in self.cuts], prices[:kinds].copy()
        for cut, worth in zip(self.cuts, prices[kinds:].tolist(), strict=True):
            alone[list(cut.kinds)] += worth
        too_much = self.wanted @ np.maximum(alone - self.unled, 0)
        return self.lost + float(np.append(self.wanted, wanted) @ prices - limits.sum() - too_much)


def _kinds(tables: Tables) -> list[list[int]]:
    """The stays that can be dealt, those together that differ in nothing that bears on costs or rules."""
    kinds: dict[tuple[object, ...], list[int]] = {}
    for stay in tables.places:
        same = tables.problem.foes[stay], tables.problem.stays[stay].delegation
        when = tables.starts[stay], tables.ends[stay]
        kinds.setdefault((same, when, tables.unled[stay], tables.costs[stay].tobytes()), []).append(stay)
    return list(kinds.values())
