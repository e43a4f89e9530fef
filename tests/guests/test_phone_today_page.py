"""The page of today's screen: what it costs, and what it shows."""

from datetime import datetime
from typing import Any

import pytest

from guests.models import Assignment
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_event,
    make_item,
    make_member,
    make_note,
    make_request,
    make_user,
    make_vehicle,
    make_venue,
)
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of
from tests.guests.test_phone_today import HOUR, another_guest


@pytest.mark.parametrize("guests", [1, 3, 30])
def test_today_takes_seven_queries_however_many_guests(
    cast: Cast, now: datetime, guests: int, django_assert_num_queries: Any
) -> None:
    for number in range(guests - 1):
        visit = another_guest(cast, f"Guest {number}")
        vehicle = make_vehicle(cast.event, f"L {number}", f"Driver {number}")
        make_item(visit, venue=make_venue(cast.event), vehicle=vehicle)
        make_request(visit, cast.sari)
        make_note(cast.event, "No nuts", guest=visit.guest, is_red_line=True)
    client = signed_in(cast.sari)
    with django_assert_num_queries(
        7
    ):  # session, person, the state of it all, duties with visits, items, requests, red lines
        page = client.get("/today/")
    assert text_of(page.content).count("<article") == guests


def test_no_guest_takes_no_query_for_guests(now: datetime, django_assert_num_queries: Any, db: None) -> None:
    officer = make_user("Citra")
    make_member(officer, make_event())
    client = signed_in(officer)
    with django_assert_num_queries(
        5
    ):  # session, person, the state of it all, duties; whether a guest is offered
        page = client.get("/today/")
    assert "No guest is yours today." in text_of(page.content)


def test_the_page_shows_what_the_officer_needs(cast: Cast, now: datetime) -> None:
    page = text_of(signed_in(cast.sari).get("/today/").content)
    for said in (
        "Mr Sato",
        "VVIP",
        "Expected",
        "10:00 WITA",
        "Meeting of Sato",
        "Hall Sato",
        "Red line of Sato",
    ):
        assert said in page
    assert f'<bdi dir="ltr">DK {cast.sato.pk} Sa</bdi>' in page
    assert 'href="tel:+628123456789"' in page
    assert "Tea for Sato" in page
    assert 'name="status" value="landed"' in page
    assert "Lim" not in page


def test_what_people_write_stays_text(cast: Cast, now: datetime) -> None:
    make_request(cast.sato, cast.sari, "<script>alert(1)</script>")
    page = signed_in(cast.sari).get("/today/").content
    assert b"<script>alert" not in page
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_guest_whose_duty_has_not_begun_has_no_buttons(cast: Cast, now: datetime) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + 22 * HOUR)
    page = text_of(signed_in(cast.sari).get("/today/").content)
    assert "Yours from Fri, 14 May 07:00 WITA" in page
    assert 'name="status"' not in page
    assert f"/visits/{cast.sato.pk}/requests/" not in page


@pytest.mark.parametrize("undo", ["", "x", "²", "9" * 40, "-1"])
def test_a_strange_address_shows_the_page_all_the_same(cast: Cast, now: datetime, undo: str) -> None:
    assert signed_in(cast.sari).get("/today/", {"undo": undo}).status_code == 200
