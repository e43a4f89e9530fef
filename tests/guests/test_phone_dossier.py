"""The dossier, and the first page of each of the cast."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from events.models import Role
from guests.contacts import Reach
from guests.dossier import Dossier, dossier_of
from guests.models import Assignment, Guest, ItineraryItem, LogbookEntry, Visit
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_contact,
    make_delegation,
    make_document,
    make_event,
    make_item,
    make_member,
    make_note,
    make_request,
    make_user,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def dossier(cast: Cast, at: datetime = NOW) -> Dossier:
    with translation.override("en"):
        return dossier_of(Visit.objects.get(pk=cast.sato.pk), reader=cast.sari, at=at)


def people(cast: Cast, function: str) -> tuple[Reach, ...]:
    """Whom the dossier names for that."""
    return next((each.people for each in dossier(cast).contacts if each.name == function), ())


def test_the_first_30_seconds(cast: Cast) -> None:
    for topic, text in [
        ("address", "Sato-daishi"), ("greeting", "Bow first"), ("dont", "No first names"),
        ("dont", "No business before tea"), ("dont", "No photos while eating"), ("dont", "No touching"),
    ]:  # fmt: skip
        make_note(cast.event, text, guest=cast.sato.guest, topic=topic)
    make_note(cast.event, "Shake hands", country="JP", topic="greeting")
    make_note(cast.event, "Kiss", country="SG", topic="greeting")
    found = dossier(cast)
    assert found.called == "Mr Sato"
    assert found.addressing == ("Sato-daishi",)
    assert found.greeting == ("Bow first", "Shake hands")
    assert found.donts == ("No first names", "No business before tea", "No photos while eating")


def test_notes_say_whom_they_are_about_and_where_they_come_from(cast: Cast) -> None:
    make_note(cast.event, "Two hands", country="JP", topic="gift", source="Ministry, 2026")
    make_note(cast.event, "No flash", topic="other")
    notes = {note.text: (note.about, note.source, note.is_red_line) for note in dossier(cast).notes}
    assert notes == {
        "Red line of Sato": ("this guest", "", True),
        "Two hands": ("Japan", "Ministry, 2026", False),
        "No flash": ("this event", "", False),
    }


def test_the_plan_is_cut_into_the_events_days(cast: Cast) -> None:
    make_item(cast.sato, "Red eye", starts_at=NOW + timedelta(hours=16), ends_at=NOW + timedelta(hours=18))
    make_item(cast.sato, "Arrival", starts_at=NOW - DAY, ends_at=None)
    make_item(cast.sato, "Late talk", starts_at=NOW + 14 * HOUR, ends_at=NOW + 16 * HOUR)
    make_item(cast.sato, "Golf", starts_at=None, precision="tbc", state="tentative")
    make_item(cast.sato, "Called off", state="cancelled")
    days = [
        (day.label, day.is_open, [(entry.title, entry.time) for entry in day.entries])
        for day in dossier(cast).days
    ]
    assert days == [
        ("Wednesday, 12 May", False, [("Arrival", "09:00 WITA")]),
        (
            "Today, Thursday, 13 May",
            True,
            [("Meeting of Sato", "10:00–11:00 WITA"), ("Late talk", "23:00 – Fri, 14 May 01:00 WITA")],
        ),
        ("Friday, 14 May", False, [("Red eye", "01:00–03:00 WITA")]),
        ("Time to be confirmed", False, [("Golf", "")]),
    ]


def test_an_item_says_all_an_officer_needs(cast: Cast) -> None:
    ItineraryItem.objects.all().delete()
    make_item(
        cast.sato, "Flight in", kind="flight", flight_number="GA 450", vehicle=make_vehicle(cast.event, "L 1", "Made"),
        origin=make_venue(cast.event, "Jakarta"), venue=make_venue(cast.event, "Komodo Airport"), greeter="Ratna",
        leave_by_at=NOW, seat="1A", gift="Ikat", note="Wheelchair",
    )  # fmt: skip
    entry = dossier(cast).days[0].entries[0]
    assert (entry.title, entry.place, entry.plate, entry.phone) == (
        "Flight in · GA 450", "Komodo Airport", "L 1", "+628123456789",
    )  # fmt: skip
    assert dict(entry.facts) == {
        "Leave by": "09:00 WITA (as planned)", "From": "Jakarta", "Car": "Toyota Alphard, black", "Driver": "Made",
        "Met by": "Ratna", "Seat": "1A", "Gift": "Ikat", "Note": "Wheelchair",
    }  # fmt: skip
    assert dossier(cast).call == "+628123456789"


def test_what_is_over_is_nobody_to_call_about(cast: Cast) -> None:
    assert dossier(cast, NOW + 3 * HOUR).call == ""


def test_the_stay_says_what_is_known_and_leaves_out_the_rest(cast: Cast) -> None:
    Guest.objects.filter(pk=cast.sato.guest_id).update(languages=["ja", "en"])
    delegation = make_delegation(cast.event, "Japan", head=cast.sato)
    Visit.objects.filter(pk=cast.sato.pk).update(
        hotel=make_venue(cast.event, "Inn"), room="512", delegation=delegation, companions=2,
        companions_note="spouse, aide", arrives_at=NOW - DAY, arrival_note="with the minister", departure_note="besok",
    )  # fmt: skip
    assert dict(dossier(cast).facts) == {
        "Speaks": "Japanese, English",
        "Arrives": "Wed, 12 May 09:00 WITA (with the minister)",
        "Departs": "besok",
        "Hotel": "Inn",
        "Room": "512",
        "Delegation": "Japan, as its head",
        "Companions": "2: spouse, aide",
    }


def test_the_logbook_reads_as_what_happened(cast: Cast) -> None:
    for minute, fields in enumerate(
        [{"kind": "status", "status": "landed"}, {"kind": "undo", "status": "expected"}, {"text": "Tired"}]
    ):
        at = NOW + timedelta(minutes=minute)
        LogbookEntry.objects.create(visit=cast.sato, author=cast.sari, happened_at=at, **fields)
    assert [(line.when, line.text, line.by) for line in dossier(cast).logbook] == [
        ("09:02 WITA", "Tired", "Sari Wulandari"),
        ("09:01 WITA", "Taken back: expected again", "Sari Wulandari"),
        ("09:00 WITA", "landed", "Sari Wulandari"),
    ]


def test_open_requests_come_before_those_lately_closed(cast: Cast) -> None:
    for number in range(7):
        closed_at = NOW - timedelta(minutes=number)
        make_request(cast.sato, cast.sari, f"Old {number}", state="done", closed_at=closed_at)
    found = dossier(cast)
    assert [request.text for request in found.requests] == ["Tea for Sato"]
    assert [line.text for line in found.closed_requests] == [f"Old {number}" for number in range(5)]


def test_colleagues_are_named_with_their_role(cast: Cast) -> None:
    cast.bagus.phone = "+6281234567890"
    cast.bagus.save()
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    (bagus,) = people(cast, "Who looks after the guest")
    assert (bagus.name, bagus.detail.split(" · ")[0], bagus.phone) == (
        "Bagus Pratama",
        "deputy",
        "+6281234567890",
    )


def full(cast: Cast, number: int) -> None:
    """Mr Sato with that many of everything."""
    delegation = make_delegation(cast.event, head=cast.sato)
    Visit.objects.filter(pk=cast.sato.pk).update(delegation=delegation, hotel=make_venue(cast.event))
    for index in range(number):
        driver = make_vehicle(cast.event, f"L {index}", f"Driver {index}")
        make_item(cast.sato, venue=make_venue(cast.event), vehicle=driver, origin=make_venue(cast.event))
        make_request(cast.sato, cast.sari)
        make_request(cast.sato, cast.sari, "Old", state="done", closed_at=NOW)
        make_note(cast.event, "Bow", country="JP", source="Book")
        author = make_user()
        LogbookEntry.objects.create(visit=cast.sato, text="Well", author=author, happened_at=NOW)
        make_assignment(cast.sato, make_member(author, cast.event), role=Assignment.Role.DEPUTY)
        make_member(make_user(), cast.event, Role.COORDINATOR)
        make_contact(cast.event, f"Desk {index}", venue=make_venue(cast.event))
        make_document(cast.sato, f"Pass {index}")
        fellow = make_visit(cast.event, delegation=delegation)
        make_assignment(fellow, cast.sari_officer)


@pytest.mark.parametrize("who", ["sari", "ratna"])
@pytest.mark.parametrize("number", [0, 3, 30])
def test_the_dossier_takes_twelve_queries_however_much_there_is(
    cast: Cast, now: datetime, number: int, who: str, django_assert_num_queries: Any
) -> None:
    full(cast, number)
    client = signed_in(getattr(cast, who))
    # session, person, visit and delegation, duty; plan, notes, requests, team, contacts, coordinators, logbook, papers
    with django_assert_num_queries(12):
        page = client.get(reverse("visit", args=[cast.sato.pk]))
    assert page.status_code == 200


def test_the_page_has_it_all(cast: Cast, now: datetime) -> None:
    Guest.objects.filter(pk=cast.sato.guest_id).update(
        native_name="佐藤健二", pronunciation="SAH-toh", office="Governor", honorific_before="H.E."
    )
    page = text_of(signed_in(cast.sari).get(reverse("visit", args=[cast.sato.pk])).content)
    for said in (
        "Mr Sato",
        "H.E. Kenji Sato",
        '<span lang="ja">佐藤健二</span>',
        "SAH-toh",
        "Governor · Japan",
    ):
        assert said in page
    for said in ("Red line of Sato", "Meeting of Sato", "10:00–11:00 WITA", "Hall Sato", "Tea for Sato"):
        assert said in page
    assert "Lim" not in page
    assert f"/visits/{cast.sato.pk}/private/" in page


def test_before_duty_the_dossier_can_be_read_but_nothing_done(cast: Cast, now: datetime) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + HOUR)
    page = text_of(signed_in(cast.sari).get(reverse("visit", args=[cast.sato.pk])).content)
    assert "Yours from 10:00 WITA. Until then you can read and prepare." in page
    assert "Red line of Sato" in page
    for action in ("/private/", "/done/", f"/visits/{cast.sato.pk}/requests/"):
        assert action not in page


@pytest.mark.parametrize(
    ("who", "answer"),
    [("sari", 200), ("ratna", 200), ("bagus", 404), ("dewi", 404), ("putri", 404), ("hendra", 404)],
)
def test_the_dossier_is_there_for_those_who_look_after_the_guest(
    cast: Cast, now: datetime, who: str, answer: int
) -> None:
    client = signed_in(getattr(cast, who))
    assert client.get(reverse("visit", args=[cast.sato.pk])).status_code == answer


def test_a_guest_who_is_nowhere_is_not_there(cast: Cast, now: datetime) -> None:
    for pk in (0, 2**63 - 1, 2**70):
        assert signed_in(cast.sari).get(reverse("visit", args=[pk])).status_code == 404


@pytest.mark.parametrize(
    ("who", "address"),
    [("sari", "/today/"), ("dewi", "/today/"), ("ratna", "/admin/"), ("putri", "/press/forum/")],
)
def test_everybody_has_a_first_page(cast: Cast, now: datetime, who: str, address: str) -> None:
    cast.event.slug = "forum"
    cast.event.save()
    assert signed_in(getattr(cast, who)).get("/")["Location"] == address


def test_a_press_officer_of_two_events_chooses(cast: Cast, now: datetime) -> None:
    make_member(cast.putri, cast.other_event, Role.PRESS)
    page = text_of(signed_in(cast.putri).get("/").content)
    assert page.count('href="/press/') == 2


def test_nobodys_member_is_told_what_to_do(now: datetime, db: None) -> None:
    make_event()
    page = text_of(signed_in(make_user("Nobody")).get("/").content)
    assert "You are signed in, and not yet on a team." in page


def test_a_stranger_is_sent_to_the_door(db: None) -> None:
    assert Client().get("/")["Location"].startswith("/accounts/login/")


def test_a_deputy_reads_and_acts_like_the_lead_until_the_end_of_the_period(cast: Cast, now: datetime) -> None:
    duty = make_assignment(cast.sato, cast.dewi_officer, role=Assignment.Role.DEPUTY)
    client, address = signed_in(cast.dewi), reverse("visit", args=[cast.sato.pk])
    page = text_of(client.get(address).content)
    for said in ("Red line of Sato", "Meeting of Sato", "Tea for Sato", "/private/", "hand-over/"):
        assert said in page, said
    assert client.post(reverse("read_private", args=[cast.sato.pk])).status_code == 200
    Assignment.objects.filter(pk=duty.pk).update(ends_at=NOW)
    assert client.get(address).status_code == 404
    assert client.post(reverse("read_private", args=[cast.sato.pk])).status_code == 404
