"""A programme in a real browser: uploaded, looked at, applied; on a laptop and a tablet, with and without errors."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect
from pytest_django import Settings

from events.models import Event, Role, Session
from guests.models import ItineraryItem
from tests.browser.conftest import Opener
from tests.events.programme.listings import HOUR, applied, follower, local, row, table
from tests.factories import NOW, make_event, make_guest, make_member, make_user, make_visit
from tests.liaison.sheets import files

SIZES = {"laptop": {"width": 1280, "height": 800}, "tablet": {"width": 768, "height": 1024}}
MOVED = ["A", "Opening ceremony", local(NOW + 3 * HOUR), local(NOW + 4 * HOUR), "Ballroom", "Room 1"]
NEW = ["N", "Gala dinner", local(NOW + 9 * HOUR), local(NOW + 12 * HOUR), "Pier 7", ""]
FAULTY = ["F", "Press briefing", local(NOW + 9 * HOUR), local(NOW + 8 * HOUR), "Pier 7", ""]


@pytest.fixture
def event(transactional_db: None, settings: Settings, tmp_path: Path) -> Event:
    """An event whose programme came from a file, with a guest who follows and one who does not."""
    settings.MEDIA_ROOT = tmp_path / "media"
    event = make_event()
    make_member(make_user("Ratna Kusuma", email="ratna@example.org"), event, Role.COORDINATOR)
    applied(event, row("Opening ceremony", "A", venue="Ballroom", point="Room 1"), row("Closing", "C", 30))
    opening = Session.objects.get(external_key="A")
    follower(make_visit(event, make_guest("Kenji Sato")), opening)
    follower(
        make_visit(event, make_guest("Ana Lim")), opening, ends_at=opening.ends_at - timedelta(minutes=20)
    )
    return event


@pytest.fixture(params=SIZES)
def desk(event: Event, open_page: Opener, request: pytest.FixtureRequest) -> Page:
    ratna = event.memberships.get().user
    return open_page(ratna, "/admin/", viewport=SIZES[request.param], has_touch=False, is_mobile=False)


def in_file(tmp_path: Path, *rows: list[str]) -> Path:
    path = tmp_path / "programme.xlsx"
    path.write_bytes(files.xlsx(table(rows)))
    return path


def upload(desk: Page, path: Path, look: Callable[[Page], None]) -> None:
    desk.goto("/admin/events/programmefile/add/")
    look(desk)
    desk.set_input_files("input[type=file]", path)
    desk.get_by_role("button", name="Upload and go on").click()
    look(desk)
    desk.get_by_role("button", name="Check the programme").click()
    look(desk)


def faultless(page: Page) -> None:
    """The part of the page that is ours has no fault that a machine can find, and does not run out at the side."""
    expect(page.locator("main.guestlist")).to_be_visible()
    found = Axe().run(page, context="main.guestlist")
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_newer_programme_moves_sessions_and_the_days_of_guests(desk: Page, tmp_path: Path) -> None:
    upload(desk, in_file(tmp_path, MOVED, NEW), faultless)
    body = desk.locator("main.guestlist")
    expect(body).to_contain_text("1 itinerary follows · 1 has times of its own and stays")
    expect(body).to_contain_text("Thu, 13 May 12:00 WITA")
    expect(body).to_contain_text("would be removed")
    desk.get_by_label("Take out the session that is gone from the file").check()
    desk.get_by_role("button", name="Apply the programme").click()
    expect(desk.get_by_role("link", name="See the sessions")).to_be_visible()
    faultless(desk)
    desk.get_by_role("link", name="See the sessions").click()
    expect(desk.locator("#result_list")).to_contain_text("Gala dinner")
    assert set(Session.objects.values_list("external_key", flat=True)) == {"A", "N"}
    moved = ItineraryItem.objects.filter(starts_at=NOW + 3 * HOUR).values_list(
        "visit__guest__name", flat=True
    )
    assert list(moved) == ["Kenji Sato"]


def test_errors_are_named_and_left_out_only_on_request(desk: Page, tmp_path: Path) -> None:
    upload(desk, in_file(tmp_path, MOVED, FAULTY), faultless)
    expect(desk.locator("main.guestlist")).to_contain_text("Press briefing")
    desk.get_by_role("button", name="Apply the programme").click()
    expect(desk.get_by_role("alert")).to_contain_text("Some sessions have errors")
    faultless(desk)
    assert Session.objects.get(external_key="A").starts_at == NOW + HOUR
    desk.get_by_label("Leave out the session with errors").check()
    desk.get_by_role("button", name="Apply the programme").click()
    expect(desk.locator("main.guestlist")).to_contain_text("Left out because of errors")
    assert Session.objects.get(external_key="A").starts_at == NOW + 3 * HOUR


def test_what_is_no_programme_is_refused_where_it_was_chosen(desk: Page, tmp_path: Path) -> None:
    path = tmp_path / "programme.pdf"
    path.write_bytes(b"%PDF-1.7 no programme")
    desk.goto("/admin/events/programmefile/add/")
    desk.set_input_files("input[type=file]", path)
    desk.get_by_role("button", name="Upload and go on").click()
    expect(desk.locator(".guestlist-error")).to_be_visible()
    faultless(desk)
