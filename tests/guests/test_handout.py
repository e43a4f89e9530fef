"""The guest's handout as it is read: poppler's eyes on the pages, and what must never stand on them."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from events.models import Venue
from guests.handout import handout_html, render_handout, render_handouts
from guests.itinerary import itineraries
from guests.models import GuestPrivate, ItineraryItem, Print, Visit
from liaison.paper.pdf import BrokenImageError, MissingFontError
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_guest,
    make_item,
    make_member,
    make_request,
    make_user,
    make_venue,
    make_visit,
)
from tests.paper import fonts_of, text_of
from tests.paper_tags import ACCESSIBLE, faults_of, heard_in

HOUR = timedelta(hours=1)
HIDDEN = "Kelelawar"
A5 = [0, 0, 419.527559, 595.275591]


def handout_of(visit: Visit, *, language: str = "en", version: int = 3) -> Print:
    """A version as it would be stored: its data has been through JSON."""
    data = json.loads(json.dumps(itineraries(Visit.objects.filter(pk=visit.pk), at=NOW)[visit.pk].as_data()))
    return Print(
        pk=7, visit=visit, language=language, version=version, data=data, printed_at=NOW - timedelta(days=1)
    )  # fmt: skip


def read(visit: Visit, **options: Any) -> str:
    return text_of(render_handout(handout_of(visit, **options)))


def boxes(pdf: bytes) -> list[list[float]]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [[float(side) for side in page.mediabox] for page in opened.pages]


@pytest.fixture
def full(cast: Cast) -> Visit:
    """Mr Sato with a full first day: places in two scripts, a flight past midnight, what is not settled."""
    visit = cast.sato
    ItineraryItem.objects.filter(visit=visit).delete()
    visit.guest.honorific_before, visit.guest.office = "H.E.", "Minister of Finance"
    visit.guest.native_name = "佐藤 健二"
    visit.guest.save()
    visit.hotel = make_venue(cast.event, "Ayana", kind=Venue.Kind.HOTEL, address="Jalan Pantai 1")
    visit.save()
    hall = make_venue(cast.event, "Great Hall", local_name="大会堂", address="1 Harbour Road")
    make_item(visit, "Opening", starts_at=NOW, ends_at=NOW + 1.5 * HOUR, venue=hall, dress="Batik")
    make_item(visit, "Arrival", starts_at=NOW + 2 * HOUR, precision="approximate", flight_number="GA 7026")
    make_item(visit, "Bilateral", starts_at=NOW + 4 * HOUR, state=ItineraryItem.State.TENTATIVE)
    make_item(visit, "Night flight", starts_at=NOW + 14 * HOUR, ends_at=NOW + 17 * HOUR, origin=hall)
    make_item(visit, "Visit of the park", starts_at=None, precision="tbc")
    return visit


def test_it_says_who_when_where_and_whom_to_call(full: Visit, cast: Cast) -> None:
    cast.sari.phone = "+6281234567890"
    cast.sari.save()
    text = read(full)
    for words in (
        "Forum Nusantara 12–14 May 2027",
        "Labuan Bajo",
        "H.E. Kenji Sato 佐藤 健二 Minister of Finance",
        "Sari Wulandari +62 812-3456-7890",
        "Thursday, 13 May 2027",
        "Opening",
        "Great Hall",
        "大会堂",
        "Batik",
        "GA 7026",
        "1 Harbour Road",
        "Jalan Pantai 1",
        "Version 3, Wed 12 May 09:00 WITA",
    ):
        assert words in text


def test_every_time_carries_its_zone_and_what_is_unsure_says_so(full: Visit) -> None:
    html = " ".join(handout_html(handout_of(full)).split())
    assert '<bdi dir="ltr" class="hours">09:00–10:30</bdi> <bdi dir="ltr" class="zone">WITA</bdi>' in html
    assert html.count(' class="hours"') == html.count(' class="zone"') == 4
    assert "~11:00–12:00" in html
    assert "(14 May)" in html  # the night flight's end, at 02:00
    assert '<p class="title"><bdi lang="" dir="ltr">Bilateral</bdi></p> <p class="mark">tentative' in html
    assert (
        '<p class="title"><bdi lang="" dir="ltr">Arrival</bdi></p> <p class="mark">approximate time' in html
    )
    assert html.count('class="mark"') == 2
    assert html.index("Time to be confirmed") < html.index("Visit of the park")


def test_in_indonesian_days_and_hours_are_written_as_one_does_there(full: Visit) -> None:
    text = read(full, language="id")
    assert "Kamis, 13 Mei 2027" in text
    assert "09.00–10.30" in text
    assert "Thursday" not in text


def test_the_hosts_language_stands_beside_the_guests(full: Visit) -> None:
    html = handout_html(handout_of(full))
    assert 'Thursday, 13 May 2027 <bdi class="beside" lang="id" dir="ltr">Kamis, 13 Mei 2027</bdi>' in html
    full.event.country = "AR"
    full.event.save()
    html = handout_html(handout_of(full))
    assert "Kamis" not in html
    assert '<bdi class="beside" lang="es" dir="ltr">jueves, 13 de mayo de 2027</bdi>' in html


def hide_private_words(cast: Cast) -> None:
    """Put the word, and all that only officers may know, wherever Mr Sato's row and its neighbours take it."""
    visit = cast.sato
    visit.room = visit.note = visit.arrival_note = visit.companions_note = HIDDEN
    visit.save()
    GuestPrivate.objects.create(
        guest=visit.guest, health=HIDDEN, passport=HIDDEN, phones=HIDDEN, security=HIDDEN
    )
    make_item(visit, HIDDEN, visibility=ItineraryItem.Visibility.OFFICERS)
    make_item(visit, HIDDEN, state=ItineraryItem.State.CANCELLED)
    make_request(visit, cast.sari, HIDDEN)
    item = ItineraryItem.objects.filter(title="Meeting of Sato").first() or make_item(
        visit, "Meeting of Sato"
    )
    item.note = item.greeter = item.seat = item.gift = item.interpreter = HIDDEN
    item.save()


