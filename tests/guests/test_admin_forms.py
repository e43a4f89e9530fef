"""Forms at the desk: times on the event's clocks, and nothing of one event in another."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.admin import site
from django.db.models import DateTimeField
from django.utils import translation

from events.models import Driver, Event, Point, Role, Session, Vehicle, Venue
from guests.models import (
    Assignment,
    Delegation,
    Guest,
    ItineraryItem,
    ProtocolNote,
    Request,
    RequestComment,
    Visit,
)
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_delegation,
    make_guest,
    make_item,
    make_member,
    make_session,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.desk import at, day_and_time, fields_of, save, signed_in, words_of

TYPED = day_and_time("starts_at", "2027-05-13", "14:20")
MEANT = datetime(2027, 5, 13, 6, 20, tzinfo=UTC)  # 14.20 WITA


def add_item(cast: Cast, typed: dict[str, str]) -> ItineraryItem:
    said = save(
        signed_in(cast.ratna), at(ItineraryItem, "add"), {"visit": cast.sato.pk, "title": "Tea", **typed}
    )
    assert said == {}
    return ItineraryItem.objects.get(title="Tea")


# --- times --------------------------------------------------------------------------------------------------------


def test_a_time_is_read_and_shown_on_the_events_clocks(cast: Cast) -> None:
    item = add_item(cast, TYPED)
    assert item.starts_at == MEANT
    address, client = at(ItineraryItem, "change", item.pk), signed_in(cast.ratna)
    shown = fields_of(client, address)
    assert (shown["starts_at_0"], shown["starts_at_1"]) == ("2027-05-13", "14:20")
    assert "Starts · WITA" in client.get(address).content.decode()
    assert "Thu, 13 May 14:20 WITA" in words_of(client.get(at(ItineraryItem, "changelist")))


def test_a_form_saved_as_it_stands_changes_no_time(cast: Cast) -> None:
    item = make_item(cast.sato, "Tea", starts_at=MEANT, leave_by_at=MEANT - timedelta(minutes=20))
    client, address = signed_in(cast.ratna), at(ItineraryItem, "change", item.pk)
    assert save(client, address, {"title": "Green tea"}) == {}
    again = ItineraryItem.objects.get(pk=item.pk)
    assert (again.title, again.starts_at, again.leave_by_at) == ("Green tea", MEANT, item.leave_by_at)


def test_seconds_that_are_there_are_kept(cast: Cast) -> None:
    item = make_item(cast.sato, "Tea", starts_at=MEANT + timedelta(seconds=31))
    assert save(signed_in(cast.ratna), at(ItineraryItem, "change", item.pk), {"title": "Green tea"}) == {}
    assert ItineraryItem.objects.get(title="Green tea").starts_at == item.starts_at


def test_in_indonesian_a_time_may_be_typed_with_a_dot(cast: Cast) -> None:
    cast.ratna.language = "id"
    cast.ratna.save()
    assert add_item(cast, day_and_time("starts_at", "2027-05-13", "14.20")).starts_at == MEANT
    with translation.override("id"):
        assert "14.20 WITA" in words_of(signed_in(cast.ratna).get(at(ItineraryItem, "changelist")))


def test_with_several_events_the_chosen_one_says_whose_clocks(cast: Cast) -> None:
    """Hendra's event is an hour behind; Ratna runs both, so that no single event can be guessed."""
    make_member(cast.ratna, cast.other_event, Role.COORDINATOR)
    client, address = signed_in(cast.ratna), at(Session, "add")
    assert "in the event's zone" in unescape(client.get(address).content.decode())
    assert "WITA" in client.get(address, {"event": cast.event.pk}).content.decode()
    ends = day_and_time("ends_at", "2027-05-13", "15:20")
    for event, hours in ((cast.event, 8), (cast.other_event, 7)):
        assert save(client, address, {"event": event.pk, "title": event.name, **TYPED, **ends}) == {}
        starts_at = Session.objects.get(title=event.name).starts_at
        assert starts_at == datetime(2027, 5, 13, 14 - hours, 20, tzinfo=UTC)


