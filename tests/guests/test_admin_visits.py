"""The list of visits and a visit's page at the desk: what they answer, and what they ask of the database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import Membership, Role, Vehicle
from guests.models import Visit
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_delegation,
    make_event,
    make_guest,
    make_item,
    make_member,
    make_note,
    make_request,
    make_user,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.desk import at, signed_in

OFFICER = "assignments__officer__id__exact"


@pytest.mark.parametrize("guests", [1, 3, 30])
def test_the_list_of_visits_asks_the_same_questions_for_1_3_and_30_guests(cast: Cast, guests: int) -> None:
    event = make_event("Counted")
    make_member(cast.ratna, event, Role.COORDINATOR)
    Membership.objects.filter(user=cast.ratna, event=cast.event).delete()
    for number in range(guests):
        visit = make_visit(
            event,
            delegation=make_delegation(event),
            hotel=make_venue(event),
            arrives_at=NOW,
            departs_at=NOW + timedelta(days=1),
            status_at=NOW,
        )
        make_assignment(visit, make_member(make_user(f"Officer {number}"), event))
        make_request(visit, cast.ratna)
        make_item(visit)
        make_note(event, "No nuts", guest=visit.guest, is_red_line=True)
    client = signed_in(cast.ratna)
    client.get(at(Visit, "changelist"))  # what a process asks once
    with CaptureQueriesContext(connection) as asked:
        page = client.get(at(Visit, "changelist"))
    assert len(page.context["cl"].result_list) == guests
    assert len(asked) == 6  # session, user, events, kept lists, how many, the rows


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_a_visits_page_asks_the_same_questions_for_1_3_and_30_rows(cast: Cast, rows: int) -> None:
    visit = make_visit(cast.event, hotel=make_venue(cast.event))
    for number in range(rows):
        venue, vehicle = (
            make_venue(cast.event),
            make_vehicle(cast.event, f"B {number} ROW", f"Driver {number}"),
        )
        make_item(visit, venue=venue, vehicle=vehicle)
        make_assignment(visit, make_member(make_user(f"Officer {number}"), cast.event), role="deputy")
    client = signed_in(cast.ratna)
    client.get(at(Visit, "change", visit.pk))  # what a process asks once
    with CaptureQueriesContext(connection) as asked:
        page = client.get(at(Visit, "change", visit.pk))
    assert page.status_code == 200
    assert len(asked) == 9


def test_a_visits_page_names_the_cars_and_places_of_its_items_and_offers_no_list_of_all(cast: Cast) -> None:
    make_vehicle(cast.event, "B 777 ALL")
    make_item(
        cast.sato, venue=make_venue(cast.event, "Own Hall"), vehicle=make_vehicle(cast.event, "B 1 OWN")
    )
    page = signed_in(cast.ratna).get(at(Visit, "change", cast.sato.pk)).content.decode()
    assert "B 1 OWN" in page
    assert "Own Hall" in page
    assert "B 777 ALL" not in page


def test_the_list_answers_who_has_no_lead_who_comes_today_and_where_a_red_line_is(cast: Cast) -> None:
    make_visit(cast.event, make_guest("Nobody Yet"), arrives_at=timezone.now())
    make_visit(cast.event, make_guest("Last Week"), arrives_at=timezone.now() - timedelta(days=7))
    client = signed_in(cast.ratna)

    def names(**asked: str) -> set[str]:
        rows = client.get(at(Visit, "changelist"), asked).context["cl"].result_list
        return {visit.guest.name for visit in rows}

    assert names() == {"Kenji Sato", "Ana Lim", "Nobody Yet", "Last Week"}
    assert names(lead="none") == {"Nobody Yet", "Last Week"}
    assert names(**{OFFICER: str(cast.sari_officer.pk)}) == {"Kenji Sato"}
    assert names(arrives="today") == {"Nobody Yet"}
    assert names(arrives="past") == {"Last Week"}
    assert names(arrives="unknown") == {"Kenji Sato", "Ana Lim"}
    assert names(requests="open") == {"Kenji Sato", "Ana Lim"}
    assert names(q="sato") == {"Kenji Sato"}
    plate = Vehicle.objects.get(driver__name="Driver Lim").plate
    assert names(q=plate.split()[-1]) == {"Ana Lim"}
    page = client.get(at(Visit, "changelist")).content.decode()
    assert "no lead" in page
    assert "Dewi Lestari" in page  # who leads first


def test_a_day_is_counted_in_the_events_zone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """00.30 WITA on the 14th is still the 13th in Jakarta and in UTC."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 5, 13, 16, 30, tzinfo=UTC))
    make_visit(
        cast.event, make_guest("Late On The 13th"), arrives_at=datetime(2027, 5, 13, 15, 59, tzinfo=UTC)
    )
    make_visit(
        cast.event, make_guest("Early On The 14th"), arrives_at=datetime(2027, 5, 13, 16, 1, tzinfo=UTC)
    )
    rows = signed_in(cast.ratna).get(at(Visit, "changelist"), {"arrives": "today"}).context["cl"].result_list
    assert [visit.guest.name for visit in rows] == ["Early On The 14th"]


