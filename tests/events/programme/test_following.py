"""Itinerary items follow their session, by whatever way it is written; those set by hand do not."""

from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.db import connection

from events.models import Point, Session
from guests.models import ItineraryItem, PlanMark
from guests.reminders import plan_marked_visits
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.events.programme.listings import HOUR, applied, follower, row
from tests.factories import NOW, make_item, make_session, make_venue

CANCELLED, CONFIRMED = Session.State.CANCELLED, Session.State.CONFIRMED
MOVED = {"starts_at": NOW + 3 * HOUR, "ends_at": NOW + 5 * HOUR}
STATES = ItineraryItem.State


@pytest.fixture
def session(cast: Cast) -> Session:
    return make_session(cast.event, "Plenary", venue=make_venue(cast.event, "Ballroom"), external_key="P1")


def times(item: ItineraryItem) -> tuple[Any, ...]:
    item.refresh_from_db()
    return item.starts_at, item.ends_at, item.leave_by_at


def move_by_save(session: Session) -> None:
    session.starts_at, session.ends_at = MOVED["starts_at"], MOVED["ends_at"]
    session.save()


def move_by_update(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(**MOVED)


def move_by_sql(session: Session) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_session SET starts_at = %s, ends_at = %s WHERE id = %s",
            [*MOVED.values(), session.pk],
        )


def move_by_file(session: Session) -> None:
    applied(session.event, row("Plenary", "P1", 3, 2))


@pytest.mark.parametrize("move", [move_by_save, move_by_update, move_by_sql, move_by_file])
def test_a_moved_session_moves_the_items_that_follow(cast: Cast, session: Session, move: Any) -> None:
    with_car = follower(cast.sato, session, leave_by_at=NOW + 0.5 * HOUR)
    open_end = follower(cast.lim, session, ends_at=None)
    PlanMark.objects.all().delete()
    move(session)
    assert times(with_car) == (NOW + 3 * HOUR, NOW + 5 * HOUR, NOW + 2.5 * HOUR)
    assert times(open_end) == (NOW + 3 * HOUR, None, None)
    assert (with_car.sequence, open_end.sequence) == (1, 1)
    assert set(PlanMark.objects.values_list("visit_id", flat=True)) == {cast.sato.pk, cast.lim.pk}
    written = with_car.events.order_by("pgh_id").values_list("pgh_label", "starts_at")  # type: ignore[attr-defined]
    assert list(written) == [("insert", NOW + HOUR), ("update", NOW + 3 * HOUR)]


def test_without_the_trigger_nothing_follows(cast: Cast, session: Session) -> None:
    item = follower(cast.sato, session)
    with pgtrigger.ignore("guests.FollowedSession:is_followed_by_items"):
        move_by_update(session)
    assert times(item)[0] == NOW + HOUR


def test_what_a_person_set_otherwise_and_what_is_of_others_stays(cast: Cast, session: Session) -> None:
    twin = make_session(cast.event, "Plenary")
    late = follower(cast.sato, session, starts_at=NOW + 1.5 * HOUR)
    early_out = follower(cast.sato, session, ends_at=NOW + 1.5 * HOUR)
    others = follower(cast.lim, twin)
    loose = make_item(cast.lim, session.title, starts_at=session.starts_at)
    still = [times(item) for item in (late, early_out, others, loose)]
    PlanMark.objects.all().delete()
    move_by_save(session)
    session.state = CANCELLED
    session.save()
    assert [times(item) for item in (late, early_out, others, loose)] == still
    assert {item.state for item in (late, early_out, others, loose)} == {STATES.CONFIRMED}
    assert not PlanMark.objects.exists()


def test_the_place_follows_where_it_was_the_sessions(cast: Cast, session: Session) -> None:
    pier = make_venue(cast.event, "Pier")
    assert session.venue
    room, gate = (Point.objects.create(venue=session.venue, name=name) for name in ("Room 1", "Gate 4"))
    deck = Point.objects.create(venue=pier, name="Deck")
    Session.objects.filter(pk=session.pk).update(point=room)
    session.refresh_from_db()
    same = follower(cast.sato, session, dress="Batik")
    by_the_gate = follower(cast.sato, session, point=gate)
    elsewhere = follower(cast.lim, session, venue=pier, point=deck, title="Reception")
    Session.objects.filter(pk=session.pk).update(venue=pier, point=None, title="Opening", dress="Suit")
    found = []
    for item in (same, by_the_gate, elsewhere):
        item.refresh_from_db()
        found.append((item.title, item.venue, item.point, item.dress))
    assert found == [
        ("Opening", pier, None, "Batik"),
        ("Opening", pier, None, "Suit"),  # the gate is one of the venue that was left
        ("Reception", pier, deck, "Suit"),
    ]


def test_a_cancelled_session_cancels_and_a_revived_one_revives_what_it_cancelled(
    cast: Cast, session: Session
) -> None:
    firm = follower(cast.sato, session)
    maybe = follower(cast.lim, session, state=STATES.TENTATIVE)
    off = follower(cast.lim, session, state=STATES.CANCELLED)
    items = (firm, maybe, off)

    def states(state: str) -> list[str]:
        Session.objects.filter(pk=session.pk).update(state=state)
        for item in items:
            item.refresh_from_db()
        return [item.state for item in items]

    assert states(CANCELLED) == [STATES.CANCELLED] * 3
    assert states(CONFIRMED) == [STATES.CONFIRMED, STATES.TENTATIVE, STATES.CANCELLED]
    states(CANCELLED)
    firm.state = STATES.CONFIRMED  # a person says this guest meets all the same, and then not
    firm.save()
    firm.refresh_from_db()
    assert firm.state_before == ""
    firm.state = STATES.CANCELLED
    firm.save()
    assert states(CONFIRMED) == [STATES.CANCELLED, STATES.TENTATIVE, STATES.CANCELLED]


def test_a_session_that_moves_while_it_is_cancelled_comes_back_at_its_new_time(
    cast: Cast, session: Session
) -> None:
    item = follower(cast.sato, session)
    Session.objects.filter(pk=session.pk).update(state=CANCELLED)
    move_by_update(session)
    Session.objects.filter(pk=session.pk).update(state=CONFIRMED)
    assert times(item)[0] == MOVED["starts_at"]
    assert item.state == STATES.CONFIRMED


def test_reminders_move_with_the_session(cast: Cast, session: Session) -> None:
    ItineraryItem.objects.all().delete()
    follower(cast.sato, session)
    plan_marked_visits(at=NOW)
    before = Notice.objects.get(state=Notice.State.PLANNED)
    move_by_update(session)
    plan_marked_visits(at=NOW)
    after = Notice.objects.get(state=Notice.State.PLANNED)
    assert after.due_at - before.due_at == timedelta(hours=2)
    Session.objects.filter(pk=session.pk).update(state=CANCELLED)
    plan_marked_visits(at=NOW)
    assert not Notice.objects.filter(state=Notice.State.PLANNED).exists()


def test_a_session_counts_what_calendars_show(session: Session) -> None:
    session.dress = "Batik"
    session.save()
    session.refresh_from_db()
    assert session.sequence == 0
    move_by_update(session)
    session.refresh_from_db()
    assert session.sequence == 1
    session.title = "Opening"
    session.save()  # with the old number in hand
    session.refresh_from_db()
    assert session.sequence == 2
