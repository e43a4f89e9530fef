"""The list of visits and a visit's page at the desk: what they answer, and what they ask of the database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Membership, Role, Vehicle
from guests.models import Visit
from liaison import filters
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
    assert len(asked) == 9  # session, user, events, kept lists, three filters' choices, how many, the rows


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
    assert names(officer="none") == {"Nobody Yet", "Last Week"}
    assert names(officer=str(cast.sari_officer.pk)) == {"Kenji Sato"}
    assert names(arrives="today") == {"Nobody Yet"}
    assert names(arrives="past") == {"Last Week"}
    assert names(arrives="unknown") == {"Kenji Sato", "Ana Lim"}
    assert names(requests="open") == {"Kenji Sato", "Ana Lim"}
    assert names(q="sato") == {"Kenji Sato"}
    plate = Vehicle.objects.get(driver__name="Driver Lim").plate
    assert names(q=plate.split()[-1]) == {"Ana Lim"}
    page = client.get(at(Visit, "changelist")).content.decode()
    assert "no lead" in page
    assert "Sari Wulandari" in page


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


def test_among_too_many_officers_or_hotels_nobody_chooses_but_a_link_still_does(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    Visit.objects.filter(event=cast.event).update(hotel=None)
    hotels = [make_venue(cast.event, f"Hotel {number}") for number in (1, 2)]
    for visit, chosen in zip((cast.sato, cast.lim), hotels, strict=True):
        Visit.objects.filter(pk=visit.pk).update(hotel=chosen)
    sari, client = str(cast.sari_officer.pk), signed_in(cast.ratna)

    def offered(name: str, asked: dict[str, Any]) -> set[str]:
        page = client.get(at(Visit, "changelist"), asked)
        forms = [
            choice["form"]
            for one in page.context["cl"].filter_specs
            for choice in one.choices(page.context["cl"])
        ]
        [field] = [form.fields[name] for form in forms if name in form.fields] or [None]
        return {str(value) for value, _label in field.choices if value} if field else set()

    hotel = "hotel__id__exact"
    everyone = {"none", "unconfirmed", sari, str(cast.bagus_officer.pk), str(cast.dewi_officer.pk)}
    assert offered("officer", {}) == everyone
    assert offered(hotel, {}) == {str(one.pk) for one in hotels}
    monkeypatch.setattr(filters, "MOST_CHOICES", 1)
    assert offered("officer", {}) == {"none", "unconfirmed"}
    assert offered("officer", {"officer": sari}) == {"none", "unconfirmed", sari}
    assert offered(hotel, {}) == set()
    assert offered(hotel, {hotel: hotels[0].pk}) == {str(hotels[0].pk)}
