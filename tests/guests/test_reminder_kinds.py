"""Each kind of reminder: when it is due, to whom, and what calls it off. (NOW is 09.00 WITA.)"""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from events.models import Membership, Shift
from guests.handover import accept_handover, offer_handover
from guests.looking import begin_looking
from guests.models import Assignment, ItineraryItem, Movement, OfficerMark, PlanMark, Request, Visit
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_request, make_venue
from tests.guests.reminding import DAY, HOUR, MINUTE, Audience, What, plan, planned, rule

DEPUTY = Assignment.Role.DEPUTY


@pytest.fixture
def quiet_plan(cast: Cast) -> Cast:
    """The cast with nothing in anybody's day, so that only what a test makes is planned."""
    ItineraryItem.objects.all().delete()
    Request.objects.all().delete()
    plan()
    return cast


def test_when_to_leave_is_told_only_where_one_has_to_leave(quiet_plan: Cast) -> None:
    rule(quiet_plan.event, What.LEAVE, Audience.LEAD, 5)
    make_item(quiet_plan.sato, "Here")
    item = make_item(quiet_plan.sato, "There", starts_at=NOW + 2 * HOUR, leave_by_at=NOW + HOUR)
    plan()
    assert planned() == [("leave", "Sari", NOW + 55 * MINUTE)]
    assert Notice.objects.get().expires_at == item.starts_at
    ItineraryItem.objects.filter(pk=item.pk).update(leave_by_at=NOW + 90 * MINUTE)
    plan()
    assert planned() == [("leave", "Sari", NOW + 85 * MINUTE)]


def test_an_item_and_leaving_for_it_follow_one_another(quiet_plan: Cast) -> None:
    """By the usual rules: an officer cut off until late gets one of the two, not both."""
    make_item(quiet_plan.sato, starts_at=NOW + 2 * HOUR, leave_by_at=NOW + HOUR)
    plan()
    rows = Notice.objects.order_by("due_at")
    assert [(row.kind, row.due_at - NOW, row.expires_at - NOW) for row in rows] == [
        ("reminder", 30 * MINUTE, 55 * MINUTE),
        ("leave", 55 * MINUTE, 2 * HOUR),
    ]


def test_a_flight_that_comes_is_a_landing(quiet_plan: Cast) -> None:
    rule(quiet_plan.event, What.LANDING, Audience.LEAD, 45)
    airport = make_venue(quiet_plan.event, "Komodo Airport")
    leaves = ItineraryItem.Kind.FLIGHT
    make_item(quiet_plan.sato, "Away", kind=leaves, origin=airport, starts_at=NOW + HOUR, ends_at=None)
    make_item(
        quiet_plan.sato, "In", kind=leaves, venue=airport, starts_at=NOW + 3 * HOUR, ends_at=None, flight_number="GA 7"
    )  # fmt: skip
    plan()
    assert planned() == [("landing", "Sari", NOW + 3 * HOUR - 45 * MINUTE)]
    payload = Notice.objects.get().payload
    assert (payload["title"], payload["place"], payload["guest"]) == ("GA 7", "Komodo Airport", "Mr Sato")


def test_without_a_flight_the_arrival_counts_until_the_guest_is_there(quiet_plan: Cast) -> None:
    rule(quiet_plan.event, What.LANDING, Audience.LEAD, 60)
    Visit.objects.filter(pk=quiet_plan.sato.pk).update(arrives_at=NOW + 2 * HOUR)
    plan()
    assert planned() == [("landing", "Sari", NOW + HOUR)]
    Visit.objects.filter(pk=quiet_plan.sato.pk).update(arrives_at=NOW + 4 * HOUR)
    plan()
    assert planned() == [("landing", "Sari", NOW + 3 * HOUR)]
    Visit.objects.filter(pk=quiet_plan.sato.pk).update(status=Movement.LANDED)
    plan()
    assert planned() == []


@pytest.mark.parametrize("precision", ["tbc", "approximate"])
def test_an_arrival_to_be_confirmed_is_no_arrival(quiet_plan: Cast, precision: str) -> None:
    given = {"arrives_at": NOW + 2 * HOUR, "arrival_precision": precision}
    Visit.objects.filter(pk=quiet_plan.sato.pk).update(**given)
    plan()
    assert len(planned()) == (precision == "approximate")


