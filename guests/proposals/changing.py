"""Small changes between two hands, compiled: what `annealing` tries by the million."""

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def _are_foes(foes: np.ndarray, one: int, other: int) -> bool:
    return bool(foes[one, other >> 3] >> (other & 7) & 1)


@njit(nogil=True, cache=True)
def _cost(
    hand: int, stays: np.ndarray, size: int, costs: np.ndarray, loads: np.ndarray, joining: np.ndarray, delegation: np.ndarray
) -> int:  # fmt: skip
    cost = loads[hand, size]
    for place in range(size):
        own = delegation[stays[place]]
        cost += costs[hand, stays[place]]
        is_first = True
        for before in range(place):
            if delegation[stays[before]] == own:
                is_first = False
                break
        if is_first:
            cost += joining[hand, own]
    return int(cost)


@njit(nogil=True, cache=True)
def _fits(stays: np.ndarray, size: int, spare: int, starts: np.ndarray, ends: np.ndarray) -> bool:
    """Whether at no moment there are more of the stays than are spare."""
    if size <= spare:
        return True
    for one in range(size):
        at, beside = starts[stays[one]], 0
        for other in range(size):
            beside += starts[stays[other]] <= at < ends[stays[other]]
        if beside > spare:
            return False
    return True


@njit(nogil=True, cache=True)
def _clash(
    bundles: np.ndarray, hand: int, size: int, are_going: np.ndarray, going: bool, stay: int, foes: np.ndarray
) -> bool:
    """Whether the stay is a foe of one of those of the hand that go, or of those that do not."""
    for place in range(size):
        if are_going[place] == going:
            foe = bundles[hand, place]
            if foes[stay, foe >> 3] >> (foe & 7) & 1:
                return True
    return False


@njit(nogil=True, cache=True)
def _along(
    bundles: np.ndarray, hand: int, size: int, are_going: np.ndarray, delegation: np.ndarray, alone: int
) -> None:
    """Let all of the hand's go that are of a delegation one of which goes."""
    for place in range(size):
        own = delegation[bundles[hand, place]]
        if are_going[place] and own != alone:
            for other in range(size):
                if delegation[bundles[hand, other]] == own:
                    are_going[other] = True


@njit(nogil=True, cache=True)
def _number(are_going: np.ndarray, size: int) -> int:
    """How many go."""
    number = 0
    for place in range(size):
        number += are_going[place]
    return number


@njit(nogil=True, cache=True)
def _deal(
    bundles: np.ndarray, hand: int, size: int, are_going: np.ndarray, kept: np.ndarray, keeps: int, given: np.ndarray, gives: int
) -> None:  # fmt: skip
    """Append the hand's stays to those that are kept, of which there are so many, or to those that are given, likewise."""
    for place in range(size):
        stay = bundles[hand, place]
        if are_going[place]:
            given[gives] = stay
            gives += 1
        else:
            kept[keeps] = stay
            keeps += 1


@njit(nogil=True, cache=True)
def _have(bundles: np.ndarray, hand: int, stays: np.ndarray, size: int, hand_of: np.ndarray) -> None:
    """Let the hand have these stays, of which there are so many."""
    for place in range(size):
        bundles[hand, place] = stays[place]
        hand_of[stays[place]] = hand


@njit(nogil=True, cache=True)
def anneal(  # noqa: C901 (calls to compiled parts with arrays cost more than they tell)
    places: np.ndarray, hand_of: np.ndarray, bundles: np.ndarray, sizes: np.ndarray, rooms: np.ndarray, spare: np.ndarray,
    costs: np.ndarray, loads: np.ndarray, joining: np.ndarray, delegation: np.ndarray, alone: int, foes: np.ndarray,
    firsts: np.ndarray, friends: np.ndarray, starts: np.ndarray, ends: np.ndarray, heat: float, steps: int, state: np.ndarray,
) -> int:  # fmt: skip
    """Try so many changes at one heat; what the answer costs more afterwards."""
    hands, width = bundles.shape
    now = np.zeros(hands, np.int64)
    for hand in range(hands):
        now[hand] = _cost(hand, bundles[hand], sizes[hand], costs, loads, joining, delegation)
    left, right = np.empty(2 * width, np.int32), np.empty(2 * width, np.int32)
    goes, comes = np.zeros(width, np.bool_), np.zeros(width, np.bool_)
    more, seed = 0, state[0]
    for _step in range(steps):
        seed ^= seed << np.uint64(13)
        seed ^= seed >> np.uint64(7)
        seed ^= seed << np.uint64(17)
        lot = np.int64((seed >> np.uint64(40)) & np.uint64(0xFFFF))
        one = places[np.int64(((seed & np.uint64(0xFFFFF)) * np.uint64(len(places))) >> np.uint64(20))]
        other = np.int64((seed >> np.uint64(20)) & np.uint64(0xFFFFF))
        giver, way = hand_of[one], lot & 15
        if way < 3:
            taker = (other * hands) >> 20
        else:
            taker = (
                hand_of[friends[firsts[one] + ((other * (firsts[one + 1] - firsts[one])) >> 20)]]
                if firsts[one + 1] > firsts[one]
                else -1
            )
        if giver < 0 or taker < 0 or giver == taker:
            continue
        size, count = sizes[giver], sizes[taker]
        going, coming = size, count
        if way < 2:
            for place in range(size):
                goes[place] = True
            for place in range(count):
                comes[place] = True
        else:
            for place in range(size):
                goes[place] = bundles[giver, place] == one
            if way >= 9:
                _along(bundles, giver, size, goes, delegation, alone)
            is_beside = True
            for place in range(count):
                comes[place] = _clash(bundles, giver, size, goes, True, bundles[taker, place], foes)
                is_beside &= not comes[place]
            if is_beside and count and lot >> 4 & 1:
                comes[((lot >> 5 & 255) * count) >> 8] = True
            if lot >> 13 & 1:
                _along(bundles, taker, count, comes, delegation, alone)
            going, coming = _number(goes, size), _number(comes, count)
        back, new = size - going + coming, count - coming + going
        if back > rooms[giver] or new > rooms[taker]:
            continue
        is_possible = True
        for place in range(count):
            if comes[place] and _clash(bundles, giver, size, goes, False, bundles[taker, place], foes):
                is_possible = False
                break
        if not is_possible:
            continue
        _deal(bundles, giver, size, goes, left, 0, right, 0)
        _deal(bundles, taker, count, comes, right, going, left, size - going)
        chance = (np.float64(seed >> np.uint64(12) & np.uint64(0xFFFFFFFF)) + 0.5) / 4294967296.0
        most = now[giver] + now[taker] - heat * np.log(chance)
        first = _cost(giver, left, back, costs, loads, joining, delegation)
        if first > most:
            continue
        second = _cost(taker, right, new, costs, loads, joining, delegation)
        if first + second > most or not (
            _fits(left, back, spare[giver], starts, ends) and _fits(right, new, spare[taker], starts, ends)
        ):
            continue
        more += first + second - now[giver] - now[taker]
        now[giver], now[taker] = first, second
        sizes[giver], sizes[taker] = back, new
        _have(bundles, giver, left, back, hand_of)
        _have(bundles, taker, right, new, hand_of)
    state[0] = seed
    return more
