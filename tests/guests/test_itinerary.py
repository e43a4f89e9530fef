"""A guest's days in plain values: what is in them, what never is, and what they cost."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Point, Role, Venue
from guests.itinerary import Itinerary, Place, itineraries
from guests.models import Assignment, GuestPrivate, ItineraryItem, Visit
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_guest,
    make_item,
    make_member,
    make_session,
    make_user,
    make_venue,
    make_visit,
)

HOUR = timedelta(hours=1)
HIDDEN = "Kelelawar"  # a word that may stand on no paper


def itinerary_of(visit: Visit, at: datetime = NOW) -> Itinerary:
    return itineraries(Visit.objects.filter(pk=visit.pk), at=at)[visit.pk]


def titles(itinerary: Itinerary) -> list[list[str]]:
    return [[item.title for item in day.items] for day in itinerary.days]


def test_it_survives_json_as_it_is(cast: Cast) -> None:
    cast.sato.hotel = make_venue(cast.event, "Ayana", kind=Venue.Kind.HOTEL)
    cast.sato.save()
    make_item(cast.sato, "Later", starts_at=None, precision=Visit.Precision.TO_BE_CONFIRMED)
    told = itinerary_of(cast.sato)
    assert told.hotel == Place("Ayana", "", "", "")
    assert Itinerary.of_data(json.loads(json.dumps(told.as_data()))) == told


def test_days_are_those_of_the_events_zone(cast: Cast) -> None:
    """16:30 UTC is half past midnight in Makassar; what has no time comes last."""
    ItineraryItem.objects.filter(visit=cast.sato).delete()
    make_item(cast.sato, "Late", starts_at=datetime(2027, 5, 13, 15, 30, tzinfo=UTC))
    make_item(cast.sato, "Past midnight", starts_at=datetime(2027, 5, 13, 16, 30, tzinfo=UTC))
    make_item(cast.sato, "Open", starts_at=None, precision=Visit.Precision.TO_BE_CONFIRMED)
    told = itinerary_of(cast.sato)
    assert [day.date for day in told.days] == ["2027-05-13", "2027-05-14", ""]
    assert titles(told) == [["Late"], ["Past midnight"], ["Open"]]
    assert told.days[0].items[0].starts_at == "2027-05-13T15:30:00+00:00"


def test_what_the_guest_may_not_see_is_not_there(cast: Cast) -> None:
    """Everything private around the guest carries one word; it is nowhere in the data, and what is meant for all is."""
    visit = cast.sato
    make_item(visit, f"Security briefing {HIDDEN}", visibility=ItineraryItem.Visibility.OFFICERS)
    make_item(visit, f"Called off {HIDDEN}", state=ItineraryItem.State.CANCELLED)
    private = dict.fromkeys(("note", "greeter", "seat", "interpreter", "gift", "estimate_by"), HIDDEN)
    make_item(visit, "Tea with the Governor", **private)
    visit.room = visit.note = visit.companions_note = visit.arrival_note = HIDDEN
    visit.save()
    guest = visit.guest
    guest.diet = guest.pronunciation = HIDDEN
    guest.save()
    GuestPrivate.objects.create(guest=guest, health=HIDDEN, passport=HIDDEN, phones=HIDDEN, security=HIDDEN)
    written = json.dumps(itinerary_of(visit).as_data())
    plate = ItineraryItem.objects.get(title="Meeting of Sato").vehicle
    assert "Tea with the Governor" in written
    assert HIDDEN not in written
    assert plate is not None
    assert plate.plate not in written
    assert "Driver Sato" not in written
    assert "Tea for Sato" not in written  # the request
    assert "Red line" not in written
    assert "Lim" not in written


@pytest.mark.parametrize(
    ("kind", "in_own_hotel", "told"),
    [
        (Point.Kind.ROOM, False, "Plenary Hall"),
        (Point.Kind.ROOM, True, ""),
        (Point.Kind.GATE, True, "Plenary Hall"),
        (Point.Kind.SEATS, False, ""),
    ],
)
def test_a_room_where_the_guest_sleeps_is_not_told(
    cast: Cast, kind: Point.Kind, in_own_hotel: bool, told: str
) -> None:
    hotel = make_venue(cast.event, "Ayana", kind=Venue.Kind.HOTEL)
    Visit.objects.filter(pk=cast.sato.pk).update(hotel=hotel if in_own_hotel else None)
    point = Point.objects.create(venue=hotel, kind=kind, name="Plenary Hall")
    make_item(cast.sato, "Plenary", venue=hotel, point=point)
    [item] = [item for day in itinerary_of(cast.sato).days for item in day.items if item.title == "Plenary"]
    assert (item.place, item.point) == (Place("Ayana", "", "", ""), told)


def test_a_session_lends_its_place_and_dress(cast: Cast) -> None:
    hall = make_venue(cast.event, "Hall", local_name="大厅")
    room = Point.objects.create(venue=hall, name="Room 1")
    session = make_session(cast.event, venue=hall, point=room, dress="Batik")
    make_item(cast.sato, "Plenary", session=session)
    make_item(cast.sato, "Elsewhere", session=session, venue=make_venue(cast.event, "Pier"), dress="Casual")
    items = {item.title: item for day in itinerary_of(cast.sato).days for item in day.items}
    lent, own = items["Plenary"], items["Elsewhere"]
    assert (lent.place, lent.point, lent.dress) == (Place("Hall", "大厅", "", ""), "Room 1", "Batik")
    assert (own.place, own.point, own.dress) == (Place("Pier", "", "", ""), "", "Casual")


def officers(visit: Visit) -> list[str]:
    return [officer.name for officer in itinerary_of(visit).officers]


def test_the_leads_are_named_in_the_order_of_their_duties(cast: Cast) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    assert officers(cast.sato) == ["Sari Wulandari"]  # Dewi's duty is over, Bagus is a deputy
    ends_at = cast.sari_leads.ends_at
    make_assignment(cast.sato, cast.dewi_officer, starts_at=ends_at, ends_at=ends_at + HOUR)
    assert officers(cast.sato) == ["Sari Wulandari", "Dewi Lestari"]


def test_where_nobody_leads_the_deputy_is_named(cast: Cast) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    cast.sari_leads.withdraw()
    assert officers(cast.sato) == ["Bagus Pratama"]


def test_who_may_no_longer_sign_in_is_not_named(cast: Cast) -> None:
    cast.sari.is_active = False
    cast.sari.save()
    assert officers(cast.sato) == []


def test_whoever_is_no_officer_is_not_named(cast: Cast) -> None:
    coordinator = make_member(make_user("Wayan"), cast.event, Role.COORDINATOR)
    cast.sari_leads.withdraw()
    make_assignment(cast.sato, coordinator)
    assert officers(cast.sato) == []


def test_only_what_changes_the_paper_changes_the_data(cast: Cast) -> None:
    before = itinerary_of(cast.sato)
    Visit.objects.filter(pk=cast.sato.pk).update(status="landed", room="1204")
    ItineraryItem.objects.filter(visit=cast.sato).update(note="Bring the badge", car_at_door_at=NOW)
    assert itinerary_of(cast.sato, NOW + HOUR) == before
    ItineraryItem.objects.filter(visit=cast.sato).update(dress="Batik")
    [day] = before.days
    dressed = replace(day, items=tuple(replace(item, dress="Batik") for item in day.items))
    assert itinerary_of(cast.sato) == replace(before, days=(dressed,))


def queries_of(action: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        action()
    return len(queries)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_it_takes_three_queries_for_any_number_of_items(cast: Cast, number: int) -> None:
    visit = make_visit(cast.event)
    hall = make_venue(cast.event)
    room = Point.objects.create(venue=hall, name="Room")
    for _each in range(number):
        make_item(visit, session=make_session(cast.event, venue=hall, point=room), origin=hall, point=room)
    make_assignment(visit, cast.bagus_officer)
    assert queries_of(lambda: itinerary_of(visit)) == 3


@pytest.mark.parametrize("number", [1, 3, 30])
def test_it_takes_three_queries_for_any_number_of_guests(cast: Cast, number: int) -> None:
    visits = [make_visit(cast.event, make_guest(), hotel=make_venue(cast.event)) for _each in range(number)]
    for visit in visits:
        make_item(visit, venue=make_venue(cast.event))
        make_assignment(visit, make_member(make_user(), cast.event))
    found = Visit.objects.filter(pk__in=[visit.pk for visit in visits])
    assert queries_of(lambda: itineraries(found, at=NOW)) == 3