def test_a_time_in_a_row_of_the_visits_page_is_on_the_same_clocks(cast: Cast) -> None:
    client, address = signed_in(cast.ratna), at(Visit, "change", cast.lim.pk)
    rows = int(fields_of(client, address)["items-TOTAL_FORMS"])
    row = {f"items-{rows}-{name}": value for name, value in {**TYPED, "title": "Tea", "kind": "meal"}.items()}
    added = row | {
        "items-TOTAL_FORMS": rows + 1,
        f"items-{rows}-state": "confirmed",
        f"items-{rows}-visit": cast.lim.pk,
    }
    assert save(client, address, added) == {}
    assert ItineraryItem.objects.get(title="Tea").starts_at == MEANT
    assert ItineraryItem.objects.get(title="Meeting of Lim").starts_at == NOW + timedelta(hours=1)


def test_a_time_that_the_clocks_skip_is_refused(cast: Cast) -> None:
    Event.objects.filter(pk=cast.event.pk).update(time_zone="Europe/Paris")
    said = save(
        signed_in(cast.ratna),
        at(ItineraryItem, "add"),
        {"visit": cast.sato.pk, "title": "Tea", **day_and_time("starts_at", "2027-03-28", "02:30")},
    )
    assert list(said) == ["starts_at"]


def test_a_reversed_time_is_refused_at_its_field(cast: Cast) -> None:
    typed = {
        **TYPED,
        **day_and_time("ends_at", "2027-05-13", "14:00"),
        **day_and_time("leave_by_at", "2027-05-13", "15:00"),
    }
    said = save(
        signed_in(cast.ratna), at(ItineraryItem, "add"), {"visit": cast.sato.pk, "title": "Tea", **typed}
    )
    assert said == {
        "ends_at": ["The end must come after the start."],
        "leave_by_at": ["“Leave by” must not come after the start."],
    }
    stay = day_and_time("arrives_at", "2027-05-14", "10:00") | day_and_time(
        "departs_at", "2027-05-13", "10:00"
    )
    said = save(signed_in(cast.ratna), at(Visit, "change", cast.sato.pk), stay)
    assert said == {"departs_at": ["The departure must come after the arrival."]}


def test_no_page_shows_a_time_without_its_zone() -> None:
    """A bare column would be shown in UTC, unnamed."""
    for model, table in site._registry.items():  # noqa: SLF001 (every registered table)
        moments = {field.name for field in model._meta.fields if isinstance(field, DateTimeField)}  # noqa: SLF001
        for place in (table.list_display, table.readonly_fields):
            assert not moments & {name for name in place if isinstance(name, str)}, model.__name__
        for inline in table.inlines:
            fields = inline.model._meta.fields  # noqa: SLF001 (Django's own API)
            bare = {field.name for field in fields if isinstance(field, DateTimeField)}
            assert not bare & {name for name in inline.readonly_fields if isinstance(name, str)}, inline


# --- one event ------------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(cast: Cast) -> dict[str, Any]:
    """What belongs to Hendra's event, which Ratna now runs as well: she may see it, and yet not mix it in."""
    make_member(cast.ratna, cast.other_event, Role.COORDINATOR)
    event = cast.other_event
    venue = make_venue(event, "Other hall")
    vehicle = make_vehicle(event, "B 1 OTHER", "Other driver")
    return {
        "venue": venue,
        "origin": venue,
        "hotel": venue,
        "point": Point.objects.create(venue=venue, name="Other room"),
        "session": make_session(event, "Other session"),
        "vehicle": vehicle,
        "driver": Driver.objects.get(vehicles=vehicle),
        "delegation": make_delegation(event, "Other delegation"),
        "officer": make_member(cast.bagus, event),
        "head": cast.okafor,
    }


def test_an_item_takes_nothing_from_another_event(cast: Cast, elsewhere: dict[str, Any]) -> None:
    names = ["venue", "origin", "point", "session", "vehicle", "driver"]
    given = {name: elsewhere[name].pk for name in names}
    said = save(
        signed_in(cast.ratna),
        at(ItineraryItem, "add"),
        {"visit": cast.sato.pk, "title": "Tea", **TYPED, **given},
    )
    assert said == {name: [f"“{elsewhere[name]}” belongs to another event."] for name in names}
    assert not ItineraryItem.objects.filter(title="Tea").exists()


@pytest.mark.parametrize(("model", "names"), [(Visit, ["delegation", "hotel"]), (Delegation, ["head"])])
def test_a_row_takes_nothing_from_another_event(
    cast: Cast, elsewhere: dict[str, Any], model: Any, names: list[str]
) -> None:
    row = cast.sato if model is Visit else make_delegation(cast.event, "Japan")
    said = save(
        signed_in(cast.ratna), at(model, "change", row.pk), {name: elsewhere[name].pk for name in names}
    )
    for name in names:
        assert f"“{elsewhere[name]}” belongs to another event." in said[name]


