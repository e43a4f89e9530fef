"""Cuts: none says more than is true, one that is broken is found."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from guests.proposals import rounding
from guests.proposals.bargaining import Bargain
from guests.proposals.compiled import invented
from guests.proposals.market import Market
from guests.proposals.problem import Problem
from guests.proposals.rounding import Cut
from guests.proposals.tables import Tables
from tests.guests.proposals.test_market import bundles_of
from tests.guests.proposals.test_solving import problems

_SLOW = settings(max_examples=60, deadline=None)


def least(problem: Problem) -> int:
    """What the cheapest of all answers costs."""
    hands = [None, *range(len(problem.hands))]
    every = (list(chosen) for chosen in product(hands, repeat=len(problem.stays)))
    return min(problem.cost(chosen) for chosen in every if not problem.broken(chosen))


def with_cuts(problem: Problem, data: st.DataObject) -> tuple[Market, np.ndarray]:
    """A market with some cuts, and prices of its kinds and of the cuts."""
    market = Market(Tables(problem), np.random.default_rng(1))
    dearest = max(problem.unled_costs)
    for delegation in problem.shared_delegations:
        kinds = [
            kind
            for kind, stays in enumerate(market.kinds)
            if problem.stays[stays[0]].delegation == delegation
        ]
        if kinds:
            some = st.sets(st.sampled_from(kinds), min_size=1)
            cut = st.builds(Cut, st.just(delegation), some.map(frozenset), st.integers(2, 4))
            market.have([*market.cuts, *data.draw(st.lists(cut, max_size=3, unique=True))])
    price = st.one_of(st.integers(0, 90), st.integers(0, 2 * dearest))
    worth = st.integers(0, 60)
    prices = [data.draw(price) for _kind in market.kinds] + [data.draw(worth) for _cut in market.cuts]
    return market, np.array(prices, np.float64)


@_SLOW
@given(problems(most_stays=5), st.data())
def test_with_cuts_no_more_is_proven_than_is_true(problem: Problem, data: st.DataObject) -> None:
    market, prices = with_cuts(problem, data)
    assert market.proven(prices) <= least(problem) + 1e-6


@_SLOW
@given(problems(most_stays=6), st.data())
def test_with_cuts_no_bundle_is_worth_more_than_the_limit(problem: Problem, data: st.DataObject) -> None:
    market, prices = with_cuts(problem, data)
    kinds = len(market.kinds)
    by_stay, cuts = market.by_stay(prices[:kinds]), market.priced(prices)
    limits = market.pricer.limits(by_stay, market.hands, cuts)
    for hand in range(len(problem.hands)):
        worths = [0.0]
        for some in bundles_of(problem, hand):
            if all(market.kind[stay] < kinds for stay in some):
                members = market.padded([market.kinds_of(some)])
                units = [
                    worth * cut.filled(members, kinds)[0]
                    for cut, worth in zip(market.cuts, prices[kinds:], strict=True)
                ]
                worths.append(by_stay[list(some)].sum() - problem.cost_of(hand, some) + sum(units))
        assert limits[hand] >= max(worths) - 1e-6


def test_a_broken_cut_is_found() -> None:
    """Three guests two by two, each pair taken by half: one and a half units are filled, though three guests fill two."""
    members, halves = np.array([[0, 1], [1, 2], [0, 2]]), np.full(3, 0.5)
    found = rounding.find(members, halves, np.ones(3), np.full(3, 7), [], np.random.default_rng(1))
    assert Cut(7, frozenset({0, 1, 2}), 2) in found
    assert rounding.find(members, halves, np.ones(3), np.full(3, 7), found, np.random.default_rng(1)) == []


def test_cuts_prove_more() -> None:
    market = Market(Tables(invented(90, 30)), np.random.default_rng(1))
    bargain = Bargain(market)
    bargain.settle(lambda: True, lambda: 0.0)
    asked = iter(range(40))
    assert bargain.tighten(lambda: next(asked, None) is not None) >= market.limit
