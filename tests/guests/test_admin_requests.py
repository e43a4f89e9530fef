"""Requests and what an event says of them and of its guests' whereabouts, at the desk."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from events.models import Event, Membership
from guests.models import LogbookEntry, Request, RequestComment, RequestDeadline
from guests.requests import close_request
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import NOW, make_request
from tests.guests.desk import at, fields_of, save
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

pytestmark = pytest.mark.usefixtures("now")
MINUTE = timedelta(minutes=1)


def of(cast: Cast) -> Request:
    return Request.objects.get(visit=cast.sato)


def change(cast: Cast, **given: Any) -> dict[str, list[str]]:
    return save(signed_in(cast.ratna), at(Request, "change", of(cast).pk), given)


def logbook() -> list[str]:
    return list(LogbookEntry.objects.order_by("pk").values_list("text", flat=True))


def told() -> set[tuple[str, str]]:
    return {(each.payload["did"], each.recipient.name) for each in Notice.objects.select_related("recipient")}


def test_what_the_desk_does_stands_in_the_logbook_and_is_told(cast: Cast) -> None:
    assert change(cast, owner=cast.sari_officer.pk, step="accepted") == {}
    assert (of(cast).state, of(cast).owner) == ("accepted", cast.sari_officer)
    assert change(cast, step="declined", reason="Closed today") == {}
    assert (of(cast).state, of(cast).closed_by, of(cast).decline_reason) == (
        "declined", cast.ratna, "Closed today",
    )  # fmt: skip
    assert change(cast, step="open") == {}
    assert (of(cast).state, of(cast).decline_reason) == ("accepted", "")
    assert logbook() == [
        "Accepted: Tea for Sato",
        "Now with Sari Wulandari: Tea for Sato",
        "Declined: Tea for Sato (Closed today)",
        "Open again: Tea for Sato",
    ]
    assert told() >= {
        ("given", "Sari Wulandari"),
        ("declined", "Sari Wulandari"),
        ("reopened", "Sari Wulandari"),
    }
    assert {name for _did, name in told()} == {"Sari Wulandari"}


def test_a_page_that_lay_open_does_not_open_again_what_was_done_meanwhile(cast: Cast) -> None:
    client, address = signed_in(cast.ratna), at(Request, "change", of(cast).pk)
    page = fields_of(client, address)
    close_request(request=of(cast), by=cast.sari, at=NOW, client_uuid=uuid4())
    assert client.post(address, page | {"text": "Green tea"}).status_code == 302
    assert (of(cast).state, of(cast).text) == ("done", "Green tea")


def test_the_desk_declines_with_a_reason_too(cast: Cast) -> None:
    assert change(cast, step="declined") == {"reason": ["Say why it is declined."]}
    assert of(cast).is_open


def test_a_new_one_is_due_as_is_usual_and_reaches_the_lead(cast: Cast) -> None:
    row = {"visit": cast.sato.pk, "category": "doctor", "text": "Headache", "comments-TOTAL_FORMS": 0}
    assert save(signed_in(cast.ratna), at(Request, "add"), row) == {}
    request = Request.objects.get(text="Headache")
    assert (request.due_at, request.owner, request.raised_by) == (
        NOW + 10 * MINUTE, cast.sari_officer, cast.ratna,
    )  # fmt: skip
    assert told() == {("raised", "Sari Wulandari")}


def test_a_word_at_the_desk_is_told_as_on_the_phone(cast: Cast) -> None:
    key = of(cast).pk
    row = {"comments-TOTAL_FORMS": 1, "comments-0-text": "On the way", "comments-0-request": key}
    assert change(cast, **row) == {}
    assert RequestComment.objects.get().author == cast.ratna
    assert told() == {("commented", "Sari Wulandari")}


@pytest.fixture
def waiting(cast: Cast) -> None:
    Request.objects.all().delete()
    owner = cast.sari_officer
    for visit, text, fields in (
        (cast.sato, "Fresh", {"owner": owner, "due_at": NOW + MINUTE}),
        (cast.sato, "Overdue", {"owner": owner, "due_at": NOW - MINUTE}),
        (cast.sato, "Left", {"owner": cast.dewi_officer}),
        (cast.sato, "Long", {"owner": owner, "raised_at": NOW - 61 * MINUTE}),
        (cast.sato, "Over", {"state": "done", "closed_at": NOW, "due_at": NOW - MINUTE}),
        (cast.okafor, "Elsewhere", {"due_at": NOW - MINUTE, "raised_at": NOW - 61 * MINUTE}),
    ):
        make_request(visit, cast.sari, text, **fields)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("open", {"Fresh", "Overdue", "Left", "Long"}),
        ("overdue", {"Overdue"}),
        ("left", {"Left"}),
        ("long", {"Long"}),
        ("", {"Fresh", "Overdue", "Left", "Long", "Over"}),
    ],
)
def test_the_list_finds_what_waits_and_what_waits_in_vain(
    cast: Cast, waiting: None, chosen: str, found: set[str]
) -> None:
    page = signed_in(cast.ratna).get(at(Request, "changelist"), {"waiting": chosen} if chosen else {})
    assert {row.text for row in page.context["cl"].result_list} == found


def test_the_list_marks_the_overdue_and_those_without_an_owner(cast: Cast, waiting: None) -> None:
    said = text_of(signed_in(cast.ratna).get(at(Request, "changelist")).content)
    assert said.count("without an owner") == 1
    assert "1 h 1 min ago" in said


def test_an_event_chooses_where_its_guests_can_be(cast: Cast) -> None:
    client, address = signed_in(cast.ratna), at(Event, "change", cast.event.pk)
    page = client.get(address).content.decode()
    assert page.count('type="checkbox" name="movements"') == 7
    assert save(client, address, {"movements": ["in_car", "at_venue"]}) == {}
    cast.event.refresh_from_db()
    assert cast.event.movements == ["in_car", "at_venue"]
    assert save(client, address, {"movements": []}) == {"movements": ["Choose at least one."]}


def test_an_event_says_how_soon_requests_are_due(cast: Cast) -> None:
    client, address = signed_in(cast.ratna), at(RequestDeadline, "add")
    row = {"event": cast.event.pk, "category": "car", "minutes": 45}
    assert save(client, address, row) == {}
    assert save(client, address, row) == {"__all__": ["The event already has a deadline for this category."]}
    assert save(client, address, row | {"category": "food", "minutes": 0}) == {
        "__all__": ["From 1 minute to 2 days (2880)."]
    }
    usual = RequestDeadline.objects.minutes_of(cast.event.pk)
    assert (usual["car"], usual["food"], set(usual)) == (45, 30, set(Request.Category.values))
    assert RequestDeadline.objects.minutes_of(cast.other_event.pk)["car"] == 20


def test_the_owner_of_a_request_is_of_its_event(cast: Cast) -> None:
    elsewhere = Membership.objects.get(user=cast.hendra)
    assert "owner" in change(cast, owner=elsewhere.pk)