@pytest.mark.parametrize("model", [Session, Vehicle])
def test_a_new_row_takes_nothing_from_another_event(
    cast: Cast, elsewhere: dict[str, Any], model: Any
) -> None:
    ends = day_and_time("ends_at", "2027-05-13", "15:20")
    given = {"event": cast.event.pk, "title": "Tea", "plate": "DK 1", "seats": 3, **TYPED, **ends}
    name = "venue" if model is Session else "driver"
    said = save(signed_in(cast.ratna), at(model, "add"), {**given, name: elsewhere[name].pk})
    assert said == {name: [f"“{elsewhere[name]}” belongs to another event."]}


def test_an_assignment_and_a_request_take_only_officers_of_the_event(
    cast: Cast, elsewhere: dict[str, Any]
) -> None:
    client, officer = signed_in(cast.ratna), elsewhere["officer"]
    visit = make_visit(cast.event)
    said = save(client, at(Assignment, "add"), {"visit": visit.pk, "officer": officer.pk})
    assert list(said) == ["officer"]
    said = save(client, at(Request, "add"), {"visit": visit.pk, "text": "Tea", "owner": officer.pk})
    assert said == {"owner": ["“Bagus Pratama” belongs to another event."]}


def test_what_is_out_of_scope_is_no_choice_at_all(cast: Cast) -> None:
    """Ratna does not run Hendra's event here, and sends its keys by hand."""
    hall = Venue.objects.get(name="Hall Okafor")
    said = save(signed_in(cast.ratna), at(Visit, "change", cast.sato.pk), {"hotel": hall.pk})
    assert list(said) == ["hotel"]
    assert "Okafor" not in str(said)
    said = save(
        signed_in(cast.ratna), at(ItineraryItem, "add"), {"visit": cast.okafor.pk, "title": "Tea", **TYPED}
    )
    assert list(said) == ["visit"]
    proposed = signed_in(cast.ratna).get(at(Assignment, "add"), {"visit": cast.okafor.pk})
    assert "Okafor" not in proposed.content.decode()


def test_a_room_belongs_to_the_venue_beside_it(cast: Cast) -> None:
    hall, other = make_venue(cast.event, "Hall"), make_venue(cast.event, "Other")
    room = Point.objects.create(venue=other, name="Room 1")
    said = save(
        signed_in(cast.ratna),
        at(ItineraryItem, "add"),
        {"visit": cast.sato.pk, "title": "Tea", **TYPED, "venue": hall.pk, "point": room.pk},
    )
    assert said == {"point": ["“Other, Room 1” is not in Hall."]}


def test_a_row_stays_with_its_event(cast: Cast, elsewhere: dict[str, Any]) -> None:
    client = signed_in(cast.ratna)
    assert (
        save(client, at(Visit, "change", cast.sato.pk), {"event": cast.other_event.pk, "note": "kept"}) == {}
    )
    cast.sato.refresh_from_db()
    assert (cast.sato.event, cast.sato.note) == (cast.event, "kept")


def test_what_is_searched_in_a_form_is_of_the_forms_event(cast: Cast, elsewhere: dict[str, Any]) -> None:
    page = signed_in(cast.ratna).get(at(Visit, "change", cast.sato.pk)).content.decode()
    assert f"autocomplete/?of_event={cast.event.pk}" in page
    asked = {"app_label": "guests", "model_name": "visit", "field_name": "hotel", "term": "Other"}
    found = signed_in(cast.ratna).get("/admin/autocomplete/", {**asked, "of_event": str(cast.event.pk)})
    assert found.json()["results"] == []
    everywhere = signed_in(cast.ratna).get("/admin/autocomplete/", asked).json()["results"]
    assert [row["text"] for row in everywhere] == ["Other hall"]


def test_an_officer_elsewhere_finds_nothing_of_it_at_the_desk(cast: Cast) -> None:
    """Ratna runs the forum and looks after Mr Okafor at the other event: that is for her phone."""
    officer = make_member(cast.ratna, cast.other_event)
    Assignment.objects.create(
        visit=cast.okafor, officer=officer, starts_at=NOW, ends_at=NOW + timedelta(days=3000)
    )
    client = signed_in(cast.ratna)
    assert Visit.objects.visible_to(cast.ratna, at=NOW).filter(pk=cast.okafor.pk).exists()
    for model, row in ((Visit, cast.okafor), (Guest, cast.okafor.guest), (Event, cast.other_event)):
        assert client.get(at(model, "change", row.pk)).status_code == 404
        assert "Okafor" not in client.get(at(model, "changelist")).content.decode()


