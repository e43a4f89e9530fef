"""From a problem to its answer, with proof.

An answer gives each hand a bundle of stays. All costs and rules look at one hand at a time, so the problem is to cover the
stays with the cheapest bundles (Dantzig–Wolfe). HiGHS solves that over the bundles known so far and so puts a price on each
stay; at these prices every hand is asked for a better bundle, until there is none. The prices then prove what no answer
can undercut. Where the cheapest whole answer stands higher, every bundle that could still matter is enumerated, which
closes the proof or leaves a gap that is told. Where few stays have to be kept apart, all is one model for HiGHS instead.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from guests.proposals.direct import Direct, is_small
from guests.proposals.master import Master
from guests.proposals.pricing import Bundle, Pricer
from guests.proposals.problem import MOST_POINTS, Problem

Step = Callable[[str, float], None]
_CLOSE = 1e-4
_SMOOTH = 0.6  # how much of the best prices so far is in those asked at
_DIVES = 15  # in how many strides a dive comes down
_SURE = 0.9
_DIRECTLY = 0.6  # of the time
_NARROW = 4  # by how many times the margin a gap may be wider to be taken as the margin at once
_MOST_NEAR = 12_000  # bundles
_MOST_ENUMERATED = 200_000  # bundles


@dataclass(frozen=True)
class Answer:
    """For each stay a hand, or none; what that costs, and what no answer can cost less than."""

    chosen: tuple[int | None, ...]
    cost: int
    bound: int

    @property
    def is_best(self) -> bool:
        return self.bound >= self.cost


def solve(problem: Problem, *, seconds: float = 60.0, step: Step = lambda phase, share: None) -> Answer:
    """The cheapest answer that is found in about so many seconds, with the bound that proves how good it is.

    The same problem gives the same answer as long as time does not run out. Where today's answer is as cheap as the
    best, today's it is. `step` is told the phase and how much of the time is gone, and may raise to call it off.
    """
    return _Solver(problem, seconds, step).solve()


class _Solver:
    def __init__(self, problem: Problem, seconds: float, step: Step) -> None:
        self.problem, self.step = problem, step
        self.begun, self.seconds = time.monotonic(), seconds
        self.open = [number for number, stay in enumerate(problem.stays) if stay.locked is None]
        self.pricers = [Pricer(problem, hand) for hand in range(len(problem.hands))]
        dearest = max((max(costs, default=0) for costs in problem.pair_costs), default=0)
        about = 2 * (dearest + MOST_POINTS * (problem.load_weight + problem.together_weight))
        self.prices = [min(problem.unled_costs[stay], about) for stay in self.open]
        self.master = Master(problem, self.open)
        self.master.charge(self.prices)
        self.fixed = sum(problem.cost_of(hand, kept) for hand, kept in enumerate(problem.locked))
        self.worth = np.zeros(len(self.open))
        self.limit = self.proven = 0.0  # no wish costs less than nothing

    def solve(self) -> Answer:
        problem = self.problem
        chosen = self._today()
        if self.open and problem.hands and is_small(problem, self.open):
            chosen = self._directly(self._fill(list(chosen)))
        if self.open and problem.hands and not self._is_proven(chosen):
            self._seed(chosen)
            self._generate()
            chosen = self._better(chosen, self._dive())
            chosen = self._close(chosen)
        elif not problem.hands:
            self.limit = sum(problem.unled_costs[stay] for stay in self.open)
        elif not self.open:
            self.limit = 0.0
        cost = problem.cost(chosen)
        bound = min(cost, ceil(self.fixed + max(self.limit, self.proven) - _CLOSE))
        today = self._today()
        if problem.cost(today) <= cost and not problem.broken(today):
            chosen = today
        return Answer(tuple(chosen), problem.cost(chosen), bound)

    # --- what every phase needs --------------------------------------------------------------------------------------

    def _left(self) -> float:
        return self.seconds - (time.monotonic() - self.begun)

    def _tell(self, phase: str) -> None:
        self.step(phase, min(1.0, (time.monotonic() - self.begun) / self.seconds))

    def _today(self) -> list[int | None]:
        """Who leads today, as far as no rule is broken; what is locked in any case."""
        chosen = [stay.locked for stay in self.problem.stays]
        bundles = self.problem.bundles(chosen)
        for number in self.open:
            hand = self.problem.stays[number].today
            if hand is not None and self.problem.obstacle(number, hand, bundles[hand]) is None:
                chosen[number] = hand
                bundles[hand].append(number)
        return chosen

    def _better(self, one: list[int | None], other: list[int | None]) -> list[int | None]:
        return other if self.problem.cost(other) < self.problem.cost(one) else one

    def _bundles_of(self, chosen: Sequence[int | None]) -> list[Bundle]:
        """The answer as bundles of open stays, known to the master from now on."""
        found = []
        for hand, stays in enumerate(self.problem.bundles(chosen)):
            if new := [stay for stay in stays if self.problem.stays[stay].locked is None]:
                bundle = self.pricers[hand].bundle(new)
                self.master.add(bundle)
                found.append(bundle)
        return found

    def _answer_of(self, bundles: Sequence[Bundle]) -> list[int | None]:
        """The bundles as an answer: a stay in two of them is led where that is cheaper; who is left out is tried anywhere."""
        chosen = [stay.locked for stay in self.problem.stays]
        for bundle in bundles:
            for stay in bundle.stays:
                rival = chosen[stay]
                if (
                    rival is None
                    or self.problem.pair_costs[stay][bundle.hand] < self.problem.pair_costs[stay][rival]
                ):
                    chosen[stay] = bundle.hand
        return self._fill(chosen)

    def _fill(self, chosen: list[int | None]) -> list[int | None]:
        """Give each stay without a lead the cheapest hand that has room, or that has once a guest of it finds another."""
        bundles = self.problem.bundles(chosen)
        for stay in (number for number in self.open if chosen[number] is None):
            self._place(stay, chosen, bundles) or self._make_room(stay, chosen, bundles)
        return chosen

    def _place(
        self, stay: int, chosen: list[int | None], bundles: list[list[int]], besides: int = -1
    ) -> bool:
        fitting = [
            hand
            for hand in range(len(bundles))
            if hand != besides and self.problem.obstacle(stay, hand, bundles[hand]) is None
        ]
        if fitting:
            hand = min(fitting, key=lambda hand: (self._added(stay, hand, bundles), hand))
            chosen[stay] = hand
            bundles[hand].append(stay)
        return bool(fitting)

    def _make_room(self, stay: int, chosen: list[int | None], bundles: list[list[int]]) -> bool:
        for hand in np.argsort(self.problem.pair_costs[stay], kind="stable").tolist():
            for guest in list(bundles[hand]):
                others = [other for other in bundles[hand] if other != guest]
                is_free = self.problem.stays[guest].locked is None
                if not is_free or self.problem.obstacle(stay, hand, others) is not None:
                    continue
                bundles[hand].remove(guest)
                if self._place(guest, chosen, bundles, besides=hand):
                    chosen[stay] = hand
                    bundles[hand].append(stay)
                    return True
                bundles[hand].append(guest)
        return False

    def _added(self, stay: int, hand: int, bundles: list[list[int]]) -> int:
        problem = self.problem
        return problem.cost_of(hand, [*bundles[hand], stay]) - problem.cost_of(hand, bundles[hand])

    def _directly(self, start: list[int | None]) -> list[int | None]:
        """All at once, which proves itself fast where little stands in the way."""
        self._tell("whole")
        chosen, bound = Direct(self.problem, self.open, self.pricers).solve(start, self._left() * _DIRECTLY)
        self.proven = max(self.proven, bound)
        return self._better(start, self._fill(chosen))

    # --- the phases --------------------------------------------------------------------------------------------------

    def _seed(self, today: list[int | None]) -> None:
        """Bundles to begin with: today's, and those of a greedy answer."""
        self._bundles_of(today)
        self._bundles_of(self._fill(list(today)))

    def _generate(self) -> None:
        """Ask for better bundles until there is none; leaving a stay open gets dearer while it still looks cheap."""
        while True:
            self._converge()
            is_open = self.master.shares()[0] > _CLOSE
            full = [self.problem.unled_costs[stay] for stay in self.open]
            dearer = [
                min(whole, price * 20) if left else price
                for price, whole, left in zip(self.prices, full, is_open, strict=True)
            ]
            if dearer == self.prices or self._left() < self.seconds * 0.3:
                return
            self.prices = dearer
            self.master.charge(self.prices)

    def _converge(self) -> None:
        """Prices are drawn towards those that proved most so far, which keeps them from swinging."""
        smooth, self_limit = _SMOOTH, -np.inf
        centre: np.ndarray | None = None
        while self._left() > self.seconds * 0.3:
            self._tell("prices")
            cost, worth, of_hands = self.master.relax(is_rough=True)
            prices = worth if centre is None else smooth * centre + (1 - smooth) * worth
            limit, news = self._ask(prices, worth, of_hands)
            if limit > self_limit:
                self_limit, centre = limit, prices
                if limit >= self.limit:
                    self.limit, self.worth = limit, prices
            if cost - self_limit < _CLOSE or (not news and prices is worth):
                return
            if not news and smooth == 0:
                return
            smooth = _SMOOTH if news else 0.0

    def _ask(
        self, prices: np.ndarray, worth: np.ndarray, of_hands: np.ndarray, hands: Sequence[int] | None = None
    ) -> tuple[float, int]:
        """Ask each hand for its best bundles at these prices; what they prove, and how many bundles were new and wanted."""
        by_stay = self._by_stay(prices)
        true = self._by_stay(worth)
        limit, news = float(prices.sum()), 0
        for hand in range(len(self.pricers)) if hands is None else hands:
            priced = self.pricers[hand].best(by_stay)
            limit -= max(0.0, priced.limit)
            for _worth, bundle in priced.bundles[-3:]:
                if sum(true[stay] for stay in bundle.stays) - bundle.cost > of_hands[hand] + _CLOSE:
                    news += self.master.add(bundle)
        return limit, news

    def _by_stay(self, prices: np.ndarray) -> list[float]:
        by_stay = [0.0] * len(self.problem.stays)
        for stay, price in zip(self.open, prices.tolist(), strict=True):
            by_stay[stay] = price
        return by_stay

    def _dive(self) -> list[int | None]:
        """Take the bundles that are taken almost wholly, ask anew, and so on down to a whole answer."""
        self.master = self._fresh(self._near())
        held: dict[int, int] = {}
        at_once = max(1, len(self.pricers) // _DIVES)
        while self._left() > self.seconds * 0.25:
            self._tell("dive")
            self.master.relax(is_rough=True)
            taken = self.master.shares()[1]
            places = [
                int(place)
                for place in np.argsort(-taken, kind="stable")
                if taken[place] > 0.01 and self.master.bundles[place].hand not in held
            ]
            if not places:
                break
            self._hold([place for place in places if taken[place] > _SURE] or places[:at_once], held)
            _cost, worth, of_hands = self.master.relax(is_rough=True)
            self._ask(worth, worth, of_hands, [hand for hand in range(len(self.pricers)) if hand not in held])
        return self._answer_of([self.master.bundles[place] for place in held.values()])

    def _near(self) -> list[Bundle]:
        """The known bundles that are not far from being worth their cost at the best prices."""
        prices = self._by_stay(self.worth)
        worths = [sum(prices[stay] for stay in one.stays) - one.cost for one in self.master.bundles]
        best = [0.0] * len(self.pricers)
        for bundle, worth in zip(self.master.bundles, worths, strict=True):
            best[bundle.hand] = max(best[bundle.hand], worth)
        missing = [
            best[bundle.hand] - worth for bundle, worth in zip(self.master.bundles, worths, strict=True)
        ]
        few = sorted(missing)[:_MOST_NEAR][-1] if missing else 0.0
        return [bundle for bundle, lack in zip(self.master.bundles, missing, strict=True) if lack <= few]

    def _hold(self, places: Sequence[int], held: dict[int, int]) -> None:
        covered: set[int] = set()
        for place in places:
            bundle = self.master.bundles[place]
            if bundle.hand not in held and not covered & set(bundle.stays):
                covered |= set(bundle.stays)
                held[bundle.hand] = place
                self.master.hold(place)

    def _close(self, chosen: list[int | None]) -> list[int | None]:
        """Know every bundle that could be in an answer near the limit, and choose: what is found there is the best.

        First within a narrow margin, which few bundles fall into, then wider ones, up to the cheapest answer known.
        """
        margin = max(1.0, self.limit * 0.0005)
        while not self._is_proven(chosen) and self._left() > 1:
            self._tell("proof")
            gap = self.problem.cost(chosen) - self.fixed - self.limit
            margin = gap if gap < _NARROW * margin else margin
            bundles = self._all_within(margin)
            master = self._fresh(self._near() if bundles is None else bundles)
            start = self._bundles_of(chosen)
            chosen = self._better(chosen, self._answer_of(master.choose(start, self._left())))
            if bundles is None:
                return chosen
            # An answer within the margin would consist of these bundles, so that the choice among them proves it.
            self.proven = max(self.proven, min(master.proven, self.limit + margin))
            margin *= 3
        return chosen

    def _is_proven(self, chosen: list[int | None]) -> bool:
        return self.problem.cost(chosen) - self.fixed - max(self.limit, self.proven) < 1 - _CLOSE

    def _fresh(self, bundles: Sequence[Bundle]) -> Master:
        master = Master(self.problem, self.open)
        master.charge([self.problem.unled_costs[stay] for stay in self.open])
        for bundle in bundles:
            master.add(bundle)
        return master

    def _all_within(self, gap: float) -> list[Bundle] | None:
        """Every bundle of an answer that costs at most so much more than the limit; None where they are too many."""
        prices = self._by_stay(self.worth)
        found: list[Bundle] = []
        for pricer in self.pricers:
            best = pricer.best(prices)
            of_hand = pricer.all_from(prices, best.limit - gap, _MOST_ENUMERATED)
            if of_hand is None or len(found) + len(of_hand) > _MOST_ENUMERATED or self._left() < 1:
                return None
            found += of_hand
        return found