def test_nothing_private_is_printed(cast: Cast) -> None:
    hide_private_words(cast)
    item = ItineraryItem.objects.get(title="Meeting of Sato")
    assert item.vehicle is not None
    text = read(cast.sato)
    assert "Meeting of Sato" in text
    for hidden in (HIDDEN, item.vehicle.plate, "Driver", "Toyota", "Tea for Sato", "Red line", "Lim"):
        assert hidden not in text


@pytest.mark.parametrize(
    ("name", "native", "country", "family"),
    [
        ("Ștefan Nguyễn-Đặng", "", "VN", "Display"),
        ("Abdulrahman Al Thani", "عبد الرحمن بن خالد آل ثاني", "QA", "Arabic"),
        ("Wang Xiaoming", "王小明", "CN", "SC"),
        ("Sato Kenji", "髙橋 健二", "JP", "JP"),
        ("Han Duck-soo", "한덕수", "KR", "KR"),
        ("Narendra", "नरेन्द्र", "IN", "Devanagari"),
        ("Somchai", "สมชาย ใจดี", "TH", "Thai"),
    ],
)
def test_names_are_set_in_a_font_of_their_script(
    cast: Cast, name: str, native: str, country: str, family: str
) -> None:
    visit = make_visit(cast.event, make_guest(name, native_name=native, country=country))
    pdf = render_handout(handout_of(visit))  # a letter without a glyph would be an error
    assert fonts_of(pdf) == {"Liaison-Display", "Liaison-Serif", "Liaison-Sans", "Liaison-Serif-Italic"} | {
        f"Liaison-{family}"
    }
    if country in {"CN", "JP", "KR"}:
        assert native in text_of(pdf)


def test_right_to_left_names_are_isolated(cast: Cast) -> None:
    visit = make_visit(cast.event, make_guest("Abdullah", native_name="عبد الله 2", country="SA"))
    assert '<bdi lang="ar" dir="rtl">عبد الله 2</bdi>' in handout_html(handout_of(visit))


def test_a_name_in_a_script_that_we_cannot_set_is_left_to_its_latin_letters(cast: Cast) -> None:
    visit = make_visit(cast.event, make_guest("Giorgi", native_name="გიორგი", country="GE"))
    assert "Giorgi" in read(visit)


