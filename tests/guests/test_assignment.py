"""Giving officers charge of guests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Membership, Role
from guests.assignment import (
    AssignmentError,
    OverloadError,
    SecondLeadError,
    WrongOfficerError,
    assign_officer,
    assign_officers,
    withdraw,
    write_assignments,
)
from guests.collisions import collisions
from guests.duties import duties_for, usual_duty
from guests.models import Assignment, ItineraryItem, Visit
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_event, make_guest, make_member, make_user, make_visit

LEAD, DEPUTY = Assignment.Role.LEAD, Assignment.Role.DEPUTY
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEFORE = NOW - 10 * DAY  # while the forum is being prepared


def assign(cast: Cast, visit: Visit, officer: Membership, **given: Any) -> Assignment:
    plan = {"role": LEAD, "starts_at": NOW, "ends_at": NOW + DAY, "by": cast.ratna, "at": NOW}
    return assign_officer(visit=visit, officer=officer, **plan | given)  # type: ignore[arg-type]


def another(cast: Cast, name: str = "", **fields: Any) -> Visit:
    return make_visit(cast.event, make_guest(name), **fields)


# --- the usual span -----------------------------------------------------------------------------------------------


def test_a_duty_lasts_from_three_hours_before_arrival_to_three_hours_after_departure(cast: Cast) -> None:
    visit = another(cast, arrives_at=NOW, departs_at=NOW + DAY)
    assignment = assign(cast, visit, cast.sari_officer, starts_at=None, ends_at=None, at=BEFORE)
    assert (assignment.starts_at, assignment.ends_at) == (NOW - 3 * HOUR, NOW + DAY + 3 * HOUR)
    assert assignment.assigned_by == cast.ratna


def test_what_is_not_known_is_the_events_first_and_last_day_in_its_zone(cast: Cast) -> None:
    duty = usual_duty(another(cast), at=BEFORE)
    assert duty.starts_at == datetime(2027, 5, 11, 16, 0, tzinfo=UTC)  # 00.00 WITA on the 12th
    assert duty.ends_at == datetime(2027, 5, 14, 16, 0, tzinfo=UTC)


def test_a_stay_under_way_is_looked_after_from_now_on(cast: Cast) -> None:
    """So that Dewi, who led until yesterday, does not stand in Tono's way."""
    withdraw(assignments=[cast.sari_leads], at=NOW)
    officer = make_member(make_user("Tono"), cast.event)
    a_little_later = NOW + timedelta(minutes=7, seconds=31)
    made = assign(cast, cast.sato, officer, starts_at=None, ends_at=None, at=a_little_later)
    assert made.starts_at == NOW + timedelta(minutes=7)
    over = NOW + 30 * DAY
    assert usual_duty(cast.sato, at=over) == usual_duty(cast.sato, at=BEFORE)


def test_a_departure_before_the_arrival_makes_no_reversed_duty(cast: Cast) -> None:
    duty = usual_duty(another(cast, arrives_at=NOW, departs_at=NOW - DAY), at=BEFORE)
    assert duty.starts_at < duty.ends_at
    late = NOW + 30 * DAY
    assert usual_duty(another(cast, arrives_at=late), at=BEFORE).ends_at > late


# --- walls --------------------------------------------------------------------------------------------------------


def test_a_second_lead_is_refused_with_guest_lead_and_span(cast: Cast) -> None:
    with pytest.raises(SecondLeadError) as refusal:
        assign(cast, cast.sato, cast.bagus_officer)
    assert (
        str(refusal.value)
        == "Kenji Sato already has a lead: Sari Wulandari, Wed, 12 May 09:00 – Sat, 15 May 09:00 WITA."
    )
    assert not Assignment.objects.filter(visit=cast.sato, officer=cast.bagus_officer).exists()


def test_a_lead_may_follow_a_lead_without_a_gap(cast: Cast) -> None:
    after = cast.sari_leads.ends_at
    assert assign(cast, cast.sato, cast.bagus_officer, starts_at=after, ends_at=after + DAY).pk
    with pytest.raises(SecondLeadError):
        assign(cast, cast.sato, cast.dewi_officer, starts_at=after - timedelta(seconds=1), ends_at=after)


def test_a_deputy_beside_the_lead_is_welcome(cast: Cast) -> None:
    ItineraryItem.objects.all().delete()
    assert assign(cast, cast.sato, cast.bagus_officer, role=DEPUTY).role == DEPUTY


def test_the_same_officer_twice_for_one_guest_is_refused(cast: Cast) -> None:
    with pytest.raises(AssignmentError, match="Sari Wulandari already looks after Kenji Sato as lead"):
        assign(cast, cast.sato, cast.sari_officer, role=DEPUTY)


def test_a_withdrawn_lead_leaves_room(cast: Cast) -> None:
    ItineraryItem.objects.all().delete()
    assert withdraw(assignments=[cast.sari_leads], at=NOW) == [cast.sari_leads]
    assert assign(cast, cast.sato, cast.bagus_officer).pk
    cast.sari_leads.refresh_from_db()
    assert cast.sari_leads.state == Assignment.State.WITHDRAWN


def test_what_is_over_stays_on_record(cast: Cast) -> None:
    assert withdraw(assignments=[cast.sari_leads], at=cast.sari_leads.ends_at) == []
    cast.sari_leads.refresh_from_db()
    assert cast.sari_leads.state == Assignment.State.ASSIGNED


