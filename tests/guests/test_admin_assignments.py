"""Assigning at the desk: one by one, on a visit's page, and many at once."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from events.models import Membership, Role
from guests.models import Assignment, Delegation, ItineraryItem, Visit
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_delegation,
    make_guest,
    make_member,
    make_user,
    make_visit,
)
from tests.guests.desk import at, day_and_time, fields_of, save, signed_in

DAY = timedelta(days=1)
SECOND_LEAD = "Kenji Sato already has a lead: Sari Wulandari, Wed, 12 May 09:00 – Sat, 15 May 09:00 WITA."


@pytest.fixture(autouse=True)
def _while_the_forum_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def tono(cast: Cast) -> Membership:
    return make_member(make_user("Tono"), cast.event, capacity=1)


# --- one by one -----------------------------------------------------------------------------------------------------


def test_an_officer_is_assigned_for_the_guests_own_stay(cast: Cast, tono: Membership) -> None:
    visit = make_visit(cast.event, arrives_at=NOW, departs_at=NOW + DAY)
    client = signed_in(cast.ratna)
    assert save(client, at(Assignment, "add"), {"visit": visit.pk, "officer": tono.pk}) == {}
    made = Assignment.objects.get(visit=visit)
    assert (made.officer, made.role, made.assigned_by) == (tono, "lead", cast.ratna)
    assert (made.starts_at, made.ends_at) == (NOW, NOW + DAY + timedelta(hours=3))


def test_what_stands_against_it_is_said_at_its_field(cast: Cast, tono: Membership) -> None:
    client = signed_in(cast.ratna)
    given = {"visit": cast.sato.pk, "officer": tono.pk, "role": "lead"}
    assert save(client, at(Assignment, "add"), given) == {"role": [SECOND_LEAD]}
    make_assignment(make_visit(cast.event), tono)
    sentence = "Kenji Sato: Tono would have 2 guests at one time, and has room for 1."
    deputy = given | {"role": "deputy"}
    assert save(client, at(Assignment, "add"), deputy) == {"override_reason": [sentence]}
    assert not Assignment.objects.filter(visit=cast.sato, officer=tono).exists()
    assert save(client, at(Assignment, "add"), deputy | {"override_reason": "A short handover"}) == {}
    assert Assignment.objects.get(visit=cast.sato, officer=tono).override_reason == "A short handover"


def test_an_assignment_is_changed_without_colliding_with_itself(cast: Cast, tono: Membership) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(state="confirmed")
    client, address = signed_in(cast.ratna), at(Assignment, "change", cast.sari_leads.pk)
    assert save(client, address, day_and_time("ends_at", "2027-05-15", "10:00")) == {}
    cast.sari_leads.refresh_from_db()
    assert cast.sari_leads.ends_at == NOW + 2 * DAY + timedelta(hours=1)
    assert cast.sari_leads.state == "assigned"  # Sari confirmed another span
    cast.sari_leads.withdraw()
    assert list(save(client, address, {"override_reason": "again"})) == ["__all__"]


def test_chosen_officers_are_withdrawn(cast: Cast) -> None:
    chosen = {"action": "withdraw_chosen", "_selected_action": [str(cast.sari_leads.pk)]}
    assert signed_in(cast.ratna).post(at(Assignment, "changelist"), chosen).status_code == 302
    cast.sari_leads.refresh_from_db()
    assert cast.sari_leads.state == "withdrawn"
    assert not Visit.objects.visible_to(cast.sari, at=NOW).exists()


# --- on the visit's page ----------------------------------------------------------------------------------------------


def new_row(cast: Cast, officer: Membership, number: int, **given: str) -> dict[str, Any]:
    row = {"officer": officer.pk, "role": "lead", "visit": cast.sato.pk, **given}
    return {f"assignments-{number}-{name}": value for name, value in row.items()} | {
        "assignments-TOTAL_FORMS": number + 1
    }


def test_a_row_on_the_visits_page_says_what_stands_against_it(cast: Cast, tono: Membership) -> None:
    client, address = signed_in(cast.ratna), at(Visit, "change", cast.sato.pk)
    stored = int(fields_of(client, address)["assignments-INITIAL_FORMS"])
    span = day_and_time("starts_at", "2027-05-13", "12:00") | day_and_time("ends_at", "2027-05-13", "18:00")
    said = save(client, address, new_row(cast, tono, stored, **span))
    assert said == {f"assignments-{stored}-role": [SECOND_LEAD]}
    assert save(client, address, new_row(cast, tono, stored, role="deputy", **span)) == {}
    made = Assignment.objects.get(officer=tono)
    assert (made.role, made.starts_at, made.assigned_by) == ("deputy", NOW + timedelta(hours=3), cast.ratna)


def test_a_lead_is_cut_short_and_the_next_begins_in_one_go(cast: Cast, tono: Membership) -> None:
    client, address = signed_in(cast.ratna), at(Visit, "change", cast.sato.pk)
    shown = fields_of(client, address)
    stored = int(shown["assignments-INITIAL_FORMS"])
    (sari,) = (
        number for number in range(stored) if shown[f"assignments-{number}-id"] == str(cast.sari_leads.pk)
    )
    cut = day_and_time(f"assignments-{sari}-ends_at", "2027-05-14", "07:00")
    after = new_row(
        cast, tono, stored,
        **day_and_time("starts_at", "2027-05-14", "07:00"), **day_and_time("ends_at", "2027-05-15", "07:00"),
    )  # fmt: skip
    overlapping = after | day_and_time(f"assignments-{stored}-starts_at", "2027-05-14", "06:00")
    (said,) = save(client, address, cut | overlapping).values()
    assert said == [
        "Kenji Sato already has a lead: Sari Wulandari, Wed, 12 May 09:00 – Fri, 14 May 07:00 WITA."
    ]
    assert save(client, address, cut | after) == {}
    leads = Assignment.objects.filter(visit=cast.sato, ends_at__gt=NOW).order_by("starts_at")
    assert [(row.officer, row.ends_at) for row in leads] == [
        (cast.sari_officer, NOW + timedelta(hours=22)),
        (tono, NOW + timedelta(hours=46)),
    ]


def test_one_officer_is_not_put_twice_on_one_visits_page(cast: Cast) -> None:
    client, address = signed_in(cast.ratna), at(Visit, "change", cast.sato.pk)
    stored = int(fields_of(client, address)["assignments-INITIAL_FORMS"])
    span = day_and_time("starts_at", "2027-05-13", "12:00") | day_and_time("ends_at", "2027-05-13", "18:00")
    said = save(client, address, new_row(cast, cast.sari_officer, stored, role="deputy", **span))
    assert list(said) == [f"assignments-{stored}-officer"]
    assert "Sari Wulandari already looks after Kenji Sato as lead" in str(said)


def test_a_row_taken_out_is_withdrawn_and_makes_room(cast: Cast, tono: Membership) -> None:
    client, address = signed_in(cast.ratna), at(Visit, "change", cast.sato.pk)
    shown = fields_of(client, address)
    stored = int(shown["assignments-INITIAL_FORMS"])
    out = {
        f"assignments-{number}-DELETE": "on"
        for number in range(stored)
        if shown[f"assignments-{number}-id"] == str(cast.sari_leads.pk)
    }
    span = day_and_time("starts_at", "2027-05-13", "12:00") | day_and_time("ends_at", "2027-05-13", "18:00")
    assert save(client, address, out | new_row(cast, tono, stored, **span)) == {}
    cast.sari_leads.refresh_from_db()
    assert cast.sari_leads.state == "withdrawn"
    assert Assignment.objects.standing().filter(visit=cast.sato, officer=tono).exists()


# --- many at once -------------------------------------------------------------------------------------------------


def choose(cast: Cast, *visits: Visit, **given: Any) -> Any:
    chosen = {"action": "assign_chosen", "_selected_action": [str(visit.pk) for visit in visits]}
    return signed_in(cast.ratna).post(at(Visit, "changelist"), chosen | given)


def test_before_saving_the_page_shows_what_would_collide(cast: Cast, tono: Membership) -> None:
    free = make_visit(cast.event, make_guest("Free Guest"), arrives_at=NOW, departs_at=NOW + DAY)
    span = day_and_time("starts_at", "2027-05-13", "08:00") | day_and_time("ends_at", "2027-05-14", "08:00")
    first = choose(cast, free, cast.sato)
    assert {line.visit: line.span for line in first.context["lines"]}[
        free
    ] == "Thu, 13 May 09:00 – Fri, 14 May 12:00 WITA"
    checked = choose(cast, free, cast.sato, officer=tono.pk, role="lead", check="1", **span)
    page = unescape(checked.content.decode())
    assert SECOND_LEAD in page
    assert "Free Guest: Tono would have 2 guests at one time, and has room for 1." in page
    assert not Assignment.objects.filter(officer=tono).exists()


def test_all_the_chosen_are_assigned_or_none(cast: Cast) -> None:
    officer = make_member(make_user("Tini"), cast.event, capacity=5)
    free = [make_visit(cast.event, make_guest(f"Free {number}")) for number in range(3)]
    refused = choose(cast, *free, cast.sato, officer=officer.pk, role="lead", assign="1")
    assert refused.context["form"].non_field_errors() == ["Nobody was assigned.", SECOND_LEAD]
    assert not Assignment.objects.filter(officer=officer).exists()
    assert choose(cast, *free, officer=officer.pk, role="lead", assign="1").status_code == 302
    assert set(Assignment.objects.filter(officer=officer).values_list("visit", flat=True)) == {
        visit.pk for visit in free
    }


def test_who_stands_in_the_way_is_left_out_and_the_others_are_assigned(cast: Cast) -> None:
    officer = make_member(make_user("Tini"), cast.event, capacity=5)
    free = make_visit(cast.event, make_guest("Free Guest"))
    plan = {"officer": officer.pk, "role": "lead"}
    refused = choose(cast, free, cast.sato, **plan, assign="1")
    page = unescape(refused.content.decode())
    assert (f'name="out" value="{cast.sato.pk}"' in page, f'name="out" value="{free.pk}"' in page) == (
        True,
        False,
    )
    again = choose(cast, free, cast.sato, **plan, out=[cast.sato.pk], check="1")
    assert [line.visit for line in again.context["lines"]] == [free]
    assert f'<input type="hidden" name="out" value="{cast.sato.pk}">' in again.content.decode()
    assert choose(cast, free, cast.sato, **plan, out=[cast.sato.pk], assign="1").status_code == 302
    assert [row.visit for row in Assignment.objects.filter(officer=officer)] == [free]


def test_too_many_for_one_officer_need_a_reason(cast: Cast, tono: Membership) -> None:
    free = [make_visit(cast.event, make_guest(f"Free {number}")) for number in range(2)]
    plan = {"officer": tono.pk, "role": "lead", "assign": "1"}
    refused = choose(cast, *free, **plan)
    assert refused.status_code == 200
    assert len(refused.context["form"].non_field_errors()) == 3
    assert choose(cast, *free, **plan, override_reason="One car for both").status_code == 302
    assert set(Assignment.objects.filter(officer=tono).values_list("override_reason", flat=True)) == {
        "One car for both"
    }


def test_a_span_given_is_on_the_events_clocks(cast: Cast, tono: Membership) -> None:
    visit = make_visit(cast.event)
    span = day_and_time("starts_at", "2027-05-13", "14:20") | day_and_time("ends_at", "2027-05-13", "18.00")
    assert choose(cast, visit, officer=tono.pk, role="lead", assign="1", **span).status_code == 302
    made = Assignment.objects.get(officer=tono)
    assert (made.starts_at, made.ends_at) == (NOW.replace(hour=6, minute=20), NOW.replace(hour=10))


def test_the_guests_are_of_one_event_and_the_officer_of_the_same(cast: Cast, tono: Membership) -> None:
    make_member(cast.ratna, cast.other_event, Role.COORDINATOR)
    mixed = choose(cast, cast.sato, cast.okafor)
    assert mixed.status_code == 302
    assert not Assignment.objects.filter(officer=tono).exists()
    elsewhere = choose(cast, cast.okafor, officer=tono.pk, role="lead", assign="1")
    assert "officer" in elsewhere.context["form"].errors


def test_nobody_assigns_guests_of_an_event_they_do_not_run(cast: Cast, tono: Membership) -> None:
    chosen = {
        "action": "assign_chosen",
        "_selected_action": [str(cast.sato.pk)],
        "officer": tono.pk,
        "assign": "1",
    }
    answer = signed_in(cast.hendra).post(at(Visit, "changelist"), chosen | {"role": "deputy"})
    assert answer.status_code == 302
    assert not Assignment.objects.filter(officer=tono).exists()


def test_all_guests_of_a_list_longer_than_a_page_are_assigned(cast: Cast) -> None:
    officer = make_member(make_user("Tini"), cast.event, capacity=99)
    Assignment.objects.all().delete()
    ItineraryItem.objects.all().delete()
    for number in range(60):
        make_visit(cast.event, make_guest(f"Free {number}"))
    plan = {"officer": officer.pk, "role": "lead", "assign": "1", "select_across": "1"}
    assert choose(cast, cast.sato, **plan).status_code == 302
    assert Assignment.objects.filter(officer=officer).count() == 62


def test_a_delegation_is_assigned_as_a_whole(cast: Cast) -> None:
    officer = make_member(make_user("Tini"), cast.event, capacity=9)
    together = make_delegation(cast.event)
    visits = [
        make_visit(cast.event, make_guest(f"Mate {number}"), delegation=together) for number in range(2)
    ]
    make_visit(cast.event, make_guest("Stranger"))
    client = signed_in(cast.ratna)
    chosen = {"action": "assign_delegations", "_selected_action": [str(together.pk)]}
    page = client.post(at(Delegation, "changelist"), chosen)
    assert page.context["chosen"] == [str(visit.pk) for visit in visits]
    assert f'action="{at(Visit, "changelist")}"' in page.content.decode()
    assert choose(cast, *visits, officer=officer.pk, role="lead", assign="1").status_code == 302
    assert set(Assignment.objects.filter(officer=officer).values_list("visit", flat=True)) == {
        visit.pk for visit in visits
    }


def test_a_handover_lets_the_next_lead_come_before_the_last_one_goes(cast: Cast, tono: Membership) -> None:
    visit = make_visit(cast.event)
    make_assignment(visit, cast.dewi_officer, ends_at=NOW + DAY)
    span = day_and_time("starts_at", "2027-05-14", "09:00") | day_and_time("ends_at", "2027-05-15", "09:00")
    plan = {"officer": tono.pk, "role": "lead", "assign": "1", "handover": "45"}
    assert choose(cast, visit, **plan, **span).status_code == 302
    deputy, lead = Assignment.objects.filter(officer=tono).order_by("starts_at")
    assert (deputy.role, deputy.starts_at, deputy.ends_at) == (
        "deputy", NOW + DAY - timedelta(minutes=45), NOW + DAY,
    )  # fmt: skip
    assert (lead.role, lead.starts_at) == ("lead", NOW + DAY)


def test_the_field_of_an_officer_finds_officers_of_the_event_only(cast: Cast) -> None:
    asked = {"app_label": "guests", "model_name": "assignment", "field_name": "officer"}
    found = signed_in(cast.ratna).get(reverse("admin:autocomplete"), asked).json()["results"]
    officers = (cast.sari_officer, cast.bagus_officer, cast.dewi_officer)
    assert {row["id"] for row in found} == {str(one.pk) for one in officers}
    page = signed_in(cast.ratna).get(at(Assignment, "change", cast.sari_leads.pk)).content.decode()
    assert f'<option value="{cast.sari_officer.pk}" selected' in page
    assert f'<option value="{cast.bagus_officer.pk}"' not in page


@pytest.mark.parametrize(("because", "said"), [("", "not confirmed"), ("I am ill", "cannot: I am ill")])
def test_an_assignments_page_says_its_state_in_words(cast: Cast, because: str, said: str) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(cannot_because=because, state="assigned")
    page = signed_in(cast.ratna).get(at(Assignment, "change", cast.sari_leads.pk)).content.decode()
    assert said in page
    assert "(&#x27;" not in page
