"""Which reminders exist for a plan, and what becomes of them when it changes. (NOW is 09.00 WITA.)"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from events.models import Event, Membership, Point, Role, Vehicle, Venue
from guests.models import Assignment, Guest, ItineraryItem, PlanMark, ReminderRule, Visit
from guests.reminders import plan_marked_visits
from liaison.accounts.models import User
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_item,
    make_member,
    make_user,
    make_vehicle,
    make_venue,
    make_visit,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DEPUTY, LEAD = Assignment.Role.DEPUTY, Assignment.Role.LEAD


def plan(at: datetime = NOW) -> None:
    while plan_marked_visits(at=at):
        pass


def rule(event: Event, minutes: int, **fields: Any) -> ReminderRule:
    return ReminderRule.objects.create(event=event, minutes_before=minutes, **fields)


def reminders(**of: Any) -> list[tuple[str, str, datetime]]:
    """Who is told what and when, of what is planned."""
    planned = Notice.objects.filter(state=Notice.State.PLANNED, kind="reminder", **of)
    rows = planned.order_by("due_at", "recipient__name")
    return [(row.recipient.get_short_name(), row.payload["title"], row.due_at) for row in rows]


@pytest.fixture
def item(cast: Cast) -> ItineraryItem:
    """Mr Sato's meeting at 10.00, the only thing ahead of anybody."""
    ItineraryItem.objects.exclude(visit=cast.sato).delete()
    plan()
    return ItineraryItem.objects.get(visit=cast.sato)


def test_the_lead_is_reminded_half_an_hour_before_the_item(item: ItineraryItem) -> None:
    assert reminders() == [("Sari", "Meeting of Sato", NOW + 30 * MINUTE)]


def test_the_time_to_leave_counts_where_there_is_one(item: ItineraryItem) -> None:
    ItineraryItem.objects.filter(pk=item.pk).update(leave_by_at=NOW + 40 * MINUTE)
    plan()
    assert reminders() == [("Sari", "Meeting of Sato", NOW + 10 * MINUTE)]


def test_the_reminder_says_what_is_needed_and_nothing_private(cast: Cast, item: ItineraryItem) -> None:
    cast.sato.room, cast.sato.note = "Room 1204", "insulin"
    cast.sato.save()
    ItineraryItem.objects.filter(pk=item.pk).update(
        state=ItineraryItem.State.TENTATIVE, note="takes pills", leave_by_at=NOW + 50 * MINUTE
    )
    plan()
    notice = Notice.objects.get(state=Notice.State.PLANNED, kind="reminder")
    assert notice.payload == {
        "guest": "Mr Sato",
        "title": "Meeting of Sato",
        "starts_at": "2027-05-13T02:00:00+00:00",
        "moves_at": "2027-05-13T01:50:00+00:00",
        "zone": "Asia/Makassar",
        "event": "Forum Nusantara",
        "place": "Hall Sato",
        "plate": f"DK {cast.sato.pk} Sa",
        "tentative": True,
        "approximate": False,
        "visit_id": cast.sato.pk,
    }
    assert (notice.event, notice.kind, notice.expires_at) == (
        cast.event,
        "reminder",
        NOW + 45 * MINUTE,  # five minutes before one has to leave, when that is told
    )


@pytest.mark.parametrize(
    ("kind", "point", "place"),
    [
        (Venue.Kind.VENUE, Point.Kind.ROOM, "Golo Mori, Komodo"),
        (Venue.Kind.HOTEL, Point.Kind.LOUNGE, "Golo Mori, Komodo"),
        (Venue.Kind.HOTEL, Point.Kind.ROOM, "Golo Mori"),
    ],
)
def test_a_room_of_a_hotel_may_be_the_guests_own(
    cast: Cast, item: ItineraryItem, kind: Venue.Kind, point: Point.Kind, place: str
) -> None:
    item.venue = make_venue(cast.event, "Golo Mori", kind=kind)
    item.point = Point.objects.create(venue=item.venue, kind=point, name="Komodo")
    item.save()
    plan()
    assert Notice.objects.get(state=Notice.State.PLANNED).payload["place"] == place


