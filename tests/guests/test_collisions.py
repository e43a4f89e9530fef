"""What speaks against an officer's taking a guest: each kind with data that shows it, and the nearest that does not."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Membership, Shift, Venue
from guests.assignment import MeantError, assign_officer
from guests.collisions import Collision, Kind, Picture, Severity, collisions, judge
from guests.duties import Duty
from guests.models import Assignment, Visit
from liaison.accounts.models import SpokenLanguage
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_guest,
    make_item,
    make_member,
    make_user,
    make_vehicle,
    make_venue,
    make_visit,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tono(cast: Cast) -> Membership:
    return make_member(make_user("Tono"), cast.event, capacity=9)


@pytest.fixture
def hall(cast: Cast) -> Venue:
    return make_venue(cast.event, "Hall", latitude="-8.50", longitude="119.88")


@pytest.fixture
def far(cast: Cast) -> Venue:
    """As the crow flies 11 km from the hall."""
    return make_venue(cast.event, "Far Hotel", latitude="-8.40", longitude="119.88")


def guest(cast: Cast, name: str, **fields: Any) -> Visit:
    return make_visit(cast.event, make_guest(name), **fields)


def found(officer: Membership, *visits: Visit) -> list[Collision]:
    duties = [Duty(visit, NOW - DAY, NOW + 2 * DAY) for visit in visits]
    return collisions(duties=duties, officer=officer, role=Assignment.Role.LEAD, at=NOW)


def kinds(officer: Membership, *visits: Visit) -> list[Kind]:
    return [collision.kind for collision in found(officer, *visits)]


def test_two_places_at_once_are_said_with_both_guests_and_places(
    cast: Cast, tono: Membership, hall: Venue, far: Venue
) -> None:
    one, other = guest(cast, "One"), guest(cast, "Other")
    make_item(one, "Talks", venue=hall)
    make_item(other, "Lunch", venue=far)
    make_assignment(other, tono)
    (collision,) = found(tono, one)
    assert collision.sentence == (
        "One: at Hall for “Talks” (Thu, 13 May 10:00–11:00 WITA) while Other has “Lunch” at Far Hotel."
    )
    assert (collision.kind, collision.severity, collision.visit) == (Kind.TWO_PLACES, Severity.WARNING, one)


def test_guests_in_one_place_or_one_car_are_together(
    cast: Cast, tono: Membership, hall: Venue, far: Venue
) -> None:
    one, other = guest(cast, "One"), guest(cast, "Other")
    make_assignment(other, tono)
    for visit in (one, other):
        make_item(visit, "Plenary", venue=hall)
        make_item(visit, "Somewhere", starts_at=NOW + 20 * HOUR)
    car = make_vehicle(cast.event)
    make_item(one, "Ride", starts_at=NOW + 5 * HOUR, origin=hall, venue=far, vehicle=car)
    make_item(other, "Ride", starts_at=NOW + 5 * HOUR, origin=far, venue=hall, vehicle=car)
    assert kinds(tono, one) == []


def test_rest_and_what_is_cancelled_or_over_ask_nobody_to_be_there(
    cast: Cast, tono: Membership, hall: Venue, far: Venue
) -> None:
    one, other = guest(cast, "One"), guest(cast, "Other")
    make_assignment(other, tono)
    make_item(other, "Talks", venue=hall)
    make_item(other, "Yesterday", venue=hall, starts_at=NOW - 3 * HOUR)
    make_item(one, "Nap", venue=far, kind="rest")
    make_item(one, "Golf", venue=far, state="cancelled")
    make_item(one, "Dive", venue=far, precision="tbc")
    make_item(one, "Yesterday", venue=far, starts_at=NOW - 3 * HOUR)
    assert kinds(tono, one) == []


@pytest.mark.parametrize(("gap", "said"), [(35, [Kind.TRAVEL]), (37, [])])
def test_the_way_across_town_takes_its_time(
    cast: Cast, tono: Membership, hall: Venue, far: Venue, gap: int, said: list[Kind]
) -> None:
    """11 km at 25 km/h are 27 minutes, and 10 to get away and in."""
    one, other = guest(cast, "One"), guest(cast, "Other")
    make_assignment(other, tono)
    make_item(other, "Talks", venue=hall)
    make_item(one, "Dinner", venue=far, starts_at=NOW + 2 * HOUR + timedelta(minutes=gap))
    assert kinds(tono, one) == said
    cast.event.travel_kmh = 100
    cast.event.save()
    one.event.refresh_from_db()
    assert kinds(tono, one) == []


def test_both_new_guests_are_held_against_one_another_once(
    cast: Cast, tono: Membership, hall: Venue, far: Venue
) -> None:
    one, other = guest(cast, "One"), guest(cast, "Other")
    make_item(one, "Talks", venue=hall)
    make_item(other, "Lunch", venue=far)
    assert kinds(tono, one, other) == [Kind.TWO_PLACES]


def test_stops_past_the_shift_are_counted(cast: Cast, tono: Membership, hall: Venue) -> None:
    one = guest(cast, "One")
    make_item(one, "Talks", venue=hall)
    make_item(one, "Dinner", venue=hall, starts_at=NOW + 5 * HOUR)
    assert kinds(tono, one) == []  # no shift at all: there all day
    Shift.objects.create(membership=tono, starts_at=NOW, ends_at=NOW + HOUR)
    (collision,) = found(tono, one)
    assert collision.sentence == (
        "One: Tono is off shift at “Talks”, Thu, 13 May 10:00–11:00 WITA, and at 1 more."
    )
    Shift.objects.create(membership=tono, starts_at=NOW + HOUR, ends_at=NOW + 9 * HOUR)
    assert kinds(tono, one) == []


def test_too_little_rest_between_days(cast: Cast, tono: Membership, hall: Venue) -> None:
    one, other = guest(cast, "One"), guest(cast, "Other")
    make_assignment(other, tono)
    make_item(
        other, "Late dinner", venue=hall, starts_at=NOW + 14 * HOUR, ends_at=NOW + 16 * HOUR
    )  # until 01.00
    early = make_item(one, "Airport", venue=hall, starts_at=NOW + 21 * HOUR)  # at 06.00
    (collision,) = found(tono, one)
    assert (collision.kind, collision.sentence) == (
        Kind.REST,
        "One: Tono would rest only 5 h 0 min, Fri, 14 May 01:00–06:00 WITA.",
    )
    early.starts_at, early.ends_at = NOW + 24 * HOUR, NOW + 25 * HOUR
    early.save()
    assert kinds(tono, one) == []


def test_a_shared_language_is_looked_for_where_both_are_known(cast: Cast, tono: Membership) -> None:
    one = guest(cast, "One")
    one.guest.languages = ["zh-Hant", "fr"]
    one.guest.save()
    assert kinds(tono, one) == []  # nothing is known of Tono
    SpokenLanguage.objects.create(user=tono.user, language="ar")
    assert found(tono, one)[0].sentence.startswith(
        "One and Tono share no language (the guest: Traditional Chinese, French)"
    )
    SpokenLanguage.objects.create(user=tono.user, language="zh")
    assert kinds(tono, one) == []


def test_a_reason_overrides_and_is_kept(cast: Cast, tono: Membership, hall: Venue, far: Venue) -> None:
    one, other = guest(cast, "One"), guest(cast, "Other")
    make_item(one, "Talks", venue=hall)
    make_item(other, "Lunch", venue=far)
    make_assignment(other, tono)
    given: dict[str, Any] = {
        "visit": one, "officer": tono, "role": Assignment.Role.LEAD, "by": cast.ratna, "at": NOW,
        "starts_at": NOW, "ends_at": NOW + DAY,
    }  # fmt: skip
    with pytest.raises(MeantError, match="while Other has"):
        assign_officer(**given)
    made = assign_officer(**given, override_reason="Bagus covers lunch")
    assert Assignment.objects.get(pk=made.pk).override_reason == "Bagus covers lunch"


@pytest.mark.parametrize("number", [1, 3, 30])
def test_one_picture_serves_every_officer_with_the_same_queries(cast: Cast, number: int) -> None:
    officers = [make_member(make_user(), cast.event) for _each in range(number)]
    for officer in officers:
        visit = guest(cast, "")
        make_item(visit)
        make_assignment(visit, officer)
    visits = list(Visit.objects.filter(event=cast.event).select_related("guest", "event"))
    duties = [Duty(visit, NOW, NOW + HOUR) for visit in visits]
    with CaptureQueriesContext(connection) as asked:
        picture = Picture.of(officers, duties)
        for officer in officers:
            judge(picture, duties, officer, Assignment.Role.LEAD, at=NOW)
    assert len(asked) == 6
