"""When to leave: as set, else by the way, and where that comes from is said."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import translation

from events.models import Event, Venue
from guests.leaving import LeaveByError, set_leave_by
from guests.models import ItineraryItem, LogbookEntry, Visit
from guests.reminders import wishes_for
from guests.steps import Step
from tests.cast import Cast
from tests.factories import NOW, make_item, make_venue
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of
from tests.guests.test_phone_today import card

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def places(cast: Cast) -> dict[str, Venue]:
    """A hotel, which is Mr Sato's, and a hall 10 km north of it: 24 minutes at 25 km an hour, and 10 to get away."""
    ItineraryItem.objects.filter(visit=cast.sato).delete()
    hotel = make_venue(cast.event, "Ayana", kind=Venue.Kind.HOTEL, latitude="-8.5", longitude="119.9")
    hall = make_venue(cast.event, "Hall", latitude="-8.41006", longitude="119.9")
    Visit.objects.filter(pk=cast.sato.pk).update(hotel=hotel)
    return {"hotel": hotel, "hall": hall}


def next_of(cast: Cast) -> Step:
    step = card(cast).next
    assert step is not None
    return step


def test_the_first_of_the_day_is_left_for_from_the_hotel(cast: Cast, places: dict[str, Venue]) -> None:
    make_item(cast.sato, "Plenary", starts_at=NOW + HOUR, venue=places["hall"])
    step = next_of(cast)
    assert (step.leave_by, step.countdown) == ("Leave by 09:26 WITA", "in 26 min")
    assert step.moves_at == NOW + 26 * MINUTE
    with translation.override("en"):
        assert step.leave_by_source == "by the distance: 10 km, 10 min to get away"


def test_the_events_speed_and_minutes_count(cast: Cast, places: dict[str, Venue]) -> None:
    Event.objects.filter(pk=cast.event.pk).update(travel_kmh=60, travel_buffer_minutes=20)
    make_item(cast.sato, "Plenary", starts_at=NOW + HOUR, venue=places["hall"])
    assert next_of(cast).moves_at == NOW + 30 * MINUTE
    assert next_of(cast).leave_by_source == "by the distance: 10 km, 20 min to get away"


def test_what_somebody_set_outdoes_the_distance(cast: Cast, places: dict[str, Venue]) -> None:
    item = make_item(
        cast.sato, "Plenary", starts_at=NOW + HOUR, venue=places["hall"], leave_by_at=NOW + 5 * MINUTE
    )
    assert (next_of(cast).leave_by, next_of(cast).leave_by_source) == ("Leave by 09:05 WITA", "as planned")
    set_leave_by(item=item, leave_by_at=NOW + 15 * MINUTE, by=cast.sari, at=NOW, client_uuid=uuid4())
    assert next_of(cast).leave_by_source == "set by Sari Wulandari"


@pytest.mark.parametrize(
    ("before", "needed"),
    [
        ({"venue": "hall"}, 0),  # already there
        ({"venue": "hotel"}, 34),
        ({"origin": "hotel", "venue": "hall", "kind": "transfer"}, 0),
        ({"kind": "rest"}, 34),  # at the hotel
        ({}, 0),  # a place nobody has said claims nothing
        ({"venue": "hall", "starts_at": NOW - 20 * HOUR}, 34),  # a night in between
    ],
)
def test_the_way_begins_where_the_guest_is(
    cast: Cast, places: dict[str, Venue], before: dict[str, object], needed: int
) -> None:
    given = {name: places.get(str(value), value) for name, value in before.items()}
    make_item(cast.sato, "Before", **{"starts_at": NOW - HOUR} | given)
    make_item(cast.sato, "Plenary", starts_at=NOW + HOUR, venue=places["hall"])
    step = next_of(cast)
    assert (NOW + HOUR - step.moves_at) // MINUTE == needed
    assert bool(step.leave_by) == bool(needed)


