"""An officer's day sheet: what stands on it, for whom, what never does, and what has changed since."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from events.models import Point, Venue
from guests.day_sheet import day_sheet_html, render_day_sheets
from guests.day_sheet_changes import changes_between
from guests.duty_day import DutyDay, duty_days
from guests.models import Assignment, GuestPrivate, ItineraryItem, Print, Visit
from guests.papers import Wish
from guests.prints import preview, print_day_sheet, print_papers
from guests.samples import sample_days, sample_print
from liaison.accounts.models import User
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_contact,
    make_delegation,
    make_guest,
    make_item,
    make_note,
    make_request,
    make_session,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.phone import now as now
from tests.guests.phone import signed_in
from tests.guests.phone import text_of as source_of
from tests.guests.test_prints import queries_of
from tests.paper import codes_on, fonts_of, picture_of, size_of, text_of, words_of

HOUR = timedelta(hours=1)
DAY = date(2027, 5, 13)
SECRET = "Kelelawar"
SAMPLES = {name: (language, day) for name, language, day in sample_days()}


def sheet_of(cast: Cast, *, holder: User | None = None, day: date = DAY) -> Print:
    return print_day_sheet(visit=cast.sato, day=day, holder=holder or cast.sari, by=cast.ratna, at=NOW)


def text_on(sheet: Print) -> str:
    return text_of(render_day_sheets([sheet], duplex=False).data)


@pytest.fixture
def full(cast: Cast) -> Visit:
    """Mr Sato's day with all that a sheet names."""
    visit = cast.sato
    ItineraryItem.objects.filter(visit=visit).delete()
    hotel = make_venue(cast.event, "Ayana", kind=Venue.Kind.HOTEL)
    hall = make_venue(cast.event, "Great Hall")
    gate = Point.objects.create(venue=hall, name="Gate B", kind=Point.Kind.GATE)
    Visit.objects.filter(pk=visit.pk).update(hotel=hotel, companions=2, companions_note="spouse and aide")
    visit.guest.native_name, visit.guest.pronunciation, visit.guest.diet = (
        "佐藤 健二",
        "SAH-toh",
        "No shellfish",
    )
    visit.guest.save()
    make_item(visit, "To the hall", kind="transfer", starts_at=NOW, ends_at=NOW + 0.5 * HOUR, origin=hotel, venue=hall,
              vehicle=make_vehicle(cast.event, "DK 7 ABC", "Made Driver"))  # fmt: skip
    session = make_session(cast.event, "Plenary", dress="Batik", venue=hall, point=gate)
    make_item(visit, "Plenary", starts_at=NOW + HOUR, leave_by_at=NOW - 0.25 * HOUR, session=session, greeter="Chief Aide",
              seat="Row 1", interpreter="Ms Ito", gift="Ikat shawl")  # fmt: skip
    make_item(
        visit,
        "Night flight",
        kind="flight",
        flight_number="GA 7026",
        starts_at=NOW + 14 * HOUR,
        ends_at=NOW + 17 * HOUR,
    )
    make_item(visit, "Next day", starts_at=NOW + 24 * HOUR)
    make_item(visit, "Briefing", visibility="officers", starts_at=NOW + 5 * HOUR)
    make_note(cast.event, "Bow slightly", topic="greeting", country="JP")
    make_contact(cast.event, "Security desk")
    make_request(visit, cast.sari, "Closed already", state="done", closed_at=NOW, closed_by=cast.sari)
    return Visit.objects.get(pk=visit.pk)


