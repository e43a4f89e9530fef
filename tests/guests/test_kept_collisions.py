"""What is kept of collisions: it is what judging says, and is judged anew where something that bears on it was written."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from events.models import Event, Membership, Point, Role, Shift, Venue
from guests.collisions import kept as module
from guests.collisions import touched
from guests.collisions.kept import KEPT_FOR_S, Found, Shelf, kept_collisions
from guests.collisions.standing import Standing, standing_collisions, standing_of
from guests.collisions.touched import mark, touched_since
from guests.models import Assignment, Guest, ItineraryItem, Movement, Visit
from liaison.accounts.models import SpokenLanguage
from liaison.history import Latest
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_item,
    make_member,
    make_talks,
    make_user,
    make_vehicle,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tono(cast: Cast) -> Membership:
    return make_member(make_user("Tono"), cast.event, capacity=9)


def kept(cast: Cast) -> tuple[int, int]:
    """How many are kept, and how many queries it took to say so."""
    with CaptureQueriesContext(connection) as asked:
        found = kept_collisions([cast.event, cast.other_event], at=NOW)[cast.event.pk]
    return len(found), len(asked)


def test_what_was_judged_is_kept_until_something_is_written(cast: Cast, tono: Membership) -> None:
    make_talks(tono, "One")
    assert kept(cast) == (0, 13)
    assert kept(cast) == (0, 1)
    other = make_talks(tono, "Other")
    assert kept(cast) == (1, 13)
    assert kept(cast) == (1, 1)
    Visit.objects.filter(pk=other.visit_id).update(departs_at=NOW + HOUR)  # past every form
    assert kept(cast)[1] == 14


def test_a_tap_does_not_make_anything_be_judged_anew(cast: Cast, tono: Membership) -> None:
    one = make_talks(tono, "One")
    make_talks(tono, "Other")
    assert kept(cast) == (1, 13)
    one.visit.move_to(Movement.IN_CAR, at=NOW)
    assert kept(cast) == (1, 1)
    Visit.objects.filter(pk=one.visit_id).update(arrives_at=NOW + HOUR)
    assert kept(cast)[1] == 14
    assert kept(cast)[1] == 1


def test_what_is_kept_has_no_words_and_so_serves_every_language(cast: Cast, tono: Membership) -> None:
    make_talks(tono, "One")
    make_talks(tono, "Other")
    kept(cast)
    with override("id"):
        assert kept(cast) == (1, 1)


def test_what_is_kept_tells_whose_they_are_when_and_whether_they_are_meant(
    cast: Cast, tono: Membership
) -> None:
    make_talks(tono, "One")
    other, meant = make_talks(tono, "Other"), make_talks(tono, "Meant", override_reason="It is a short walk")
    found = kept_collisions([cast.event], at=NOW)[cast.event.pk]
    assert [len(found), len(found.meant(True)), len(found.meant(False))] == [3, 2, 1]
    assert found.meant(True).keys("assignment") == {meant.pk}
    assert found.meant(False).keys("visit") == {other.visit_id}
    assert found.keys("officer") == {tono.pk}
    assert len(found.within(NOW, NOW + HOUR)) == 0  # the talks begin in an hour
    assert len(found.within(NOW + HOUR, NOW + DAY)) == 3
    assert len(found.within(meant.ends_at, meant.ends_at + DAY)) == 0


def test_without_a_cache_it_is_judged_anew(
    cast: Cast, tono: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "get", lambda key: None)
    monkeypatch.setattr(cache, "set", lambda key, value, timeout: None)
    make_talks(tono, "One")
    make_talks(tono, "Other")
    assert [kept(cast), kept(cast)] == [(1, 13), (1, 13)]


def test_what_hangs_on_fewer_tables_is_kept_through_changes_of_others(cast: Cast, tono: Membership) -> None:
    worked: list[int] = []

    def work(events: Sequence[Event], at: datetime) -> dict[int, str]:
        worked.append(len(events))
        return dict.fromkeys((event.pk for event in events), "kept")

    def ask() -> None:
        assert Shelf([cast.event], at=NOW).get("work", work, of=(Assignment, Event)) == {
            cast.event.pk: "kept"
        }

    ask()
    make_item(cast.sato, "Tea")
    ask()
    assert worked == [1]
    cast.sari_leads.withdraw()
    ask()
    Visit.objects.filter(pk=cast.sato.pk).update(departs_at=NOW)
    ask()
    assert worked == [1, 1, 1]


# --- what bears on it ---------------------------------------------------------------------------------------------------


def told(found: Found) -> list[tuple[Any, ...]]:
    return sorted(tuple(one) for one in found.numbers.tolist())


def judged(cast: Cast) -> list[tuple[Any, ...]]:
    return told(Found.of(standing_collisions([cast.event], at=NOW)[cast.event.pk]))


def kept_numbers(cast: Cast) -> list[tuple[Any, ...]]:
    return told(kept_collisions([cast.event], at=NOW)[cast.event.pk])


@pytest.fixture
def day_of_tono(cast: Cast, tono: Membership) -> None:
    """One and Other need him at one time ten kilometres apart, Third two hours later; One again the next morning."""
    one, other, third = make_talks(tono, "One"), make_talks(tono, "Other"), make_talks(tono, "Third")
    make_item(third.visit, "Tea", starts_at=NOW + 4 * HOUR, venue=Venue.objects.get(name="Third Hall"))
    third.visit.items.filter(title="Talks of Third").delete()
    make_item(one.visit, "Breakfast", starts_at=NOW + 23 * HOUR, venue=Venue.objects.get(name="One Hall"))
    room = Point.objects.create(venue=Venue.objects.get(name="Other Hall"), name="Room 1")
    other.visit.items.update(venue=None, point=room)
    for number, name in enumerate(["One Hall", "Other Hall", "Third Hall"]):
        Venue.objects.filter(name=name).update(
            latitude=Decimal("-8.5"), longitude=Decimal("119.9") + number * Decimal("0.1")
        )


def items(title: str) -> Any:
    return ItineraryItem.objects.filter(title=title)


def speak(cast: Cast) -> None:
    """Languages have no history; the guest's is written last."""
    SpokenLanguage.objects.create(user=Membership.objects.get(user__name="Tono").user, language="ar")
    Guest.objects.filter(name="One").update(languages=["fr"])


