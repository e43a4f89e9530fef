"""Whom the rules leave without a lead keeps today's, and the rest fits around that."""

from hypothesis import given, settings

from guests.proposals.explaining import explain
from guests.proposals.keeping import solve_keeping
from guests.proposals.problem import Hand, Problem, Rule, Stay, foes_among
from guests.proposals.solving import solve
from tests.guests.proposals.test_solving import problems


def led_of(problem: Problem) -> set[int]:
    return {number for number, stay in enumerate(problem.stays) if stay.today is not None}


@settings(max_examples=80, deadline=None)
@given(problems(most_stays=7))
def test_nobody_loses_a_lead_to_nobody_and_every_rule_holds_around_who_stays(problem: Problem) -> None:
    found = solve_keeping(problem, led_of(problem), seconds=5)
    chosen = found.answer.chosen
    assert all(chosen[stay] is not None for stay in led_of(problem))
    assert all(chosen[stay] == problem.stays[stay].today for stay in found.stays)
    assert found.problem.broken(chosen) == []
    assert found.answer.bound <= found.answer.cost == found.problem.cost(chosen)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_where_all_can_be_led_the_answer_is_the_usual_one(problem: Problem) -> None:
    usual, found = solve(problem, seconds=5), solve_keeping(problem, led_of(problem), seconds=5)
    if None not in usual.chosen:
        assert (found.answer.cost, found.stays, found.problem) == (usual.cost, frozenset(), problem)


def test_a_guest_who_stays_counts_and_another_is_given_to_who_is_free() -> None:
    """Two at two places at once stay with the hand they have; the third, who could be beside either, has to go elsewhere."""
    stays = [Stay(key, 0, 10, today=0) for key in (0, 1)] + [Stay(2, 0, 10)]
    barred = {(stay, 1): Rule.SHIFT for stay in (0, 1)}
    problem = Problem(stays, [Hand(0, 2), Hand(1, 2)], foes_among([(0, 1)], 3), barred=barred)
    found = solve_keeping(problem, {0, 1})
    assert found.answer.chosen == (0, 0, 1)
    assert found.stays == {0, 1}
    first, _second, third = explain(found.problem, found.answer.chosen, found.stays)
    assert (first.stopped, third.stopped) == ({"shift": 1}, {})


def test_the_time_is_for_all_tries_and_never_goes_back() -> None:
    stays = [Stay(key, 0, 10, today=0) for key in range(4)]
    told: list[float] = []
    problem = Problem(stays, [Hand(0, 1)], foes_among([(0, 1), (1, 2), (2, 3)], 4))
    solve_keeping(problem, {0, 1, 2, 3}, seconds=5, step=lambda _phase, share: told.append(share))
    assert told == sorted(told)
    assert all(0 <= share <= 1 for share in told)
