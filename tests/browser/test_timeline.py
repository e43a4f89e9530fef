"""The timeline in a real browser: by keyboard, with a thumb, without JavaScript, and in the eyes of axe."""

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.urls import reverse
from playwright.sync_api import expect

from events.models import Shift
from guests.models import Assignment, Visit
from tests.browser.conftest import Opener, choose
from tests.browser.scene import Scene
from tests.factories import (
    NOW,
    make_assignment,
    make_guest,
    make_item,
    make_member,
    make_user,
    make_venue,
    make_visit,
)

LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "has_touch": False, "is_mobile": False}
SMALL: dict[str, Any] = {"viewport": {"width": 1024, "height": 768}, "has_touch": True, "is_mobile": False}
TABLET: dict[str, Any] = {"viewport": {"width": 768, "height": 1024}, "has_touch": True, "is_mobile": False}
HOUR = timedelta(hours=1)


def address_of(scene: Scene, query: str = "") -> str:
    return reverse("timeline", args=[scene.event.slug]) + query


@pytest.fixture
def gap(scene: Scene) -> Visit:
    """A guest whose last hours nobody leads; the one who leads the first has to be at two places, and on a short shift."""
    visit = make_visit(
        scene.event, make_guest("Haru Mori"), arrives_at=NOW - HOUR, departs_at=NOW + 9 * HOUR, rank=1
    )
    tono = make_member(make_user("Tono"), scene.event, capacity=9)
    make_assignment(
        visit, tono, starts_at=NOW - HOUR, ends_at=NOW + 4 * HOUR, state=Assignment.State.CONFIRMED
    )
    make_assignment(make_visit(scene.event, make_guest("Ivo")), tono, is_locked=True)
    for each in scene.event.visits.filter(guest__name__in=("Haru Mori", "Ivo")):
        make_item(each, "Talks", venue=make_venue(scene.event))
    Shift.objects.create(membership=tono, starts_at=NOW - 2 * HOUR, ends_at=NOW + 8 * HOUR)
    return visit


def test_every_bar_gap_and_collision_is_reached_by_tab_in_the_order_of_time(
    scene: Scene, gap: Visit, open_page: Opener
) -> None:
    page = open_page(scene.ratna, address_of(scene, "?by=guests&q=tono"), **LAPTOP, java_script_enabled=False)
    expect(page.locator(".timeline tbody tr")).to_have_count(2)
    page.locator(".timeline-scroll").focus()
    said = []
    for _stop in range(6):
        page.keyboard.press("Tab")
        said.append(page.locator(":focus").inner_text().replace("\n", " "))
    assert "Haru Mori" in said[0]
    assert "Tono" in said[1]
    assert "08:00–13:00 WITA" in said[1]
    assert "No lead" in said[2]
    assert "Ivo" in said[3]
    assert "two places" in said[4]
    assert "1 collision" in said[5]
    expect(page.get_by_text("while Haru Mori has")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_text("while Haru Mori has")).to_be_visible()


def test_a_gap_is_filled_without_a_mouse(scene: Scene, gap: Visit, open_page: Opener) -> None:
    page = open_page(
        scene.ratna, address_of(scene, "?by=guests&only=unled"), **LAPTOP, java_script_enabled=False
    )
    page.get_by_role("link", name="No lead Assign… 13:00–18:00 WITA Haru Mori").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name=starts_at_1]")).to_have_value("13:00")
    expect(page.locator("[name=ends_at_1]")).to_have_value("18:00")
    choose(page.locator("select[name=officer]"), "Citra")
    page.get_by_role("button", name="Assign", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.split('/admin/')[0]}{address_of(scene)}?by=guests&only=unled")
    expect(page.locator("body")).to_contain_text("Citra Dewi now has 1 more guest.")
    assert gap.assignments.count() == 2


def test_with_a_thumb_all_is_large_enough_and_the_names_stay_at_the_side(
    scene: Scene, gap: Visit, open_page: Opener
) -> None:
    flat = {"viewport": {"width": 768, "height": 480}}
    page = open_page(scene.ratna, address_of(scene, "?by=guests"), **TABLET | flat)
    targets = page.locator(".timeline-page :is(a, summary, select, input, button):visible")
    assert targets.count() > 15
    small = [
        (target.inner_text(), box)
        for target in targets.all()
        if (box := target.bounding_box()) and (box["height"] < 44 or box["width"] < 40)
    ]
    assert small == []
    scroll, name = page.locator(".timeline-scroll"), page.locator("tbody .timeline-who").first
    before = name.bounding_box()
    scroll.evaluate("(box) => { box.scrollLeft = 200; box.scrollTop = 60 }")
    assert scroll.evaluate("(box) => box.scrollLeft") > 0
    after = name.bounding_box()
    assert before
    assert after
    assert before["x"] == after["x"]
    head = page.locator("thead .timeline-hours").bounding_box()
    frame = scroll.bounding_box()
    assert head
    assert frame
    assert abs(head["y"] - frame["y"]) < 3


def test_what_has_the_focus_is_not_under_the_names(scene: Scene, gap: Visit, open_page: Opener) -> None:
    page = open_page(scene.ratna, address_of(scene, "?by=guests&q=haru"), **TABLET)
    page.locator(".timeline-scroll").evaluate("(box) => { box.scrollLeft = 2000 }")
    page.locator(".timeline-bar").first.focus()
    bar = page.locator(".timeline-bar").first.bounding_box()
    name = page.locator("tbody .timeline-who").first.bounding_box()
    assert bar
    assert name
    assert bar["x"] + bar["width"] > name["x"] + name["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, SMALL, TABLET], ids=["1280", "1024", "768"])
def test_axe_finds_nothing(
    scene: Scene, gap: Visit, open_page: Opener, size: dict[str, Any], scheme: str
) -> None:
    for query in ("", "?by=guests", "?day=all"):
        page = open_page(scene.ratna, address_of(scene, query), **size, color_scheme=scheme)
        page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
        found = Axe().run(page, context="#content", options={"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()
        width = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0