def test_all_that_a_day_sheet_names_stands_on_it(cast: Cast, full: Visit) -> None:
    pdf = render_day_sheets([sheet_of(cast)], duplex=False).data
    text = text_of(pdf)
    for words in (
        "Mr Sato", "佐藤 健二", "SAH-toh", "No shellfish", "RED LINE Red line of Sato",
        "Gate B", "Chief Aide", "Row 1", "Ms Ito", "Batik", "Ikat shawl", "DK 7 ABC", "Made Driver", "+62 812-3456-789",
        "2: spouse and aide", "Security desk", "+62 812-9999-0000", "Ratna Kusuma", "Tea for Sato", "Bow slightly",
        "Destroy after Thu, 13 May", "For Sari Wulandari only.", "Version 1, Thu, 13 May 09:00 WITA", "not told to the guest",
    ):  # fmt: skip
        assert words in text, words
    for absent in ("Next day", "Closed already", "Tea for Lim", "Red line of Lim"):
        assert absent not in text
    assert (
        '<div class="watermark" aria-hidden="true"><bdi lang="" dir="ltr">Sari Wulandari</bdi></div>'
        in day_sheet_html(sheet_of(cast))
    )
    assert size_of(pdf) == (595, 842)
    assert {font.partition("-")[0] for font in fonts_of(pdf)} == {"Liaison"}
    [(address, width)] = codes_on(pdf)
    assert address.endswith(reverse("since_day_sheet", args=[Print.objects.get().pk]))
    assert width >= 20


def test_times_stand_in_their_columns_and_carry_their_zone(cast: Cast, full: Visit) -> None:
    """Of what follows a way to the same place the arrival is that way's end."""
    html = " ".join(day_sheet_html(sheet_of(cast)).split())
    row = html[html.index('<td class="time leave"><bdi dir="ltr">08:45') :]
    cells = re.findall(r'<td class="time[^"]*">(.*?)</td>', row)[:4]
    times = [re.sub("<[^>]+>", "", cell) for cell in cells]
    assert times == ["08:45 WITA", "09:30 WITA", "10:00 WITA", "11:00 WITA"]
    assert "02:00 <small>WITA</small></bdi><small>(Fri, 14 May)</small>" in html  # the night flight's end


def test_what_goes_on_after_midnight_is_on_both_days_and_what_awaits_its_time_on_each(
    cast: Cast, full: Visit
) -> None:
    make_item(full, "Some time", starts_at=None, precision="tbc")
    days = {
        day: [duty.title for duty in told(cast, day).duties]
        for day in (DAY, date(2027, 5, 14), date(2027, 5, 15))
    }
    assert days == {
        DAY: ["To the hall", "Plenary", "Briefing", "Night flight", "Some time"],
        date(2027, 5, 14): ["Night flight", "Next day", "Some time"],
        date(2027, 5, 15): ["Some time"],
    }


def told(cast: Cast, day: date = DAY, holder: User | None = None) -> DutyDay:
    wanted = (cast.sato.pk, day, (holder or cast.sari).pk)
    return duty_days([wanted])[wanted]


def test_what_is_private_and_other_guests_never_stand_on_it(cast: Cast, full: Visit) -> None:
    GuestPrivate.objects.create(
        guest=full.guest, health=SECRET, passport=SECRET, phones=SECRET, security=SECRET
    )
    assert full.hotel is not None
    room = Point.objects.create(venue=full.hotel, name=SECRET, kind=Point.Kind.ROOM)
    make_item(full, "Rest", venue=full.hotel, point=room, starts_at=NOW + 8 * HOUR)
    Visit.objects.filter(pk=full.pk).update(room=SECRET)
    make_item(cast.lim, SECRET)
    make_request(cast.lim, cast.bagus, SECRET)
    make_contact(cast.other_event, SECRET)
    make_note(cast.other_event, SECRET, country="JP")
    make_note(cast.event, SECRET, guest=cast.lim.guest)
    sheet = sheet_of(cast)
    assert "Rest" in text_on(sheet)
    assert SECRET not in json.dumps(sheet.data)
    assert SECRET not in text_on(sheet)