def test_only_an_officer_of_the_event_can_be_assigned(cast: Cast) -> None:
    elsewhere = make_member(make_user("Elsa"), make_event("Elsewhere"))
    press = Membership.objects.get(user=cast.putri, role=Role.PRESS)
    for officer in (elsewhere, press):
        with pytest.raises(WrongOfficerError, match="is not a liaison officer of Forum Nusantara"):
            assign(cast, another(cast), officer)


def test_a_reversed_span_is_refused(cast: Cast) -> None:
    with pytest.raises(AssignmentError, match="the end must come after the start"):
        assign(cast, another(cast), cast.sari_officer, starts_at=NOW, ends_at=NOW)


# --- the warning that a reason overrides ----------------------------------------------------------------------------


def test_more_guests_than_fit_need_a_reason_and_it_is_kept(cast: Cast) -> None:
    assign(cast, another(cast), cast.sari_officer)
    third = another(cast, "Third Guest")
    with pytest.raises(OverloadError) as refusal:
        assign(cast, third, cast.sari_officer)
    assert (
        str(refusal.value)
        == "Third Guest: Sari Wulandari would have 3 guests at one time, and has room for 2."
    )
    with pytest.raises(OverloadError):
        assign(cast, third, cast.sari_officer, override_reason="   ")
    kept = assign(cast, third, cast.sari_officer, override_reason="They travel together")
    assert Assignment.objects.get(pk=kept.pk).override_reason == "They travel together"


def test_guests_one_after_the_other_are_no_overload(cast: Cast) -> None:
    """Each overlaps the whole, but never more than two are there at one time."""
    officer = make_member(make_user("Tono"), cast.event, capacity=2)
    assign(cast, another(cast), officer, ends_at=NOW + 4 * HOUR)
    assign(cast, another(cast), officer, ends_at=NOW + 1 * HOUR)
    assign(cast, another(cast), officer, starts_at=NOW + 1 * HOUR, ends_at=NOW + 4 * HOUR)
    with pytest.raises(OverloadError, match="3 guests"):
        assign(cast, another(cast), officer, starts_at=NOW + 2 * HOUR, ends_at=NOW + 3 * HOUR)


def test_what_is_over_burdens_nobody(cast: Cast) -> None:
    officer = make_member(make_user("Tono"), cast.event, capacity=1)
    make_assignment(another(cast), officer, starts_at=NOW - DAY, ends_at=NOW - HOUR)
    assert assign(cast, another(cast), officer, starts_at=NOW - DAY, ends_at=NOW + HOUR).pk


def test_a_reason_overrides_no_wall(cast: Cast) -> None:
    with pytest.raises(SecondLeadError):
        assign(cast, cast.sato, cast.bagus_officer, override_reason="I insist")


# --- many at once -------------------------------------------------------------------------------------------------


def test_many_are_assigned_at_once_each_for_their_own_stay(cast: Cast) -> None:
    officer = make_member(make_user("Tono"), cast.event, capacity=3)
    visits = [
        another(cast, arrives_at=NOW + days * DAY, departs_at=NOW + (days + 1) * DAY) for days in range(3)
    ]
    made = assign_officers(visits=visits, officer=officer, role=LEAD, by=cast.ratna, at=BEFORE)
    assert {row.visit: row.starts_at for row in made} == {
        visit: NOW + days * DAY - 3 * HOUR for days, visit in enumerate(visits)
    }
    assert all(row.pk for row in made)


def test_all_or_none_and_every_refused_guest_is_named(cast: Cast) -> None:
    officer = make_member(make_user("Tono"), cast.event, capacity=9)
    free = another(cast)
    with pytest.raises(SecondLeadError) as refusal:
        assign_officers(
            visits=[free, cast.sato, cast.lim],
            officer=officer,
            role=LEAD,
            starts_at=NOW,
            ends_at=NOW + HOUR,
            by=cast.ratna,
            at=NOW,
        )
    assert [line.split(" already")[0] for line in str(refusal.value).splitlines()] == [
        "Kenji Sato",
        "Ana Lim",
    ]
    assert not Assignment.objects.filter(officer=officer).exists()


@pytest.mark.parametrize("guests", [1, 3, 30])
def test_judging_asks_six_questions_however_many_guests(cast: Cast, guests: int) -> None:
    officer = make_member(make_user("Tono"), cast.event, capacity=1)
    for _number in range(guests):
        make_assignment(another(cast), officer)
        make_assignment(another(cast), make_member(make_user(), cast.event))
    visits = Visit.objects.filter(event=cast.event).select_related("guest", "event")
    duties = duties_for(list(visits), NOW, NOW + HOUR, at=NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = collisions(duties=duties, officer=officer, role=LEAD, at=NOW)
    assert len(asked) == 6
    assert len(found) >= guests


def test_the_database_refuses_what_no_check_saw(cast: Cast) -> None:
    """Rows written past the check, as a slower coordinator's are under a race."""
    row = Assignment(visit=cast.sato, officer=cast.bagus_officer, starts_at=NOW, ends_at=NOW + HOUR)
    with pytest.raises(SecondLeadError, match="Kenji Sato already has a lead: Sari Wulandari"):
        write_assignments([row], at=NOW)
    assert Assignment.objects.filter(visit=cast.sato).count() == 2  # Sari's, and Dewi's that is over
