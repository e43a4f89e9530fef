"""Status taps and taking them back."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection

from events.models import Event, Venue
from guests.board import live_board
from guests.models import Assignment, LogbookEntry, Movement, Visit
from guests.movement import (
    UNDO_FOR,
    CannotTakeBackError,
    comes_by_air,
    likely_next,
    note_movement,
    take_back_movement,
)
from guests.today import todays_screen
from liaison.accounts.models import User
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item

MINUTE = timedelta(minutes=1)


def tap(
    cast: Cast, status: Movement, *, minute: int = 0, by: User | None = None, uuid: UUID | None = None
) -> None:
    at = NOW + minute * MINUTE
    note_movement(visit=cast.sato, status=status, by=by or cast.sari, at=at, client_uuid=uuid or uuid4())


def take_back(cast: Cast, *, minute: int = 1, by: User | None = None, uuid: UUID | None = None) -> None:
    at = NOW + minute * MINUTE
    take_back_movement(visit=cast.sato, by=by or cast.sari, at=at, client_uuid=uuid or uuid4())


def whereabouts(cast: Cast) -> tuple[str, object]:
    cast.sato.refresh_from_db()
    return cast.sato.status, cast.sato.status_at


def logbook(cast: Cast) -> list[tuple[str, str]]:
    return list(LogbookEntry.objects.filter(visit=cast.sato).order_by("pk").values_list("kind", "status"))


def test_a_tap_stands_on_the_visit_and_in_the_logbook(cast: Cast) -> None:
    tap(cast, Movement.LANDED)
    assert whereabouts(cast) == ("landed", NOW)
    entry = LogbookEntry.objects.get()
    assert (entry.visit, entry.status, entry.author, entry.happened_at) == (
        cast.sato,
        "landed",
        cast.sari,
        NOW,
    )
    cast.lim.refresh_from_db()
    assert cast.lim.status == "expected"


def test_the_deputy_and_the_board_see_it(cast: Cast) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)

    def seen() -> tuple[str, str]:
        (card,) = (each for each in todays_screen(user=cast.bagus, at=NOW).cards if each.pk == cast.sato.pk)
        (line,) = (each for each in live_board(cast.event, at=NOW).lines if each.pk == cast.sato.pk)
        return card.status, line.status

    assert seen() == ("Expected", "Expected")
    tap(cast, Movement.LOUNGE)
    assert seen() == ("In the lounge", "In the lounge")
    take_back(cast)
    assert seen() == ("Expected", "Expected")


def test_the_same_tap_counts_once(cast: Cast) -> None:
    uuid = uuid4()
    tap(cast, Movement.LANDED, uuid=uuid)
    tap(cast, Movement.IN_CAR, minute=1)
    tap(cast, Movement.LANDED, minute=2, uuid=uuid)
    assert whereabouts(cast) == ("in_car", NOW + MINUTE)
    assert logbook(cast) == [("status", "landed"), ("status", "in_car")]


def test_taking_back_restores_where_the_guest_was_and_since_when(cast: Cast) -> None:
    tap(cast, Movement.LANDED)
    tap(cast, Movement.IN_CAR, minute=1)
    take_back(cast, minute=2)
    assert whereabouts(cast) == ("landed", NOW)
    assert logbook(cast) == [("status", "landed"), ("status", "in_car"), ("undo", "landed")]


def test_taking_back_the_first_tap_leaves_the_guest_expected(cast: Cast) -> None:
    tap(cast, Movement.LANDED)
    take_back(cast)
    assert whereabouts(cast) == ("expected", None)


def test_taking_back_twice_takes_back_once(cast: Cast) -> None:
    tap(cast, Movement.LANDED)
    tap(cast, Movement.IN_CAR, minute=1)
    uuid = uuid4()
    take_back(cast, minute=2, uuid=uuid)
    take_back(cast, minute=2, uuid=uuid)
    assert whereabouts(cast) == ("landed", NOW)
    assert len(logbook(cast)) == 3


def test_what_was_taken_back_can_be_tapped_and_taken_back_again(cast: Cast) -> None:
    for minute in (0, 2):
        tap(cast, Movement.LANDED, minute=minute)
        take_back(cast, minute=minute + 1)
    assert whereabouts(cast) == ("expected", None)


def test_taking_back_restores_what_a_coordinator_set_without_a_tap(cast: Cast) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(status=Movement.LOUNGE, status_at=NOW - MINUTE)
    tap(cast, Movement.IN_CAR)
    Visit.objects.filter(pk=cast.sato.pk).update(note="Likes tea")
    take_back(cast)
    assert whereabouts(cast) == ("lounge", NOW - MINUTE)


def test_somebody_elses_tap_cannot_be_taken_back(cast: Cast) -> None:
    tap(cast, Movement.LANDED)
    tap(cast, Movement.IN_CAR, minute=1, by=cast.ratna)
    with pytest.raises(CannotTakeBackError, match="has been changed since"):
        take_back(cast, minute=2)
    assert whereabouts(cast) == ("in_car", NOW + MINUTE)


def test_an_old_tap_cannot_be_taken_back(cast: Cast) -> None:
    tap(cast, Movement.LANDED)
    with pytest.raises(CannotTakeBackError, match="last 10 minutes"):
        take_back(cast, minute=int(UNDO_FOR / MINUTE) + 1)
    assert whereabouts(cast) == ("landed", NOW)


def test_nothing_tapped_nothing_to_take_back(cast: Cast) -> None:
    with pytest.raises(CannotTakeBackError):
        take_back(cast)


@pytest.mark.parametrize(
    ("status", "towards", "expected"),
    [
        ("expected", "", "landed"),
        ("en_route", "", "landed"),
        ("landed", "", "in_car"),
        ("in_car", Venue.Kind.HOTEL, "at_hotel"),
        ("in_car", Venue.Kind.VENUE, "at_venue"),
        ("in_car", Venue.Kind.AIRPORT, "departed"),
        ("at_hotel", "", "in_car"),
        ("departed", "", None),
    ],
)
def test_the_likely_next_place(status: str, towards: str, expected: str | None) -> None:
    assert likely_next(status, used=Movement.values, comes_by_air=True, towards=towards) == expected


@pytest.mark.parametrize(
    ("status", "towards", "expected"),
    [
        ("expected", "", "en_route"),
        ("en_route", Venue.Kind.HOTEL, "at_hotel"),
        ("en_route", "", "at_venue"),
        ("at_hotel", "", "in_car"),
    ],
)
def test_who_comes_by_road_is_not_asked_to_land(status: str, towards: str, expected: str) -> None:
    assert likely_next(status, used=Movement.values, comes_by_air=False, towards=towards) == expected


@pytest.mark.parametrize(
    ("status", "unused", "expected"),
    [
        ("expected", {"landed"}, "in_car"),
        ("expected", {"landed", "in_car"}, "at_venue"),
        ("in_car", {"at_venue"}, None),  # the next step would be the car again
        ("landed", {"landed"}, "in_car"),  # where the guest is already stays
    ],
)
def test_what_the_event_does_not_use_is_passed_over(
    status: str, unused: set[str], expected: str | None
) -> None:
    used = set(Movement.values) - unused
    assert likely_next(status, used=used, comes_by_air=True) == expected


@pytest.mark.parametrize(
    ("kinds", "by_air"),
    [([], False), (["flight", "transfer"], True), (["transfer", "flight"], False), (["meeting"], False)],
)
def test_a_flight_brings_the_guest_where_it_comes_first(cast: Cast, kinds: list[str], by_air: bool) -> None:
    plan = [make_item(cast.lim, kind=kind, starts_at=NOW + (1 + n) * MINUTE) for n, kind in enumerate(kinds)]
    assert comes_by_air(reversed(plan)) == by_air


def test_an_event_uses_all_movements_until_it_says_otherwise(cast: Cast) -> None:
    assert cast.event.used_movements == tuple(Movement)
    cast.event.movements = ["at_venue", "en_route"]
    assert cast.event.used_movements == (Movement.EXPECTED, Movement.EN_ROUTE, Movement.AT_VENUE)


@pytest.mark.parametrize("movements", [[], ["on the moon"], ["expected"]])
def test_the_database_refuses_movements_that_cannot_be(cast: Cast, movements: list[str]) -> None:
    with pytest.raises(IntegrityError, match="event_uses_some_movements"):
        Event.objects.filter(pk=cast.event.pk).update(movements=movements)


def at_once(*taps: Callable[[], object]) -> list[Exception]:
    """Run them in threads of their own that start together; what they raised."""
    start = Barrier(len(taps))
    raised: list[Exception] = []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001 (the test looks at it)
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in taps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return raised


@pytest.mark.django_db(transaction=True)
def test_a_double_tap_at_once_counts_once(cast: Cast) -> None:
    uuid = uuid4()
    raised = at_once(*[lambda: tap(cast, Movement.LANDED, uuid=uuid)] * 4)
    assert raised == []
    assert logbook(cast) == [("status", "landed")]


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_leave_visit_and_logbook_agreeing(cast: Cast) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    raised = at_once(
        lambda: tap(cast, Movement.LANDED), lambda: tap(cast, Movement.LOUNGE, minute=1, by=cast.bagus)
    )
    assert raised == []
    assert whereabouts(cast)[0] == logbook(cast)[-1][1]
