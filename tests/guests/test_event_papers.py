"""Papers about a whole event: its book, who comes and goes, who is driven where; what stands on them, and for whom."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse

from events.models import Event, Point, Role, Session, Venue
from guests import print_runs
from guests.event_book import STYLES, event_book_html
from guests.event_samples import sample_books, sample_manifests
from guests.look import Look, Pictures, Sheet
from guests.models import Assignment, GuestPrivate, ItineraryItem, Print, PrintRun, Visit
from guests.papers import Wish, render
from guests.print_runs import RunRefusedError, render_next_print_run, request_event_papers
from guests.prints import preview, print_event_paper, print_papers
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
from tests.guests.desk import at as desk_at
from tests.guests.phone import now as now
from tests.guests.phone import signed_in
from tests.guests.phone import text_of as html_of
from tests.guests.test_prints import queries_of
from tests.paper import fonts_of, pages_of, text_of, words_of

HOUR = timedelta(hours=1)
DAY = date(2027, 5, 13)
BOOK, ARRIVALS, TRANSPORT = Print.Kind.EVENT_BOOK, Print.Kind.ARRIVALS, Print.Kind.TRANSPORT
SECRET = "Kelelawar"
BOOKS = {name: (language, book) for name, language, book in sample_books()}
LISTS = {name: (language, kind, manifest) for name, language, kind, manifest in sample_manifests()}


@pytest.fixture(autouse=True)
def _no_files_left() -> Iterator[None]:
    yield
    for name in files():
        default_storage.delete(f"{print_runs.FOLDER}{name}")


def files() -> list[str]:
    return default_storage.listdir(print_runs.FOLDER)[1] if default_storage.exists(print_runs.FOLDER) else []


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
    places = []
    after = text.index("Contents Programme")
    for words in chapters:
        assert words in text, words
        after = text.index(words, after) if chapters.index(words) else 0
        places.append(after)
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
    assert other_day.data["cars"] == []


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
    assert '<span class="beside" lang="en"> · Thursday, 13 May 2027</span>' in html
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


# --- versions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "day"), [(BOOK, None), (ARRIVALS, None), (ARRIVALS, DAY), (TRANSPORT, DAY)])
def test_the_same_data_is_the_same_version_and_the_same_bytes(
    full: Cast, kind: Print.Kind, day: date | None
) -> None:
    first = paper_of(full, kind, day=day)
    again = print_event_paper(
        kind, event=full.event, by=full.sari, at=NOW + 90 * HOUR, language="en", day=day
    )
    assert (again, first.version, first.visit_id) == (first, 1, None)
    stored = Print.objects.get(pk=first.pk)
    assert render([first]).data == render([stored]).data
    assert paper_of(full, kind, day=day, language="id").version == 1
    full.sato.guest.name = "Kenji Satō"
    full.sato.guest.save()
    assert paper_of(full, kind, day=day).version == 2


def test_each_day_counts_its_own_versions(full: Cast) -> None:
    papers = [
        paper_of(full, ARRIVALS),
        paper_of(full, ARRIVALS, day=DAY),
        paper_of(full, ARRIVALS, day=date(2027, 5, 14)),
    ]
    assert [paper.version for paper in papers] == [1, 1, 1]
    assert len({paper.pk for paper in papers}) == 3


def test_a_paper_is_about_what_its_kind_is(full: Cast) -> None:
    for wrong in (
        {"kind": BOOK, "day": DAY}, {"kind": BOOK, "visit": full.sato}, {"kind": TRANSPORT}, {"kind": "handout"},
        {"kind": ARRIVALS, "holder": full.sari},
    ):  # fmt: skip
        given = {
            "event": full.event,
            "language": "en",
            "version": 7,
            "data": {},
            "digest": "d",
            "printed_at": NOW,
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            Print.objects.create(**given | wrong)


def test_a_print_of_the_release_before_gets_its_visits_event(full: Cast) -> None:
    made = Print.objects.create(
        visit=full.sato, language="en", version=1, data={}, digest="d", printed_at=NOW
    )
    made.refresh_from_db()
    assert made.event == full.event


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("kind", "asked"), [(BOOK, 13), (ARRIVALS, 10), (TRANSPORT, 9)])
def test_printing_takes_as_many_queries_for_many_guests_and_days_as_for_one(
    full: Cast, kind: Print.Kind, asked: int, number: int
) -> None:
    days = [DAY + timedelta(days=one) for one in range(number)] if kind != BOOK else [None]
    for one in range(number):
        visit = make_visit(
            full.event, make_guest(), delegation=make_delegation(full.event), arrives_at=NOW + one * HOUR
        )
        make_assignment(visit, full.bagus_officer)
        make_item(
            visit, kind="transfer", starts_at=NOW + one * HOUR, vehicle=make_vehicle(full.event, f"B {one}")
        )
        Point.objects.create(venue=make_venue(full.event), name="Gate", kind="gate")
    wishes = [Wish(None, "en", day, event=full.event.pk) for day in days]
    assert queries_of(lambda: print_papers(kind, wishes, by=full.ratna, at=NOW)) == asked


# --- runs ----------------------------------------------------------------------------------------------------------


def asked_for(cast: Cast, kind: Print.Kind = ARRIVALS, **more: Any) -> PrintRun:
    given: dict[str, Any] = {"event": cast.event, "kind": kind, "language": "en", "by": cast.ratna, "at": NOW}
    return request_event_papers(**given | more)


def test_a_run_prints_every_day_into_one_private_file(full: Cast) -> None:
    run = asked_for(full, days=[DAY, date(2027, 5, 14), date(2027, 5, 15)])
    assert (run.kind, run.total, run.wishes[0]) == (
        "arrivals",
        3,
        [None, "en", "2027-05-13", None, full.event.pk],
    )
    assert render_next_print_run(clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.state, run.done, run.failures, run.error) == ("done", 3, [], "")
    with pikepdf.open(run.file.path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [
            f"Arrivals and departures – {day}"
            for day in ("Thursday, 13 May 2027", "Friday, 14 May 2027", "Saturday, 15 May 2027")
        ]
    assert print_runs.remove_old_files(at=NOW + print_runs.KEEP_FOR + HOUR) == 1
    assert files() == []


def test_a_book_printed_alone_keeps_its_outline(full: Cast) -> None:
    run = asked_for(full, BOOK)
    assert render_next_print_run(clock=lambda: NOW)
    run.refresh_from_db()
    with pikepdf.open(run.file.path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root][:2] == ["Contents", "Programme"]


def test_only_who_runs_the_event_gets_a_run_of_it(full: Cast) -> None:
    for person in (full.sari, full.hendra):
        with pytest.raises(PermissionDenied):
            asked_for(full, by=person)
    with pytest.raises(RunRefusedError, match="at least one day"):
        asked_for(full, days=[])
    run = asked_for(full)
    full.ratna.memberships.all().delete()
    assert render_next_print_run(clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.state, bool(run.file), Print.objects.count()) == ("failed", False, 0)
    assert "The event is no longer in the reach" in run.error


def test_a_failed_book_is_named_and_printed_again(full: Cast) -> None:
    full.event.logo.save("logo.png", ContentFile(b"no picture"))
    try:
        run = asked_for(full, BOOK)
        assert render_next_print_run(clock=lambda: NOW)
        run.refresh_from_db()
        assert run.state == "failed"
        assert [called for _told, called, _why in run.failures] == ["Event book – Forum Nusantara"]
    finally:
        full.event.logo.delete()
    again = print_runs.retry(run=run, by=full.ratna, at=NOW)
    assert render_next_print_run(clock=lambda: NOW)
    again.refresh_from_db()
    assert (again.kind, again.state) == ("event_book", "done")


# --- the desk ------------------------------------------------------------------------------------------------------

pages = pytest.mark.usefixtures("now")


def source_of(answer: Any) -> str:
    return html_of(answer.content)


def page_of(event: Event) -> str:
    return reverse("event_papers", args=[event.slug])


@pages
def test_the_desk_offers_them_at_the_event_and_at_its_movements(full: Cast) -> None:
    client = signed_in(full.ratna)
    assert client.get(reverse("event_papers_of"))["Location"] == page_of(full.event)
    assert page_of(full.event) in source_of(client.get(desk_at(Event, "change", full.event.pk)))
    for model in (ItineraryItem, Print, PrintRun):
        assert reverse("event_papers_of") in source_of(client.get(desk_at(model, "changelist")))
    page = source_of(client.get(page_of(full.event)))
    for words in (
        "Event book",
        "Arrivals and departures",
        "Transport manifest",
        "side by side",
        'value="2027-05-13"',
    ):
        assert words in page, words


@pages
def test_one_is_looked_at_opened_or_printed(full: Cast) -> None:
    client, address = signed_in(full.ratna), page_of(full.event)
    wanted = {"kind": "arrivals", "language": BOTH, "first_day": "2027-05-13", "output": "pdf"}
    shown = client.post(address, wanted | {"preview": "1"})
    assert shown["Location"].endswith("/papers/arrivals/preview.pdf?language=id%2Ben&day=2027-05-13")
    answer = client.get(shown["Location"])
    assert "Preview" in text_of(answer.content) or "Pratinjau" in text_of(answer.content)
    assert answer["Cache-Control"] == "no-store, private"
    assert not Print.objects.exists()
    opened = client.post(address, wanted | {"open": "1"})
    paper = Print.objects.get()
    assert (opened["Location"], paper.day, paper.language) == (f"/prints/{paper.pk}/arrivals.pdf", DAY, BOTH)
    assert client.get(opened["Location"]).content.startswith(b"%PDF-")
    printed = client.post(address, wanted | {"print": "1", "last_day": "2027-05-15"}, follow=True)
    assert "3 papers are being printed." in source_of(printed)
    assert PrintRun.objects.get().total == 3


@pages
def test_the_book_is_printed_on_the_sheet_that_was_chosen(full: Cast) -> None:
    client = signed_in(full.ratna)
    wanted = {"kind": "event_book", "language": "id", "sheet": "large", "pictures": "all", "output": "pdf"}
    opened = client.post(page_of(full.event), wanted | {"open": "1"})
    assert opened["Location"].endswith("/event-book.pdf?sheet=large")
    assert round(pages_of(client.get(opened["Location"]).content)[0][0]) == 595
    assert client.post(page_of(full.event), wanted | {"sheet": "a6", "open": "1"}).status_code == 422


@pages
def test_what_cannot_be_asked_is_said_beside_the_field(full: Cast) -> None:
    client, address = signed_in(full.ratna), page_of(full.event)
    usual = {"kind": "transport", "language": "en", "output": "pdf", "open": "1"}
    refused = {
        "Give the day.": {"first_day": ""},
        "Give the first day as well.": {"kind": "arrivals", "last_day": "2027-05-13"},
        "must not come before": {"first_day": "2027-05-13", "last_day": "2027-05-12"},
        "at most 31 days": {"first_day": "2027-05-13", "last_day": "2027-07-12"},
        "One day at a time": {"first_day": "2027-05-13", "last_day": "2027-05-14"},
    }
    for words, given in refused.items():
        answer = client.post(address, usual | given)
        assert (answer.status_code, words in source_of(answer)) == (422, True), words
    assert client.post(address, usual | {"kind": "handout"}).status_code == 404
    assert not Print.objects.exists()
    assert not PrintRun.objects.exists()


@pages
@pytest.mark.parametrize(
    ("who", "status"), [("ratna", 303), ("hendra", 404), ("sari", 403), ("putri", 403), ("dewi", 403)]
)
def test_only_who_runs_the_event_prints_of_it(full: Cast, who: str, status: int) -> None:
    wanted = {
        "kind": "event_book",
        "language": "en",
        "sheet": "a5",
        "pictures": "all",
        "output": "pdf",
        "open": "1",
    }
    assert signed_in(getattr(full, who)).post(page_of(full.event), wanted).status_code == status
    assert Print.objects.exists() == (status == 303)


@pages
def test_a_broken_paper_says_why(full: Cast) -> None:
    full.event.logo.save("logo.png", ContentFile(b"no picture"))
    try:
        paper = paper_of(full, BOOK)
        answer = signed_in(full.ratna).get(reverse("event_book", args=[paper.pk]))
        assert (answer.status_code, "cannot be printed" in source_of(answer)) == (409, True)
        assert page_of(full.event) in source_of(answer)
    finally:
        full.event.logo.delete()


@pages
def test_the_list_of_prints_names_the_event_and_opens_them(full: Cast) -> None:
    for kind, language in ((BOOK, BOTH), (TRANSPORT, "en")):
        paper_of(full, kind, language=language, day=DAY if kind == TRANSPORT else None)
    listed = source_of(signed_in(full.ratna).get(desk_at(Print, "changelist")))
    for paper in Print.objects.all():
        assert reverse(paper.kind, args=[paper.pk]) in listed
    assert "Indonesian, English" in listed
    assert "Forum Nusantara" in listed
    assert "Forum Nusantara" not in source_of(signed_in(full.hendra).get(desk_at(Print, "changelist")))


def test_an_event_paper_is_its_coordinators_and_a_visit_paper_stays_who_it_was(full: Cast) -> None:
    paper = paper_of(full, BOOK)
    seen = {
        who: Print.objects.visible_to(getattr(full, who), at=NOW).filter(pk=paper.pk).exists()
        for who in ("sari", "bagus", "dewi", "putri", "hendra", "ratna")
    }
    assert seen == dict.fromkeys(seen, False) | {"ratna": True}
    assert Assignment.objects.exists()
    assert Role.COORDINATOR in full.ratna.memberships.values_list("role", flat=True)
