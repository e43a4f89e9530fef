"""The handout in every language and on every sheet, read with poppler's eyes and a camera's."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import override

from guests.handout import handout_html, render_handout, render_handouts
from guests.look import Look, Pictures, Sheet
from guests.models import Visit
from guests.print_links import address_of
from guests.samples import sample_itineraries, sample_print
from guests.wording import LANGUAGES, WORDS
from liaison.paper.pdf import BrokenImageError
from tests.cast import Cast
from tests.guests.test_handout import HIDDEN, handout_of, hide_private_words
from tests.paper import codes_on, fonts_of, pages_of, size_of, text_of, words_of

SAMPLES = {name: (language, itinerary) for name, language, itinerary in sample_itineraries()}
SIZES = {Sheet.A5: (420, 595), Sheet.A4: (595, 842), Sheet.A6: (595, 842), Sheet.LARGE: (595, 842)}
POINT = {Sheet.A5: 10.5, Sheet.A4: 12, Sheet.A6: 10, Sheet.LARGE: 16}
OURS = {
    f"Liaison-{family}"
    for family in ("Serif", "Serif-Italic", "Serif-Semi", "Serif-Bold", "Display", "Sans", "Sans-Bold", "Arabic",
                   "Arabic-Bold", "SC", "JP", "KR", "Devanagari", "Devanagari-Bold", "Thai", "Thai-Bold")
}  # fmt: skip
PAIRS = [(language, list(Sheet)[number % 4]) for number, language in enumerate(LANGUAGES)] + [
    ("en", Sheet.LARGE), ("ar", Sheet.A4), ("ar", Sheet.A6), ("ja", Sheet.A6),
]  # fmt: skip


def sample(name: str, sheet: str = Sheet.A5) -> bytes:
    language, itinerary = SAMPLES[name]
    return render_handout(sample_print(itinerary, language), Look(sheet))


@pytest.mark.parametrize(("language", "sheet"), PAIRS)
def test_each_language_on_a_sheet(language: str, sheet: Sheet) -> None:
    """A letter without a glyph would be an error; here is where it stands, in what, and in which order."""
    pdf = sample(language, sheet)
    assert size_of(pdf) == SIZES[sheet]
    assert {font.partition("-Semi")[0] for font in fonts_of(pdf)} <= OURS
    assert codes_on(pdf)[0][0] == address_of(sample_print(SAMPLES[language][1], language))
    assert codes_on(pdf)[0][1] >= 20  # millimetres
    text = text_of(pdf)
    titles = ["Arrival", "Opening ceremony", "Bilateral meeting", "Dinner on the water", "Visit to Komodo"]
    assert all(title in text for title in titles)
    if sheet != Sheet.A6:
        assert [text.index(title) for title in titles] == sorted(text.index(title) for title in titles)
    for words in ("GA 452", "+62 812-3456-7890", "09" + (".00–10.30" if language == "id" else ":00–10:30")):
        assert words in text
    assert beyond(pdf, 14) == []


@pytest.mark.parametrize("name", ["long", "forty", "none", "forty-ar"])
@pytest.mark.parametrize("sheet", [Sheet.A6, Sheet.LARGE])
def test_much_and_nothing_stay_on_their_pages(name: str, sheet: Sheet) -> None:
    pdf = sample(name, sheet)
    text = text_of(pdf)
    assert [number for number in range(1, 41) if f"Session {number}:" in text] == (
        list(range(1, 41)) if name.startswith("forty") else []
    )
    assert beyond(pdf, 14) == []
    if sheet == Sheet.A6:
        assert astride(pdf) == []


def beyond(pdf: bytes, margin: float) -> list[str]:
    """Words that stand nearer to the edge of the paper than the margin, in points."""
    width, height = size_of(pdf)
    return [
        word
        for _page, word, (left, top, right, bottom) in words_of(pdf)
        if left < margin or top < margin or right > width - margin or bottom > height - margin
    ]


def astride(pdf: bytes) -> list[str]:
    """Words that lie across the fold or the cut of a booklet."""
    return [
        word
        for _page, word, (left, top, right, bottom) in words_of(pdf)
        if left < 297.6 < right or top < 420.9 < bottom
    ]


@pytest.mark.parametrize("sheet", list(Sheet))
def test_letters_are_as_large_as_promised(sheet: Sheet) -> None:
    """Measured at the height of poppler's boxes, which is the same for every word of one size and face."""
    titles = [
        bottom - top
        for _page, word, (_left, top, _right, bottom) in words_of(sample("en", sheet))
        if word == "Opening"
    ]
    usual = [
        bottom - top
        for _page, word, (_left, top, _right, bottom) in words_of(sample("en"))
        if word == "Opening"
    ]
    assert titles[0] / usual[0] == pytest.approx(POINT[sheet] / 10.5, rel=0.02)
    if sheet == Sheet.LARGE:
        assert not any("Italic" in font for font in fonts_of(sample("en", sheet)))
        heights = [
            bottom - top for _page, _word, (_left, top, _right, bottom) in words_of(sample("en", sheet))
        ]
        assert (
            min(heights) > 0.8 * titles[0]
        )  # other faces are a little lower, smaller sizes would be more so


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language_and_every_other_run_says_its_own(language: str) -> None:
    _language, itinerary = SAMPLES[language]
    html = handout_html(sample_print(itinerary, language))
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html
    with override(language):
        assert str(WORDS["programme"]) in html
    assert html.count('class="beside" lang="id"') == (0 if language == "id" else html.count('class="beside"'))
    assert '<bdi lang="" dir="ltr">Opening ceremony</bdi>' in html
    for isolated in ('<bdi dir="ltr">GA 452</bdi>', '<bdi dir="ltr">+62 812-3456-7890</bdi>'):
        assert isolated in html
    assert not re.search(r"\d\d[:.]\d\d–(?![^<]*</bdi>)", html)  # no hour outside of what keeps its direction


