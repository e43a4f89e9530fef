"""Annealing and breeding: no rule is broken, no answer gets dearer, and several are taken together as well as can be."""

from itertools import chain, product

from hypothesis import given, settings
from hypothesis import strategies as st

from guests.proposals.annealing import Annealing
from guests.proposals.breeding import Breed
from guests.proposals.compiled import invented
from guests.proposals.problem import Problem
from guests.proposals.seating import Seating
from guests.proposals.tables import Tables
from tests.guests.proposals.test_solving import problems

_SLOW = settings(max_examples=60, deadline=None)
Answer = list[int | None]


def filled(tables: Tables) -> Answer:
    """An answer to begin with."""
    locked = [stay.locked for stay in tables.problem.stays]
    return Seating(tables, locked).fill(tables.places, lambda: True).chosen


@st.composite
def some_answer(draw: st.DrawFn, problem: Problem) -> Answer:
    """Whoever is drawn for each stay, as far as no rule is broken."""
    chosen = [stay.locked for stay in problem.stays]
    for number, stay in enumerate(problem.stays):
        hand = draw(st.integers(0, len(problem.hands) - 1))
        if stay.locked is None and problem.obstacle(number, hand, problem.bundles(chosen)[hand]) is None:
            chosen[number] = hand
    return chosen


def least_of(problem: Problem, answers: list[Answer]) -> int:
    """What the cheapest answer costs that gives each hand what it has in one of these, or only what it keeps."""
    kept = [stay.locked for stay in problem.stays]
    of_hands = zip(problem.bundles(kept), *(problem.bundles(chosen) for chosen in answers), strict=True)
    least = min(problem.cost(chosen) for chosen in answers)
    for bundles in product(*of_hands):
        stays = list(chain.from_iterable(bundles))
        if len(stays) == len(set(stays)):
            chosen: Answer = [None] * len(problem.stays)
            for hand, bundle in enumerate(bundles):
                for stay in bundle:
                    chosen[stay] = hand
            least = min(least, problem.cost(chosen))
    return least


@_SLOW
@given(problems(most_stays=6))
def test_annealing_breaks_no_rule(problem: Problem) -> None:
    tables = Tables(problem)
    for seed in (1, 2):
        chosen = Annealing(tables).go(filled(tables), lambda: 0.0, steps=200, seed=seed)
        assert problem.broken(chosen) == []


def test_annealing_finds_what_filling_misses() -> None:
    problem = invented(90, 30)
    tables = Tables(problem)
    chosen = filled(tables)
    answers = [Annealing(tables).go(chosen, lambda: 0.0, steps=2000, seed=seed) for seed in (1, 1, 2)]
    assert answers[0] == answers[1] != answers[2]
    assert max(map(problem.cost, answers)) < problem.cost(chosen)


@_SLOW
@given(problems(most_stays=6), st.data())
def test_what_several_answers_have_is_taken_together(problem: Problem, data: st.DataObject) -> None:
    answers = data.draw(st.lists(some_answer(problem), min_size=2, max_size=3))
    together = Breed(Tables(problem)).together(answers, 10.0)
    assert problem.broken(together) == []
    assert problem.cost(together) == least_of(problem, answers)


@_SLOW
@given(problems(most_stays=6))
def test_breeding_breaks_no_rule_and_makes_nothing_dearer(problem: Problem) -> None:
    tables = Tables(problem)
    chosen, asked = filled(tables), iter(range(200))
    bred = Breed(tables).go(chosen, lambda: next(asked, 200) / 200, lambda: 10.0)
    assert problem.broken(bred) == []
    assert problem.cost(bred) <= problem.cost(chosen)


def test_what_is_bred_is_cheaper_than_what_is_cooled_once() -> None:
    problem = invented(90, 30)
    tables = Tables(problem)
    breed = Breed(tables)
    once = breed.quickly(filled(tables), lambda: 0.0, 100)
    assert problem.cost(breed.go(once, lambda: 0.0, lambda: 10.0)) < problem.cost(once)


def test_nothing_is_bred_when_no_time_is_left() -> None:
    tables = Tables(invented(90, 30))
    chosen = filled(tables)
    assert Breed(tables).go(chosen, lambda: 1.0, lambda: 0.0) == chosen
