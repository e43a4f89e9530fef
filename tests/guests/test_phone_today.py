"""Today's screen: what an officer sees first."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from events.models import Role, Venue
from guests.models import Assignment, ItineraryItem, Movement, Request, Visit
from guests.today import Card, Today, todays_screen
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_guest,
    make_item,
    make_member,
    make_note,
    make_request,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.phone import now as now

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def screen(cast: Cast, at: datetime = NOW, **given: Any) -> Today:
    with translation.override("en"):
        return todays_screen(user=cast.sari, at=at, **given)


def card(cast: Cast, at: datetime = NOW, **given: Any) -> Card:
    """Mr Sato's card."""
    return next(card for card in screen(cast, at, **given).cards if card.pk == cast.sato.pk)


def another_guest(cast: Cast, name: str, **duty: Any) -> Visit:
    visit = make_visit(cast.event, make_guest(name, addressed_as=name))
    make_assignment(visit, cast.sari_officer, **duty)
    return visit


def only_item(cast: Cast, **fields: Any) -> ItineraryItem:
    ItineraryItem.objects.filter(visit=cast.sato).delete()
    return make_item(cast.sato, **fields)


def test_guests_come_in_the_order_in_which_they_move(cast: Cast) -> None:
    soon, late, idle = (another_guest(cast, name) for name in ("Soon", "Late", "Idle"))
    make_item(soon, starts_at=NOW + 2 * HOUR, leave_by_at=NOW + 20 * MINUTE)
    make_item(late, starts_at=NOW + 3 * HOUR)
    another_guest(cast, "Not yet", starts_at=NOW + HOUR)
    called = [card.called for card in screen(cast).cards]
    assert called == ["Soon", "Mr Sato", "Late", "Idle", "Not yet"]
    assert idle.pk in {card.pk for card in screen(cast).cards}


def test_other_officers_guests_are_not_there(cast: Cast) -> None:
    assert [card.pk for card in screen(cast).cards] == [cast.sato.pk]


def test_who_was_assigned_is_no_more(cast: Cast) -> None:
    assert todays_screen(user=cast.dewi, at=NOW).cards == ()
    before = todays_screen(user=cast.dewi, at=NOW - timedelta(days=1, hours=1))
    assert [card.pk for card in before.cards] == [cast.sato.pk]


def test_a_withdrawn_officer_sees_nothing(cast: Cast) -> None:
    cast.sari_leads.withdraw()
    assert screen(cast).cards == ()


def test_an_administrator_sees_their_own_guests_only(cast: Cast) -> None:
    cast.ratna.is_superuser = True
    cast.ratna.save()
    assert todays_screen(user=cast.ratna, at=NOW).cards == ()


def test_the_next_step_says_where_when_in_which_zone_and_how_sure(cast: Cast) -> None:
    hall = make_venue(cast.event, "Grand Komodo")
    only_item(
        cast,
        title="Audience",
        starts_at=NOW + HOUR,
        leave_by_at=NOW + 25 * MINUTE,
        venue=hall,
        state="tentative",
    )
    step = card(cast).next
    assert step is not None
    assert (step.title, step.place, step.time) == ("Audience", "Grand Komodo", "10:00 WITA")
    assert (step.leave_by, step.countdown) == ("Leave by 09:25 WITA", "in 25 min")
    assert (step.is_tentative, step.is_late) == (True, False)


@pytest.mark.parametrize(
    ("precision", "said"),
    [("exact", "10:00 WITA"), ("approximate", "~10:00 WITA"), ("tbc", "10:00 WITA, to be confirmed")],
)
def test_a_time_says_how_sure_it_is(cast: Cast, precision: str, said: str) -> None:
    only_item(cast, precision=precision)
    step = card(cast).next
    assert step is not None
    assert step.time == said


def test_who_has_not_left_in_time_is_late(cast: Cast) -> None:
    only_item(cast, starts_at=NOW + HOUR, leave_by_at=NOW - 12 * MINUTE)
    step = card(cast).next
    assert step is not None
    assert (step.is_late, step.countdown) == (True, "12 min ago")


def test_near_midnight_tomorrow_is_next_and_says_its_day(cast: Cast) -> None:
    night = NOW + timedelta(hours=14, minutes=50)  # 23:50 WITA
    only_item(cast, title="Flight home", starts_at=night + 40 * MINUTE, kind="flight", flight_number="GA 451")
    found = card(cast, night)
    assert found.next is not None
    assert (found.next.title, found.next.time) == ("Flight home · GA 451", "Fri, 14 May 00:30 WITA")
    assert found.later == ()


def test_the_rest_of_today_stops_at_midnight(cast: Cast) -> None:
    make_item(cast.sato, "Dinner", starts_at=NOW + 10 * HOUR)
    make_item(cast.sato, "Breakfast", starts_at=NOW + 22 * HOUR)
    make_item(cast.sato, "Called off", starts_at=NOW + 9 * HOUR, state="cancelled")
    make_item(cast.sato, "Yesterday", starts_at=NOW - 20 * HOUR)
    found = card(cast)
    assert found.next is not None
    assert found.next.title == "Meeting of Sato"
    assert [step.title for step in found.later] == ["Dinner"]


def test_what_goes_on_is_now_and_not_next(cast: Cast) -> None:
    make_item(cast.sato, "Plenary", starts_at=NOW - HOUR, ends_at=NOW + MINUTE)
    found = card(cast)
    assert found.now is not None
    assert found.next is not None
    assert (found.now.title, found.next.title) == ("Plenary", "Meeting of Sato")
    assert card(cast, NOW + MINUTE).now is None


