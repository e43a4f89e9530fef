"""A coordinator's first hour in a real browser: a guest list becomes visits, visits get officers, handouts are printed."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from events.models import Event, Role
from guests.models import Assignment, PrintRun, Visit
from guests.print_runs import render_next_print_run
from liaison.accounts.models import User
from liaison.notices.models import Notice
from tests.browser.conftest import Opener, choose
from tests.factories import make_event, make_member, make_user
from tests.liaison.notices.wishes import make_notice

LIST = Path(__file__).resolve().parents[1] / "data" / "un-general-debate-2022.xlsx"
LAPTOP = {"viewport": {"width": 1280, "height": 800}, "has_touch": False, "is_mobile": False}
SENTENCE = "already has a lead"


@pytest.fixture
def desk(transactional_db: None, open_page: Opener, settings: Settings, tmp_path: Path) -> Page:
    """The desk of a coordinator of an event with two officers and no guests."""
    settings.MEDIA_ROOT = tmp_path
    event = make_event()
    ratna = make_user("Ratna Kusuma")
    make_member(ratna, event, Role.COORDINATOR)
    make_member(make_user("Sari Wulandari"), event, capacity=9)
    make_member(make_user("Bagus Pratama"), event, capacity=9)
    return open_page(ratna, "/admin/", **LAPTOP)


def upload_guests(desk: Page) -> None:
    desk.goto("/admin/guests/guestlist/add/")
    desk.set_input_files("input[type=file]", LIST)
    desk.get_by_role("button", name="Upload and choose the columns").click()
    desk.get_by_role("button", name="Check the list").click()
    expect(desk.locator("body")).to_contain_text("193")
    desk.get_by_role("button", name="Apply the list").click()
    expect(desk.get_by_role("link", name="See the visits")).to_be_visible()


def choose_guests(desk: Page, action: str, *, how_many: int) -> None:
    """Tick the first guests of the list and send them to an action."""
    desk.goto("/admin/guests/visit/")
    ticks = desk.locator("input.action-select")
    for place in range(how_many):
        ticks.nth(place).check()
    desk.locator("select[name=action]").select_option(action)
    desk.locator("button[name=index], button[type=submit][value='0']").first.click()


def assign(desk: Page, officer: str) -> None:
    choose_guests(desk, "assign_chosen", how_many=2)
    choose(desk.locator("select[name=officer]"), officer)
    desk.get_by_role("button", name="Assign", exact=True).click()


def test_a_guest_list_becomes_visits_with_officers_and_handouts(desk: Page) -> None:
    upload_guests(desk)
    assert Visit.objects.count() == 193
    assign(desk, "Sari")
    expect(desk.locator("body")).to_contain_text("Sari Wulandari now has 2 more guests.")
    assert Assignment.objects.count() == 2
    assign(desk, "Bagus")
    expect(desk.locator(".desk-refusals, .desk-wall").first).to_contain_text(SENTENCE)
    assert Assignment.objects.count() == 2
    choose_guests(desk, "print_handouts", how_many=3)
    desk.get_by_role("button", name="Print", exact=True).click()
    expect(desk.locator("body")).to_contain_text("3 papers are being printed.")
    assert render_next_print_run(clock=timezone.now)
    assert PrintRun.objects.get().state == PrintRun.State.DONE


def test_enter_on_a_tick_presses_no_rows_button(desk: Page) -> None:
    """By Enter a browser sends the form of a tick, by the first button that the form has."""
    ratna, at = User.objects.get(name="Ratna Kusuma"), timezone.now()
    notice = make_notice(
        ratna, event_id=Event.objects.get().pk, due_at=at, expires_at=at + timedelta(hours=1)
    )
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.FAILED, finished_at=at)
    desk.goto("/admin/notices/notice/")
    desk.evaluate(
        "document.querySelector('#changelist-actions-wrapper').remove()"
    )  # as where there is no action
    desk.locator("input.action-select").first.check()
    desk.locator("input.action-select").first.press("Enter")
    again = desk.get_by_role("button", name="Send again").first
    expect(again).to_be_visible()
    assert Notice.objects.get(pk=notice.pk).state == Notice.State.FAILED
    again.click()
    expect(desk.locator("body")).to_contain_text("1 notice is sent again.")
