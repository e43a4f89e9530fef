"""The parts of the solver for big meetings: circles miss nobody, no bundle is worth more than is said, time is kept."""

from itertools import combinations
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guests.proposals import circles, solving
from guests.proposals.compiled import invented
from guests.proposals.market import Market
from guests.proposals.problem import Hand, Problem, Rule, Stay, Wish
from guests.proposals.seating import Seating
from guests.proposals.tables import Tables
from tests.guests.proposals.test_solving import problems

_SLOW = settings(max_examples=60, deadline=None)


def bundles_of(problem: Problem, hand: int) -> list[tuple[int, ...]]:
    """Everything that the hand may have."""
    stays = range(len(problem.stays))
    return [
        some
        for number in stays
        for some in combinations(stays, number + 1)
        if all(problem.obstacle(stay, hand, some) is None for stay in some)
    ]


@_SLOW
@given(problems(most_stays=7), st.sampled_from([0, 20, 200_000]))
def test_every_set_without_foes_lies_in_one_circle(problem: Problem, most: int) -> None:
    everyone = range(len(problem.stays))
    with mock.patch.object(circles, "_MOST_STAYS", most):
        found = [set(circle) for circle in circles.circles(problem.foes, everyone)]
    for number in everyone:
        for some in combinations(everyone, number + 1):
            if not any(problem.foes[one] >> other & 1 for one, other in combinations(some, 2)):
                assert any(circle.issuperset(some) for circle in found)


@_SLOW
@given(problems(most_stays=6), st.data())
def test_no_bundle_is_worth_more_than_the_limit(problem: Problem, data: st.DataObject) -> None:
    prices = np.array([data.draw(st.integers(0, 90)) for _stay in problem.stays], np.float64)
    market = Market(Tables(problem), np.random.default_rng(1))
    limits = market.pricer.limits(prices, market.hands)
    for hand in range(len(problem.hands)):
        worths = [
            prices[list(some)].sum() - problem.cost_of(hand, some) for some in bundles_of(problem, hand)
        ]
        assert limits[hand] >= max(worths, default=0.0) - 1e-6


@_SLOW
@given(problems(most_stays=6), st.data())
def test_what_is_known_costs_what_the_problem_says(problem: Problem, data: st.DataObject) -> None:
    """A bundle is forbidden or costs what it costs; what the pricer offers is allowed to somebody."""
    prices = np.array([data.draw(st.integers(20, 90)) for _stay in problem.stays], np.float64)
    market = Market(Tables(problem), np.random.default_rng(1))
    _limits, bundles = market.pricer.ask(prices, market.hands, np.zeros(len(market.hands)), a_hand=3)
    market.learn(bundles)
    for number, bundle in enumerate(market.bundles):
        for hand in range(len(problem.hands)):
            cost = float(market.costs[hand, number])
            if cost < 1e6:
                assert cost == problem.cost_of(hand, bundle)
                assert all(problem.obstacle(stay, hand, bundle) is None for stay in bundle)


@pytest.mark.parametrize("readings", [5, 40, 200])
def test_time_is_kept_and_so_are_the_rules(readings: int) -> None:
    """The clock moves each time somebody looks at it, so that it is the number of looks that is kept."""
    problem, looks = invented(90, 30), iter(range(100_000))
    with mock.patch("guests.proposals.solving.time.monotonic", side_effect=lambda: float(next(looks))):
        answer = solving.solve(problem, seconds=float(readings))
    assert next(looks) <= readings * 1.1 + 20
    assert problem.broken(answer.chosen) == []
    assert None not in answer.chosen
    assert answer.bound <= answer.cost


@pytest.mark.parametrize(("is_time_left", "chosen"), [(True, [1, 0]), (False, [0, None])])
def test_room_is_made_while_there_is_time(is_time_left: bool, chosen: list[int | None]) -> None:
    """The first guest has taken the only officer of the second one."""
    problem = Problem(
        [Stay(0, 0, 10), Stay(1, 0, 10)],
        [Hand(0, 1), Hand(1, 1)],
        foes=[0, 0],
        wishes=[Wish("language", 1, [[0, 9], [0, 0]])],
        barred={(1, 1): Rule.SHIFT},
    )
    seating = Seating(Tables(problem), [None, None]).fill([0, 1], lambda: is_time_left)
    assert seating.chosen == chosen


def test_more_time_is_of_use() -> None:
    problem = invented(90, 30)
    answer = solving.solve(problem, seconds=5)
    assert problem.broken(answer.chosen) == []
    assert answer.cost - answer.bound <= 0.1 * answer.cost


@pytest.mark.parametrize("capacity", [0, 1])
def test_more_guests_than_officers_have_room_for(capacity: int) -> None:
    """Whom nobody can take is not led; the bound says that more cannot be."""
    problem = Problem(
        [Stay(key, 0, 10) for key in range(30)], [Hand(key, capacity) for key in range(8)], foes=[0] * 30
    )
    with mock.patch.object(solving, "is_small", return_value=False):
        answer = solving.solve(problem, seconds=5)
    assert answer.chosen.count(None) == 30 - 8 * capacity
    assert answer.is_best


def test_where_officers_are_far_too_few_the_bound_says_so_nearly() -> None:
    """Prices climb to what it costs to leave somebody without a lead, which is far from where they begin."""
    answer = solving.solve(invented(90, 10), seconds=20)
    assert answer.chosen.count(None) >= 90 - 35
    assert answer.cost - answer.bound <= 0.01 * answer.cost
