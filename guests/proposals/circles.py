"""Who can share an officer: circles of stays such that every bundle lies within one of them."""

from collections.abc import Sequence
from heapq import heappop, heappush

from guests.proposals.problem import places

_MOST_STAYS = 200_000  # in all circles together


def circles(foes: Sequence[int], stays: Sequence[int]) -> list[list[int]]:
    """Circles of friends that cover every set of stays without foes; where there are too many, some have foes in them.

    Stays with the same foes are one. The search is Bron and Kerbosch's for all maximal cliques, widest circle first:
    stopped early, what it was about to split is a circle as it is.
    """
    everyone = sum(1 << stay for stay in stays)
    alike: dict[int, list[int]] = {}
    for stay in stays:
        alike.setdefault(foes[stay] & everyone, []).append(stay)
    kinds = list(alike.values())
    friends = [
        sum(1 << other for other, kind in enumerate(kinds) if other != one and not hostile >> kind[0] & 1)
        for one, hostile in enumerate(alike)
    ]
    found = _split(friends, [len(kind) for kind in kinds]) if kinds else []
    return [sorted(stay for one in places(circle) for stay in kinds[one]) for circle in found]


def _split(friends: Sequence[int], sizes: Sequence[int]) -> list[int]:
    def size(kinds: int) -> int:
        return sum(sizes[one] for one in places(kinds))

    everyone = (1 << len(sizes)) - 1
    heap, found = [(-size(everyone), 0, everyone, 0)], []
    total = size(everyone)
    while heap:
        negative, within, maybe, never = heappop(heap)
        if not maybe or total > _MOST_STAYS:
            if maybe or not never:
                found.append(within | maybe)
            else:
                total += negative
            continue
        total += negative
        pivot = max(places(maybe | never), key=lambda one: (friends[one] & maybe).bit_count())
        for one in places(maybe & ~friends[pivot]):
            beside = maybe & friends[one], never & friends[one]
            now = size(within | 1 << one | beside[0])
            heappush(heap, (-now, within | 1 << one, *beside))
            total += now
            maybe &= ~(1 << one)
            never |= 1 << one
    return found
