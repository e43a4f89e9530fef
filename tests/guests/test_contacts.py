"""Contacts for a phone's address book: well-formed vCards of the people one calls, and of nobody else."""

import pytest
from django.urls import reverse
from django.utils import timezone

from guests.exporting.contacts import Card, vcards
from liaison.accounts.models import User
from tests.cast import Cast, bring_to
from tests.factories import NOW, make_contact, make_venue
from tests.guests.desk import signed_in


@pytest.fixture
def today(cast: Cast) -> Cast:
    bring_to(cast, timezone.now())
    return cast


def names_for(user: User) -> set[str]:
    answer = signed_in(user).get(reverse("own_contacts"))
    assert answer.status_code == 200
    return {line[3:] for line in answer.content.decode().splitlines() if line.startswith("FN:")}


def test_an_officer_saves_those_around_the_own_guests(today: Cast) -> None:
    assert names_for(today.sari) == {"Driver Sato", "Ratna Kusuma"}
    assert names_for(today.bagus) == {"Driver Lim", "Ratna Kusuma"}


def test_what_the_event_lists_by_function_is_saved_too(today: Cast) -> None:
    clinic = make_venue(today.event, "Clinic")
    make_contact(today.event, "Ambulance", function="medical", venue=clinic, note="Day and night")
    make_contact(today.other_event, "Guard elsewhere")
    assert names_for(today.sari) == {"Driver Sato", "Ratna Kusuma", "Ambulance"}
    card = signed_in(today.sari).get(reverse("own_contacts")).content.decode()
    assert "TITLE:medical" in card
    assert "NOTE:Clinic\\, Day and night" in card


@pytest.mark.parametrize("who", ["dewi", "putri"])
def test_whoever_has_no_guests_has_no_contacts(today: Cast, who: str) -> None:
    assert signed_in(getattr(today, who)).get(reverse("own_contacts")).status_code == 404


def test_a_coordinator_is_led_to_the_desk(today: Cast) -> None:
    answer = signed_in(today.ratna).get(reverse("own_contacts"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:guests_export_events"))


def test_the_dossier_leads_to_the_contacts(today: Cast) -> None:
    page = signed_in(today.sari).get(reverse("visit", args=[today.sato.pk]))
    assert f'href="{reverse("own_contacts")}"' in page.content.decode()


@pytest.mark.parametrize(
    "name", ["عبد الرحمن بن عبد العزيز " * 9, "王丽华" * 40, "Sari; Wulandari, \\ M.A.\nEND:VCARD"]
)
def test_long_names_in_any_script_come_back_whole(name: str) -> None:
    card = Card("person/1", name.strip(), "Forum", "liaison officer", "+628123456789", "id", "x" * 200)
    data = b"".join(vcards([card], at=NOW))
    assert data.endswith(b"END:VCARD\r\n")
    folded = data.split(b"\r\n")
    assert max(map(len, folded)) <= 75
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(line.decode() or line == b"" for line in folded)  # no character is torn apart
    unfolded = data.decode().replace("\r\n ", "").splitlines()
    escaped = name.strip().replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    assert f"FN:{escaped}" in unfolded
    assert [line for line in unfolded if line == "END:VCARD"] == ["END:VCARD"]


def test_a_card_keeps_its_identity(cast: Cast) -> None:
    card = Card("person/1", "Sari", "Forum", "liaison officer", "+628123456789", "id")
    [one] = vcards([card], at=NOW)
    assert b"".join(vcards([card], at=NOW)) == one
    lines = one.decode().splitlines()
    assert "REV:20270513T010000Z" in lines
    assert "TEL;TYPE=work,cell;VALUE=uri:tel:+628123456789" in lines
    assert "LANG:id" in lines
    assert len([line for line in lines if line.startswith("UID:urn:uuid:")]) == 1
