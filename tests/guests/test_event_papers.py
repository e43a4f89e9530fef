"""Papers about a whole event: its book, who comes and goes, who is driven where; what stands on them, and for whom."""

import json
from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pytest
from django.core.files.base import ContentFile

from events.models import Point, Session, Venue
from guests.event_book import STYLES, event_book_html
from guests.event_samples import sample_books, sample_manifests
from guests.look import Look, Pictures, Sheet
from guests.models import GuestPrivate, ItineraryItem, Print, Visit
from guests.papers import Wish, render
from guests.prints import preview, print_event_paper
from guests.samples import sample_print
from guests.side_by_side import BOTH
from liaison.accounts.models import User
from liaison.paper.pdf import BrokenImageError
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_contact,
    make_delegation,
    make_guest,
    make_item,
    make_member,
    make_session,
    make_user,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.phone import now as now
from tests.paper import fonts_of, pages_of, text_of, words_of

HOUR = timedelta(hours=1)
DAY = date(2027, 5, 13)
BOOK, ARRIVALS, TRANSPORT = Print.Kind.EVENT_BOOK, Print.Kind.ARRIVALS, Print.Kind.TRANSPORT
SECRET = "Kelelawar"
BOOKS = {name: (language, book) for name, language, book in sample_books()}
LISTS = {name: (language, kind, manifest) for name, language, kind, manifest in sample_manifests()}


@pytest.fixture
def full(cast: Cast) -> Cast:
    """The forum with all that its papers name."""
    hotel = make_venue(cast.event, "Ayana", kind=Venue.Kind.HOTEL)
    airport = make_venue(cast.event, "Komodo Airport", kind=Venue.Kind.AIRPORT)
    hall = make_venue(cast.event, "Great Hall", address="Jalan Balai 1")
    gate = Point.objects.create(venue=hall, name="Gate B", kind=Point.Kind.GATE)
    lounge = Point.objects.create(venue=airport, name="VIP lounge", kind=Point.Kind.LOUNGE)
    make_session(
        cast.event, "Plenary on oceans", dress="Batik", venue=hall, point=gate, audience="Heads only"
    )
    make_session(cast.event, "Opening", starts_at=NOW - 23 * HOUR, ends_at=NOW - 22 * HOUR)
    make_session(cast.event, "Called off", state=Session.State.CANCELLED)
    make_contact(cast.event, "Security desk", venue=hall)
    japan = make_delegation(cast.event, "Japan", country="JP")
    Visit.objects.filter(pk=cast.sato.pk).update(
        delegation=japan, hotel=hotel, rank=2, companions=3, arrives_at=NOW, departs_at=NOW + 50 * HOUR
    )
    Visit.objects.filter(pk=cast.lim.pk).update(
        rank=1, arrives_at=NOW + HOUR, arrival_precision="approximate"
    )
    cast.sari.phone = "+6281234567890"
    cast.sari.save()
    make_item(cast.sato, "Lands", kind="flight", flight_number="GA 452", starts_at=NOW, ends_at=NOW + 0.1 * HOUR,
              venue=airport, point=lounge, greeter="Chief Aide")  # fmt: skip
    make_item(cast.sato, "To the hotel", kind="transfer", starts_at=NOW + 0.5 * HOUR, origin=airport, venue=hotel,
              leave_by_at=NOW + 0.25 * HOUR, vehicle=make_vehicle(cast.event, "DK 7 ABC", "Made Driver"))  # fmt: skip
    make_item(
        cast.lim,
        "Without a car",
        kind="transfer",
        starts_at=NOW + 2 * HOUR,
        origin=hotel,
        venue=hall,
        point=gate,
    )
    return cast


def paper_of(cast: Cast, kind: Print.Kind, *, day: date | None = None, language: str = "en") -> Print:
    return print_event_paper(kind, event=cast.event, by=cast.ratna, at=NOW, language=language, day=day)


def text_on(paper: Print) -> str:
    return text_of(render([paper], duplex=False).data)


# --- what stands on them -------------------------------------------------------------------------------------------


