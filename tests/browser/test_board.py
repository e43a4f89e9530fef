"""The live board in a real browser: it shows what others do, within seconds, and says when it cannot."""

import time

import pytest
from playwright.sync_api import expect

from guests.models import Movement, Visit
from tests.browser.conftest import Opener
from tests.browser.scene import Scene

LAPTOP = {"viewport": {"width": 1280, "height": 800}, "has_touch": False, "is_mobile": False}


def test_a_tap_of_an_officer_is_on_the_board_within_five_seconds(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.ratna, f"/board/{scene.event.slug}/", **LAPTOP)
    row = page.get_by_role("row").filter(has=page.locator(f"#guest-{scene.sato.pk}"))
    expect(row).not_to_contain_text("At the venue")
    page.locator(f"#guest-{scene.sato.pk}").focus()
    since = time.monotonic()
    Visit.objects.filter(pk=scene.sato.pk).update(status=Movement.AT_VENUE)
    expect(row).to_contain_text("At the venue", timeout=10_000)
    assert time.monotonic() - since < 5
    assert page.evaluate("document.activeElement.id") == f"guest-{scene.sato.pk}"


def test_a_lost_connection_is_said_and_a_new_one_heals(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.ratna, f"/board/{scene.event.slug}/", **LAPTOP)
    page.context.set_offline(True)
    lost = page.get_by_role("alert")
    expect(lost).to_have_text("No connection. What you see is getting old.")
    page.context.set_offline(False)
    expect(lost).to_be_hidden()


@pytest.mark.parametrize("width", [375, 768, 1920])
def test_the_page_is_never_wider_than_the_screen(scene: Scene, open_page: Opener, width: int) -> None:
    page = open_page(
        scene.ratna,
        f"/board/{scene.event.slug}/?wall",
        **LAPTOP | {"viewport": {"width": width, "height": 900}},
    )
    expect(page.get_by_role("table")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_wall_turns_its_pages_and_begins_again(scene: Scene, open_page: Opener) -> None:
    low = LAPTOP | {"viewport": {"width": 1280, "height": 420}}
    page = open_page(scene.ratna, f"/board/{scene.event.slug}/?wall", clock=True, **low)
    expect(page.get_by_role("table")).to_be_visible()
    seen = []
    for _turn in range(12):
        page.clock.run_for(12_000)
        seen.append(page.evaluate("scrollY"))
    assert max(seen) > 0
    assert 0 in seen[1:]
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") - max(seen) < 5
