"""The live board: who moves next, what is wrong, for coordinators only, and cheap to ask again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from events.models import Vehicle
from guests import board
from guests.board import Line, live_board, state_of_the_board
from guests.models import Assignment, Guest, Handover, Incident, ItineraryItem, Movement, Request, Visit
from guests.movement import note_movement
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_guest,
    make_item,
    make_member,
    make_request,
    make_user,
    make_vehicle,
    make_visit,
)
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def line_of(cast: Cast, visit: Visit, at: datetime = NOW) -> Line:
    return next(line for line in live_board(cast.event, at=at).lines if line.pk == visit.pk)


def troubles(cast: Cast, visit: Visit, at: datetime = NOW) -> list[str]:
    return [trouble.text for trouble in line_of(cast, visit, at).troubles]


@pytest.fixture
def quiet(cast: Cast) -> Cast:
    """Mr Sato leaves at 10:00 for 10:30, in a car; Ms Lim has nothing to do; both officers have confirmed."""
    Assignment.objects.update(state=Assignment.State.CONFIRMED)
    ItineraryItem.objects.all().delete()
    car = make_vehicle(cast.event, "DK 1 AB", "Pak Made")
    make_item(
        cast.sato,
        "Audience",
        starts_at=NOW + 90 * MINUTE,
        leave_by_at=NOW + HOUR,
        vehicle=car,
        kind="transfer",
    )
    return cast


def test_who_moves_next_comes_first_and_who_has_nothing_to_do_last(quiet: Cast) -> None:
    early = make_visit(quiet.event, make_guest("Early"))
    make_item(early, "Breakfast", starts_at=NOW + 30 * MINUTE)
    make_visit(quiet.event, make_guest("Landing"), arrives_at=NOW + 20 * MINUTE)
    names = [line.called for line in live_board(quiet.event, at=NOW).lines]
    assert names == ["Landing", "Early", "Mr Sato", "Ms Lim"]


def test_a_line_says_where_the_guest_is_what_is_next_and_who_is_there(quiet: Cast) -> None:
    note_movement(
        visit=quiet.sato,
        status=Movement.AT_HOTEL,
        by=quiet.sari,
        at=NOW - HOUR,
        client_uuid=make_request(quiet.lim, quiet.bagus).client_uuid,
    )
    line = line_of(quiet, quiet.sato)
    assert (line.status, line.since) == ("At the hotel", "08:00 WITA")
    assert line.next is not None
    assert (line.next.title, line.next.leave_by, line.next.countdown) == (
        "Audience", "Leave by 10:00 WITA", "in 1 h 0 min",
    )  # fmt: skip
    assert [(officer.name, officer.is_lead) for officer in line.officers] == [("Sari Wulandari", True)]
    assert line.car is not None
    assert (line.car.plate, line.car.driver) == ("DK 1 AB", "Pak Made")
    assert line.troubles == ()


def test_what_is_wrong_is_said(quiet: Cast) -> None:
    leaves = NOW + HOUR
    assert troubles(quiet, quiet.sato, leaves - 16 * MINUTE) == []
    assert troubles(quiet, quiet.sato, leaves - 15 * MINUTE) == ["Car not at the door"]
    assert troubles(quiet, quiet.sato, leaves) == ["Should have left", "Car not at the door"]
    ItineraryItem.objects.update(car_at_door_at=NOW)
    assert troubles(quiet, quiet.sato, leaves - MINUTE) == []
    ItineraryItem.objects.update(vehicle=None)
    assert troubles(quiet, quiet.sato, leaves - HOUR) == ["No car yet"]
    Request.objects.filter(visit=quiet.lim).update(due_at=NOW - MINUTE)
    make_request(quiet.lim, quiet.bagus, due_at=NOW - HOUR)
    Handover.objects.create(
        assignment=quiet.lim.assignments.get(), receiver=quiet.sari_officer, offered_at=NOW
    )
    assert troubles(quiet, quiet.lim) == ["2 requests overdue", "Handover not accepted"]
    nobody = make_visit(quiet.event, make_guest("Alone"))
    make_assignment(nobody, quiet.sari_officer, role="deputy")
    assert troubles(quiet, nobody) == ["No lead on duty", "Officer has not confirmed"]


def test_a_guest_whose_stay_is_over_needs_no_lead_though_nobody_tapped_so(quiet: Cast) -> None:
    Assignment.objects.filter(visit=quiet.lim).delete()
    assert troubles(quiet, quiet.lim) == ["No lead on duty"]
    Visit.objects.filter(pk=quiet.lim.pk).update(departs_at=NOW - timedelta(days=1))
    assert troubles(quiet, quiet.lim) == []


def test_a_guest_is_named_beside_the_form_of_address(quiet: Cast) -> None:
    assert (line_of(quiet, quiet.sato).called, line_of(quiet, quiet.sato).name) == ("Mr Sato", "Kenji Sato")
    plain = make_visit(quiet.event, make_guest("Plain Name"))
    assert (line_of(quiet, plain).called, line_of(quiet, plain).name) == ("Plain Name", "")


def test_a_call_for_help_comes_first_until_a_coordinator_has_taken_note(quiet: Cast) -> None:
    alarm = Incident.objects.create(
        visit=quiet.lim, kind="medical", severity="sos", raised_by=quiet.bagus, raised_at=NOW
    )
    Incident.objects.create(visit=quiet.sato, kind="loss", raised_by=quiet.sari, raised_at=NOW)
    assert [line.called for line in live_board(quiet.event, at=NOW).lines] == ["Ms Lim", "Mr Sato"]
    assert (troubles(quiet, quiet.lim), troubles(quiet, quiet.sato)) == (["SOS"], [])
    Incident.objects.filter(pk=alarm.pk).update(acknowledged_at=NOW, acknowledged_by=quiet.ratna)
    assert [line.called for line in live_board(quiet.event, at=NOW).lines] == ["Mr Sato", "Ms Lim"]


def test_only_urgent_troubles_are_counted(quiet: Cast) -> None:
    ItineraryItem.objects.update(vehicle=None)  # a car to be found: not yet urgent
    assert live_board(quiet.event, at=NOW).troubled == 0
    make_visit(quiet.event, make_guest("Alone"))
    assert live_board(quiet.event, at=NOW).troubled == 1


def test_departed_guests_leave_the_board_and_others_events_are_not_on_it(quiet: Cast) -> None:
    Visit.objects.filter(pk=quiet.lim.pk).update(status=Movement.DEPARTED)
    make_item(quiet.lim, "Lost flight", starts_at=NOW + HOUR)
    assert [line.called for line in live_board(quiet.event, at=NOW).lines] == ["Mr Sato"]


def test_a_long_board_counts_who_moves_later(quiet: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "LINES", 1)
    shown = live_board(quiet.event, at=NOW)
    assert ([line.called for line in shown.lines], shown.more) == (["Mr Sato"], 1)


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_costs_eleven_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        visit = make_visit(cast.event)
        make_item(visit, "Talk", starts_at=NOW + HOUR, vehicle=make_vehicle(cast.event, f"DK {number} XY"))
        make_assignment(visit, make_member(make_user(), cast.event))
        make_request(visit, cast.sari, due_at=NOW - HOUR)
    with django_assert_num_queries(11):
        assert len(live_board(cast.event, at=NOW).lines) == count + 2


# --- asked again ---------------------------------------------------------------------------------------------------


def asked(cast: Cast) -> str:
    """The address that the page of the board goes on asking."""
    page = signed_in(cast.ratna).get(reverse("board", args=[cast.event.slug]))
    address: str = page.context["asking"]
    return f"{reverse('board_state', args=[cast.event.slug])}?asking={address}"


@pytest.mark.usefixtures("now")
def test_an_unchanged_board_is_one_query_and_no_page(
    cast: Cast, client: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = asked(cast)
    page = text_of(signed_in(cast.ratna).get(reverse("board", args=[cast.event.slug])).content)
    state = f'"{state_of_the_board(NOW)}"'
    assert f"data-etag={state}" in page
    with django_assert_num_queries(1):
        assert client.get(address, headers={"If-None-Match": state}).status_code == 304


@pytest.mark.usefixtures("now")
def test_whatever_the_board_shows_changes_its_state(cast: Cast, client: Any) -> None:
    address = asked(cast)
    state = client.get(address)["ETag"]
    writes = (
        lambda: Visit.objects.filter(pk=cast.sato.pk).update(status=Movement.LANDED),
        lambda: ItineraryItem.objects.filter(visit=cast.sato).update(title="Moved"),
        lambda: make_request(cast.sato, cast.sari),
        cast.sari_leads.withdraw,
        lambda: Guest.objects.filter(pk=cast.sato.guest_id).update(addressed_as="Sato-san"),
        lambda: Vehicle.objects.filter(items__visit=cast.sato).update(plate="DK 9 ZZ"),
    )
    for write in writes:
        write()
        answer = client.get(address, headers={"If-None-Match": state})
        assert answer.status_code == 204
        assert answer["ETag"] != state
        state = answer["ETag"]


def test_lateness_comes_with_the_minute(db: None) -> None:
    assert state_of_the_board(NOW) == state_of_the_board(NOW + timedelta(seconds=59))
    assert state_of_the_board(NOW) != state_of_the_board(NOW + MINUTE)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_ends_late_is_seen(cast: Cast) -> None:
    """Its rows took lower numbers than those that were there before it ended."""
    slow = connections.create_connection("default")
    try:
        with slow.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE guests_visit SET room = '12' WHERE id = %s", [cast.sato.pk])
            Visit.objects.filter(pk=cast.lim.pk).update(room="13")
            before = state_of_the_board(NOW)
            cursor.execute("COMMIT")
        assert state_of_the_board(NOW) != before
    finally:
        slow.close()


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize("asking", ["", "guessed", "forum:0:forged"])
def test_without_the_pages_signed_word_there_is_no_state(cast: Cast, client: Any, asking: str) -> None:
    address = reverse("board_state", args=[cast.event.slug])
    assert client.get(address, {"asking": asking}).status_code == 404


@pytest.mark.usefixtures("now")
def test_the_word_of_one_event_opens_no_other(cast: Cast, client: Any) -> None:
    word = asked(cast).partition("asking=")[2]
    other = reverse("board_state", args=[cast.other_event.slug])
    assert client.get(other, {"asking": word}).status_code == 404
    assert client.get(asked(cast)).status_code == 204


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(("who", "status"), [("ratna", 200), ("hendra", 404), ("sari", 404), ("putri", 404)])
def test_the_board_is_the_coordinators(cast: Cast, who: str, status: int) -> None:
    for wish in ({}, {"lines": ""}, {"wall": ""}):
        answer = signed_in(getattr(cast, who)).get(reverse("board", args=[cast.event.slug]), wish)
        assert answer.status_code == status


@pytest.mark.usefixtures("now")
def test_the_lines_alone_are_the_table_and_nothing_around_it(cast: Cast) -> None:
    page = signed_in(cast.ratna).get(reverse("board", args=[cast.event.slug]), {"lines": ""})
    text = text_of(page.content)
    assert "Mr Sato" in text
    assert "<html" not in text
    assert "Okafor" not in text