def test_an_emoji_is_left_out_and_a_strange_letter_is_an_error_that_names_it(cast: Cast) -> None:
    visit = make_visit(cast.event, make_guest("Ana"))
    make_item(visit, "Coffee ☕️ and talk 🎉")
    assert "Coffee and talk" in read(visit)
    make_item(visit, "ქართული")
    with pytest.raises(MissingFontError, match="“ქ”"):
        read(visit)


def test_markup_stays_text(cast: Cast) -> None:
    visit = make_visit(cast.event, make_guest("<b>Bold</b>", native_name="<i>王</i>"))
    make_item(visit, "<script>alert(1)</script>", dress="{{ settings.SECRET_KEY }}")
    text = read(visit)
    for written in ("<b>Bold</b>", "<i>王</i>", "<script>alert(1)</script>", "{{ settings.SECRET_KEY }}"):
        assert written in text


def test_a_guest_without_programme_or_officer_gets_a_courteous_page(cast: Cast) -> None:
    visit = make_visit(cast.event, make_guest("Ana"))
    text = read(visit)
    assert "Your programme will follow." in text
    assert "Your liaison officer will be named shortly." in text


def test_forty_items_and_a_name_of_200_letters_fit_their_pages(cast: Cast) -> None:
    visit = make_visit(cast.event, make_guest("W" * 200, honorific_before="H.E. " * 20))
    for number in range(40):
        starts_at = NOW + number * HOUR
        make_item(visit, f"Item {number:02} {'x' * 250}", starts_at=starts_at, venue=make_venue(cast.event))
    pdf = render_handout(handout_of(visit))
    text = text_of(pdf).replace(" ", "")
    assert text.count("W" * 200) == 1  # it breaks over lines, and none of it is lost
    assert [text.index(f"Item{number:02}") for number in range(40)] == sorted(
        text.index(f"Item{number:02}") for number in range(40)
    )
    assert all(box == pytest.approx(A5) for box in boxes(pdf))
    assert _outside(pdf) == []


def test_an_overfull_cover_goes_on_overleaf(cast: Cast) -> None:
    """Long names everywhere, a logo, four officers with photos: all of it is there, on as many pages as it takes."""
    cast.event.host, cast.event.name = "Host " * 38 + "hostend", "Event " * 31 + "eventend"
    cast.event.save()
    cast.event.logo.save("logo.png", picture())
    guest = make_guest(
        "Name " * 38 + "nameend", office="Office " * 41 + "officeend", organisation="Body " * 39
    )
    visit = make_visit(cast.event, guest)
    for number in range(4):
        officer = make_user(f"Officer{number}", phone=f"+62812345678{number:02}")
        officer.photo.save("face.jpg", picture("JPEG"))
        starts_at = NOW + number * HOUR
        make_assignment(
            visit, make_member(officer, cast.event), starts_at=starts_at, ends_at=starts_at + HOUR
        )
    pdf = render_handout(handout_of(visit))
    text = text_of(pdf)
    for words in (
        "hostend",
        "eventend",
        "nameend",
        "officeend",
        *(f"Officer{number}" for number in range(4)),
    ):
        assert text.count(words) == 1
    assert [f"+62 812-3456-78{number:02}" in text for number in range(4)] == [True] * 4
    assert _outside(pdf) == []


def _outside(pdf: bytes) -> list[str]:
    """Words that poppler finds beyond the margins: 15 mm at the sides, 5 mm above and below."""
    words = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True  # noqa: S607 (poppler, from the PATH)
    ).stdout.decode()  # fmt: skip
    found = []
    for line in words.splitlines():
        if line.strip().startswith("<word"):
            left, top, right, bottom = (float(part) for part in line.split('"')[1::2])
            if left < 42 or right > 420 - 42 or top < 14 or bottom > 596 - 14:
                found.append(line.strip())
    return found


def test_the_bytes_depend_on_the_row_alone(full: Visit) -> None:
    handout = handout_of(full)
    first = render_handout(handout)
    render_handout(handout_of(make_visit(full.event, make_guest("Somebody Else", native_name="한덕수"))))
    assert render_handout(handout) == first
    assert render_handout(handout_of(full, version=4)) != first


