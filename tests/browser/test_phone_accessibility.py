"""Every screen of the officer, in both languages: for all eyes, for the keyboard, for the ear, at twice the size.

One walk in a language looks at everything, since loading a page is what costs time. The screens are listed in
`tests.browser.screens`.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import ConsoleMessage, Page, expect

from liaison.accounts.models import User
from tests.browser.conftest import Opener
from tests.browser.scene import Scene
from tests.browser.screens import PHONE, Screen, open_all
from tests.browser.test_phone import card

WIDTH, HALF = {"width": 375, "height": 812}, {"width": 188, "height": 406}  # the second as at 200 %

TOO_SMALL = """() => [...document.querySelectorAll("main a[href], main button, main summary, .bar > *")]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
    .map(e => e.outerHTML.slice(0, 120))"""
TOO_WIDE = """width => document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("body *")]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > width + 0.5
        && !e.matches(".visually-hidden, .visually-hidden *"))
    .map(e => e.outerHTML.slice(0, 120))"""
OUT_OF_ORDER = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(e => e.checkVisibility() && !e.disabled && e.type !== "hidden" && e.tabIndex !== 0)
    .map(e => e.outerHTML.slice(0, 120))"""
MOVING = """() => [...document.querySelectorAll(".button, .bar > *, .card, details, main")]
    .filter(e => parseFloat(getComputedStyle(e).transitionDuration) || getComputedStyle(e).animationName !== "none")
    .map(e => e.outerHTML.slice(0, 120))"""
CHECKS = {"too small": TOO_SMALL, "out of order": OUT_OF_ORDER, "moving": MOVING}


def walk(scene: Scene, open_page: Opener, language: str) -> Iterator[tuple[Screen, Page, list[str]]]:
    """Each screen in turn, all that can be opened open, with what the browser's console has said of it."""
    User.objects.update(language=language)
    pages: dict[str, tuple[Page, list[str]]] = {}
    for screen in PHONE:
        if screen.who not in pages:
            page, said = open_page(getattr(scene, screen.who, None), "/calendar/"), list[str]()
            page.on("console", partial(_note, said))
            pages[screen.who] = page, said
        page, said = pages[screen.who]
        said.clear()
        page.goto(screen.address.format(**vars(scene)))
        screen.do(page)
        open_all(page)
        yield screen, page, said


def _note(said: list[str], message: ConsoleMessage) -> None:
    expected = (
        "Failed to load resource: the server responded with a status of 4",
        "Clear-Site-Data header on ",
    )
    if not message.text.startswith(
        expected
    ):  # what is missing or incomplete is a screen, too, and so is signing out
        said.append(message.text)


def seen_by_axe(page: Page) -> Iterator[str]:
    """What axe finds in the light, and of colours in the dark."""
    axe = Axe()
    page.emulate_media(color_scheme="light")
    results: list[Any] = [axe.run(page)]
    page.emulate_media(color_scheme="dark")
    results.append(axe.run(page, options={"runOnly": ["color-contrast"]}))
    return (result.generate_report() for result in results if result.violations_count)


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_screen_serves_everybody(scene: Scene, open_page: Opener, language: str) -> None:
    faults: list[tuple[str, ...]] = []
    for screen, page, said in walk(scene, open_page, language):
        faults += [(screen.name, report) for report in seen_by_axe(page)]
        faults += [
            (screen.name, what, part) for what, check in CHECKS.items() for part in page.evaluate(check)
        ]
        for size in (WIDTH, HALF):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict will do
            faults += [
                (screen.name, f"wider than {size['width']}", part)
                for part in page.evaluate(TOO_WIDE, size["width"])[:3]
            ]
        page.set_viewport_size(WIDTH)  # type: ignore[arg-type]  # as above
        faults += [(screen.name, "console", text) for text in said]
    assert faults == []


def test_the_checks_can_fail(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/search/", reduced_motion="no-preference")
    assert page.evaluate(MOVING)
    page.goto("about:blank")  # our own pages forbid styles in attributes
    page.set_content("<main><button tabindex=-1 style='width:900px;height:20px'>Tiny</button></main>")
    assert [len(page.evaluate(check)) for check in (TOO_SMALL, OUT_OF_ORDER)] == [1, 1]
    assert page.evaluate(TOO_WIDE, 375)
    page.set_viewport_size(HALF)  # type: ignore[arg-type]  # a plain dict will do
    viewport = "<meta name=viewport content='width=device-width'>"
    for width, faults in ((180, 0), (200, 1)):
        page.set_content(f"{viewport}<body style='margin:0'><div style='width:{width}px'>Wide</div></body>")
        assert len(page.evaluate(TOO_WIDE, HALF["width"])) == faults


FOCUS = """() => {
    const at = document.activeElement, ring = at.matches(".choices input") ? at.nextElementSibling : at;
    const style = getComputedStyle(ring);
    return [at.tagName + " " + (at.getAttribute("name") || at.getAttribute("href") || at.id || at.innerText).slice(0, 60),
        style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""
REACHABLE = """() => [...document.querySelectorAll("main a[href], main button, main summary, main textarea, .bar > *")]
    .filter(e => e.checkVisibility()).length"""


@pytest.mark.parametrize(
    "address", ["/today/", "/visits/{sato.pk}/", "/visits/{sato.pk}/hand-over/", "/search/?q=sato"]
)
def test_the_tab_key_comes_to_every_action_and_shows_where_it_is(
    scene: Scene, open_page: Opener, address: str
) -> None:
    page = open_page(scene.sari, address.format(**vars(scene)))
    reached: list[str] = []
    for _tab in range(page.evaluate(REACHABLE) + 20):
        page.keyboard.press("Tab")
        name, is_shown = page.evaluate(FOCUS)
        if name.startswith("BODY"):
            break
        assert is_shown, name
        reached.append(name)
    assert "main" in reached[0]  # the way past the page's head comes first
    assert len(reached) >= page.evaluate(REACHABLE) - _radios(page)


def _radios(page: Page) -> int:
    """A group of radio buttons is one stop, which the arrow keys walk through."""
    return page.locator("main input[type=radio]").count()


def test_enter_does_what_a_thumb_does(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/")
    page.get_by_role("link", name="Search").focus()
    page.keyboard.press("Enter")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("umbrella")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Second umbrella at the door").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/visits/{scene.sato.pk}/#requests")


def test_the_ear_hears_names_and_not_signs(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/")
    heard = card(page, scene.sato).aria_snapshot()
    for line in (
        'heading "Mr Sato" [level=2]',
        'heading "Red line" [level=3]',
        'button "Done: Second umbrella at the door"',
        'link "SOS"',
    ):
        assert line in heard, line
    page.goto(f"/visits/{scene.sato.pk}/")
    open_all(page)
    heard = page.locator("body").aria_snapshot()
    for line in (
        'link "Search"',
        'heading "Mr Sato" [level=1]',
        'region "The first 30 seconds"',
        'heading "Contacts" [level=2]',
        'link "Call +62 812-9999-0000 Security command post"',
        'link "WhatsApp Doctor on call"',
        'link "Map Ayana Komodo"',
        'link "Invitation PDF · 20 bytes"',
        'button "Read private data"',
        'navigation "For Mr Sato"',
    ):
        assert line in heard, line