def test_of_the_delegation_the_officers_own_guests_of_that_day_are_named(cast: Cast, full: Visit) -> None:
    delegation = make_delegation(cast.event, "Japan")
    fellows = [
        make_visit(cast.event, make_guest(name), delegation=delegation) for name in ("Own", "Others", "Past")
    ]
    Visit.objects.filter(pk=full.pk).update(delegation=delegation)
    make_assignment(fellows[0], cast.sari_officer)
    make_assignment(fellows[1], cast.bagus_officer)
    make_assignment(fellows[2], cast.sari_officer, starts_at=NOW - 90 * HOUR, ends_at=NOW - 60 * HOUR)
    assert told(cast).entourage == ("2: spouse and aide", "Japan", "Own")


def test_markup_stays_text(cast: Cast, full: Visit) -> None:
    make_item(
        full,
        "<b>Bold</b> {{ settings.SECRET_KEY }}",
        seat="<script>alert(1)</script>",
        starts_at=NOW + 2 * HOUR,
    )
    text = text_on(sheet_of(cast))
    assert "<b>Bold</b> {{ settings.SECRET_KEY }}" in text
    assert "<script>alert(1)</script>" in text


@pytest.mark.parametrize("name", list(SAMPLES))
def test_samples_stay_on_their_pages_and_a_usual_day_on_one(name: str) -> None:
    language, day = SAMPLES[name]
    part = render_day_sheets([sample_print(day, language)], duplex=False)
    [(_title, pages)] = part.chapters
    assert (pages == 1) == (name != "forty")
    text = text_of(part.data)
    if name == "forty":
        assert [text.index(f"Session {number},") for number in range(1, 41)] == sorted(
            text.index(f"Session {number},") for number in range(1, 41)
        )
    outside = [
        word for _page, word, (left, top, right, bottom) in words_of(part.data)
        if left < 14 or top < 14 or right > 581 or bottom > 828
    ]  # fmt: skip
    assert outside == []
    only = "Hanya untuk Sari Wulandari." if language == "id" else "For Sari Wulandari only."
    assert text.count(only) == pages
    assert all(has_watermark(part.data, page) for page in range(1, pages + 1))


def has_watermark(pdf: bytes, page: int) -> bool:
    """Whether there is much of its grey, which nothing else on the sheet has, behind the text; by eye, as letters that
    stand aslant are read in no order."""
    counts = picture_of(pdf, page).convert("L").histogram()
    return sum(counts[230:242]) > 800


def test_a_page_without_the_name_behind_it_would_be_noticed() -> None:
    _language, day = SAMPLES["none"]
    part = render_day_sheets([sample_print(replace(day, officer=""), "en")], duplex=False)
    assert not has_watermark(part.data, 1)


# --- versions ------------------------------------------------------------------------------------------------------


def test_the_same_data_is_the_same_version_and_the_same_bytes(cast: Cast, full: Visit) -> None:
    first = sheet_of(cast)
    again = print_day_sheet(visit=full, day=DAY, holder=cast.sari, by=cast.sari, at=NOW + 5 * HOUR)
    assert again == first
    stored = Print.objects.get(pk=first.pk)
    assert render_day_sheets([first]).data == render_day_sheets([stored]).data
    make_request(full, cast.sari, "More tea")
    second = sheet_of(cast)
    assert (first.version, second.version) == (1, 2)


def test_each_day_and_officer_counts_its_own_versions(cast: Cast, full: Visit) -> None:
    deputy = make_assignment(full, cast.bagus_officer, role="deputy")
    sheets = [sheet_of(cast), sheet_of(cast, holder=cast.bagus), sheet_of(cast, day=date(2027, 5, 14))]
    assert [sheet.version for sheet in sheets] == [1, 1, 1]
    assert [one.name for one in told(cast).contacts if one.function == "colleague"] == ["Bagus Pratama"]
    assert [one.name for one in told(cast, holder=cast.bagus).contacts if one.function == "colleague"] == [
        "Sari Wulandari"
    ]
    deputy.withdraw()


