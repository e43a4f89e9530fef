"""The guest's own screen in a real browser: one tap from today, every script on a narrow phone, a code that can be read."""

from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.conf import settings
from PIL import Image
from playwright.sync_api import ConsoleMessage, Page, expect

from events.models import Venue
from guests.models import GuestLink, ItineraryItem, Visit
from tests.browser.conftest import Opener
from tests.browser.scene import Scene
from tests.browser.test_phone import Thumb, card
from tests.browser.test_phone_accessibility import TOO_SMALL, TOO_WIDE

SCRIPTS = ("id", "ar", "zh-hans", "ja", "ko", "ru", "hi", "th")


def dress_up(scene: Scene) -> None:
    """Addresses, both scripts beside one another, an item of every kind."""
    Venue.objects.filter(name="Ayana Komodo").update(
        address="Jalan Pantai Pede, Labuan Bajo",
        local_name="阿雅娜科莫多",
        local_address="ถนนชายหาดเปเด ลาบวนบาโจ",
    )
    ItineraryItem.objects.filter(visit=scene.sato, title="Opening ceremony").update(
        title="حفل الافتتاح (Opening)"
    )


def everybodys(scene: Scene, page: Page) -> list[str]:
    """Addresses at which a guest's screen is read, signed in and by link."""
    page.goto(f"/visits/{scene.sato.pk}/guest/links/")
    page.get_by_role("button", name="Make a link").tap()
    shared = page.locator("#address").input_value().removeprefix(settings.SITE_URL)
    own = [f"/visits/{visit.pk}/guest/" for visit in (scene.sato, scene.long, scene.idle)]
    return [*own, shared, "/g/nothing/"]


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_script_fits_a_narrow_phone_and_a_thumb_and_axe_finds_nothing(
    scene: Scene, open_page: Opener, language: str
) -> None:
    dress_up(scene)
    page, axe, faults = open_page(scene.sari), Axe(), []
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "404" not in message.text:  # the page of a dead link is one
            said.append(message.text)

    for address in everybodys(scene, page):
        page.on("console", note)
        page.goto(f"{address}?lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
        if page.evaluate("document.documentElement.scrollWidth") > 375:
            faults += [f"{address} is too wide: {part}" for part in page.evaluate(TOO_WIDE, 375)[:3]]
        faults += [f"{address} is too small: {part}" for part in page.evaluate(TOO_SMALL)]
        page.emulate_media(color_scheme="light")
        results: list[Any] = [axe.run(page)]
        page.emulate_media(color_scheme="dark")
        results.append(axe.run(page, options={"runOnly": ["color-contrast"]}))
        faults += [f"{address}: {result.generate_report()}" for result in results if result.violations_count]
        page.remove_listener("console", note)
    assert faults == []
    assert said == []


def test_one_tap_shows_the_guest_their_own_day_in_their_language(scene: Scene, open_page: Opener) -> None:
    page, thumb = open_page(scene.sari, "/today/"), Thumb()
    thumb.tap(card(page, scene.sato).get_by_role("link", name="Show to guest"))
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mr Sato")
    expect(page.get_by_role("heading", name="本日 2027年5月13日木曜日")).to_be_visible()
    assert thumb.taps == 1


def test_the_guest_chooses_another_language(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, f"/visits/{scene.sato.pk}/guest/")
    page.locator("summary", has_text="言語").tap()
    page.get_by_role("link", name="العربيّة").tap()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("heading", name="برنامجكم")).to_be_visible()


def test_times_flights_and_phones_keep_their_direction_in_arabic(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, f"/visits/{scene.sato.pk}/guest/?lang=ar")
    wanted = ("09:40–09:55 WITA", "GA 451", "+62 812-3456-7890")
    for text in wanted:
        found = page.locator("bdi", has_text=text).first
        assert found.evaluate("part => getComputedStyle(part).direction") == "ltr"
        first, last = (
            found.evaluate(
                """(part, index) => {
                    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
                    const texts = []; while (walker.nextNode()) if (walker.currentNode.data.trim()) texts.push(walker.currentNode);
                    const node = texts[0], range = document.createRange(), at = index < 0 ? node.data.trimEnd().length - 1 : 0;
                    range.setStart(node, at); range.setEnd(node, at + 1);
                    return range.getBoundingClientRect().left;
                }""",
                index,
            )
            for index in (0, -1)
        )
        assert first < last, text


def test_the_code_on_the_screen_leads_a_camera_to_the_guests_screen(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, f"/visits/{scene.sato.pk}/guest/")
    page.get_by_role("link", name="Link and QR code").tap()
    page.get_by_role("button", name="Make a link").tap()
    address = page.locator("#address").input_value()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        picture = Image.open(BytesIO(page.locator("svg.qr").screenshot()))
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [address]
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 20 / 25.4 * 163  # 20 mm on a phone of 163 points an inch
    strangers = open_page(None, address.removeprefix(settings.SITE_URL))
    expect(strangers.get_by_role("heading", level=1)).to_have_text("Mr Sato")
    assert strangers.context.cookies() == []
    assert GuestLink.objects.get().openings == 1


def test_long_names_and_many_days_stay_readable_on_a_desk_too(scene: Scene, open_page: Opener) -> None:
    page = open_page(
        scene.ratna, f"/visits/{scene.long.pk}/guest/?lang=ar", viewport={"width": 1280, "height": 800}
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert Visit.objects.get(pk=scene.long.pk).guest.called[:20] in page.locator("h1").inner_text()