def test_shifts_that_start_are_told_once_whoever_is_looked_after(quiet_plan: Cast) -> None:
    make_assignment(quiet_plan.lim, quiet_plan.sari_officer, role=DEPUTY)
    for day in (0, 1):
        starts_at = NOW + 3 * HOUR + day * DAY
        Shift.objects.create(
            membership=quiet_plan.sari_officer, starts_at=starts_at, ends_at=starts_at + 8 * HOUR
        )
    plan()
    assert planned() == [("shift", "Sari", NOW + 2 * HOUR), ("shift", "Sari", NOW + 2 * HOUR + DAY)]
    Shift.objects.filter(starts_at__lt=NOW + DAY).update(starts_at=NOW + 5 * HOUR)
    plan()
    assert planned()[0] == ("shift", "Sari", NOW + 4 * HOUR)
    Shift.objects.all().delete()
    plan()
    assert planned() == []  # the duty with Mr Sato has begun yesterday


def test_without_shifts_the_duties_count_and_what_touches_is_one(quiet_plan: Cast) -> None:
    Assignment.objects.filter(officer=quiet_plan.bagus_officer).update(
        starts_at=NOW + 3 * HOUR, ends_at=NOW + 6 * HOUR
    )
    make_assignment(
        quiet_plan.sato,
        quiet_plan.bagus_officer,
        role=DEPUTY,
        starts_at=NOW + 6 * HOUR,
        ends_at=NOW + 9 * HOUR,
    )
    rule(quiet_plan.event, What.SHIFT, Audience.CONCERNED, 30)
    plan()
    assert planned() == [("shift", "Bagus", NOW + 150 * MINUTE)]
    assert datetime.fromisoformat(Notice.objects.get().payload["ends_at"]) == NOW + 9 * HOUR


def asked(cast: Cast, **fields: Any) -> Request:
    return make_request(cast.sato, cast.ratna, due_at=NOW + HOUR, **fields)


def test_a_request_reminds_its_owner_before_and_when_it_is_overdue(quiet_plan: Cast) -> None:
    make_assignment(quiet_plan.sato, quiet_plan.bagus_officer, role=DEPUTY)
    request = asked(quiet_plan, owner=quiet_plan.bagus_officer)
    plan()
    assert planned() == [
        ("request_due", "Bagus", NOW + 50 * MINUTE),
        ("request_due", "Bagus", NOW + 65 * MINUTE),
        ("request_due", "Ratna", NOW + 75 * MINUTE),
    ]
    assert "ice" not in str(list(Notice.objects.values_list("payload", flat=True)))  # never the words
    Request.objects.filter(pk=request.pk).update(state="done", closed_at=NOW, closed_by=quiet_plan.ratna)
    plan()
    assert planned() == []


@pytest.mark.parametrize(("owner", "who"), [("dewi_officer", "Sari"), ("sari_officer", "Sari")])
def test_where_the_owner_is_gone_the_lead_is_reminded(quiet_plan: Cast, owner: str, who: str) -> None:
    rule(quiet_plan.event, What.REQUEST, Audience.CONCERNED, 10)
    asked(quiet_plan, owner=getattr(quiet_plan, owner))
    plan()
    assert planned() == [("request_due", who, NOW + 50 * MINUTE)]


def test_where_nobody_is_there_the_coordinators_are_reminded(quiet_plan: Cast) -> None:
    rule(quiet_plan.event, What.REQUEST, Audience.CONCERNED, 10)
    quiet_plan.sari_leads.withdraw()
    asked(quiet_plan)
    plan()
    assert planned() == [("request_due", "Ratna", NOW + 50 * MINUTE)]


def test_a_moved_deadline_moves_both(quiet_plan: Cast) -> None:
    request = asked(quiet_plan)
    plan()
    request.put_off_to(NOW + 3 * HOUR)
    plan()
    assert [due for _kind, _who, due in planned()] == [
        NOW + 170 * MINUTE, NOW + 185 * MINUTE, NOW + 195 * MINUTE,
    ]  # fmt: skip