@pytest.mark.parametrize("asked", [{"lead": "nobody"}, {OFFICER: ""}])
def test_a_filter_that_says_nothing_leaves_all_rows(cast: Cast, asked: dict[str, str]) -> None:
    page = signed_in(cast.ratna).get(at(Visit, "changelist"), asked)
    assert len(page.context["cl"].result_list) == 2


def chooser(page: Any, name: str) -> Any:
    """The field of that name among the list's filters, as it is shown."""
    shown = (one for spec in page.context["cl"].filter_specs for one in spec.choices(page.context["cl"]))
    [field] = [one["form"][name] for one in shown if name in one["form"].fields]
    return field


def test_an_officer_is_searched_and_the_chosen_one_is_named(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    field = chooser(client.get(at(Visit, "changelist")), OFFICER)
    assert "Sari Wulandari" not in str(field)
    told = field.field.widget.build_attrs({}, {})
    address = {
        word: told[f"data-{word.replace('_', '-')}"] for word in ("app_label", "model_name", "field_name")
    }
    found = client.get(field.field.widget.get_url(), address | {"term": "sari"}).json()["results"]
    assert [row["id"] for row in found] == [str(cast.sari_officer.pk)]
    assert "Sari Wulandari" in str(
        chooser(client.get(at(Visit, "changelist"), {OFFICER: found[0]["id"]}), OFFICER)
    )


@pytest.mark.parametrize("key", ["elsewhere", "no key", "9" * 30])
def test_of_an_officer_out_of_reach_neither_guests_nor_name_are_told(cast: Cast, key: str) -> None:
    stranger = make_member(make_user("Elsewhere Officer"), cast.other_event)
    make_assignment(cast.okafor, stranger)
    asked = {OFFICER: str(stranger.pk) if key == "elsewhere" else key}
    page = signed_in(cast.ratna).get(at(Visit, "changelist"), asked)
    assert page.status_code == 200
    assert list(page.context["cl"].result_list) == []
    assert "Elsewhere Officer" not in page.content.decode()


def test_of_the_chosen_event_alone_hotels_are_offered(cast: Cast) -> None:
    make_member(cast.ratna, cast.other_event, Role.COORDINATOR)
    ours, theirs = make_venue(cast.event, "Hotel Ours"), make_venue(cast.other_event, "Hotel Theirs")
    client = signed_in(cast.ratna)
    url = chooser(client.get(at(Visit, "changelist")), "hotel__id__exact").field.widget.get_url()
    assert url == reverse("admin:autocomplete")
    client.post(reverse("choose_event"), {"desk_event": cast.event.pk})
    url = chooser(client.get(at(Visit, "changelist")), "hotel__id__exact").field.widget.get_url()
    asked = {"app_label": "guests", "model_name": "visit", "field_name": "hotel", "term": "hotel"}
    found = {row["id"] for row in client.get(f"{url}&{urlencode(asked)}").json()["results"]}
    assert str(ours.pk) in found
    assert str(theirs.pk) not in found
