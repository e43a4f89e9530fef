"""A programme against what is stored: matched, compared, written, and never over what a person set without saying so."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event, Point, ProgrammeFile, Session, Venue
from events.programme.applying import ChangedMeanwhileError, FaultyRowsError, apply_programme
from events.programme.diffing import Diff
from events.programme.listed import Kind as FileKind
from events.programme.listed import Message
from events.programme.stored import stored_at
from guests.models import ItineraryItem
from liaison.sheets.severity import Severity
from tests.cast import Cast
from tests.events.programme.listings import (
    HOUR,
    applied,
    diff_for,
    everything,
    filed,
    follower,
    listing,
    row,
)
from tests.factories import NOW, make_event, make_session, make_venue

pytestmark = pytest.mark.django_db
CALENDAR = FileKind.CALENDAR


@pytest.fixture
def event() -> Event:
    return make_event()


def kinds(diff: Diff) -> list[str]:
    return [one.kind.value for one in diff.rows]


def changes(diff: Diff) -> list[tuple[str, Any, Any, bool]]:
    return [(one.key, one.before, one.after, one.by_hand) for row in diff.rows for one in row.changes]


def said(diff: Diff) -> list[tuple[str, str]]:
    return [(message.field, message.text) for one in diff.rows for message in one.read.messages]


def only(event: Event) -> Session:
    return Session.objects.select_related("venue", "point").get(event=event)


# --- finding the session again -------------------------------------------------------------------------------------


def test_a_newer_file_with_a_moved_session_moves_exactly_that(event: Event) -> None:
    applied(event, row("Opening", "A"), row("Dinner", "B", 9))
    dinner = Session.objects.get(title="Dinner")
    diff = diff_for(event, row("Opening", "A", 2), row("Dinner", "B", 9))
    assert kinds(diff) == ["changed", "unchanged"]
    assert changes(diff) == [
        ("starts_at", NOW + HOUR, NOW + 2 * HOUR, False),
        ("ends_at", NOW + 2 * HOUR, NOW + 3 * HOUR, False),
    ]
    applied(event, row("Opening", "A", 2), row("Dinner", "B", 9))
    assert Session.objects.get(title="Opening").starts_at == NOW + 2 * HOUR
    after = Session.objects.get(title="Dinner")
    assert (after.updated_at, after.sequence) == (dinner.updated_at, 0)


def test_without_keys_a_session_is_found_by_its_title_on_its_day_then_by_its_title(event: Event) -> None:
    applied(event, row("Opening"), row("Coffee", hours=2), row("Coffee", hours=26))
    moved = [row("OPENING ", hours=30), row("Coffee", hours=3), row("Coffee", hours=27)]
    diff = diff_for(event, *moved)
    assert kinds(diff) == ["changed"] * 3
    assert [one.stored.values["starts_at"] for one in diff.rows if one.stored] == [
        NOW + HOUR, NOW + 2 * HOUR, NOW + 26 * HOUR,
    ]  # fmt: skip


def test_what_could_be_either_of_two_is_new_and_the_doubt_is_said(event: Event) -> None:
    applied(event, row("Coffee", hours=1), row("Coffee", hours=2))
    diff = diff_for(event, row("Coffee", hours=4))
    assert kinds(diff) == ["new"]
    assert [field for field, _text in said(diff)] == ["title"]
    assert len(diff.gone) == 2


def test_a_session_made_at_the_desk_gets_the_key_of_the_file(event: Event) -> None:
    make_session(event, "Opening")
    assert changes(diff_for(event, row("Opening", "A"))) == [("key", "", "A", False)]
    applied(event, row("Opening", "A"))
    assert only(event).external_key == "A"


def test_a_key_never_takes_the_session_of_another_key(event: Event) -> None:
    applied(event, row("Opening", "A"))
    assert kinds(diff_for(event, row("Opening", "B"))) == ["new"]


def test_a_key_that_stands_twice_counts_once(event: Event) -> None:
    diff = diff_for(event, row("Opening", "A"), row("Closing", "A", 5))
    assert kinds(diff) == ["new", "faulty"]
    assert diff.gone == ()


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faulty", "field"),
    [
        (row("", "A"), "title"),
        (row("x" * 301, "A"), "title"),
        (row("Opening", "A", venue="x" * 201), "venue"),
        (row("Opening", "A", starts_at=None), "starts_at"),
        (row("Opening", "A", ends_at=None), "ends_at"),
        (row("Opening", "A", ends_at=NOW), "ends_at"),
        (row("Opening", "A", messages=(Message(Severity.ERROR, "dress", "No such dress"),)), "dress"),
    ],
)
def test_a_session_with_an_error_is_left_out_only_when_that_was_said(
    event: Event, faulty: Any, field: str
) -> None:
    rows = (faulty, row("Closing", "Z", 5))
    diff = diff_for(event, *rows)
    assert kinds(diff) == ["faulty", "new"]
    assert field in {name for name, _text in said(diff)}
    with pytest.raises(FaultyRowsError):
        applied(event, *rows)
    assert not Session.objects.exists()
    done = applied(event, *rows, leave_out_errors=True)
    assert only(event).title == "Closing"
    assert done.summary["left_out"] == [faulty.place]


def test_a_stored_session_with_an_error_in_the_file_is_not_gone(event: Event) -> None:
    applied(event, row("Opening", "A"), row("Coffee"))
    diff = diff_for(event, row("Opening", "A", ends_at=NOW), row("Coffee", ends_at=NOW))
    assert kinds(diff) == ["faulty", "faulty"]
    assert diff.gone == ()


def test_a_file_that_would_end_a_stored_session_before_it_starts_is_refused(event: Event) -> None:
    applied(event, row("Opening", "A", 3))
    assert kinds(diff_for(event, row("Opening", "A", starts_at=None, ends_at=NOW + HOUR))) == ["faulty"]


# --- a person's hand ---------------------------------------------------------------------------------------------------


def test_what_a_person_set_is_kept_while_the_file_repeats_itself(event: Event) -> None:
    applied(event, row("Opening", "A", dress="Suit"))
    by_hand = {"starts_at": NOW + 4 * HOUR, "ends_at": NOW + 6 * HOUR, "dress": "Batik"}
    Session.objects.update(**by_hand)
    diff = diff_for(event, row("Opening", "A", dress="Suit"))
    assert kinds(diff) == ["unchanged"]
    assert {one.key for one in diff.rows[0].kept} == set(by_hand)
    applied(event, row("Opening", "A", dress="Suit"))
    assert {key: getattr(only(event), key) for key in by_hand} == by_hand


def test_where_both_have_changed_the_files_is_taken_and_marked(event: Event) -> None:
    applied(event, row("Opening", "A"))
    Session.objects.update(starts_at=NOW + 4 * HOUR, ends_at=NOW + 6 * HOUR)
    diff = diff_for(event, row("Opening", "A", 1, 2))  # news of the end alone takes the start along
    assert [(key, by_hand) for key, _before, _after, by_hand in changes(diff)] == [
        ("starts_at", True),
        ("ends_at", True),
    ]
    assert diff.by_hand == 2
    applied(event, row("Opening", "A", 1, 2))
    assert (only(event).starts_at, only(event).ends_at) == (NOW + HOUR, NOW + 3 * HOUR)


def test_an_empty_cell_empties_nothing(event: Event) -> None:
    applied(event, row("Opening", "A", dress="Suit", venue="Ballroom", point="Room 1"))
    before = everything(event)
    applied(event, row("Opening", "A"))
    assert everything(event) == before


# --- versions and cancellations ------------------------------------------------------------------------------------------


def test_an_older_version_changes_nothing(event: Event) -> None:
    applied(event, row("Opening", "A", sequence=4), kind=CALENDAR)
    older = row("Opening", "A", 7, sequence=3)
    diff = diff_for(event, older, kind=CALENDAR)
    assert kinds(diff) == ["unchanged"]
    assert len(said(diff)) == 1
    before = everything(event)
    applied(event, older, kind=CALENDAR)
    assert everything(event) == before
    assert stored_at(event).sessions[0].listed == {
        "title": "Opening", "starts_at": (NOW + HOUR).isoformat(), "ends_at": (NOW + 2 * HOUR).isoformat(),
        "state": "confirmed",
    }  # fmt: skip
    assert kinds(diff_for(event, row("Opening", "A", 7, sequence=4), kind=CALENDAR)) == ["changed"]
    assert kinds(diff_for(event, row("Opening", "A", 7))) == ["changed"]  # a table counts no versions


def test_a_file_cancels_and_revives(event: Event) -> None:
    applied(event, row("Opening", "A"))
    off = row("Opening", "A", is_cancelled=True)
    assert diff_for(event, off).rows[0].is_cancelling
    applied(event, off)
    assert only(event).state == Session.State.CANCELLED
    assert kinds(diff_for(event, off)) == ["unchanged"]
    applied(event, row("Opening", "A"))
    assert only(event).state == Session.State.CONFIRMED


def test_what_was_cancelled_at_the_desk_is_not_revived_by_being_listed(event: Event) -> None:
    make_session(event, "Closing", state=Session.State.CANCELLED)
    applied(event, row("Opening", "A"), row("Closing"))
    Session.objects.update(state=Session.State.CANCELLED)
    applied(event, row("Opening", "A", 2), row("Closing"))
    assert set(Session.objects.values_list("state", flat=True)) == {"cancelled"}


def test_a_cancelled_session_that_was_never_here_is_passed_over(event: Event) -> None:
    diff = diff_for(event, row("Opening", "A", is_cancelled=True, starts_at=None))
    assert (kinds(diff), len(said(diff))) == (["unchanged"], 1)
    applied(event, row("Opening", "A", is_cancelled=True))
    assert not Session.objects.exists()


def test_what_is_gone_stays_unless_that_was_ticked(cast: Cast) -> None:
    event = cast.event
    applied(event, row("Opening", "A"), row("Dinner", "B", 5), row("Closing", "C", 8))
    made_by_hand = make_session(event, "Briefing")
    item = follower(cast.sato, Session.objects.get(title="Opening"))
    rest = (row("Closing", "C", 8),)
    diff = diff_for(event, *rest)
    assert [(one.values["title"], one.following) for one in diff.gone] == [("Opening", 1), ("Dinner", 0)]
    assert applied(event, *rest).summary["gone"] == 2
    assert event.sessions.count() == 4
    done = applied(event, *rest, remove_gone=True)
    assert (done.summary["cancelled"], done.summary["removed"]) == (1, 1)
    assert set(event.sessions.values_list("title", "state")) == {
        ("Opening", "cancelled"), ("Closing", "confirmed"), (made_by_hand.title, "confirmed"),
    }  # fmt: skip
    item.refresh_from_db()
    assert item.state == ItineraryItem.State.CANCELLED
    assert diff_for(event, *rest).gone == ()
    applied(event, *rest, row("Opening", "A"))
    item.refresh_from_db()
    assert item.state == ItineraryItem.State.CONFIRMED


# --- places --------------------------------------------------------------------------------------------------------------


def test_places_are_found_whatever_their_case_or_made_once(event: Event) -> None:
    ballroom = make_venue(event, "Ballroom")
    make_venue(make_event(), "Pier")  # another event's
    rows = (
        row("A", venue="BALLROOM ", point="Room 1"),
        row("B", venue="Pier"),
        row("C", venue="pier", point="room 1"),
    )
    diff = diff_for(event, *rows)
    assert (diff.venues, diff.points) == (("Pier",), (("Ballroom", "Room 1"), ("Pier", "room 1")))
    applied(event, *rows)
    assert sorted(event.venues.values_list("name", flat=True)) == ["Ballroom", "Pier"]
    assert Session.objects.get(title="A").venue == ballroom
    assert {(str(one.venue), one.name) for one in Point.objects.all()} == {
        ("Ballroom", "Room 1"),
        ("Pier", "room 1"),
    }


def test_a_room_alone_is_found_or_becomes_a_place(event: Event) -> None:
    applied(event, row("A", point="Hall 1"), row("B", hours=5, point="Hall 2"))
    assert set(event.venues.values_list("name", flat=True)) == {"Hall 1", "Hall 2"}
    assert not Point.objects.exists()
    Point.objects.create(venue=Venue.objects.get(name="Hall 2"), name="Stage")
    applied(event, row("C", point="stage"))
    assert str(Session.objects.get(title="C").point) == "Hall 2, Stage"


def test_a_room_alone_is_in_the_only_venue(event: Event) -> None:
    make_venue(event, "Convention Centre")
    applied(event, row("A", point="Hall 1"), row("B", point="hall 1"))
    assert [str(point) for point in Point.objects.all()] == ["Convention Centre, Hall 1"]


def test_a_room_of_several_venues_is_asked_for(event: Event) -> None:
    for name in ("Pier", "Ballroom"):
        Point.objects.create(venue=make_venue(event, name), name="Lounge")
    diff = diff_for(event, row("A", point="Lounge"))
    assert (kinds(diff), [field for field, _text in said(diff)]) == (["new"], ["point"])
    applied(event, row("A", point="Lounge"))
    assert only(event).venue is None


def test_a_session_that_leaves_its_venue_leaves_its_room(event: Event) -> None:
    applied(event, row("A", "A", venue="Ballroom", point="Room 1"))
    applied(event, row("A", "A", venue="Pier"))
    assert (str(only(event).venue), only(event).point) == ("Pier", None)


# --- writing ---------------------------------------------------------------------------------------------------------------


def test_guests_who_follow_and_who_stay_are_counted(cast: Cast) -> None:
    applied(cast.event, row("Opening", "A"))
    session = only(cast.event)
    follower(cast.sato, session)
    follower(cast.lim, session, ends_at=NOW + 1.5 * HOUR)
    follower(cast.lim, session, state=ItineraryItem.State.CANCELLED)
    [one] = diff_for(cast.event, row("Opening", "A", 2)).rows
    assert one.stored
    assert (one.stored.following, one.stored.staying) == (1, 1)
    assert applied(cast.event, row("Opening", "A", 2)).summary["following"] == 1


def test_what_changed_since_it_was_looked_at_writes_nothing(cast: Cast) -> None:
    applied(cast.event, row("Opening", "A"))
    rows = (row("Opening", "A", 2), row("New", "N"))
    seen = diff_for(cast.event, *rows).digest
    assert diff_for(cast.event, *rows).digest == seen
    follower(cast.sato, only(cast.event))
    with pytest.raises(ChangedMeanwhileError):
        applied(cast.event, *rows, seen=seen)
    assert only(cast.event).starts_at == NOW + HOUR
    applied(cast.event, *rows, seen=diff_for(cast.event, *rows).digest)
    assert Session.objects.count() == 2


def test_a_file_is_applied_once(event: Event) -> None:
    programme_file = filed(event)
    for title in ("Opening", "Closing"):
        apply_programme(programme_file=programme_file, listing=listing(row(title)), at=NOW)
    assert only(event).title == "Opening"
    programme_file.refresh_from_db()
    assert (programme_file.state, programme_file.applied_at) == (ProgrammeFile.State.APPLIED, NOW)


def test_other_events_are_left_alone(event: Event) -> None:
    other = make_event()
    applied(other, row("Opening", "A"))
    before = everything(other)
    applied(event, row("Opening", "A", 5))
    applied(event, row("Dinner", "B", 5), remove_gone=True)
    assert everything(other) == before


@pytest.mark.parametrize("number", [1, 40])
def test_comparing_costs_five_queries_whatever_the_length(event: Event, number: int) -> None:
    applied(event, *(row(f"Session {one}", venue=f"Venue {one}", point="Room") for one in range(number)))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        stored_at(event)
    assert len(queries) == 5