_ALONE = """
import django, hashlib, json, sys
django.setup()
from datetime import datetime
from guests.handout import render_handout
from guests.models import Print
row = json.loads(sys.argv[1])
row["printed_at"] = datetime.fromisoformat(row["printed_at"])
print(hashlib.sha256(render_handout(Print(**row))).hexdigest())
"""


def test_the_bytes_are_the_same_in_every_process(full: Visit) -> None:
    handout = handout_of(full)
    row = {
        "pk": 7,
        "language": "en",
        "version": 3,
        "data": handout.data,
        "printed_at": handout.printed_at.isoformat(),
    }
    made = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "liaison.settings"}
        words = [sys.executable, "-c", _ALONE, json.dumps(row)]
        done = subprocess.run(words, env=environment, capture_output=True, check=True, text=True)  # noqa: S603 (our own words)
        made.append(done.stdout.split()[-1])
    assert made[0] == made[1]


def picture(kind: str = "PNG") -> "ContentFile[bytes]":
    out = BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", (300, 400), "#9a7128").save(out, kind)
    return ContentFile(out.getvalue())


def test_the_logo_and_the_officers_photo_are_on_the_cover(cast: Cast) -> None:
    cast.event.logo.save("logo.png", picture())
    cast.sari.photo.save("sari.jpg", picture("JPEG"))
    made = render_handout(handout_of(cast.sato))
    with pikepdf.open(BytesIO(made)) as pdf:
        assert [len(list(page.get_images())) for page in pdf.pages][:2] == [
            3,
            3,
        ]  # the code among them; the pages share resources
    assert faults_of(made, *ACCESSIBLE) == []
    shown = [one.text for one in heard_in(made) if one.tags[-1] == "Figure"]
    assert [shown[0], shown[-1]] == ["Forum Nusantara", "Sari Wulandari"]
    cast.event.logo.delete()
    cast.sari.photo.delete()


@pytest.mark.parametrize("whose", ["photo", "logo"])
def test_a_picture_that_cannot_be_printed_is_named(cast: Cast, whose: str) -> None:
    if whose == "photo":
        cast.sari.photo.save("sari.jpg", ContentFile(b"no picture"))
        expected = "The photo of Sari Wulandari cannot be printed: the file is damaged or no picture."
    else:
        cast.event.logo.save("logo.png", picture())
        default_storage.delete(cast.event.logo.name or "")
        expected = "The logo of Forum Nusantara cannot be printed: the file is missing."
    with pytest.raises(BrokenImageError, match=expected):
        render_handout(handout_of(cast.sato))


def test_several_are_bound_for_printing_on_both_sides(cast: Cast) -> None:
    part = render_handouts([handout_of(cast.sato), handout_of(cast.lim)])
    assert [title for title, _pages in part.chapters] == ["Kenji Sato", "Ana Lim"]
    assert all(pages % 2 == 0 for _title, pages in part.chapters)
    assert len(boxes(part.data)) == sum(pages for _title, pages in part.chapters)


def test_an_events_zone_without_letters_is_written_as_an_offset() -> None:
    data: dict[str, Any] = {
        "event": {
            "name": "G20", "host": "", "city": "Bariloche", "country": "AR", "colour": "#9a7128", "logo": "",
            "time_zone": "America/Argentina/Salta", "starts_on": "2017-11-30", "ends_on": "2017-12-02",
        },
        "guest": dict.fromkeys(
            ("name", "honorific_before", "honorific_after", "native_name", "office", "organisation", "country"), ""
        ),
        "officers": [],
        "hotel": None,
        "days": [{"date": "2017-11-30", "items": [{
            "title": "Opening", "starts_at": "2017-11-30T12:00:00+00:00", "ends_at": "", "precision": "exact",
            "is_tentative": False, "flight_number": "", "origin": None, "place": None, "point": "", "dress": "",
        }]}],
    }  # fmt: skip
    row = Print(language="en", version=1, data=data, printed_at=datetime(2017, 11, 1, tzinfo=UTC))
    html = handout_html(row)
    assert '<bdi dir="ltr" class="hours">09:00</bdi> <bdi dir="ltr" class="zone">UTC−3</bdi>' in html
    assert "30 Nov\u2009–\u20092 Dec 2017" in html