def test_the_book_has_its_chapters_in_order_and_all_that_it_names(full: Cast) -> None:
    text = text_on(paper_of(full, BOOK))
    chapters = (
        "Event book Forum Nusantara 12–14 May 2027 Labuan Bajo", "Contents Programme", "Opening", "Plenary on oceans",
        "Gate B, Great Hall", "Batik", "Heads only", "Jalan Balai 1", "Gate Gate B", "Security desk", "Coordinators",
        "Ratna Kusuma", "Bagus Pratama", "Sari Wulandari", "+62 812-3456-7890", "Mr Sato", "Order of precedence",
        "Japan", "Kenji Sato", "Guests without a delegation", "Ana Lim",
    )  # fmt: skip
    for words in chapters:
        assert words in text, words
    in_order = (
        "Forum Nusantara 12–14 May 2027", "Contents Programme", "Opening", "Plenary on oceans", "Jalan Balai 1", "Coordinators",
        "Order of precedence", "Kenji Sato", "Ana Lim",
    )  # fmt: skip
    places = [text.rindex(words) for words in in_order]
    assert places == sorted(places)
    for absent in ("Called off", "Chidi Okafor", "Putri Ayu", "Summit Elsewhere"):
        assert absent not in text
    assert {font.partition("-")[0] for font in fonts_of(render([paper_of(full, BOOK)]).data)} == {"Liaison"}


def test_delegations_stand_by_precedence_the_head_first(full: Cast) -> None:
    kenya = make_delegation(full.event, "Kenya", country="KE")
    low, head = (
        make_visit(full.event, make_guest(name), delegation=kenya, rank=rank)
        for name, rank in (("Low", 3), ("Head", 9))
    )
    make_delegation(full.event, "Angola", country="AO")  # nobody comes
    make_visit(full.event, make_guest("No rank"), delegation=make_delegation(full.event, "Zambia"))
    kenya.head = head
    kenya.save()
    delegations = preview(BOOK, Wish(None, "en", event=full.event.pk), at=NOW).data["delegations"]
    assert [(one["name"], [guest["name"] for guest in one["guests"]]) for one in delegations] == [
        ("Japan", ["Kenji Sato"]), ("Kenya", ["Head", "Low"]), ("Zambia", ["No rank"]), ("", ["Ana Lim"]),
    ]  # fmt: skip
    assert low.rank == 3


def test_the_contents_name_the_pages_and_the_outline_leads_to_them(full: Cast) -> None:
    data = render([paper_of(full, BOOK)], duplex=False).data
    with pikepdf.open(BytesIO(data)) as pdf, pdf.open_outline() as outline:
        chapters = list(outline.root)
        assert [item.title for item in chapters] == [
            "Contents",
            "Programme",
            "Venues",
            "Contacts",
            "Delegations",
        ]
        assert [item.title for item in chapters[1].children] == [
            "Wednesday, 12 May 2027",
            "Thursday, 13 May 2027",
        ]
    pages = {word: page + 1 for page, word, _box in words_of(data) if word in {"Coordinators", "Japan"}}
    contents = text_of(_page(data, 2))
    for words, page in pages.items():
        assert contents[contents.index(words) :].replace(".", " ").split()[1] == str(page)


def _page(data: bytes, number: int) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf, pikepdf.new() as one:
        one.pages.append(pdf.pages[number - 1])
        one.save(out)
    return out.getvalue()


def test_arrivals_name_flight_place_party_officer_and_car(full: Cast) -> None:
    text = text_on(paper_of(full, ARRIVALS, day=DAY))
    for words in (
        "Arrivals and departures", "Thursday, 13 May 2027", "2 arrivals, 0 departures, 5 people", "09:00 WITA Arrival GA 452",
        "Kenji Sato VVIP", "Japan", "4", "VIP lounge, Komodo", "Chief Aide", "Sari Wulandari", "+62 812-3456-7890", "DK 7 ABC",
        "Made Driver", "~10:00 WITA", "Ana Lim",
    ):  # fmt: skip
        assert words in text, words
    assert text.index("Kenji Sato") < text.index("Ana Lim")
    assert "Departure" not in text.replace("Arrivals and departures", "")


