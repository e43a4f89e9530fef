"""The collisions that stand: each said once, of whom a reason was given for where there is one, in as many queries for any number."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from events.models import Membership, Role, Shift
from guests.collisions import Kind
from guests.collisions.kept import kept_collisions
from guests.collisions.standing import Standing, standing_collisions, standing_of
from guests.models import Assignment, ItineraryItem, Movement, Visit
from liaison.accounts.models import SpokenLanguage
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_guest,
    make_item,
    make_member,
    make_user,
    make_venue,
    make_visit,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tono(cast: Cast) -> Membership:
    return make_member(make_user("Tono"), cast.event, capacity=9)


def duty(cast: Cast, officer: Membership, name: str, **fields: str) -> Assignment:
    """A guest who has a meeting at a place of their own in an hour, and whom the officer leads."""
    visit = make_visit(cast.event, make_guest(name))
    make_item(visit, f"Talks of {name}", venue=make_venue(cast.event, f"{name} Hall"))
    return make_assignment(visit, officer, **fields)


def standing(cast: Cast) -> list[Standing]:
    return standing_collisions([cast.event], at=NOW)[cast.event.pk]


def told(cast: Cast) -> list[tuple[int, Kind, bool]]:
    return [(one.assignment, one.kind, one.is_meant) for one in standing(cast)]


def test_two_that_cannot_go_together_are_one_collision_of_the_later(cast: Cast, tono: Membership) -> None:
    duty(cast, tono, "One")
    other = duty(cast, tono, "Other")
    (collision,) = standing(cast)
    assert collision == Standing(
        other.pk, tono.pk, other.visit_id, Kind.TWO_PLACES,
        "Other: at Other Hall for “Talks of Other” (Thu, 13 May 10:00 – Thu, 13 May 11:00 WITA)"
        " while One has “Talks of One” at One Hall.",
        is_meant=False,
        since=NOW + HOUR,
        starts_at=NOW + HOUR,
        ends_at=other.ends_at,
    )  # fmt: skip


def test_it_is_of_the_duty_whose_giver_said_why(cast: Cast, tono: Membership) -> None:
    one = duty(cast, tono, "One", override_reason="Bagus covers the talks")
    duty(cast, tono, "Other")
    assert told(cast) == [(one.pk, Kind.TWO_PLACES, True)]


def test_a_reason_excuses_its_own_duty_only(cast: Cast, tono: Membership) -> None:
    """Three at three places: one was meant to be, the other two still collide with one another."""
    first, second = duty(cast, tono, "First"), duty(cast, tono, "Second")
    meant = duty(cast, tono, "Meant", override_reason="It is a short walk")
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
    row = duty(cast, tono, "One")
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
    row = duty(cast, tono, "One", override_reason="No reason excuses this")
    Membership.objects.filter(pk=tono.pk).update(role=Role.PRESS)
    assert told(cast) == [(row.pk, Kind.WRONG_OFFICER, False)]


def test_what_is_over_withdrawn_or_anothers_is_no_collision(cast: Cast, tono: Membership) -> None:
    duty(cast, tono, "One")
    over = duty(cast, tono, "Over")
    Assignment.objects.filter(pk=over.pk).update(starts_at=NOW - DAY, ends_at=NOW)
    duty(cast, tono, "Withdrawn").withdraw()
    earlier = duty(cast, tono, "Earlier")
    ItineraryItem.objects.filter(visit=earlier.visit).update(starts_at=NOW - HOUR, ends_at=NOW)
    duty(cast, cast.bagus_officer, "Of Bagus")
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
        duty(cast, officer, f"Guest {each}")
        duty(cast, officer, f"Other {each}")
    with CaptureQueriesContext(connection) as asked:
        found = standing_collisions([cast.event, cast.other_event], at=NOW)
    assert len(found[cast.event.pk]) == number
    assert len(asked) == 5


def test_no_event_has_no_collisions(cast: Cast) -> None:
    assert standing_collisions([], at=NOW) == {}
    assert kept_collisions([], at=NOW) == {}


# --- what is kept -----------------------------------------------------------------------------------------------------


def kept(cast: Cast) -> tuple[int, int]:
    """How many are kept, and how many queries it took to say so."""
    with CaptureQueriesContext(connection) as asked:
        found = kept_collisions([cast.event, cast.other_event], at=NOW)[cast.event.pk]
    return len(found), len(asked)


def test_what_was_judged_is_kept_until_something_is_written(cast: Cast, tono: Membership) -> None:
    duty(cast, tono, "One")
    assert kept(cast) == (0, 6)
    assert kept(cast) == (0, 1)
    other = duty(cast, tono, "Other")
    assert kept(cast) == (1, 6)
    assert kept(cast) == (1, 1)
    Visit.objects.filter(pk=other.visit_id).update(departs_at=NOW + HOUR)  # past every form
    assert kept(cast)[1] == 6


def test_a_tap_does_not_make_anything_be_judged_anew(cast: Cast, tono: Membership) -> None:
    one = duty(cast, tono, "One")
    duty(cast, tono, "Other")
    assert kept(cast) == (1, 6)
    one.visit.move_to(Movement.IN_CAR, at=NOW)
    assert kept(cast) == (1, 1)
    Visit.objects.filter(pk=one.visit_id).update(arrives_at=NOW + HOUR)
    assert kept(cast)[1] == 6
    assert kept(cast)[1] == 1


def test_what_is_kept_has_no_words_and_so_serves_every_language(cast: Cast, tono: Membership) -> None:
    duty(cast, tono, "One")
    duty(cast, tono, "Other")
    kept(cast)
    with override("id"):
        assert kept(cast) == (1, 1)


def test_what_is_kept_tells_whose_they_are_when_and_whether_they_are_meant(
    cast: Cast, tono: Membership
) -> None:
    duty(cast, tono, "One")
    other, meant = duty(cast, tono, "Other"), duty(cast, tono, "Meant", override_reason="It is a short walk")
    found = kept_collisions([cast.event], at=NOW)[cast.event.pk]
    assert [len(found), len(found.meant(True)), len(found.meant(False))] == [3, 2, 1]
    assert found.meant(True).keys("assignment") == {meant.pk}
    assert found.meant(False).keys("visit") == {other.visit_id}
    assert found.keys("officer") == {tono.pk}
    assert len(found.within(NOW, NOW + HOUR)) == 0  # the talks begin in an hour
    assert len(found.within(NOW + HOUR, NOW + DAY)) == 3
    assert len(found.within(meant.ends_at, meant.ends_at + DAY)) == 0


def test_some_officers_are_judged_as_all_are(cast: Cast, tono: Membership) -> None:
    duty(cast, tono, "One")
    duty(cast, tono, "Other")
    duty(cast, cast.bagus_officer, "Of Bagus")  # with the cast's own Ms Lim
    both = standing(cast)
    assert len(both) == 2
    assert standing_of([tono.pk], at=NOW) == [one for one in both if one.officer == tono.pk]
    assert standing_of([tono.pk, cast.bagus_officer.pk], at=NOW) == both
    assert standing_of([], at=NOW) == []


def test_without_a_cache_it_is_judged_anew(
    cast: Cast, tono: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "get", lambda key: None)
    monkeypatch.setattr(cache, "set", lambda key, value, timeout: None)
    duty(cast, tono, "One")
    duty(cast, tono, "Other")
    assert [kept(cast), kept(cast)] == [(1, 6), (1, 6)]
