"""One leave-by: every screen, list and calendar says the same time for the same item."""

import io
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from events.models import Venue
from guests.delays import foresee
from guests.exporting.asked import Asked
from guests.exporting.giving import give
from guests.feeds import make_feed
from guests.handover import proposed_note
from guests.lateness import Effect
from guests.models import ItineraryItem, Visit
from liaison.sheets.reading import read_sheets
from tests.cast import Cast
from tests.factories import NOW, make_item, make_vehicle
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of
from tests.guests.test_leaving import places as places

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def of_sato(cast: Cast) -> Visit:
    return Visit.objects.select_related("event", "guest", "hotel").get(pk=cast.sato.pk)


def in_the_manifest(cast: Cast) -> list[str]:
    out = io.BytesIO()
    give(asked=Asked(event=cast.event, by=cast.ratna, at=NOW), kind="manifest", how="csv", out=out)
    [sheet] = read_sheets(out.getvalue())
    return [str(row.cell(0)) for row in sheet.rows][1:]


def in_the_calendar(cast: Cast, client: Client, **owner: object) -> list[str]:
    _feed, secret = make_feed(by=cast.ratna, at=NOW, **owner)  # type: ignore[arg-type]
    answer = client.get(reverse("calendar_feed", args=[secret]))
    return [str(each.get("DESCRIPTION", "")) for each in Calendar.from_ical(answer.content).walk("VEVENT")]


def leave_by(cast: Cast, is_set: bool) -> str:
    """An item that is left for by the way at 09:26, or as set at 09:40."""
    make_item(
        cast.sato, "Ride", kind="transfer", starts_at=NOW + HOUR, leave_by_at=NOW + 40 * MINUTE if is_set else None,
        origin=Venue.objects.get(name="Hall"), vehicle=make_vehicle(cast.event, "L 99"),
    )  # fmt: skip
    return "09:40" if is_set else "09:26"


@pytest.mark.parametrize("is_set", [False, True])
@pytest.mark.usefixtures("places", "now")
def test_the_same_item_says_the_same_leave_by_everywhere(cast: Cast, client: Client, is_set: bool) -> None:
    said = leave_by(cast, is_set)
    officer = signed_in(cast.sari)
    assert f"Leave by {said} WITA" in text_of(officer.get(reverse("today")).content)
    source = "as planned" if is_set else "by the distance: 10 km, 10 min to get away"
    dossier = text_of(officer.get(reverse("visit", args=[cast.sato.pk])).content)
    assert f"<dt>Leave by</dt><dd>{said} WITA ({source})</dd>" in dossier
    assert f"2027-05-13 {said}" in in_the_manifest(cast)
    assert in_the_calendar(cast, client, officer=cast.sari_officer) == [f"Leave by {said} WITA"]
    with translation.override("en"):
        assert f"Leave by {said} WITA" in proposed_note(of_sato(cast), at=NOW)["next_movement"]


@pytest.mark.usefixtures("places", "now")
def test_a_guests_calendar_says_no_more_than_what_was_set(cast: Cast, client: Client) -> None:
    leave_by(cast, is_set=False)
    assert in_the_calendar(cast, client, visit=cast.sato) == [""]


@pytest.mark.usefixtures("places", "now")
def test_what_is_called_off_is_neither_left_for_nor_a_place_to_leave_from(cast: Cast, client: Client) -> None:
    make_item(
        cast.sato, "Off", starts_at=NOW - HOUR, venue=Venue.objects.get(name="Hall"), state=ItineraryItem.State.CANCELLED
    )  # fmt: skip
    leave_by(cast, is_set=False)
    assert in_the_calendar(cast, client, officer=cast.sari_officer) == ["", "Leave by 09:26 WITA"]
    assert "2027-05-13 09:26" in in_the_manifest(cast)


def test_guests_who_share_a_ride_leave_with_the_first(
    cast: Cast, places: dict[str, Venue], now: datetime
) -> None:
    car = make_vehicle(cast.event, "L 99")
    ride = {"kind": "transfer", "starts_at": NOW + HOUR, "origin": places["hall"], "vehicle": car}
    ItineraryItem.objects.filter(visit=cast.lim).delete()
    make_item(cast.lim, "Ride", **ride)  # whose hotel nobody has said
    make_item(cast.sato, "Ride", **ride)
    assert in_the_manifest(cast) == ["2027-05-13 09:26"]


def test_a_delay_knows_how_long_the_way_is(cast: Cast, places: dict[str, Venue], now: datetime) -> None:
    """The hall is 34 minutes away: of an hour in between, 20 minutes late leave enough, 40 do not."""
    late = make_item(cast.sato, "Breakfast", starts_at=NOW, ends_at=NOW + HOUR, venue=places["hotel"])
    make_item(cast.sato, "Plenary", starts_at=NOW + 2 * HOUR, venue=places["hall"])

    def hits(minutes: int) -> list[tuple[Effect, timedelta]]:
        found = foresee(visit=of_sato(cast), item=late, by=minutes * MINUTE, at=NOW)
        return [(hit.effect, hit.by) for hit in found.ripple.hits]

    assert hits(20) == []
    assert hits(40) == [(Effect.TIGHT, 14 * MINUTE)]
