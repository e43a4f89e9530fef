"""Calendar feeds: what they say, to whom, and when they end."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from events.models import Event, Membership, Shift
from guests.feeds import calendar_of, days_of, make_feed
from guests.models import CalendarFeed, Guest, GuestPrivate, ItineraryItem, Visit
from liaison.weblog import without_secrets
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_member, make_user, make_venue, make_visit
from tests.guests.phone import now as now
from tests.guests.phone import signed_in

pytestmark = pytest.mark.usefixtures("now")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRET = "Kryptonite"


def feed_of(cast: Cast, **owner: Any) -> tuple[CalendarFeed, str]:
    feed, secret = make_feed(by=cast.ratna, at=NOW, **owner)
    return feed, reverse("calendar_feed", args=[secret])


def entries(client: Client, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200
    return {str(event["SUMMARY"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_an_officers_calendar_names_guest_place_and_time_in_the_events_zone(
    cast: Cast, client: Client
) -> None:
    ItineraryItem.objects.filter(visit=cast.sato).update(
        leave_by_at=NOW - HOUR, starts_at=NOW, ends_at=NOW + HOUR
    )
    _feed, address = feed_of(cast, officer=cast.sari_officer)
    [(title, event)] = entries(client, address).items()
    assert title == "Mr Sato: Meeting of Sato"
    assert (event.start, event.end) == (NOW, NOW + HOUR)
    assert event["DTSTART"].params["TZID"] == "Asia/Makassar"
    assert (event["LOCATION"], event["STATUS"]) == ("Hall Sato", "CONFIRMED")
    assert "Leave by 08:00 WITA" in event["DESCRIPTION"]
    assert event["URL"].endswith(reverse("visit", args=[cast.sato.pk]))


def test_nothing_private_and_nobody_elses_guest_leaves_the_house(cast: Cast, client: Client) -> None:
    GuestPrivate.objects.create(guest=cast.sato.guest, health=SECRET, phones=SECRET)
    hotel = make_venue(cast.event, "Grand Komodo")
    suite = hotel.points.create(kind="room", name=SECRET)
    ItineraryItem.objects.update(venue=hotel, point=suite)
    Visit.objects.update(room=SECRET, note=SECRET, hotel=hotel)
    Guest.objects.update(diet=SECRET)
    ItineraryItem.objects.update(note=SECRET, seat=SECRET, gift=SECRET)
    for owner in ({"officer": cast.sari_officer}, {"visit": cast.sato}):
        _feed, address = feed_of(cast, **owner)
        text = client.get(address).content.decode()
        assert "Meeting of Sato" in text
        plate = ItineraryItem.objects.get(visit=cast.sato).vehicle
        assert plate is not None
        for hidden in (SECRET, "Lim", "Okafor", plate.plate, "Driver", "Tea for", "Red line"):
            assert hidden not in text


def test_a_guests_calendar_has_what_the_guest_may_see(cast: Cast, client: Client) -> None:
    make_item(cast.sato, "For officers", visibility=ItineraryItem.Visibility.OFFICERS)
    make_item(cast.sato, "Some day", starts_at=None, precision=Visit.Precision.TO_BE_CONFIRMED)
    make_item(cast.sato, "Perhaps", state=ItineraryItem.State.TENTATIVE)
    Guest.objects.filter(pk=cast.sato.guest_id).update(languages=["ja", "id"])
    _feed, address = feed_of(cast, visit=cast.sato)
    found = entries(client, address)
    assert set(found) == {"Meeting of Sato", "Perhaps"}
    assert found["Perhaps"]["STATUS"] == "TENTATIVE"
    assert found["Perhaps"]["SUMMARY"].params["LANGUAGE"] == "id"


def test_a_moved_item_keeps_its_name_and_counts_up_however_it_is_written(cast: Cast, client: Client) -> None:
    _feed, address = feed_of(cast, visit=cast.sato)
    before = entries(client, address)["Meeting of Sato"]
    rows = ItineraryItem.objects.filter(visit=cast.sato)
    rows.update(starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR)
    rows.update(note="of no concern to a calendar")
    stale = rows.get()
    rows.update(state=ItineraryItem.State.CANCELLED)
    stale.state, stale.note = ItineraryItem.State.CANCELLED, "saved by somebody who had not looked again"
    stale.save()
    after = entries(client, address)["Meeting of Sato"]
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 2)
    assert after["STATUS"] == "CANCELLED"
    rows.delete()
    assert entries(client, address) == {}


def test_shifts_are_in_the_officers_calendar(cast: Cast, client: Client) -> None:
    Shift.objects.create(membership=cast.sari_officer, starts_at=NOW, ends_at=NOW + 8 * HOUR)
    Shift.objects.create(membership=cast.bagus_officer, starts_at=NOW, ends_at=NOW + HOUR)
    _feed, address = feed_of(cast, officer=cast.sari_officer)
    assert entries(client, address)["On duty"].end == NOW + 8 * HOUR


@pytest.mark.parametrize(
    ("zone", "moment", "local"),
    [
        ("Asia/Jakarta", datetime(2027, 5, 13, 2, 0, tzinfo=UTC), "20270513T090000"),
        ("Asia/Makassar", datetime(2027, 5, 13, 2, 0, tzinfo=UTC), "20270513T100000"),
        ("Asia/Jayapura", datetime(2027, 5, 13, 2, 0, tzinfo=UTC), "20270513T110000"),
        ("Europe/Paris", datetime(2027, 10, 30, 22, 30, tzinfo=UTC), "20271031T003000"),
        ("Europe/Paris", datetime(2027, 10, 31, 2, 30, tzinfo=UTC), "20271031T033000"),
    ],
)
def test_the_events_zone_comes_with_its_rules(cast: Cast, zone: str, moment: datetime, local: str) -> None:
    Event.objects.filter(pk=cast.event.pk).update(time_zone=zone, ends_on=date(2027, 11, 1))
    ItineraryItem.objects.filter(visit=cast.sato).update(starts_at=moment, ends_at=None)
    feed, _address = feed_of(cast, visit=Visit.objects.get(pk=cast.sato.pk))
    calendar: Any = Calendar.from_ical(calendar_of(days_of(feed, at=NOW)))
    [event] = calendar.walk("VEVENT")
    assert event["DTSTART"].to_ical().decode() == local
    assert event.start == moment
    assert [str(zone_["TZID"]) for zone_ in calendar.walk("VTIMEZONE")] == [zone]


def test_names_in_any_script_and_marks_of_the_format_survive(cast: Cast, client: Client) -> None:
    title = "Audience; with H.E. 佐藤, الأمير \\ and \x07a very " + "long " * 30 + "name"
    ItineraryItem.objects.filter(visit=cast.sato).update(title=title)
    _feed, address = feed_of(cast, visit=cast.sato)
    content = client.get(address).content
    assert max(map(len, content.split(b"\r\n"))) <= 75
    [(found, _event)] = entries(client, address).items()
    assert found == title.replace("\x07", "")


# --- who and how long ----------------------------------------------------------------------------------------------


def test_scope_is_that_of_the_moment_it_is_fetched(cast: Cast, client: Client) -> None:
    _feed, address = feed_of(cast, officer=cast.sari_officer)
    assert len(entries(client, address)) == 1
    cast.sari_leads.withdraw()
    assert entries(client, address) == {}
    _feed, former = feed_of(cast, officer=cast.dewi_officer)
    assert entries(client, former) == {}


def test_an_address_ends_when_it_is_revoked_replaced_or_its_officer_leaves(
    cast: Cast, client: Client
) -> None:
    feed, first = feed_of(cast, officer=cast.sari_officer)
    _feed, second = feed_of(cast, officer=cast.sari_officer)
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    CalendarFeed.objects.open().get().revoke(at=NOW)
    assert client.get(second).status_code == 404
    _feed, third = feed_of(cast, officer=cast.sari_officer)
    type(cast.sari).objects.filter(pk=cast.sari.pk).update(is_active=False)
    assert client.get(third).status_code == 404
    type(cast.sari).objects.filter(pk=cast.sari.pk).update(is_active=True)
    assert client.get(third).status_code == 200
    Membership.objects.filter(pk=cast.sari_officer.pk).delete()
    assert client.get(third).status_code == 404
    assert not CalendarFeed.objects.filter(pk=feed.pk).exists()


def test_an_address_ends_thirty_days_after_the_event(cast: Cast) -> None:
    feed, _address = feed_of(cast, visit=cast.sato)
    last = datetime(2027, 6, 13, 16, 0, tzinfo=UTC)  # the 14th begins in WITA
    assert feed.is_open(last - timedelta(seconds=1))
    assert not feed.is_open(last)


@pytest.mark.parametrize("secret", ["x", "A" * 43, "../admin", "%00"])
def test_what_is_no_address_is_not_found(cast: Cast, client: Client, secret: str) -> None:
    feed_of(cast, visit=cast.sato)
    assert client.get(f"/calendars/{secret}.ics").status_code == 404


def test_the_secret_stands_nowhere(cast: Cast) -> None:
    feed, address = feed_of(cast, visit=cast.sato)
    secret = address.split("/")[-1].removesuffix(".ics")
    assert len(secret) >= 43  # 256 bits
    stored = {str(value) for value in CalendarFeed.objects.filter(pk=feed.pk).values().get().values()}
    assert secret not in stored
    history: Any = CalendarFeed.pgh_event_model  # type: ignore[attr-defined]
    assert all(secret not in str(row) for row in history.objects.values())
    line = without_secrets(f"GET {address}?x=1 200")
    assert secret not in line
    assert line.endswith("?x=1 200")


def test_fetching_is_remembered_and_what_did_not_change_is_not_sent_again(cast: Cast, client: Client) -> None:
    feed, address = feed_of(cast, visit=cast.sato)
    first = client.get(address)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    ItineraryItem.objects.filter(visit=cast.sato).update(title="Moved")
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200
    feed.refresh_from_db()
    assert (feed.fetches, feed.fetched_at) == (3, NOW)


@pytest.mark.parametrize("guests", [1, 3])
@pytest.mark.parametrize("items", [1, 30])
def test_a_feed_costs_four_queries(
    cast: Cast, client: Client, django_assert_num_queries: DjangoAssertNumQueries, guests: int, items: int
) -> None:
    officer = make_member(make_user(), cast.event)
    for _number in range(guests):
        visit = make_visit(cast.event)
        make_assignment(visit, officer)
        for _item in range(items):
            make_item(visit, "Talk", venue=make_venue(cast.event))
    _feed, address = feed_of(cast, officer=officer)
    with django_assert_num_queries(4):  # the feed, that it was fetched, items, shifts
        assert client.get(address).status_code == 200


# --- the pages -----------------------------------------------------------------------------------------------------


def shown_address(page: Any) -> str:
    return str(urlsplit(page.context["address"]).path)


def test_an_officer_makes_and_revokes_an_address(cast: Cast, client: Client) -> None:
    phone = signed_in(cast.sari)
    page = phone.post(reverse("own_calendars"), {"officer": cast.sari_officer.pk})
    assert "webcal://" in page.content.decode()
    address = shown_address(page)
    assert client.get(address).status_code == 200
    assert address not in phone.get(reverse("own_calendars")).content.decode()
    feed = CalendarFeed.objects.get()
    assert phone.post(reverse("revoke_calendar", args=[feed.pk])).status_code == 302
    assert client.get(address).status_code == 404


def test_nobody_makes_an_address_for_another_officer(cast: Cast) -> None:
    for number in (cast.bagus_officer.pk, "", "x", "9" * 40):
        answer = signed_in(cast.sari).post(reverse("own_calendars"), {"officer": number})
        assert answer.status_code == 404
    assert not CalendarFeed.objects.exists()


def test_a_guests_address_is_made_by_who_serves_the_guest(cast: Cast, client: Client) -> None:
    for person in (cast.sari, cast.ratna):
        page = signed_in(person).post(reverse("guest_calendar", args=[cast.sato.pk]))
        assert client.get(shown_address(page)).status_code == 200
    for stranger in (cast.bagus, cast.dewi, cast.putri, cast.hendra):
        assert signed_in(stranger).post(reverse("guest_calendar", args=[cast.sato.pk])).status_code == 404
    feed = CalendarFeed.objects.open().get()
    for stranger in (cast.bagus, cast.dewi, cast.hendra):
        assert signed_in(stranger).post(reverse("revoke_calendar", args=[feed.pk])).status_code == 404


def test_a_name_with_line_ends_and_commas_is_one_line_of_text(cast: Cast, client: Client) -> None:
    Event.objects.filter(pk=cast.event.pk).update(name="Forum, Nusantara\r\nATTACH:x\rURL:y")
    _feed, address = feed_of(cast, officer=cast.sari_officer)
    written = client.get(address).content
    lines = written.replace(b"\r\n ", b"").split(b"\r\n")
    assert not [
        line for line in lines if line.startswith((b"ATTACH", b"URL:y")) or b"\r" in line or b"\n" in line
    ]
    assert r"Forum\, Nusantara ATTACH:x" in str(Calendar.from_ical(written)["X-WR-CALNAME"])
