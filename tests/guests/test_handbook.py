"""The quick starts: two pages each in both languages, the same words on the screen, and pages that point into them."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from guests.handbook import COORDINATORS, GUIDES, OFFICERS, Guide, quick_start
from tests.cast import Cast
from tests.guests.phone import signed_in
from tests.paper import pages_of, text_of, words_of

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_fills_two_pages(guide: Guide, language: str) -> None:
    paper = quick_start(guide, language)

    sides = pages_of(paper)
    assert len(sides) == 2
    words = words_of(paper)
    assert {page for page, _word, _box in words} == {0, 1}
    outside = [
        word
        for _page, word, (left, top, right, bottom) in words
        if left < 30 or top < 30 or right > 565 or bottom > 830
    ]
    assert outside == []


def test_is_in_the_language_asked_for() -> None:
    assert "Before your first day" in text_of(quick_start(OFFICERS, "en"))
    assert "Before your first day" not in text_of(quick_start(OFFICERS, "id"))


def test_is_the_same_bytes_each_time() -> None:
    assert quick_start(COORDINATORS, "id") == quick_start(COORDINATORS, "id")


def test_command_writes_each(tmp_path: Path) -> None:
    call_command("quick_start", tmp_path / "paper", verbosity=0)

    made = {file.name for file in (tmp_path / "paper").iterdir()}
    assert made == {f"quick-start-{guide.name}-{language}.pdf" for guide in GUIDES for language in LANGUAGES}


@pytest.mark.django_db
def test_pages_point_at_sections_there_are(cast: Cast) -> None:
    client = signed_in(cast.sari)
    sections = set(re.findall(r'id="([a-z]+)"', client.get(reverse("officers_help")).content.decode()))
    pointed = {
        about
        for template in Path(__file__).parents[2].joinpath("templates", "phone").glob("*.html")
        for about in re.findall(r'"phone/help.html" with about="([a-z]+)"', template.read_text())
    }

    assert "late" in pointed
    assert pointed <= sections


@pytest.mark.django_db
def test_opens_as_paper_from_the_page(cast: Cast) -> None:
    client = signed_in(cast.sari)
    page = client.get(reverse("officers_help"))

    assert reverse("officers_quick_start") in page.content.decode()
    paper = client.get(reverse("officers_quick_start"))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
