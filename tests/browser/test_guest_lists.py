"""A guest list and a calendar address in a real browser: every step free of faults, on a laptop and a tablet."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django import Settings

from guests.models import Visit
from tests.browser import lists
from tests.browser.conftest import Opener
from tests.browser.scene import Scene

SIZES = {"laptop": {"width": 1280, "height": 800}, "tablet": {"width": 768, "height": 1024}}
DESK: dict[str, Any] = {"has_touch": False, "is_mobile": False}


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(params=SIZES)
def desk(scene: Scene, open_page: Opener, request: pytest.FixtureRequest) -> Page:
    lists.add_doubts(scene.event)
    return open_page(scene.ratna, "/admin/", **DESK, viewport=SIZES[request.param])


def faultless(page: Page, part: str = "main") -> None:
    """No fault that a machine can find, in light and in dark, and nothing runs out at the side."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, context=part)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
    page.emulate_media(color_scheme="light")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_doubt_is_asked_and_its_answer_kept(scene: Scene, desk: Page, tmp_path: Path) -> None:
    path = tmp_path / "tamu.xlsx"
    path.write_bytes(lists.muddled_list())
    lists.upload(desk, path)
    faultless(desk, "main.guestlist")
    lists.check(desk)
    faultless(desk, "main.guestlist")
    who = desk.get_by_label("Who is “Rina” (rows 2, 3)?")
    who.select_option(label="Rina Lestari")
    desk.locator("select[name=order]").select_option(index=1)
    again = desk.get_by_role("combobox", name="Is row 4, MINAMOTO Haruto, the same guest?")
    beside = desk.get_by_role("region", name="Is row 4, MINAMOTO Haruto, the same guest?")
    expect(beside).to_contain_text("Haruto Minamoto")
    again.select_option(label="the same guest as in row 3: take both together")
    desk.get_by_role("button", name="Take these answers and check again").click()
    expect(desk.get_by_label("Who is “Rina” (rows 2, 3)?")).to_have_value(
        str(scene.event.memberships.get(user__name="Rina Lestari").pk)
    )
    expect(desk.locator("main.guestlist")).to_contain_text("Row 4 goes into row 3")
    faultless(desk, "main.guestlist")
    desk.get_by_label("Leave out the row with errors").check()
    desk.get_by_role("button", name="Apply the list").click()
    expect(desk.get_by_role("link", name="See the visits")).to_be_visible()
    faultless(desk, "main.guestlist")
    assert Visit.objects.filter(guest__name__iregex="minamoto").count() == 1


def test_a_waiting_page_says_how_far_the_worker_is(scene: Scene, desk: Page) -> None:
    waiting = lists.add_waiting(scene.event, scene.ratna)
    desk.goto(f"/admin/guests/guestlist/{waiting.pk}/preview/")
    expect(desk.get_by_role("status")).to_contain_text("1870 of 4200 rows are read")
    expect(desk.get_by_role("progressbar")).to_have_attribute("value", "1870")
    faultless(desk, "main.guestlist")


@pytest.mark.parametrize("wall", ["", "?wall"])
def test_the_board_has_no_fault(scene: Scene, open_page: Opener, wall: str) -> None:
    page = open_page(scene.ratna, f"/board/{scene.event.slug}/{wall}", **DESK, viewport=SIZES["laptop"])
    expect(page.get_by_role("table")).to_be_visible()
    faultless(page)


def test_a_calendar_address_is_made_fetched_and_revoked(scene: Scene, open_page: Opener) -> None:
    page, stranger = open_page(scene.sari, "/calendar/"), Client()
    expect(page.get_by_text("No calendar has fetched it yet.")).to_have_count(0)
    faultless(page)
    page.get_by_role("button", name="Make a new address for Forum Nusantara 2027").tap()
    address = urlsplit(page.get_by_label("Address", exact=True).input_value()).path
    faultless(page)
    assert b"BEGIN:VEVENT" in stranger.get(address).content
    page.goto("/calendar/")
    expect(page.get_by_text("Last fetched")).to_be_visible()
    faultless(page)
    page.get_by_role("button", name="Revoke the address").tap()
    expect(page.get_by_role("button", name="Revoke the address")).to_have_count(0)
    assert stranger.get(address).status_code == 404
