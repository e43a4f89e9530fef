"""The collisions that stand: each said once, of whom a reason was given for where there is one, in as many queries for any number."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Membership, Role, Shift
from guests.collisions import Kind
from guests.collisions.standing import Standing, standing_collisions, standing_of
from guests.models import Assignment, ItineraryItem
from liaison.accounts.models import SpokenLanguage
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_member,
    make_talks,
    make_user,
    make_visit,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tono(cast: Cast) -> Membership:
    return make_member(make_user("Tono"), cast.event, capacity=9)


def standing(cast: Cast) -> list[Standing]:
    return standing_collisions([cast.event], at=NOW)[cast.event.pk]


def told(cast: Cast) -> list[tuple[int, Kind, bool]]:
    return [(one.assignment, one.kind, one.is_meant) for one in standing(cast)]


def test_two_that_cannot_go_together_are_one_collision_of_the_later(cast: Cast, tono: Membership) -> None:
    make_talks(tono, "One")
    other = make_talks(tono, "Other")
    (collision,) = standing(cast)
    assert collision == Standing(
        other.pk, tono.pk, other.visit_id, Kind.TWO_PLACES,
        "Other: at Other Hall for “Talks of Other” (Thu, 13 May 10:00–11:00 WITA)"
        " while One has “Talks of One” at One Hall.",
        is_meant=False,
        since=NOW + HOUR,
        starts_at=NOW + HOUR,
        ends_at=other.ends_at,
    )  # fmt: skip


def test_it_is_of_the_duty_whose_giver_said_why(cast: Cast, tono: Membership) -> None:
    one = make_talks(tono, "One", override_reason="Bagus covers the talks")
    make_talks(tono, "Other")
    assert told(cast) == [(one.pk, Kind.TWO_PLACES, True)]


def test_a_reason_excuses_its_own_duty_only(cast: Cast, tono: Membership) -> None:
    """Three at three places: one was meant to be, the other two still collide with one another."""
    first, second = make_talks(tono, "First"), make_talks(tono, "Second")
    meant = make_talks(tono, "Meant", override_reason="It is a short walk")
    assert told(cast) == [
        (second.pk, Kind.TWO_PLACES, False),
        (meant.pk, Kind.TWO_PLACES, True),
        (meant.pk, Kind.TWO_PLACES, True),
    ]
    first.withdraw()
    assert told(cast) == [(meant.pk, Kind.TWO_PLACES, True)]


def test_only_the_one_too_many_is_too_many(cast: Cast) -> None:
    full = make_member(make_user("Full"), cast.event, capacity=2)
    rows = [make_assignment(make_visit(cast.event), full) for _each in range(3)]
    assert told(cast) == [(rows[2].pk, Kind.OVERLOAD, False)]


def test_shift_language_and_repetition_are_seen(cast: Cast, tono: Membership) -> None:
    row = make_talks(tono, "One")
    Shift.objects.create(membership=tono, starts_at=NOW + 3 * HOUR, ends_at=NOW + 5 * HOUR)
    row.visit.guest.languages = ["fr"]
    row.visit.guest.save()
    SpokenLanguage.objects.create(user=tono.user, language="ar")
    twice = make_assignment(row.visit, tono, role=Assignment.Role.DEPUTY)
    kinds = {(one.assignment, one.kind) for one in standing(cast)}
    assert kinds == {
        (row.pk, Kind.SHIFT), (row.pk, Kind.LANGUAGE),
        (twice.pk, Kind.REPEATED), (twice.pk, Kind.SHIFT), (twice.pk, Kind.LANGUAGE),
    }  # fmt: skip


def test_whoever_is_no_officer_any_more_still_stands_there(cast: Cast, tono: Membership) -> None:
    row = make_talks(tono, "One", override_reason="No reason excuses this")
    Membership.objects.filter(pk=tono.pk).update(role=Role.PRESS)
    assert told(cast) == [(row.pk, Kind.WRONG_OFFICER, False)]


def test_what_is_over_withdrawn_or_anothers_is_no_collision(cast: Cast, tono: Membership) -> None:
    make_talks(tono, "One")
    over = make_talks(tono, "Over")
    Assignment.objects.filter(pk=over.pk).update(starts_at=NOW - DAY, ends_at=NOW)
    make_talks(tono, "Withdrawn").withdraw()
    earlier = make_talks(tono, "Earlier")
    ItineraryItem.objects.filter(visit=earlier.visit).update(starts_at=NOW - HOUR, ends_at=NOW)
    make_talks(cast.bagus_officer, "Of Bagus")
    elsewhere = make_member(make_user("Elsewhere"), cast.other_event, capacity=1)
    make_assignment(cast.okafor, elsewhere)
    make_assignment(make_visit(cast.other_event), elsewhere)
    kinds = {pk: [one.kind for one in found] for pk, found in standing_collisions(
        [cast.event, cast.other_event], at=NOW
    ).items()}  # fmt: skip
    assert kinds == {cast.event.pk: [Kind.TWO_PLACES], cast.other_event.pk: [Kind.OVERLOAD]}
    assert standing(cast)[0].officer == cast.bagus_officer.pk  # with the cast's own Ms Lim


@pytest.mark.parametrize("number", [1, 3, 30])
def test_five_queries_for_any_number_of_officers_and_events(cast: Cast, number: int) -> None:
    for each in range(number):
        officer = make_member(make_user(), cast.event)
        make_talks(officer, f"Guest {each}")
        make_talks(officer, f"Other {each}")
    with CaptureQueriesContext(connection) as asked:
        found = standing_collisions([cast.event, cast.other_event], at=NOW)
    assert len(found[cast.event.pk]) == number
    assert len(asked) == 5


def test_no_event_has_no_collisions(cast: Cast) -> None:
    assert standing_collisions([], at=NOW) == {}


def test_some_officers_are_judged_as_all_are(cast: Cast, tono: Membership) -> None:
    make_talks(tono, "One")
    make_talks(tono, "Other")
    make_talks(cast.bagus_officer, "Of Bagus")  # with the cast's own Ms Lim
    both = standing(cast)
    assert len(both) == 2
    assert standing_of([tono.pk], at=NOW) == [one for one in both if one.officer == tono.pk]
    assert standing_of([tono.pk, cast.bagus_officer.pk], at=NOW) == both
    assert standing_of([], at=NOW) == []
