"""An answer bred: warmed and cooled down again in several ways, of which the best is taken together.

Each way betters some hands and worsens others, here one and there another. The best whole choice among the bundles of all
of them, a small question for HiGHS, has what each did well, and is where the next are bred from. The first answer is cooled
from hot, slowly.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from guests.proposals.annealing import Annealing
from guests.proposals.master import choose
from guests.proposals.reach import Bundle
from guests.proposals.tables import Tables

_SEED = 2027
_FIRST_STEPS, _STEPS = 30_000, 6_000  # for each stay
_SLOWLY = 0.6  # of the time, by which the first is cold
_LAST = 0.92  # of the time, by which the last of the others are
_WARM = 4.0  # what a change may cost, about
_LITTER = 6
_PATIENCE = 3  # litters of no use
_CHOOSING = 0.1  # of the time, for each choice at most
_THREADS = ThreadPoolExecutor(2)


class Breed:
    """Answers to the open stays of a problem, each the child of the one before."""

    def __init__(self, tables: Tables) -> None:
        self.problem, self.open = tables.problem, tables.open
        self.unled = {stay: self.problem.unled_costs[stay] for stay in tables.places}
        self.kept = [self.problem.cost_of(hand, kept) for hand, kept in enumerate(self.problem.locked)]
        self.annealing = Annealing(tables)

    def quickly(
        self, chosen: Sequence[int | None], share: Callable[[], float], steps: int
    ) -> list[int | None]:
        """What so many steps for each stay make of an answer, or less where `share` of the time is gone."""
        return self._cheaper(chosen, self.annealing.go(chosen, share, steps=steps, seed=_SEED))

    def go(
        self, chosen: Sequence[int | None], share: Callable[[], float], left: Callable[[], float]
    ) -> list[int | None]:
        """The cheapest answer bred until nothing is gained any more; `share` of the time is gone, so many seconds are left."""
        most = _CHOOSING * left()
        best, idle, seed = self.quickly(chosen, lambda: share() / _SLOWLY, _FIRST_STEPS), 0, _SEED
        while idle < _PATIENCE and share() < _LAST:
            seeds = range(seed := seed + _LITTER, seed + _LITTER)
            litter = _THREADS.map(partial(self._warmed, best, share), seeds)
            bred = self.together([best, *litter], min(most, left()))
            idle = 0 if bred != best else idle + 1
            best = bred
        return best

    def _warmed(self, chosen: list[int | None], share: Callable[[], float], seed: int) -> list[int | None]:
        """Another answer near this one, or this one where there is no time left."""
        begun = share()
        if begun >= _LAST:
            return chosen

        def gone() -> float:
            return (share() - begun) / (_LAST - begun)

        return self.annealing.go(chosen, gone, steps=_STEPS, hot=_WARM, seed=seed)

    def together(self, answers: Sequence[list[int | None]], seconds: float) -> list[int | None]:
        """The cheapest whole choice among the bundles of some answers; the cheapest of these where none is found in time."""
        best = min(answers, key=self.problem.cost)
        known = dict.fromkeys(one for chosen in answers for one in self._bundles(chosen))
        taken, _bound = choose([*known], self.unled, seconds, begin={*self._bundles(best)})
        chosen = [stay.locked for stay in self.problem.stays]
        for one in taken:
            for stay in one.stays:
                chosen[stay] = one.hand
        return self._cheaper(best, chosen)

    def _bundles(self, chosen: Sequence[int | None]) -> list[Bundle]:
        cost_of, is_open = self.problem.cost_of, self.open
        return [
            Bundle(hand, free, cost_of(hand, stays) - self.kept[hand])
            for hand, stays in enumerate(self.problem.bundles(chosen))
            if (free := tuple(stay for stay in stays if is_open[stay]))
        ]

    def _cheaper(self, one: Sequence[int | None], other: Sequence[int | None]) -> list[int | None]:
        """The other answer, if it is cheaper than the one."""
        return list(other if self.problem.cost(other) < self.problem.cost(one) else one)