def test_what_goes_on_past_midnight_is_still_now(cast: Cast) -> None:
    night = NOW + timedelta(hours=15, minutes=30)  # 00:30 WITA
    only_item(cast, title="Gala", starts_at=night - HOUR, ends_at=night + HOUR)
    found = card(cast, night)
    assert found.now is not None
    assert (found.now.title, found.now.time, found.next) == ("Gala", "Thu, 13 May 23:30 WITA", None)


def test_a_guest_with_two_duties_has_one_card_and_the_earlier_duty_counts(cast: Cast) -> None:
    make_assignment(
        cast.sato,
        cast.sari_officer,
        role=Assignment.Role.DEPUTY,
        starts_at=NOW + HOUR,
        ends_at=NOW + 9 * HOUR,
    )
    assert [(card.pk, card.can_act) for card in screen(cast).cards] == [(cast.sato.pk, True)]


def test_without_an_itinerary_the_arrival_is_next(cast: Cast) -> None:
    ItineraryItem.objects.all().delete()
    Visit.objects.filter(pk=cast.sato.pk).update(
        arrives_at=NOW + 26 * HOUR, arrival_precision="approximate", departs_at=NOW + 50 * HOUR
    )
    step = card(cast).next
    assert step is not None
    assert (step.title, step.time) == ("Arrives", "~Fri, 14 May 11:00 WITA")
    after = card(cast, NOW + 27 * HOUR).next
    assert after is not None
    assert after.title == "Departs"


def test_the_car_is_the_next_ones_with_its_driver(cast: Cast) -> None:
    ItineraryItem.objects.filter(visit=cast.sato).update(car_at_door_at=NOW - 5 * MINUTE)
    car = card(cast).car
    assert car is not None
    assert (car.plate, car.driver, car.phone) == (f"DK {cast.sato.pk} Sa", "Driver Sato", "+628123456789")
    assert (car.phone_shown, car.at_the_door, car.when) == (
        "+62 812-3456-789",
        "at the door since 08:55 WITA",
        "",
    )


def test_a_car_for_a_later_step_says_when(cast: Cast) -> None:
    only_item(cast, title="Plenary", starts_at=NOW + HOUR)
    assert card(cast).car is None
    make_item(cast.sato, "Transfer", starts_at=NOW + 2 * HOUR, vehicle=make_vehicle(cast.event, "DK 77 X"))
    car = card(cast).car
    assert car is not None
    assert (car.plate, car.driver, car.when) == ("DK 77 X", "", "for 11:00 WITA")


def test_red_lines_are_the_guests_the_countrys_and_the_events(cast: Cast) -> None:
    make_note(cast.event, "No peanuts", country="JP", is_red_line=True)
    make_note(cast.event, "No flash", is_red_line=True)
    make_note(cast.event, "Bow", guest=cast.sato.guest)
    make_note(cast.event, "Not for her", country="SG", is_red_line=True)
    assert set(card(cast).red_lines) == {"Red line of Sato", "No peanuts", "No flash"}


def test_open_requests_say_their_age_and_what_is_overdue_comes_first(cast: Cast) -> None:
    make_request(cast.sato, cast.sari, "Car", due_at=NOW - MINUTE, raised_at=NOW - HOUR)
    make_request(cast.sato, cast.sari, "Over", closed_at=NOW, state="done")
    first, second = card(cast, NOW + MINUTE).requests
    assert (first.text, first.due, first.age, first.is_overdue) == (
        "Car", "due 08:59 WITA", "1 h 1 min ago", True,
    )  # fmt: skip
    assert (second.text, second.due, second.is_overdue) == ("Tea for Sato", "", False)


def test_many_requests_are_counted_rather_than_shown(cast: Cast) -> None:
    for number in range(6):
        make_request(cast.sato, cast.sari, f"Thing {number}")
    found = card(cast)
    assert (len(found.requests), found.more_requests) == (4, 3)


def test_a_preset_without_a_note_is_named_by_its_category(cast: Cast) -> None:
    Request.objects.all().delete()
    make_request(cast.sato, cast.sari, "", category=Request.Category.PRAYER)
    assert card(cast).requests[0].text == "prayer room"


def test_duty_that_has_not_begun_says_when_it_does(cast: Cast) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + 22 * HOUR)
    found = card(cast, undo=cast.sato.pk)
    assert (found.can_act, found.can_undo) == (False, False)
    assert found.duty_from == "Fri, 14 May 07:00 WITA"
    assert screen(cast).first is None


def test_the_likely_next_place_is_where_the_car_goes(cast: Cast) -> None:
    hotel = make_venue(cast.event, "Inn", kind=Venue.Kind.HOTEL)
    Visit.objects.filter(pk=cast.sato.pk).update(status=Movement.IN_CAR, status_at=NOW)
    only_item(cast, title="To the hotel", starts_at=NOW - MINUTE, ends_at=NOW + HOUR, venue=hotel)
    found = card(cast)
    assert found.likely == ("at_hotel", "At the hotel")
    assert [value for value, _word in found.moves] == [
        move for move in Movement if move not in {Movement.IN_CAR, Movement.AT_HOTEL}
    ]


def test_each_event_is_on_its_own_clock(cast: Cast) -> None:
    officer = make_member(cast.sari, cast.other_event, Role.OFFICER)
    make_assignment(cast.okafor, officer)
    times = {card.called: card.next.time for card in screen(cast).cards if card.next}
    assert times == {"Mr Sato": "10:00 WITA", "Mr Okafor": "09:00 WIB"}


def test_indonesian_writes_hours_with_a_dot(cast: Cast) -> None:
    with translation.override("id"):
        step = todays_screen(user=cast.sari, at=NOW).cards[0].next
    assert step is not None
    assert step.time == "10.00 WITA"
