"""From a problem to its answer, with proof.

An answer gives each hand a bundle of stays. All costs and rules look at one hand at a time, so the problem is to cover the
stays with the cheapest bundles. A market finds a price for each stay at which the hands' own best bundles nearly do that;
the prices prove what no answer can undercut (`market`, `bargaining`, `pricing`, `filling`, `balance`), and cuts that no whole
answer breaks prove more (`rounding`). Beside that, on another processor, an answer is made by small changes (`annealing`,
`breeding`); in the largest problems it is made from the prices instead (`diving`, `assigning`). It is made better a few hands at a time
(`polishing`, `seating`). Where the problem is small enough, every bundle that could still matter is
looked through, which closes the proof (`reach`, `master`); else the gap is told. Where few stays have to be kept apart in
a small problem, all is one model for HiGHS instead (`direct`).
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from math import ceil

import numpy as np
from threadpoolctl import threadpool_limits

from guests.proposals.bargaining import Bargain
from guests.proposals.breeding import Breed
from guests.proposals.direct import Direct, is_small
from guests.proposals.diving import Dive
from guests.proposals.market import Market
from guests.proposals.master import choose
from guests.proposals.polishing import Polish
from guests.proposals.problem import Problem
from guests.proposals.reach import Bundle, Reach
from guests.proposals.seating import Seating
from guests.proposals.tables import Tables

Step = Callable[[str, float], None]
_CLOSE = 1e-4
_SEED = 2027
_TICK = 0.1  # seconds
_FIRST = 0.1  # of the time, at which each phase ends
_DIRECTLY = 0.6
_PRICES = 0.5
_DIVE = 0.7
_PROOF = 0.65  # from then on both processors seek an answer
_TIGHT = 0.97
_POLISH = 0.95
_POLISH_SMALL = 0.5  # what is small enough to be looked through needs time for that
_QUICKLY = 4000  # steps for each stay, for something to begin with
_MOST_ANNEALED = 3000  # stays, so that the time is enough for cuts and for cooling down slowly
_PATIENCE = 100  # tries that were of no use, and no more than there are hands
_MOST_PAIRS = 20_000  # of stays and hands, to look through all bundles
_MOST_ENUMERATED = 40_000  # bundles


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
    """The cheapest answer that is found in so many seconds, with the bound that proves how good it is.

    The same problem gives the same answer as long as time does not run out. Where today's answer is as cheap as the
    best, today's it is. `step` is told the phase and how much of the time is gone, and may raise to call it off.
    """
    return _Solver(problem, seconds, step).solve()


class _Solver:
    def __init__(self, problem: Problem, seconds: float, step: Step) -> None:
        self.problem, self.step = problem, step
        self.begun, self.seconds = time.monotonic(), seconds
        self.open = [number for number, stay in enumerate(problem.stays) if stay.locked is None]
        self.tables = Tables(problem)
        self.fixed = sum(problem.cost_of(hand, kept) for hand, kept in enumerate(problem.locked))
        self.limit = 0.0  # no wish costs less than nothing
        self.today = self._today()
        self.best = self.today

    def solve(self) -> Answer:
        problem = self.problem
        if not self.open or not problem.hands:
            self.limit = sum(problem.unled_costs[stay] for stay in self.open)
        elif is_small(problem, self.open):
            self._directly()
        if not self._is_proven():
            self._by_market()
        cost = problem.cost(self.best)
        bound = min(cost, ceil(self.fixed + self.limit - _CLOSE))
        if problem.cost(self.today) <= cost:
            self.best = self.today
        return Answer(tuple(self.best), cost, bound)

    # --- what every phase needs --------------------------------------------------------------------------------------

    def _share(self) -> float:
        return (time.monotonic() - self.begun) / self.seconds

    def _left(self) -> float:
        return self.seconds * (1 - self._share())

    def _until(self, phase: str, share: float) -> Callable[[], bool]:
        """Tells the phase each time it is asked whether to go on with it."""

        def goes_on() -> bool:
            self.step(phase, min(1.0, self._share()))
            return self._share() < share

        return goes_on

    def _gone(self, phase: str, share: float) -> Callable[[], float]:
        """Tells the phase each time it is asked how much of its time is gone; its time begins now."""
        begun = self._share()

        def gone() -> float:
            self.step(phase, min(1.0, self._share()))
            return (self._share() - begun) / max(_CLOSE, share - begun)

        return gone

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

    def _offer(self, chosen: Sequence[int | None]) -> bool:
        """Take an answer that is cheaper than the best so far."""
        is_better = self.problem.cost(chosen) < self.problem.cost(self.best)
        self.best = list(chosen) if is_better else self.best
        return is_better

    def _filled(self, chosen: Sequence[int | None], share: float = 1) -> list[int | None]:
        """The answer with a place for whoever has none, sought until that share of the time is gone."""
        return Seating(self.tables, chosen).fill(self.open, lambda: self._share() < share).chosen

    def _is_proven(self) -> bool:
        return self.problem.cost(self.best) - self.fixed - self.limit < 1 - _CLOSE

    # --- the ways ----------------------------------------------------------------------------------------------------

    def _directly(self) -> None:
        """All at once, which proves itself fast where little stands in the way."""
        self._until("whole", 1)()
        self._offer(self._filled(self.best))
        chosen, bound = Direct(self.problem, self.open, self._reaches()).solve(self._left() * _DIRECTLY)
        self.limit = max(self.limit, bound)
        self._offer(self._filled(chosen))

    def _by_market(self) -> None:
        self._offer(self._filled(self.best, _FIRST))
        dice = np.random.default_rng(_SEED)
        market = Market(self.tables, dice)
        if len(self.open) <= _MOST_ANNEALED:
            self._anneal(market)
        else:
            self._settle(market)
            self._dive(market)
        if market.kinds:
            self._polish(Polish(market, dice))
        if len(self.open) * len(self.problem.hands) <= _MOST_PAIRS:
            self._close(market)

    def _settle(self, market: Market) -> Bargain:
        bargain = Bargain(market)
        bargain.settle(self._until("prices", _PRICES), self._gone("prices", _PRICES))
        self.limit = max(self.limit, market.limit)
        return bargain

    def _dive(self, market: Market) -> None:
        taken = Dive(market).go(self._gone("dive", _DIVE))
        chosen = [stay.locked for stay in self.problem.stays]
        for hand, bundle in taken.items():
            for stay in bundle:
                chosen[stay] = hand
        self._offer(self._filled(chosen))

    def _anneal(self, market: Market) -> None:
        """Seek an answer beside the proof, with a processor for each; what is found quickly is a hint for the prices."""
        begun, is_over = self._share(), False

        def gone() -> float:  # in the other thread, where no step is told
            return 1.0 if is_over else (self._share() - begun) / max(_CLOSE, _TIGHT - begun)

        goes_on = self._until("dive", _TIGHT)
        breed = Breed(self.tables)
        with threadpool_limits(1), ThreadPoolExecutor(1) as thread:
            found = thread.submit(breed.go, self.best, gone, self._left)
            try:
                market.hint(self.problem.bundles(breed.quickly(self.best, gone, _QUICKLY)))
                bargain = self._settle(market)
                if not self._is_proven():
                    self.limit = max(self.limit, bargain.tighten(self._until("dive", _PROOF)))
                while not found.done() and goes_on():
                    wait([found], _TICK)
            finally:
                is_over = True
        self._offer(self._filled(found.result()))

    def _polish(self, polish: Polish) -> None:
        is_provable = len(self.open) * len(self.problem.hands) <= _MOST_PAIRS
        gone, idle = self._gone("polish", _POLISH_SMALL if is_provable else _POLISH), 0
        patience = min(_PATIENCE, len(self.problem.hands))
        while idle < patience and not self._is_proven() and gone() < 1:
            idle = 0 if self._offer(polish.once(self.best, self._left)) else idle + 1

    def _close(self, market: Market) -> None:
        """Look through every bundle that could be in an answer cheaper than the best: what is chosen there is the best."""
        goes_on = self._until("proof", 1 - (1 - _POLISH) / 2)
        if self._is_proven() or not goes_on():
            return
        gap = self.problem.cost(self.best) - self.fixed - market.limit
        found: list[Bundle] = []
        prices = market.by_stay(market.prices).tolist()
        for reach, limit in zip(self._reaches(), market.limits.tolist(), strict=True):
            of_hand = reach.all_from(prices, limit - gap, _MOST_ENUMERATED)
            if of_hand is None or len(found) + len(of_hand) > _MOST_ENUMERATED or not goes_on():
                return
            found += of_hand
        unled = {stay: self.problem.unled_costs[stay] for stay in self.open}
        taken, bound = choose(found, unled, self._left())
        chosen = [stay.locked for stay in self.problem.stays]
        for one in taken:
            for stay in one.stays:
                chosen[stay] = one.hand
        self._offer(self._filled(chosen))
        # An answer that costs less than the best would consist of these bundles, so that the choice among them proves it.
        self.limit = max(self.limit, min(bound, market.limit + gap))

    def _reaches(self) -> list[Reach]:
        return [Reach(self.problem, hand) for hand in range(len(self.problem.hands))]
