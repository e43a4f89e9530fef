"""Who moves next, chosen among those who move soon: the same as if all were put in order."""

from datetime import timedelta
from random import Random

import pytest
from pytest_django import DjangoAssertNumQueries

from events.models import Event
from guests.models import ItineraryItem, Movement, Visit
from guests.moving_next import next_to_move
from tests.factories import NOW, make_event, make_guest, make_item, make_visit

ALL, MINUTE = 10_000, timedelta(minutes=1)


def some_event(random: Random, guests: int) -> Event:
    """Guests with and without plans, on the road, come and gone, many of whom move at the same minute."""
    event = make_event("Drawn by lot")

    def moment(since: int, until: int) -> object:
        return NOW + 30 * MINUTE * random.randint(since, until) if random.random() < 0.7 else None

    for number in range(guests):
        visit = make_visit(
            event,
            make_guest(f"Guest {random.randint(0, 9)}"),
            rank=random.choice([None, 1, 2]),
            arrives_at=moment(-40, 8),
            departs_at=moment(9, 40),
            status=random.choice([Movement.EXPECTED, Movement.EXPECTED, Movement.DEPARTED]),
        )
        for _ in range(random.choice([0, 0, 1, 3])):
            starts_at = NOW + 30 * MINUTE * random.randint(-6, 110)
            leave_by_at = starts_at - 30 * MINUTE * random.randint(1, 60) if random.random() < 0.4 else None
            state = random.choice(["confirmed", "confirmed", "cancelled"])
            make_item(visit, f"Item {number}", starts_at=starts_at, leave_by_at=leave_by_at, state=state)
    return event


@pytest.mark.parametrize("seed", range(12))
def test_the_first_are_the_same_as_among_all(db: None, seed: int) -> None:
    random = Random(seed)
    event = some_event(random, 25)
    some_event(random, 10)  # another's guests are not asked about
    everyone = next_to_move(event, at=NOW, number=ALL)
    assert set(everyone) == set(
        Visit.objects.filter(event=event).exclude(status=Movement.DEPARTED).values_list("pk", flat=True)
    )
    for number in (1, 2, 4):
        assert next_to_move(event, at=NOW, number=number)[:number] == everyone[:number]
    last = everyone[-1:]
    with_last = next_to_move(event, at=NOW, number=1, besides=last)
    assert set(last) <= set(with_last)
    assert with_last == [pk for pk in everyone if pk in set(with_last)]


@pytest.mark.parametrize("guests", [3, 30])
def test_who_moves_later_is_not_even_read(
    db: None, guests: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    event = make_event("Long")
    for number in range(guests):
        make_item(make_visit(event), starts_at=NOW + (number + 1) * MINUTE)
    with django_assert_num_queries(4):
        found = next_to_move(event, at=NOW, number=2)
    soonest = ItineraryItem.objects.order_by("starts_at").values_list("visit_id", flat=True)
    assert found == list(soonest[:2])
