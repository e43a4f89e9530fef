"""Who cannot share an officer: worked out for groups, and the same as looking at each two guests."""

import random
from datetime import datetime, timedelta
from itertools import product

import pytest

from guests.collisions import Picture
from guests.duties import Duty
from guests.models import Visit
from guests.proposals.barring import foes_of
from guests.stops import Place, Stop
from tests.factories import NOW

HALF = timedelta(minutes=30)
PLACES = [None, *(Place(key, f"Hall {key}") for key in range(1, 5))]


def random_day(dice: random.Random, visit: int) -> list[Stop]:
    """Up to six stops, at times, places and in cars that others have, too."""
    return [
        Stop(
            visit,
            f"Guest {visit}",
            f"Talk {number}",
            (starts_at := NOW + dice.randrange(20) * HALF),
            starts_at + dice.randrange(1, 5) * HALF,
            dice.choice(PLACES),
            dice.choice(PLACES),
            dice.choice((None, 1, 2, 3)),
        )
        for number in range(dice.randrange(7))
    ]


def pairwise_foes(days: list[list[Stop]], spans: list[tuple[datetime, datetime]]) -> list[int]:
    seen = [
        [stop for stop in day if stop.starts_at < ends_at and stop.ends_at > starts_at]
        for day, (starts_at, ends_at) in zip(days, spans, strict=True)
    ]
    return [
        sum(
            1 << other
            for other in range(len(days))
            if other != one and any(a.collides_with(b) for a, b in product(seen[one], seen[other]))
        )
        for one in range(len(days))
    ]


@pytest.mark.parametrize("seed", range(200))
def test_groups_tell_what_pairs_tell(seed: int) -> None:
    dice = random.Random(seed)
    days = [random_day(dice, number) for number in range(dice.randrange(1, 12))]
    spans = [(NOW, NOW + timedelta(hours=dice.choice((4, 24)))) for _day in days]
    duties = [Duty(Visit(pk=number), *span) for number, span in enumerate(spans)]
    found = foes_of(Picture(stops=dict(enumerate(days))), duties, NOW)
    assert found == pairwise_foes(days, spans)
    assert seed or any(found)
