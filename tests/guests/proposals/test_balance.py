"""Prices over known bundles prove nothing false, what the hands lean to covers what is wanted, and bundles are dealt best."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guests.proposals.assigning import assign
from guests.proposals.balance import Balance

_SLOW = settings(max_examples=60, deadline=None)


def balance(costs: list[list[int]], bundles: list[tuple[int, ...]], rows: int) -> Balance:
    members = np.full((len(bundles), 2), rows)
    for number, bundle in enumerate(bundles):
        members[number, : len(bundle)] = bundle
    return Balance(np.ones(rows), members, np.array(costs, np.float32))


@st.composite
def markets(draw: st.DrawFn) -> tuple[Balance, int | None]:
    """Three rows, up to four bundles and three hands; what it costs to cover each row once at least, if that can be."""
    some = st.sampled_from([(0,), (1,), (2,), (0, 1), (1, 2), (0, 2)])
    bundles = draw(st.lists(some, min_size=1, max_size=4, unique=True))
    hands = draw(st.integers(1, 3))
    costs = [[draw(st.integers(0, 30)) for _bundle in bundles] for _hand in range(hands)]
    covering = [
        sum(costs[hand][one] for hand, one in enumerate(choice) if one is not None)
        for choice in product([None, *range(len(bundles))], repeat=hands)
        if {row for one in choice if one is not None for row in bundles[one]} == {0, 1, 2}
    ]
    return balance(costs, bundles, 3), min(covering, default=None)


@_SLOW
@given(markets(), st.sampled_from([0.1, 2.0, 20.0]))
def test_no_choice_costs_less_than_prices_prove(market: tuple[Balance, int | None], calm: float) -> None:
    one, cheapest = market
    prices, shares = one.settle(np.full(3, 10.0), calm, np.zeros(3), np.full(3, 100.0), steps=20)
    assert ((prices >= 0) & (prices <= 100)).all()
    assert (shares.sum(1) <= 1 + 1e-5).all()
    if cheapest is not None:
        assert one.proves(prices) <= cheapest + 1e-3


def test_prices_move_to_where_each_row_is_taken_as_often_as_it_is_wanted() -> None:
    one = balance([[3, 9, 11], [9, 4, 11]], [(0,), (1,), (0, 1)], 2)
    prices, shares = one.settle(np.zeros(2), 0.2, np.zeros(2), np.full(2, 50.0), steps=50)
    assert one.is_even
    assert shares.argmax(1).tolist() == [0, 1]
    assert one.proves(np.zeros(2)) == 0
    assert one.proves(prices) == pytest.approx(7, abs=0.7)


@_SLOW
@given(st.integers(1, 5), st.integers(0, 2), st.data())
def test_rows_are_assigned_as_cheaply_as_can_be(rows: int, more: int, data: st.DataObject) -> None:
    columns = rows + more
    costs = np.array(
        [[data.draw(st.integers(0, 9)) for _one in range(columns)] for _row in range(rows)], float
    )
    chosen = assign(costs)
    assert len({*chosen.tolist()}) == rows
    cheapest = min(
        sum(costs[row, one] for row, one in enumerate(some)) for some in permutations(range(columns), rows)
    )
    assert costs[np.arange(rows), chosen].sum() == cheapest
