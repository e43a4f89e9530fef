"""No guest loses a lead to nobody: whom the rules leave without one keeps today's, and the rest is solved around that."""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from guests.proposals.problem import Problem
from guests.proposals.solving import Answer, Step, solve

_SHARE = 0.6  # of the time that is left, for an answer after which there may have to be another
_LEAST = 0.05  # seconds, in which something is found


@dataclass(frozen=True)
class Kept:
    """An answer, the problem that it answers, and the stays that it leaves with today's hand whatever the rules say."""

    answer: Answer
    problem: Problem
    stays: frozenset[int] = frozenset()


def solve_keeping(
    problem: Problem,
    led: Collection[int],
    *,
    seconds: float = 60.0,
    step: Step = lambda phase, share: None,
) -> Kept:
    """The cheapest answer in which each of the stays that are led today is led.

    Accepted as a whole it fits, since what is not moved is counted with whom it stays. Those who keep today's hand are
    locked to it, as by a person; the proof is of the answer around them. The time is for all tries together.
    """
    begun, kept = time.monotonic(), frozenset[int]()
    while True:
        spent = time.monotonic() - begun
        given = max(_LEAST, (seconds - spent) * (_SHARE if led else 1))
        around = _locking(problem, kept)
        answer = solve(around, seconds=given, step=_of_all(step, spent / seconds, given / seconds))
        lost = {stay for stay in led if answer.chosen[stay] is None}
        if not lost:
            return Kept(answer, around, kept)
        kept |= lost


def _locking(problem: Problem, kept: Collection[int]) -> Problem:
    stays = [
        replace(stay, locked=stay.today) if number in kept else stay
        for number, stay in enumerate(problem.stays)
    ]
    return replace(problem, stays=stays) if kept else problem


def _of_all(step: Step, spent: float, given: float) -> Step:
    return lambda phase, share: step(phase, min(1.0, spent + share * given))