def test_rules_say_whom_to_remind_of_what_and_when(cast: Cast, item: ItineraryItem) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=DEPUTY)
    make_item(
        cast.sato, "Flight GA 7", kind=ItineraryItem.Kind.FLIGHT, starts_at=NOW + 5 * HOUR, ends_at=None
    )
    rule(cast.event, 20)
    rule(cast.event, 10, audience=DEPUTY)
    rule(cast.event, 180, kind=ItineraryItem.Kind.FLIGHT)
    plan()
    assert reminders() == [
        ("Sari", "Meeting of Sato", NOW + 40 * MINUTE),
        ("Bagus", "Meeting of Sato", NOW + 50 * MINUTE),
        ("Sari", "Flight GA 7", NOW + 2 * HOUR),
        ("Sari", "Flight GA 7", NOW + 5 * HOUR - 20 * MINUTE),
        ("Bagus", "Flight GA 7", NOW + 5 * HOUR - 10 * MINUTE),
    ]


def test_rules_of_another_event_change_nothing(cast: Cast, item: ItineraryItem) -> None:
    rule(cast.other_event, 5)
    plan()
    assert reminders() == [("Sari", "Meeting of Sato", NOW + 30 * MINUTE)]


def test_two_rules_for_one_moment_remind_once(cast: Cast, item: ItineraryItem) -> None:
    rule(cast.event, 20)
    rule(cast.event, 20, kind=item.kind)
    plan()
    assert reminders() == [("Sari", "Meeting of Sato", NOW + 40 * MINUTE)]


def test_each_reminder_is_of_use_until_the_next_one(cast: Cast, item: ItineraryItem) -> None:
    rule(cast.event, 45)
    rule(cast.event, 15)
    plan()
    planned = Notice.objects.filter(state=Notice.State.PLANNED).order_by("due_at")
    assert [(row.due_at - NOW, row.expires_at - NOW) for row in planned] == [
        (15 * MINUTE, 45 * MINUTE),
        (45 * MINUTE, HOUR),
    ]


def test_a_reminder_at_the_very_start_comes_a_minute_before(cast: Cast, item: ItineraryItem) -> None:
    rule(cast.event, 0)
    plan()
    assert reminders() == [("Sari", "Meeting of Sato", NOW + 59 * MINUTE)]


def test_a_moved_item_moves_its_reminder(item: ItineraryItem) -> None:
    before = Notice.objects.get()
    ItineraryItem.objects.filter(pk=item.pk).update(starts_at=NOW + 3 * HOUR, ends_at=NOW + 4 * HOUR)
    plan()
    before.refresh_from_db()
    assert (before.state, before.finished_at) == (Notice.State.CANCELLED, NOW)
    assert reminders() == [("Sari", "Meeting of Sato", NOW + 3 * HOUR - 30 * MINUTE)]


def test_an_item_moved_back_revives_its_reminder(item: ItineraryItem) -> None:
    before = Notice.objects.get()
    for hours in (3, 1):
        ItineraryItem.objects.filter(pk=item.pk).update(starts_at=NOW + hours * HOUR, ends_at=None)
        plan()
    before.refresh_from_db()
    assert (before.state, before.finished_at) == (Notice.State.PLANNED, None)
    assert reminders() == [("Sari", "Meeting of Sato", NOW + 30 * MINUTE)]


@pytest.mark.parametrize(
    "change", [{"starts_at": NOW + 2 * HOUR, "ends_at": None}, {"leave_by_at": NOW + 50 * MINUTE}]
)
def test_what_was_sent_is_sent_again_for_the_new_time(item: ItineraryItem, change: dict[str, Any]) -> None:
    Notice.objects.update(state=Notice.State.SENT)
    ItineraryItem.objects.filter(pk=item.pk).update(**change)
    plan()
    assert len(reminders()) == 1
    assert Notice.objects.filter(state=Notice.State.SENT).count() == 1


@pytest.mark.parametrize("state", [Notice.State.SENT, Notice.State.FAILED, Notice.State.MISSED])
def test_planning_again_leaves_what_is_settled_alone(item: ItineraryItem, state: Notice.State) -> None:
    Notice.objects.update(state=state)
    item.title = "Audience"
    item.save()
    plan()
    assert [(row.state, row.payload["title"]) for row in Notice.objects.all()] == [(state, "Meeting of Sato")]


def cancel(cast: Cast, item: ItineraryItem) -> None:
    ItineraryItem.objects.filter(pk=item.pk).update(state=ItineraryItem.State.CANCELLED)


def await_a_time(cast: Cast, item: ItineraryItem) -> None:
    ItineraryItem.objects.filter(pk=item.pk).update(precision=Visit.Precision.TO_BE_CONFIRMED)