@pytest.mark.parametrize(
    "item",
    [
        {"precision": "tbc"},
        {"kind": "rest"},
        {"kind": "transfer"},  # begins where the guest is
        {"kind": "flight"},  # an arrival: nobody leaves for it
    ],
)
def test_nobody_leaves_for_what_begins_nowhere_sure(
    cast: Cast, places: dict[str, Venue], item: dict[str, str]
) -> None:
    make_item(cast.sato, "Thing", starts_at=NOW + HOUR, venue=places["hall"], **item)
    assert (next_of(cast).leave_by, next_of(cast).moves_at) == ("", NOW + HOUR)


def test_two_places_of_unknown_distance_take_the_minutes_to_get_away(
    cast: Cast, places: dict[str, Venue]
) -> None:
    make_item(cast.sato, "Tea", starts_at=NOW + HOUR, venue=make_venue(cast.event))
    assert next_of(cast).moves_at == NOW + 50 * MINUTE
    assert next_of(cast).leave_by_source == "distance unknown: 10 min to get away"


def test_reminders_know_the_way_too(cast: Cast, places: dict[str, Venue]) -> None:
    make_item(cast.sato, "Plenary", starts_at=NOW + 2 * HOUR, venue=places["hall"])
    moves = {wish.payload["moves_at"] for wish in wishes_for([cast.sato.pk], NOW)}
    assert moves == {(NOW + 86 * MINUTE).isoformat()}


def test_setting_it_is_written_down_once(cast: Cast) -> None:
    item, action = make_item(cast.sato, "Tea", starts_at=NOW + HOUR), uuid4()
    for _twice in range(2):
        set_leave_by(item=item, leave_by_at=NOW + MINUTE, by=cast.sari, at=NOW, client_uuid=action)
    [entry] = LogbookEntry.objects.filter(visit=cast.sato)
    assert (entry.text, entry.author) == ("Leave by 09:01 WITA for Tea", cast.sari)
    with pytest.raises(LeaveByError):
        set_leave_by(item=item, leave_by_at=NOW + 2 * HOUR, by=cast.sari, at=NOW, client_uuid=uuid4())


def test_the_form_takes_a_clock_time_and_keeps_what_it_refuses(cast: Cast, now: datetime) -> None:
    item = make_item(cast.sato, "Tea", starts_at=NOW + HOUR)  # 10:00 WITA
    client, address = signed_in(cast.sari), f"/visits/{cast.sato.pk}/leave-by/"
    assert "Tea" in text_of(client.get(address, {"item": item.pk}).content)
    refused = client.post(address, {"item": item.pk, "time": "10:30"})
    assert refused.status_code == 422
    assert 'value="10:30"' in text_of(refused.content)
    assert client.post(address, {"item": item.pk, "time": "x"}).status_code == 422
    assert client.post(address, {"item": item.pk, "time": "09:20"}).status_code == 302
    item.refresh_from_db()
    assert (item.leave_by_at, item.leave_by_from) == (NOW + 20 * MINUTE, "Sari Wulandari")
    client.post(address, {"item": item.pk, "distance": "1"})
    item.refresh_from_db()
    assert (item.leave_by_at, item.leave_by_from) == (None, "")


def test_right_after_midnight_one_leaves_the_evening_before(cast: Cast, now: datetime) -> None:
    item = make_item(cast.sato, "Flight", starts_at=NOW + 15.5 * HOUR)  # 00:30 WITA
    signed_in(cast.sari).post(f"/visits/{cast.sato.pk}/leave-by/", {"item": item.pk, "time": "22:45"})
    item.refresh_from_db()
    assert item.leave_by_at == NOW + 15.5 * HOUR - 105 * MINUTE


def test_another_guests_item_is_not_there(cast: Cast, now: datetime) -> None:
    client, address = signed_in(cast.sari), f"/visits/{cast.sato.pk}/leave-by/"
    theirs = cast.lim.items.get()
    assert client.get(address, {"item": theirs.pk}).status_code == 404
    assert client.post(address, {"item": theirs.pk, "time": "09:00"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.leave_by_at is None