# --- rows that know who wrote them ------------------------------------------------------------------------------------


def test_a_new_guest_is_seen_by_who_wrote_it_down(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    assert save(client, at(Guest, "add"), {"name": "Newcomer", "languages": "ar, en"}) == {}
    guest = Guest.objects.get(name="Newcomer")
    assert (guest.introduced_by, guest.languages) == (cast.ratna, ["ar", "en"])
    assert client.get(at(Guest, "change", guest.pk)).status_code == 200
    assert signed_in(cast.hendra).get(at(Guest, "change", guest.pk)).status_code == 404


def test_a_guest_whom_another_event_expects_is_not_deleted(cast: Cast) -> None:
    shared = make_guest("Shared")
    make_visit(cast.event, shared)
    client, address = signed_in(cast.ratna), at(Guest, "delete", shared.pk)
    assert client.get(address).status_code == 200
    make_visit(cast.other_event, shared)
    assert client.get(address).status_code == 403
    assert "Summit Elsewhere" not in client.get(at(Guest, "change", shared.pk)).content.decode()


def test_a_request_knows_who_raised_it_and_when_it_ended(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    assert (
        save(
            client, at(Request, "add"), {"visit": cast.sato.pk, "text": "A doctor", "comments-TOTAL_FORMS": 0}
        )
        == {}
    )
    request = Request.objects.get(text="A doctor")
    assert request.raised_by == cast.ratna
    assert save(client, at(Request, "change", request.pk), {"step": "done"}) == {}
    request.refresh_from_db()
    assert request.closed_at is not None
    assert save(client, at(Request, "change", request.pk), {"step": "open"}) == {}
    request.refresh_from_db()
    assert request.is_open
    row = {"comments-TOTAL_FORMS": 1, "comments-0-text": "On the way", "comments-0-request": request.pk}
    assert save(client, at(Request, "change", request.pk), row) == {}
    assert RequestComment.objects.get().author == cast.ratna
    assert save(client, at(Request, "add"), {"visit": cast.sato.pk, "text": ""}) == {
        "text": ["Say what is needed."]
    }


def test_a_red_line_is_short_and_about_one_thing(cast: Cast) -> None:
    given = {"guest": cast.sato.guest_id, "country": "JP", "text": "x" * 121, "is_red_line": "on"}
    said = save(signed_in(cast.ratna), at(ProtocolNote, "add"), given)
    assert said == {
        "country": ["A note is about a guest or a country, not both."],
        "text": ["A red line has at most 120 characters."],
    }


def test_an_uploaded_photo_is_on_file_without_an_address(cast: Cast) -> None:
    Guest.objects.filter(pk=cast.sato.guest_id).update(photo="guests/face.jpg")
    page = signed_in(cast.ratna).get(at(Guest, "change", cast.sato.guest_id)).content.decode()
    assert "On file: face.jpg" in page
    assert "media-is-private" not in page


def test_a_page_that_lay_open_puts_nothing_back(cast: Cast) -> None:
    """Somebody else moves an item and refuses photographs while the visit's page is open; here only the room changes."""
    item = make_item(cast.sato, "Dinner", starts_at=NOW + timedelta(hours=1))
    client = signed_in(cast.ratna)
    address = at(Visit, "change", cast.sato.pk)
    page = fields_of(client, address)
    moved = {"starts_at": NOW + timedelta(hours=3), "ends_at": NOW + timedelta(hours=4)}
    ItineraryItem.objects.filter(pk=item.pk).update(**moved)
    Visit.objects.filter(pk=cast.sato.pk).update(photo_consent="refused")
    response = client.post(address, page | {"room": "512"})
    assert response.status_code == 302
    visit, item = Visit.objects.get(pk=cast.sato.pk), ItineraryItem.objects.get(pk=item.pk)
    assert (visit.room, visit.photo_consent, item.starts_at) == ("512", "refused", NOW + timedelta(hours=3))
    page["photo_consent"] = "given" if page["photo_consent"] != "given" else "refused"
    client.post(address, page | {"room": "512"})
    assert Visit.objects.get(pk=cast.sato.pk).photo_consent == page["photo_consent"]
