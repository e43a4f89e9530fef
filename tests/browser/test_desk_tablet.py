"""A coordinator's day at the desk in a real browser, on a laptop and on a tablet held either way."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from events.models import Role
from guests.models import Assignment, Guest, Visit
from tests.browser.conftest import Opener, choose
from tests.browser.scene import Scene
from tests.factories import (
    NOW,
    make_assignment,
    make_event,
    make_guest,
    make_member,
    make_user,
    make_visit,
)

WIDTHS = {"laptop": (1280, 800), "tablet": (1024, 768), "upright": (768, 1024)}
ROWS = "#result_list tbody"


@pytest.fixture(params=WIDTHS)
def desk(request: Any, scene: Scene, open_page: Opener) -> Page:
    """The desk of Ratna, who runs two events; at the other, too, somebody waits."""
    other = make_event("Summit Elsewhere")
    make_member(scene.ratna, other, Role.COORDINATOR)
    make_visit(other, make_guest("Grace Elsewhere"))
    width, height = WIDTHS[request.param]
    touches = {"has_touch": width < 1280, "is_mobile": False}
    return open_page(scene.ratna, "/admin/", viewport={"width": width, "height": height}, **touches)


def look_at(page: Page, part: str = "#content, #changelist") -> None:
    """Nothing sticks out sideways, and axe finds nothing in what is ours; the theme's frame is not."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    found = Axe().run(page, context=part)
    told = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found.response["violations"]]
    assert told == [], page.url


def choose_event(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_label("Event").select_option(label=name)


def test_each_number_on_the_first_page_leads_to_its_rows(desk: Page) -> None:
    look_at(desk)
    expect(desk.locator(".desk-board")).to_have_count(2)
    choose_event(desk, "Forum Nusantara 2027")
    expect(desk.locator(".desk-board")).to_have_count(1)
    cards = desk.locator(".desk-waiting a")
    addresses = [
        (card.get_attribute("href") or "", card.locator("strong").inner_text()) for card in cards.all()
    ]
    assert len(addresses) >= 4
    for address, number in addresses:
        desk.goto(address)
        expect(desk.locator(ROWS)).to_have_count(int(number))
        look_at(desk)


def test_a_list_is_searched_filtered_and_kept(desk: Page) -> None:
    choose_event(desk, "Forum Nusantara 2027")
    desk.goto("/admin/guests/visit/")
    expect(desk.locator(ROWS)).to_have_count(4)
    desk.get_by_role("button", name="Filters").click()
    desk.locator("select[name=red_line]").select_option("yes")
    desk.locator("select[name=requests]").select_option("overdue")
    desk.get_by_role("button", name="Apply Filters").click()
    expect(desk.locator(ROWS)).to_have_count(1)
    expect(desk.locator(ROWS)).to_contain_text("red line")
    desk.locator("input[name=q]").fill("sato shellfish 451")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    expect(desk.locator(ROWS)).to_have_count(1)
    desk.get_by_label("Name of the list").fill("Mr Sato's red lines")
    with desk.expect_navigation():
        desk.get_by_role("button", name="Save this list").click()
    look_at(desk)
    desk.goto("/admin/guests/visit/")
    desk.get_by_role("link", name="Mr Sato's red lines").click()
    expect(desk.locator(ROWS)).to_have_count(1)
    expect(desk.locator(ROWS)).to_contain_text("Kenji Sato")


def test_the_guests_of_an_officer_are_found_by_typing_a_name(desk: Page, scene: Scene) -> None:
    other = make_visit(scene.event, make_guest("Led By Another"), arrives_at=NOW)
    make_assignment(other, make_member(make_user("Tono Searched"), scene.event))
    desk.goto("/admin/guests/visit/")
    desk.get_by_role("button", name="Filters").click()
    desk.locator("select[name^=assignments__officer] + .select2 .select2-selection").click()
    desk.locator("input.select2-search__field").fill("tono")
    desk.locator(".select2-results__option", has_text="Tono Searched").click()
    desk.get_by_role("button", name="Apply Filters").click()
    expect(desk.locator(ROWS)).to_have_count(1)
    expect(desk.locator(ROWS)).to_contain_text("Led By Another")
    desk.get_by_role("button", name="Filters").click()
    look_at(desk, "#filter-form .simplebar-content")
    expect(desk.get_by_role("combobox", name="By officer")).to_contain_text("Tono Searched")


def test_a_guest_gets_an_officer_and_the_history_says_so(desk: Page, scene: Scene) -> None:
    visit = make_visit(scene.event, make_guest("Nobody Yet"), arrives_at=NOW)
    desk.goto("/admin/guests/visit/?lead=none&q=nobody")
    expect(desk.locator(ROWS)).to_have_count(1)
    desk.get_by_role("checkbox", name="Select Nobody Yet").check()
    desk.locator("select[name=action]").select_option("assign_chosen")
    desk.locator("button[name=index], button[type=submit][value='0']").first.click()
    choose(desk.locator("select[name=officer]"), "Citra")
    desk.get_by_role("button", name="Assign", exact=True).click()
    expect(desk.locator("body")).to_contain_text("Citra Dewi now has 1 more guest.")
    assert Assignment.objects.get(visit=visit).officer.user == scene.citra
    desk.goto(f"/admin/guests/visit/{visit.pk}/change/")
    look_at_width(desk)
    desk.goto(f"/admin/guests/visit/{visit.pk}/history/")
    expect(desk.locator("body")).to_contain_text("Ratna Kusuma added Assignment “Citra Dewi”")
    look_at(desk)


def look_at_width(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_nobody_of_another_event_finds_any_of_it(desk: Page) -> None:
    choose_event(desk, "Summit Elsewhere")
    for address in ("/admin/", "/admin/guests/visit/", "/admin/guests/assignment/", "/admin/guests/request/"):
        desk.goto(address)
        expect(desk.locator("#content")).not_to_contain_text("Sato")
    desk.goto("/admin/guests/visit/?q=sato")
    expect(desk.locator(ROWS)).to_have_count(0)
    assert Guest.objects.filter(name="Kenji Sato").exists()
    assert Visit.objects.count() == 5