def test_a_day_sheet_is_of_a_day_and_for_somebody(cast: Cast) -> None:
    sheet = sheet_of(cast)
    for nothing in ({"day": None}, {"holder": None}, {"kind": "handout"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Print.objects.filter(pk=sheet.pk).update(**nothing)


def test_the_language_is_the_officers(cast: Cast, full: Visit) -> None:
    User.objects.filter(pk=cast.sari.pk).update(language="id")
    sheet = sheet_of(cast, holder=User.objects.get(pk=cast.sari.pk))
    assert sheet.language == "id"
    assert "09.30" in text_on(sheet)


@pytest.mark.parametrize("number", [1, 3, 12])
def test_printing_many_takes_as_many_queries_as_one(cast: Cast, full: Visit, number: int) -> None:
    visits = [full, *(make_visit(cast.event, make_guest()) for _more in range(number - 1))]
    for visit in visits[1:]:
        make_item(visit, starts_at=NOW + HOUR)
        make_assignment(visit, cast.sari_officer)
        make_request(visit, cast.sari)
    wishes = [Wish(visit.pk, "en", DAY, cast.sari.pk) for visit in visits]
    asked = queries_of(lambda: print_papers(Print.Kind.DAY_SHEET, wishes, by=cast.ratna, at=NOW))
    assert (
        asked == 13
    )  # savepoint, lock, people, visits, items, notes, requests, contacts, staff, duties, versions, insert, release


# --- pages ---------------------------------------------------------------------------------------------------------


def asked_for(who: User, cast: Cast, **data: Any) -> Any:
    return signed_in(who).post(reverse("print_day_sheet", args=[cast.sato.pk]), {"day": "2027-05-13"} | data)


@pytest.mark.usefixtures("now")
def test_an_officer_prints_their_own_from_the_phone(cast: Cast, full: Visit) -> None:
    page = source_of(signed_in(cast.sari).get(reverse("papers", args=[full.pk])).content)
    assert 'name="day" value="2027-05-13"' in page
    assert 'name="holder"' not in page
    answer = asked_for(cast.sari, cast, holder=cast.bagus.pk)
    sheet = Print.objects.get()
    assert (sheet.holder, sheet.day, answer["Location"]) == (
        cast.sari,
        DAY,
        f"/prints/{sheet.pk}/day-sheet.pdf",
    )
    pdf = signed_in(cast.sari).get(answer["Location"])
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Cache-Control"] == "no-store, private"
    assert "2027-05-13%20%E2%80%93%201.pdf" in pdf["Content-Disposition"]


@pytest.mark.usefixtures("now")
def test_a_coordinator_prints_for_an_officer_on_duty_and_for_nobody_else(cast: Cast, full: Visit) -> None:
    page = source_of(signed_in(cast.ratna).get(reverse("papers", args=[full.pk])).content)
    assert f'<option value="{cast.sari.pk}" selected>Sari Wulandari</option>' in page
    for stranger in (cast.bagus, cast.dewi):
        assert f'<option value="{stranger.pk}"' not in page
        asked_for(cast.ratna, cast, holder=stranger.pk)
    asked_for(cast.ratna, cast, holder=cast.sari.pk)
    assert {sheet.holder for sheet in Print.objects.all()} == {cast.ratna, cast.sari}


@pytest.mark.usefixtures("now")
def test_what_is_no_day_is_today_at_the_event(cast: Cast) -> None:
    for asked in ("tomorrow", "2027-13-45", ""):
        asked_for(cast.sari, cast, day=asked)
    assert Print.objects.get().day == DAY


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("who", "may"),
    [("sari", True), ("ratna", True), ("bagus", False), ("dewi", False), ("putri", False), ("hendra", False)],
)
def test_who_may_print_and_read(cast: Cast, full: Visit, who: str, may: bool) -> None:
    sheet = sheet_of(cast)
    person = getattr(cast, who)
    assert asked_for(person, cast).status_code == (303 if may else 404)
    for page, pk in (("day_sheet", sheet.pk), ("since_day_sheet", sheet.pk), ("preview_day_sheet", full.pk)):
        assert signed_in(person).get(reverse(page, args=[pk])).status_code == (200 if may else 404)
    assert Client().get(reverse("day_sheet", args=[sheet.pk])).status_code == 302


@pytest.mark.usefixtures("now")
def test_a_colleagues_sheet_about_the_same_guest_is_the_colleagues(cast: Cast, full: Visit) -> None:
    make_assignment(full, cast.bagus_officer, role="deputy")
    sheet = sheet_of(cast)
    assert signed_in(cast.bagus).get(reverse("day_sheet", args=[sheet.pk])).status_code == 404
    assert asked_for(cast.bagus, cast).status_code == 303
    own = Print.objects.get(holder=cast.bagus)
    assert signed_in(cast.sari).get(reverse("day_sheet", args=[own.pk])).status_code == 404


@pytest.mark.usefixtures("now")
def test_a_sheet_ends_with_the_duty(cast: Cast) -> None:
    sheet = sheet_of(cast)
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(ends_at=NOW)
    for page in ("day_sheet", "since_day_sheet"):
        assert signed_in(cast.sari).get(reverse(page, args=[sheet.pk])).status_code == 404


@pytest.mark.usefixtures("now")
def test_a_preview_writes_nothing_and_has_no_code(cast: Cast, full: Visit) -> None:
    answer = asked_for(cast.sari, cast, preview="1")
    pdf = signed_in(cast.sari).get(answer["Location"]).content
    assert "Preview, Thu, 13 May" in text_of(pdf)
    assert codes_on(pdf) == []
    assert not Print.objects.exists()


# --- what has changed ----------------------------------------------------------------------------------------------


def test_nothing_changes_by_itself(cast: Cast, full: Visit) -> None:
    before = told(cast)
    assert DutyDay.of_data(json.loads(json.dumps(before.as_data()))) == before
    assert changes_between(before, told(cast)) == ()


@pytest.mark.usefixtures("now")
def test_the_code_says_what_has_changed_part_by_part(cast: Cast, full: Visit) -> None:
    sheet = sheet_of(cast)
    page = reverse("since_day_sheet", args=[sheet.pk])
    client = signed_in(cast.sari)
    assert "Nothing has changed" in source_of(client.get(page).content)
    ItineraryItem.objects.filter(title="Plenary").update(seat="Row <2>")
    ItineraryItem.objects.filter(title="Night flight").delete()
    make_note(cast.event, "Never alone", guest=full.guest, is_red_line=True)
    make_request(full, cast.sari, "More tea")
    text = source_of(client.get(page).content)
    parts = re.findall(r'<h2 class="label">(.*?)</h2>', text)
    assert parts == ["Red line", "The day", "Open requests"]
    assert '<strong>Never alone</strong> <span class="badge">new</span>' in text
    assert '<strong>Night flight</strong> <span class="badge">no more</span>' in text
    assert "Seat: Row &lt;2&gt;" in text
    assert "Before: Leave by 08:45 WITA" in text
    assert "<strong>More tea</strong>" in text


def test_a_preview_of_a_visit_that_is_gone_is_an_error_and_no_empty_sheet(cast: Cast) -> None:
    with pytest.raises((KeyError, ObjectDoesNotExist)):
        preview(Print.Kind.DAY_SHEET, Wish(10**9, "en", DAY, cast.sari.pk), at=NOW)


@pytest.mark.usefixtures("now")
def test_the_page_of_what_has_changed_takes_twelve_queries(cast: Cast, full: Visit) -> None:
    client = signed_in(cast.sari)
    address = reverse("since_day_sheet", args=[sheet_of(cast).pk])
    assert queries_of(lambda: client.get(address)) == 11