def ride_together(cast: Cast) -> None:
    car = make_vehicle(cast.event)
    ItineraryItem.objects.filter(title__startswith="Talks of").update(vehicle=car)


WRITTEN: dict[str, Callable[[Cast], object]] = {
    "a time": lambda cast: items("Talks of Other").update(starts_at=NOW + 6 * HOUR, ends_at=NOW + 7 * HOUR),
    "a place": lambda cast: items("Talks of Other").update(venue=Venue.objects.get(name="One Hall")),
    "how sure a time is": lambda cast: items("Talks of Other").update(precision="tbc"),
    "what it is": lambda cast: items("Talks of Other").update(kind="rest"),
    "that it is cancelled": lambda cast: items("Talks of Other").update(state="cancelled"),
    "where a way begins": lambda cast: items("Talks of Other").update(origin=Venue.objects.get(name="One Hall"), venue=Venue.objects.get(name="One Hall")),
    "a car": ride_together,
    "an item more": lambda cast: make_item(Visit.objects.get(guest__name="Third"), venue=Venue.objects.get(name="Third Hall")),
    "an item less": lambda cast: items("Talks of Other").delete(),
    "whose a room is": lambda cast: Point.objects.update(venue=Venue.objects.get(name="One Hall")),
    "where a place is": lambda cast: Venue.objects.filter(name="Third Hall").update(longitude=Decimal("125")),
    "how fast one drives": lambda cast: Event.objects.update(travel_kmh=1),
    "how long one is early": lambda cast: Event.objects.update(travel_buffer_minutes=180),
    "how long one rests": lambda cast: Event.objects.update(rest_hours=23),
    "for how many there is room": lambda cast: Membership.objects.filter(user__name="Tono").update(capacity=1),
    "what one is": lambda cast: Membership.objects.filter(user__name="Tono").update(role=Role.PRESS),
    "a shift": lambda cast: Shift.objects.create(membership=Membership.objects.get(user__name="Tono"), starts_at=NOW + 3 * HOUR, ends_at=NOW + 9 * HOUR),
    "a language": speak,
    "a reason": lambda cast: Assignment.objects.filter(visit__guest__name="Other").update(override_reason="A short walk"),
    "a duty's hours": lambda cast: Assignment.objects.filter(visit__guest__name="Other").update(ends_at=NOW + HOUR / 2),
    "whose a duty is": lambda cast: Assignment.objects.filter(visit__guest__name="Other").update(officer=cast.dewi_officer),
    "whose an item is": lambda cast: items("Talks of Other").update(visit=cast.lim),
    "a duty less": lambda cast: Assignment.objects.get(visit__guest__name="Other").withdraw(),
    "an arrival": lambda cast: Visit.objects.filter(guest__name="One").update(arrives_at=NOW + 18 * HOUR),
    "a departure": lambda cast: Visit.objects.filter(guest__name="One").update(departs_at=NOW + 18 * HOUR),
}  # fmt: skip


