"""Today is light, quick on a slow network, still while it loads, honest about its age, and answers taps in place."""

from collections import defaultdict
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from guests.models import Assignment, LogbookEntry, Visit
from tests.browser.conftest import Opener
from tests.browser.scene import Scene
from tests.browser.test_phone import card, status_of
from tests.factories import NOW, make_request

FIRST_VISIT, NEXT_VISIT = 60_000, 15_000  # bytes over the wire, fonts aside
FAST_3G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
USABLE_WITHIN = 1.5  # seconds on that network
STILL = """() => new Promise(done => new PerformanceObserver((list) =>
    done(list.getEntries().map(entry => entry.value))).observe({type: "layout-shift", buffered: true})
    || setTimeout(() => done([]), 300))"""


class Wire:
    """Counts the bytes that come over the wire, by kind."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.kinds: dict[str, str] = {}
        self.bytes: defaultdict[str, int] = defaultdict(int)
        self.session.on("Network.responseReceived", self._came)
        self.session.on("Network.loadingFinished", self._finished)
        self.session.send("Network.enable")

    def _came(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes[self.kinds.get(event["requestId"], "Other")] += int(event["encodedDataLength"])

    def take(self) -> int:
        """What came since the last time, fonts aside."""
        total = sum(size for kind, size in self.bytes.items() if kind != "Font")
        self.bytes.clear()
        return total

    def slow_down(self) -> None:
        self.session.send("Network.emulateNetworkConditions", FAST_3G)


def test_the_first_visit_and_the_next_are_light(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "about:blank")
    wire = Wire(page)
    page.goto("/today/", wait_until="networkidle")
    first = wire.take()
    make_request(scene.sato, scene.ratna, "Changed meanwhile, so that the page comes whole")
    page.goto("/today/", wait_until="networkidle")
    following = wire.take()
    page.goto("/today/", wait_until="networkidle")
    unchanged = wire.take()
    print(f"first {first} bytes, next {following}, unchanged {unchanged}")  # noqa: T201 (pytest -s shows it)
    assert 5_000 < first <= FIRST_VISIT
    assert 1_000 < following <= NEXT_VISIT
    assert unchanged < 1_500


def test_today_is_usable_on_a_slow_network(scene: Scene, open_page: Opener) -> None:
    """Latency and throughput of the network are simulated; the best of three, since the machine is not."""
    times = []
    for _each in range(3):
        page = open_page(scene.sari, "about:blank")
        Wire(page).slow_down()
        page.goto("/today/", wait_until="commit")
        expect(card(page, scene.sato).locator("button.button--primary")).to_be_visible()
        page.wait_for_load_state("domcontentloaded")
        times.append(
            page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") / 1000
        )
    print(f"usable after {', '.join(f'{each:.2f} s' for each in times)}")  # noqa: T201 (pytest -s shows it)
    assert min(times) <= USABLE_WITHIN


@pytest.mark.parametrize("language", ["en", "id"])
def test_nothing_moves_while_it_loads_or_comes_up_to_date(
    scene: Scene, open_page: Opener, language: str
) -> None:
    type(scene.sari).objects.update(language=language)
    page = open_page(scene.sari, "about:blank")
    Wire(page).slow_down()
    page.goto("/today/", wait_until="networkidle")
    page.locator("[data-refresh]").first.evaluate("link => link.click()")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(STILL) == []


def test_a_tap_is_answered_in_place_with_undo(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/")
    page.evaluate("window.stayed = true")
    later = card(page, scene.long).locator("details").first
    later.locator("summary").tap()
    card(page, scene.sato).locator("button.button--primary").tap()
    undo = card(page, scene.sato).locator("button[formaction*=undo]")
    expect(undo).to_be_in_viewport()
    expect(undo).to_be_focused()
    assert status_of(scene.sato) == "in_car"
    expect(later).to_have_attribute("open", "")
    undo.tap()
    expect(undo).to_have_count(0)
    assert (status_of(scene.sato), page.evaluate("window.stayed")) == ("at_hotel", True)


def test_a_tap_whose_answer_was_lost_counts_once_when_it_is_tapped_again(
    scene: Scene, open_page: Opener
) -> None:
    page, before = open_page(scene.sari, "/today/"), LogbookEntry.objects.filter(visit=scene.sato).count()
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.fetch(max_redirects=0)  # it arrives, and its answer does not
            route.abort()

    page.route("**/status/", lose_the_first)
    button = card(page, scene.sato).locator("button.button--primary")
    button.tap()
    expect(page.locator(".age")).to_contain_text("No answer came back. Tap again: it counts once.")
    assert status_of(scene.sato) == "in_car"
    button.tap()
    expect(card(page, scene.sato).locator("button[formaction*=undo]")).to_be_visible()
    assert LogbookEntry.objects.filter(visit=scene.sato).count() == before + 1


def test_an_open_page_brings_itself_up_to_date_and_says_its_age_where_it_cannot(
    scene: Scene, open_page: Opener
) -> None:
    page = open_page(scene.sari, "/today/", clock=True)
    make_request(scene.sato, scene.ratna, "Brought by itself")
    expect(page.get_by_text("Brought by itself")).to_have_count(0)
    page.clock.fast_forward(31_000)
    expect(card(page, scene.sato)).to_contain_text("Brought by itself")
    expect(page.locator(".age")).to_be_hidden()
    page.context.set_offline(True)
    page.clock.fast_forward(6 * 60_000)
    expect(page.locator(".age")).to_contain_text("6 min old")
    page.context.set_offline(False)  # it looks again by itself
    expect(page.locator(".age")).to_be_hidden()


def test_going_back_shows_what_is_true_now(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/")
    card(page, scene.sato).get_by_role("link", name="Mr Sato").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mr Sato")
    Visit.objects.filter(pk=scene.sato.pk).update(status="in_car", status_at=NOW)
    page.go_back()
    expect(card(page, scene.sato).locator("header")).to_contain_text("In the car")


@pytest.mark.parametrize("javascript", [True, False])
def test_new_duties_are_confirmed_with_one_tap_and_changes_seen_with_one(
    scene: Scene, open_page: Opener, javascript: bool
) -> None:
    page = open_page(scene.sari, "/today/", java_script_enabled=javascript)
    page.get_by_role("button", name="Confirm: Mr Sato").tap()
    expect(page.get_by_role("status")).to_contain_text("Confirmed: Mr Sato")
    page.get_by_role("button", name="Confirm all").tap()
    expect(page.get_by_role("heading", name="New for you")).to_have_count(0)
    assert not Assignment.objects.unconfirmed().filter(officer__user=scene.sari).exists()


@pytest.mark.parametrize("javascript", [True, False])
def test_who_cannot_says_so_with_three_taps(scene: Scene, open_page: Opener, javascript: bool) -> None:
    page = open_page(scene.sari, "/today/", java_script_enabled=javascript)
    page.get_by_role("link", name="I cannot: Mr Sato").tap()
    page.get_by_label("Why you cannot").fill("My own wedding")
    page.get_by_role("button", name="Tell the coordinators").tap()
    expect(page.get_by_text("You said that you cannot: “My own wedding”")).to_be_visible()


def test_when_to_leave_is_changed_on_the_phone(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/")
    expect(card(page, scene.sato)).to_contain_text("as planned")
    card(page, scene.sato).get_by_role("link", name="Change").tap()
    page.locator("input[type=time]").fill("09:20")
    page.get_by_role("button", name="Leave by this time").tap()
    expect(card(page, scene.sato)).to_contain_text("Leave by 09:20 WITA")
    expect(card(page, scene.sato)).to_contain_text("set by Sari Wulandari")
