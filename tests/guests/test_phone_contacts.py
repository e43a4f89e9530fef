"""Whom a dossier names by function: to call, to write to, to find; and nobody who belongs to another guest."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from events.models import Contact, Driver, Point, Role, Shift, Vehicle
from guests.models import ItineraryItem, Visit
from liaison.phones import chat_address, numbers_in
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_contact,
    make_delegation,
    make_guest,
    make_item,
    make_member,
    make_user,
    make_venue,
    make_visit,
)
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

HOUR = timedelta(hours=1)


def page_of(cast: Cast, who: str = "sari") -> str:
    return text_of(signed_in(getattr(cast, who)).get(reverse("visit", args=[cast.sato.pk])).content)


def contacts_of(cast: Cast, who: str = "sari") -> dict[str, list[Any]]:
    """Name and detail of everybody, by function in the order of the page."""
    page = signed_in(getattr(cast, who)).get(reverse("visit", args=[cast.sato.pk]))
    found = page.context["dossier"].contacts
    return {one.name: [(each.name, each.detail, each.phone) for each in one.people] for one in found}


def test_the_events_contacts_stand_by_function_the_urgent_first(cast: Cast, now: datetime) -> None:
    clinic = make_venue(cast.event, "Bahari Clinic", address="Jalan Bukit 18")
    make_contact(cast.event, "Front desk", function=Contact.Function.HOTEL, phone="+62385400000")
    make_contact(
        cast.event, "Ambulance", function=Contact.Function.MEDICAL, venue=clinic, note="Day and night"
    )
    make_contact(cast.event, "Guard post")
    make_contact(cast.other_event, "Guard elsewhere")
    found = contacts_of(cast)
    assert list(found)[:3] == ["Security", "Medical", "Hotel"]
    assert found["Medical"] == [("Ambulance", "Bahari Clinic · Day and night", "+6281299990000")]
    assert found["Security"] == [("Guard post", "", "+6281299990000")]


def test_coordinators_on_duty_come_first_and_the_reader_is_left_out(cast: Cast, now: datetime) -> None:
    awake = make_member(make_user("Zaenab"), cast.event, Role.COORDINATOR)
    asleep = make_member(make_user("Aulia"), cast.event, Role.COORDINATOR)
    Shift.objects.create(membership=awake, starts_at=NOW - HOUR, ends_at=NOW + HOUR)
    Shift.objects.create(membership=asleep, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    names = [("Zaenab", "on duty now"), ("Aulia", ""), ("Ratna Kusuma", "")]
    assert [each[:2] for each in contacts_of(cast)["Coordinators"]] == names
    assert [each[:2] for each in contacts_of(cast, "ratna")["Coordinators"]] == names[:2]


def test_drivers_are_those_of_the_guest_each_once_with_their_cars(cast: Cast, now: datetime) -> None:
    wayan = Driver.objects.create(event=cast.event, name="Wayan", phone="+628111111111")
    for plate in ("DK 1 A", "DK 2 B"):
        car = Vehicle.objects.create(event=cast.event, plate=plate, driver=wayan)
        make_item(cast.sato, vehicle=car)
        make_item(cast.sato, vehicle=car)
    make_item(cast.sato, vehicle=Vehicle.objects.create(event=cast.event, plate="X"), state="cancelled")
    found = contacts_of(cast)["Drivers"]
    assert ("Wayan", "DK 1 A, DK 2 B", "+628111111111") in found
    assert [name for name, _cars, _phone in found if name != "Wayan"] == ["Driver Sato"]


def test_the_delegation_names_those_the_officer_may_see(cast: Cast, now: datetime) -> None:
    delegation = make_delegation(cast.event, "Japan")
    ours, theirs = (
        make_visit(cast.event, make_guest(name), delegation=delegation) for name in ("Aiko", "Botan")
    )
    Visit.objects.filter(pk=cast.sato.pk).update(delegation=delegation)
    delegation.head = ours
    delegation.save()
    make_assignment(ours, cast.sari_officer)
    make_assignment(theirs, cast.bagus_officer)
    assert contacts_of(cast)["Delegation and companions"] == [("Aiko", "head of the delegation", "")]
    assert len(contacts_of(cast, "ratna")["Delegation and companions"]) == 2
    assert f'href="/visits/{ours.pk}/"' in page_of(cast)
    assert "Botan" not in page_of(cast)


def test_an_aides_phone_in_the_note_can_be_called(cast: Cast, now: datetime) -> None:
    note = "Spouse; aide Ms Mori, 0812-3456-7890; guard +81 90-1234-5678"
    Visit.objects.filter(pk=cast.sato.pk).update(companions=3, companions_note=note)
    cast.event.country = "ID"
    cast.event.save()
    found = contacts_of(cast)["Delegation and companions"]
    assert found == [(note, "", "+6281234567890"), (note, "", "+819012345678")]


def test_places_are_on_a_map_by_coordinates_else_by_address(cast: Cast, now: datetime) -> None:
    ItineraryItem.objects.filter(visit=cast.sato).delete()
    hall = make_venue(
        cast.event, "Hall", address="Jalan 1", latitude=Decimal("-8.5132"), longitude=Decimal("119.8746")
    )
    inn = make_venue(cast.event, "Inn", kind="hotel", address="Jalan Pantai 12 & 14")
    nowhere = make_venue(cast.event, "Nowhere")
    gate = Point.objects.create(venue=hall, name="North gate", kind="gate")
    Visit.objects.filter(pk=cast.sato.pk).update(hotel=inn)
    make_item(cast.sato, venue=hall, point=gate, origin=nowhere)
    assert [each[:2] for each in contacts_of(cast)["Places"]] == [
        ("Inn", "hotel · Jalan Pantai 12 & 14"),
        ("Nowhere", ""),
        ("Hall", "North gate · Jalan 1"),
    ]
    assert hall.map_address == (
        "https://www.openstreetmap.org/?mlat=-8.5132&mlon=119.8746#map=17/-8.5132/119.8746"
    )
    assert inn.map_address == "https://www.openstreetmap.org/search?query=Jalan+Pantai+12+%26+14"
    assert nowhere.map_address == ""
    assert (
        'href="https://www.openstreetmap.org/search?query=Jalan+Pantai+12+%26+14" rel="noreferrer"'
        in page_of(cast)
    )


def test_everybody_is_called_and_written_to_by_a_link(cast: Cast, now: datetime) -> None:
    make_contact(cast.event, "Guard post", phone="+6281200000101")
    page = page_of(cast)
    assert 'href="tel:+6281200000101"' in page
    assert 'href="https://wa.me/6281200000101" rel="noreferrer"' in page


def test_a_landline_has_no_chat() -> None:
    assert chat_address("+62385400000") == ""
    assert chat_address("") == ""
    assert chat_address("+12025550123") == "https://wa.me/12025550123"  # there the number does not tell


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("four staff, room 1201, 3 cars", []), ("+62 812 3456 7890 or 081234567890", ["+6281234567890"])],
)
def test_numbers_in_a_text(text: str, numbers: list[str]) -> None:
    assert list(numbers_in(text, country="ID")) == numbers


@pytest.mark.parametrize(("who", "answer"), [("dewi", 404), ("bagus", 404), ("hendra", 404), ("putri", 404)])
def test_the_contacts_end_with_the_duty(cast: Cast, now: datetime, who: str, answer: int) -> None:
    make_contact(cast.event)
    client = signed_in(getattr(cast, who))
    assert client.get(reverse("visit", args=[cast.sato.pk])).status_code == answer
    assert not Contact.objects.visible_to(getattr(cast, who), at=NOW).filter(event=cast.event).exists()