@pytest.mark.parametrize("what", WRITTEN)
@pytest.mark.usefixtures("day_of_tono")
def test_whatever_bears_on_it_is_judged_anew_when_it_is_written(cast: Cast, what: str) -> None:
    before = kept_numbers(cast)
    assert before == judged(cast)
    WRITTEN[what](cast)
    after = judged(cast)
    assert after != before, "what was written has to matter here"
    assert kept_numbers(cast) == after


@pytest.mark.parametrize("what", WRITTEN)
@pytest.mark.usefixtures("day_of_tono")
def test_the_history_tells_of_whom_something_was_written(cast: Cast, what: str) -> None:
    """Of everybody where it is about all, and where nothing tells of whom."""
    before = mark()
    assert touched_since(before, mark()) == set()
    WRITTEN[what](cast)
    of_whom = touched_since(before, mark())
    assert of_whom is None or Membership.objects.get(user__name="Tono").pk in of_whom


def test_late_transactions_are_told_and_a_great_many_changes_are_everybodys() -> None:
    few, late, more = frozenset({1, 3}), frozenset({1, 2, 3, 4}), frozenset(range(10, 260))
    assert Latest.written((few, few, few, frozenset()), (few, late, more, few)) == [
        frozenset(),
        {2, 4},
        None,
        few,
    ]
    assert Latest.written((frozenset(),), (more,)) == [None]  # there may have been more
    nothing = tuple(frozenset[int]() for _table in touched._TABLES)  # noqa: SLF001 (how many they are)
    assert touched_since((few, *nothing[1:]), (more, *nothing[1:])) is None
    assert touched_since((*nothing[1:], few), (*nothing[1:], more)) is None


@pytest.mark.parametrize(
    ("moment", "precision"),
    [("arrives_at", "arrival_precision"), ("departs_at", "departure_precision")],
)
@pytest.mark.usefixtures("day_of_tono")
def test_how_sure_an_arrival_or_departure_is_bears_on_it(cast: Cast, moment: str, precision: str) -> None:
    one = Visit.objects.filter(guest__name="One")
    one.update(**{moment: NOW + 18 * HOUR})
    before = kept_numbers(cast)
    assert before == judged(cast)
    one.update(**{precision: "tbc"})
    assert kept_numbers(cast) == judged(cast) != before


@pytest.mark.usefixtures("day_of_tono")
def test_only_officers_of_whom_something_was_written_are_judged_anew(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[int]] = []

    def judge(keys: set[int], *, at: datetime) -> list[Standing]:
        asked.append(set(keys))
        return standing_of(keys, at=at)

    monkeypatch.setattr(module, "standing_of", judge)
    tono = Membership.objects.get(user__name="Tono")
    kept_numbers(cast)
    everybody = asked.pop()
    assert {tono.pk, cast.sari_officer.pk, cast.bagus_officer.pk} <= everybody
    items("Talks of Other").update(title="Talks")  # a word
    kept_numbers(cast)
    assert asked == []
    items("Talks").update(starts_at=NOW + HOUR / 2)
    kept_numbers(cast)
    assert asked == [{tono.pk}]


def test_time_is_looked_at_where_there_is_something_to_pass(cast: Cast, tono: Membership) -> None:
    """Five minutes later only who has collisions is judged once more; when the talks are over there are none."""
    make_talks(tono, "One")
    make_talks(tono, "Other")
    assert kept(cast) == (1, 13)
    later = NOW + 3 * timedelta(hours=1)
    assert later.timestamp() // KEPT_FOR_S > NOW.timestamp() // KEPT_FOR_S
    assert len(kept_collisions([cast.event], at=later)[cast.event.pk]) == 0
    with CaptureQueriesContext(connection) as queries:
        kept_collisions([cast.event], at=later + timedelta(seconds=KEPT_FOR_S))
    assert len(queries) == 8  # what bears on it, and nobody to be judged