def delete_item(cast: Cast, item: ItineraryItem) -> None:
    item.delete()


def withdraw(cast: Cast, item: ItineraryItem) -> None:
    cast.sari_leads.withdraw()


def end_early(cast: Cast, item: ItineraryItem) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(ends_at=NOW + 30 * MINUTE)


def begin_late(cast: Cast, item: ItineraryItem) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + 2 * HOUR)


def make_deputy(cast: Cast, item: ItineraryItem) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(role=DEPUTY)


def delete_visit(cast: Cast, item: ItineraryItem) -> None:
    cast.sato.delete()


def leave_team(cast: Cast, item: ItineraryItem) -> None:
    cast.sari_officer.delete()


def change_role(cast: Cast, item: ItineraryItem) -> None:
    Membership.objects.filter(pk=cast.sari_officer.pk).update(role=Role.PRESS)


def lock_out(cast: Cast, item: ItineraryItem) -> None:
    User.objects.filter(pk=cast.sari.pk).update(is_active=False)


@pytest.mark.parametrize(
    "change",
    [
        cancel, await_a_time, delete_item, withdraw, end_early, begin_late, make_deputy, delete_visit, leave_team,
        change_role, lock_out,
    ],
)  # fmt: skip
def test_what_need_not_be_told_any_more_is_cancelled(cast: Cast, item: ItineraryItem, change: Any) -> None:
    change(cast, item)
    plan()
    assert [row.state for row in Notice.objects.filter(kind="reminder")] == [Notice.State.CANCELLED]


def test_who_is_let_in_again_is_reminded_again(cast: Cast, item: ItineraryItem) -> None:
    for is_active in (False, True):
        User.objects.filter(pk=cast.sari.pk).update(is_active=is_active)
        plan()
    assert reminders() == [("Sari", "Meeting of Sato", NOW + 30 * MINUTE)]


def test_the_past_is_never_planned(cast: Cast, item: ItineraryItem) -> None:
    make_item(cast.sato, "Breakfast", starts_at=NOW - HOUR)
    make_item(cast.sato, "Now", starts_at=NOW)
    plan()
    assert [title for _who, title, _due in reminders()] == ["Meeting of Sato"]


def test_what_expired_unsent_is_left_to_the_dispatcher(cast: Cast, item: ItineraryItem) -> None:
    make_item(cast.sato, "Dinner", starts_at=NOW + 9 * HOUR)
    plan(NOW + 2 * HOUR)
    assert Notice.objects.get(subject_ref=f"item:{item.pk}").state == Notice.State.PLANNED


def test_a_late_assignee_gets_what_is_still_ahead(cast: Cast, item: ItineraryItem) -> None:
    make_item(cast.sato, "Lunch", starts_at=NOW + 3 * HOUR)
    rule(cast.event, 120, audience=DEPUTY)
    rule(cast.event, 45, audience=DEPUTY)
    make_assignment(cast.sato, cast.bagus_officer, role=DEPUTY)
    at = NOW + 30 * MINUTE
    plan(at)
    # Of the two reminders of the meeting at 10.00 the first is of no use any more, the second goes out at once.
    assert reminders(recipient=cast.bagus) == [
        ("Bagus", "Meeting of Sato", NOW + 15 * MINUTE),
        ("Bagus", "Lunch", NOW + HOUR),
        ("Bagus", "Lunch", NOW + 135 * MINUTE),
    ]


def test_who_takes_over_is_reminded_of_what_starts_on_their_watch(cast: Cast, item: ItineraryItem) -> None:
    make_item(cast.sato, "Dinner", starts_at=NOW + 9 * HOUR)
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(ends_at=NOW + 5 * HOUR)
    make_assignment(cast.sato, cast.bagus_officer, starts_at=NOW + 5 * HOUR)
    plan()
    assert [(who, title) for who, title, _due in reminders()] == [
        ("Sari", "Meeting of Sato"),
        ("Bagus", "Dinner"),
    ]


def new_plate(cast: Cast, item: ItineraryItem) -> None:
    Vehicle.objects.filter(items=item).update(plate="B 1 RI")


def new_place(cast: Cast, item: ItineraryItem) -> None:
    Venue.objects.filter(items=item).update(name="Golo Mori")


def new_point(cast: Cast, item: ItineraryItem) -> None:
    point = Point.objects.create(venue=make_venue(cast.event), name="North")
    ItineraryItem.objects.filter(pk=item.pk).update(point=point)
    plan()
    Point.objects.filter(pk=point.pk).update(name="Gate 3")