def test_the_whole_list_has_every_day_and_what_is_to_be_confirmed_last(full: Cast) -> None:
    told = preview(ARRIVALS, Wish(None, "en", event=full.event.pk), at=NOW).data["journeys"]
    assert [(one["way"], one["guest"]["name"], one["moment"][:10]) for one in told] == [
        ("coming", "Kenji Sato", "2027-05-13"), ("coming", "Ana Lim", "2027-05-13"), ("going", "Kenji Sato", "2027-05-15"),
        ("going", "Ana Lim", ""),
    ]  # fmt: skip


def test_the_lead_is_who_leads_at_that_moment(full: Cast) -> None:
    full.sari_leads.ends_at = NOW + 24 * HOUR
    full.sari_leads.save()
    make_assignment(full.sato, full.bagus_officer, starts_at=NOW + 24 * HOUR, ends_at=NOW + 60 * HOUR)
    told = preview(ARRIVALS, Wish(None, "en", event=full.event.pk), at=NOW).data["journeys"]
    assert [one["officer"]["name"] for one in told if one["guest"]["name"] == "Kenji Sato"] == [
        "Sari Wulandari", "Bagus Pratama",
    ]  # fmt: skip


def test_the_transport_manifest_goes_car_by_car_and_says_what_nobody_drives(full: Cast) -> None:
    text = text_on(paper_of(full, TRANSPORT, day=DAY))
    for words in (
        "Transport manifest", "No car yet", "Ana Lim", "Gate B, Great Hall", "DK 7 ABC", "Driver: Made Driver +62 812-3456-789",
        "09:15 WITA 09:30 WITA", "Komodo Airport", "Ayana", "Kenji Sato", "Sari Wulandari",
    ):  # fmt: skip
        assert words in text, words
    assert text.index("No car yet") < text.index("DK 7 ABC")
    other_day = preview(TRANSPORT, Wish(None, "en", date(2027, 5, 14), event=full.event.pk), at=NOW)
    assert list(other_day.data["cars"]) == []


def test_guests_who_share_a_car_stand_in_one_ride(full: Cast) -> None:
    ride = ItineraryItem.objects.get(title="To the hotel")
    make_item(full.lim, "Along", kind="transfer", starts_at=ride.starts_at, leave_by_at=ride.leave_by_at,
              origin=ride.origin, venue=ride.venue, vehicle=ride.vehicle)  # fmt: skip
    told = preview(TRANSPORT, Wish(None, "en", DAY, event=full.event.pk), at=NOW).data["cars"]
    [car] = [one for one in told if one["plate"] == "DK 7 ABC"]
    [drive] = car["drives"]
    assert [guest["name"] for guest in drive["guests"]] == ["Kenji Sato", "Ana Lim"]
    assert [officer["name"] for officer in drive["officers"]] == ["Sari Wulandari", "Bagus Pratama"]


@pytest.mark.parametrize("kind", [BOOK, ARRIVALS, TRANSPORT])
def test_what_is_private_and_of_other_events_never_stands_on_them(full: Cast, kind: Print.Kind) -> None:
    GuestPrivate.objects.create(
        guest=full.sato.guest, health=SECRET, passport=SECRET, phones=SECRET, security=SECRET
    )
    hotel = Venue.objects.get(name="Ayana")
    room = Point.objects.create(venue=hotel, name=SECRET, kind=Point.Kind.ROOM)
    elsewhere = Venue.objects.get(
        name="Great Hall"
    )  # where somebody sleeps is a hotel, whatever it is called
    Point.objects.create(venue=elsewhere, name=SECRET, kind=Point.Kind.ROOM)
    Point.objects.create(venue=elsewhere, name=SECRET + " seats", kind=Point.Kind.SEATS)
    Visit.objects.filter(pk=full.lim.pk).update(hotel=elsewhere)
    Visit.objects.filter(pk=full.sato.pk).update(room=SECRET, companions_note=SECRET, note=SECRET)
    ItineraryItem.objects.filter(title="To the hotel").update(
        point=room, note=SECRET, seat=SECRET, gift=SECRET
    )
    full.sato.guest.diet = SECRET
    full.sato.guest.save()
    make_session(full.other_event, SECRET)
    make_contact(full.other_event, SECRET)
    make_item(full.okafor, SECRET, kind="transfer", vehicle=make_vehicle(full.other_event, SECRET, SECRET))
    member = make_member(make_user(SECRET), full.other_event)
    make_assignment(full.okafor, member)
    make_guest(SECRET)
    paper = paper_of(full, kind, day=None if kind == BOOK else DAY)
    assert "Kenji Sato" in text_on(paper)
    assert SECRET not in json.dumps(paper.data)
    assert SECRET not in text_on(paper)