def test_a_handover_nobody_answers_is_told_again(quiet_plan: Cast) -> None:
    offer = offer_handover(
        duty=quiet_plan.sari_leads, receiver=quiet_plan.bagus_officer, note={}, at=NOW, client_uuid=uuid4()
    )
    plan()
    kept = [row for row in planned() if row[0] == "handover_open"]
    assert kept == [
        ("handover_open", "Bagus", NOW + 10 * MINUTE),
        ("handover_open", "Ratna", NOW + 20 * MINUTE),
    ]
    accept_handover(handover=offer, at=NOW + MINUTE)
    plan(NOW + MINUTE)
    assert [row for row in planned() if row[0] == "handover_open"] == []


def new_duty(cast: Cast, **fields: Any) -> Assignment:
    """Bagus becomes Mr Sato's deputy from 08.00 the day after tomorrow; the evening before is tomorrow's."""
    starts_at = NOW + 2 * DAY - HOUR
    return make_assignment(
        cast.sato, cast.bagus_officer, role=DEPUTY, starts_at=starts_at, ends_at=starts_at + DAY, **fields
    )


def test_who_has_not_read_up_is_told_on_the_evening_before(quiet_plan: Cast) -> None:
    rule(quiet_plan.event, What.BRIEFING, Audience.CONCERNED)
    duty = new_duty(quiet_plan)
    plan()
    evening = NOW + DAY + 9 * HOUR  # 18.00 WITA
    assert planned() == [("briefing", "Bagus", evening)]
    begin_looking(visits=[quiet_plan.sato.pk], user=quiet_plan.bagus, at=NOW)
    plan()
    assert planned() == [("briefing", "Bagus", evening)]
    payload = Notice.objects.get().payload
    assert (payload["unread"], payload["unconfirmed"]) == (False, True)
    Assignment.objects.filter(pk=duty.pk).update(state=Assignment.State.CONFIRMED)
    plan()
    assert planned() == []


def test_late_in_the_evening_it_is_told_at_once_and_once_begun_no_more(quiet_plan: Cast) -> None:
    rule(quiet_plan.event, What.BRIEFING, Audience.CONCERNED)
    duty = new_duty(quiet_plan)
    plan(duty.starts_at - 2 * HOUR)
    assert [(kind, who) for kind, who, _due in planned()] == [("briefing", "Bagus")]
    Notice.objects.all().delete()
    PlanMark.objects.create(visit_id=quiet_plan.sato.pk)
    plan(duty.starts_at)
    assert planned() == []


@pytest.mark.parametrize("what", [What.ITEM, What.LANDING])
def test_coordinators_may_be_meant_too(quiet_plan: Cast, what: str) -> None:
    rule(quiet_plan.event, what, Audience.COORDINATOR, 20)
    Visit.objects.filter(pk=quiet_plan.sato.pk).update(arrives_at=NOW + HOUR)
    make_item(quiet_plan.sato)
    plan()
    assert [(who, due) for _kind, who, due in planned()] == [("Ratna", NOW + 40 * MINUTE)]
    Membership.objects.filter(user=quiet_plan.ratna).delete()
    plan()
    assert planned() == []


def test_planning_officers_again_changes_nothing(quiet_plan: Cast) -> None:
    starts_at = NOW + 3 * HOUR
    Shift.objects.create(membership=quiet_plan.sari_officer, starts_at=starts_at, ends_at=starts_at + HOUR)
    asked(quiet_plan)
    new_duty(quiet_plan)
    plan()
    before = list(Notice.objects.order_by("pk").values())
    assert {row["kind"] for row in before} == {"shift", "request_due", "briefing"}
    PlanMark.objects.bulk_create([PlanMark(visit_id=visit.pk) for visit in Visit.objects.all()])
    OfficerMark.objects.bulk_create([OfficerMark(officer_id=row.pk) for row in Membership.objects.all()])
    plan(NOW + MINUTE)
    assert list(Notice.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("what", "audience", "more"),
    [
        (What.ITEM, Audience.CONCERNED, {}),
        (What.AGENDA, Audience.LEAD, {}),
        (What.DIGEST, Audience.LEAD, {}),
        (What.LANDING, Audience.LEAD, {"kind": "flight"}),
        (What.ITEM, Audience.LEAD, {"clock": "06:00"}),
        (What.ITEM, Audience.LEAD, {"escalate_after": 5, "wants_acknowledgement": False}),
    ],
)
def test_the_database_refuses_rules_that_reach_nobody(
    cast: Cast, what: str, audience: str, more: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(cast.event, what, audience, **more)