def new_name(cast: Cast, item: ItineraryItem) -> None:
    Guest.objects.filter(pk=cast.sato.guest_id).update(addressed_as="Sato-san")


def new_guest(cast: Cast, item: ItineraryItem) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(guest=Guest.objects.create(name="Sato-san"))


def new_zone(cast: Cast, item: ItineraryItem) -> None:
    Event.objects.filter(pk=cast.event.pk).update(time_zone="Asia/Jayapura")


def new_title_in_bulk(cast: Cast, item: ItineraryItem) -> None:
    item.title = "Audience"
    ItineraryItem.objects.bulk_update([item], ["title"])


def new_title_in_sql(cast: Cast, item: ItineraryItem) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE guests_itineraryitem SET title = 'Audience' WHERE id = %s", [item.pk])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (new_plate, "B 1 RI"),
        (new_place, "Golo Mori"),
        (new_point, "Gate 3"),
        (new_name, "Sato-san"),
        (new_guest, "Sato-san"),
        (new_zone, "Asia/Jayapura"),
        (new_title_in_bulk, "Audience"),
        (new_title_in_sql, "Audience"),
    ],
)
def test_whatever_a_reminder_quotes_is_quoted_as_it_is_now(
    cast: Cast, item: ItineraryItem, change: Any, word: str
) -> None:
    change(cast, item)
    plan()
    (notice,) = Notice.objects.filter(state=Notice.State.PLANNED)
    assert word in str(notice.payload)
    assert Notice.objects.count() == 1


def test_an_item_that_changes_its_visit_reminds_the_other_officer(cast: Cast, item: ItineraryItem) -> None:
    ItineraryItem.objects.filter(pk=item.pk).update(visit=cast.lim)
    plan()
    assert reminders() == [("Bagus", "Meeting of Sato", NOW + 30 * MINUTE)]
    assert Notice.objects.get(state=Notice.State.PLANNED).payload["guest"] == "Ms Lim"


def test_what_is_not_quoted_marks_nothing(cast: Cast, item: ItineraryItem) -> None:
    Vehicle.objects.filter(items=item).update(seats=7)
    User.objects.filter(pk=cast.sari.pk).update(last_login=NOW)
    Event.objects.filter(pk=cast.event.pk).update(host="The host")
    Guest.objects.filter(pk=cast.sato.guest_id).update(diet="halal")
    assert not PlanMark.objects.exists()


def test_marks_are_taken_oldest_first_and_as_many_as_wanted(cast: Cast) -> None:
    visits = [make_visit(cast.event) for _ in range(3)]
    PlanMark.objects.all().delete()
    for number, visit in enumerate(visits):
        PlanMark.objects.create(visit_id=visit.pk)
        PlanMark.objects.filter(pk=visit.pk).update(marked_at=NOW - number * MINUTE)
    assert plan_marked_visits(at=NOW, limit=2) == 2
    assert [mark.pk for mark in PlanMark.objects.all()] == [visits[0].pk]
    assert [plan_marked_visits(at=NOW), plan_marked_visits(at=NOW)] == [1, 0]


@pytest.mark.parametrize("guests", [1, 3, 30])
def test_planning_costs_the_same_for_one_guest_and_for_thirty(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, guests: int
) -> None:
    plan()
    for _number in range(guests):
        visit = make_visit(cast.event)
        make_assignment(visit, make_member(make_user(), cast.event))
        for hour in (1, 2, 3):
            make_item(visit, vehicle=make_vehicle(cast.event, f"B {visit.pk} {hour}"))
    with django_assert_num_queries(21):  # of them four for savepoints, and five to know the plan as told
        assert plan_marked_visits(at=NOW) == guests
    ItineraryItem.objects.update(starts_at=NOW + 5 * HOUR, ends_at=None)
    with django_assert_num_queries(
        23
    ):  # two more: what came in between, and calling off what was planned before
        plan_marked_visits(at=NOW)
    assert Notice.objects.filter(state=Notice.State.PLANNED).count() == 3 * guests + 2


def test_planning_again_without_a_change_changes_nothing(cast: Cast, item: ItineraryItem) -> None:
    before = list(Notice.objects.values())
    PlanMark.objects.create(visit_id=cast.sato.pk)
    plan(NOW + MINUTE)
    assert list(Notice.objects.values()) == before