def test_who_left_the_team_is_not_named(full: Cast) -> None:
    User.objects.filter(pk=full.sari.pk).update(is_active=False)
    for kind in (BOOK, ARRIVALS, TRANSPORT):
        assert "Sari Wulandari" not in json.dumps(
            paper_of(full, kind, day=None if kind == BOOK else DAY).data
        )


def test_markup_stays_text(full: Cast) -> None:
    make_session(full.event, "<b>Bold</b> {{ settings.SECRET_KEY }}")
    assert "<b>Bold</b> {{ settings.SECRET_KEY }}" in text_on(paper_of(full, BOOK))


def test_two_languages_stand_side_by_side_and_each_is_named(full: Cast) -> None:
    html = event_book_html(paper_of(full, BOOK, language=BOTH))
    assert '<html lang="id">' in html
    assert '<span class="beside" lang="en"><span class="dot"> · </span>Thursday, 13 May 2027</span>' in html
    assert "Kamis, 13 Mei 2027" in html
    assert '<span class="beside"' not in event_book_html(paper_of(full, BOOK, language="id"))


# --- how they look -------------------------------------------------------------------------------------------------


def outside(data: bytes) -> list[str]:
    """The words that stand outside their page, or nearer to its edge than a printer prints."""
    sizes = pages_of(data)
    return [
        word for page, word, (left, top, right, bottom) in words_of(data)
        if left < 14 or top < 14 or right > sizes[page][0] - 14 or bottom > sizes[page][1] - 14
    ]  # fmt: skip


@pytest.mark.parametrize("sheet", list(STYLES))
@pytest.mark.parametrize("name", [name for name in BOOKS if name not in {"forty-both", "id"}])
def test_books_stay_on_their_pages(name: str, sheet: Sheet) -> None:
    language, book = BOOKS[name]
    data = render([sample_print(book, language, kind=BOOK)], Look(sheet), duplex=False).data
    size = (420, 595) if sheet == Sheet.A5 else (595, 842)
    assert {(round(width), round(height)) for width, height in pages_of(data)} == {size}
    assert outside(data) == []
    text = text_of(data)
    if name == "forty":
        told = text[text.index("Order of precedence") :]
        places = [told.index(f"Delegation {number} ") for number in range(1, 41)]
        assert places == sorted(places)
        assert told.count("Member") == 160
    if name == "none":
        assert len(pages_of(data)) <= 6
        assert "The programme will follow." in text


def test_a_booklet_of_a_book_is_the_usual_sheet() -> None:
    language, book = BOOKS["en"]
    usual = render([sample_print(book, language, kind=BOOK)], duplex=False).data
    assert render([sample_print(book, language, kind=BOOK)], Look(Sheet.A6), duplex=False).data == usual


@pytest.mark.parametrize("name", list(LISTS))
def test_lists_stay_on_their_pages_and_repeat_their_headings(name: str) -> None:
    language, kind, manifest = LISTS[name]
    data = render([sample_print(manifest, language, kind=kind)], duplex=False).data
    pages = pages_of(data)
    assert {(round(width), round(height)) for width, height in pages} == {(842, 595)}
    assert outside(data) == []
    if name == "arrivals-forty":
        text = text_of(data)
        assert len(pages) > 3
        assert text.count("Where one is met") == len(pages)
        places = [text.index(f"GA {7000 + number}") for number in range(40)]
        assert places == sorted(places)
    if name.endswith("none"):
        assert len(pages) == 1


def test_a_broken_logo_is_named_or_left_out(full: Cast) -> None:
    full.event.logo.save("logo.png", ContentFile(b"no picture"))
    try:
        paper = paper_of(full, BOOK)
        with pytest.raises(BrokenImageError, match="The logo of Forum Nusantara"):
            render([paper])
        assert render([paper], Look(pictures=Pictures.PLACEHOLDER)).data
    finally:
        full.event.logo.delete()