def test_in_arabic_hours_and_flights_read_as_on_a_ticket_from_the_left() -> None:
    """By where the letters stand on the paper, not by the order in which they are written."""
    pdf = sample("ar")
    words = words_of(pdf)
    hours = next(box for _page, word, box in words if word == "09:00–10:30")
    flight, number = (next(box for _page, word, box in words if word == said) for said in ("GA", "452"))
    assert flight[2] <= number[0]
    title = next(box for _page, word, box in words if word == "Arrival")
    assert hours[0] > title[2]  # the column of hours stands at the right
    assert "12–14" in text_of(pdf)


@pytest.fixture
def broken(cast: Cast) -> Iterator[Visit]:
    cast.sari.photo.save("sari.jpg", ContentFile(b"no picture"))
    yield cast.sato
    cast.sari.photo.delete()


def test_a_broken_picture_is_an_error_or_initials_as_chosen(broken: Visit) -> None:
    with pytest.raises(BrokenImageError, match="The photo of Sari Wulandari cannot be printed"):
        render_handout(handout_of(broken))
    look = Look(pictures=Pictures.PLACEHOLDER)
    assert "SW Sari Wulandari" in text_of(render_handout(handout_of(broken), look))
    assert render_handout(handout_of(broken), look) == render_handout(handout_of(broken), look)


@pytest.mark.parametrize("sheet", list(Sheet))
@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_private_is_on_any_sheet(cast: Cast, sheet: Sheet, language: str) -> None:
    hide_private_words(cast)
    text = text_of(render_handout(handout_of(cast.sato, language=language), Look(sheet)))
    assert "Meeting of Sato" in text
    for hidden in (HIDDEN, "DK ", "Driver", "Toyota", "Tea for Sato", "Red line", "Lim"):
        assert hidden not in text


def test_booklets_of_several_guests_make_one_file_each_on_its_own_sheets(cast: Cast) -> None:
    part = render_handouts([handout_of(cast.sato), handout_of(cast.lim)], Look(Sheet.A6))
    assert [pages for _title, pages in part.chapters] == [2, 2]
    assert len(pages_of(part.data)) == 4


def test_the_code_holds_nothing_but_a_signed_address() -> None:
    address = address_of(sample_print(SAMPLES["en"][1], "en"))
    assert re.fullmatch(re.escape(settings.SITE_URL) + r"/p/1\.[\w-]{27}/", address)
