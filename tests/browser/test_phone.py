"""The officer's phone in a real browser at 375 px: what takes how many taps, and that it fits the hand."""

import pytest
from playwright.sync_api import Locator, Page, expect

from guests.models import LogbookEntry, Movement, Request, Visit
from liaison.accounts.models import User
from tests.browser.conftest import Opener
from tests.browser.scene import Scene
from tests.factories import PASSWORD


class Thumb:
    """Taps, and counts them."""

    def __init__(self) -> None:
        self.taps = 0

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.tap()


def speak(user: User, language: str) -> None:
    user.language = language
    user.save()


def sign_in(page: Page) -> None:
    page.fill("[name=login]", "sari@example.org")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit], main form button:not([type])").first.tap()


def card(page: Page, visit: Visit) -> Locator:
    return page.locator(f"#visit-{visit.pk}")


def status_of(visit: Visit) -> str:
    visit.refresh_from_db()
    return visit.status


@pytest.mark.parametrize(("language", "time"), [("en", "09:40 WITA"), ("id", "09.40 WITA")])
def test_an_officers_first_minute(scene: Scene, open_page: Opener, language: str, time: str) -> None:
    speak(scene.sari, language)
    page = open_page(None, "/")
    sign_in(page)
    expect(page).to_have_url("/today/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    guests = [each.get_attribute("id") for each in page.locator("article").all()]
    order = (scene.sato, scene.long, scene.idle, scene.tomorrow)
    assert guests == [f"visit-{visit.pk}" for visit in order]
    expect(card(page, scene.sato).locator(".time")).to_have_text(time)
    card(page, scene.sato).get_by_role("link", name="Mr Sato").tap()
    expect(page).to_have_url(f"/visits/{scene.sato.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mr Sato")
    expect(page.locator("[lang=ja]")).to_have_text("佐藤健二")


def test_a_preset_takes_two_taps(scene: Scene, open_page: Opener) -> None:
    page, thumb = open_page(scene.sari, "/today/"), Thumb()
    thumb.tap(card(page, scene.sato).get_by_role("link", name="Log a request"))
    thumb.tap(page.locator("button[value=water]"))
    expect(page.get_by_role("status")).to_contain_text("Noted for Mr Sato: water")
    assert thumb.taps == 2
    assert Request.objects.open().filter(visit=scene.sato, category="water").count() == 1


def test_a_request_with_a_note_takes_three_taps(scene: Scene, open_page: Opener) -> None:
    page, thumb = open_page(scene.sari, "/today/"), Thumb()
    thumb.tap(card(page, scene.sato).get_by_role("link", name="Log a request"))
    thumb.tap(page.get_by_role("textbox"))
    page.keyboard.type("For two")
    thumb.tap(page.locator("button[value=car]"))
    expect(page.get_by_role("status")).to_contain_text("For two")
    assert thumb.taps == 3


@pytest.mark.parametrize("language", ["en", "id"])
def test_where_the_guest_is_takes_one_tap_and_one_to_undo(
    scene: Scene, open_page: Opener, language: str
) -> None:
    speak(scene.sari, language)
    Visit.objects.filter(pk=scene.sato.pk).update(status=Movement.EXPECTED, status_at=None)
    page, thumb = open_page(scene.sari, "/today/"), Thumb()
    thumb.tap(card(page, scene.sato).locator("button[value=en_route].button--primary"))
    undo = card(page, scene.sato).locator("button[formaction*=undo]")
    expect(undo).to_be_visible()
    expect(undo).to_be_in_viewport()
    assert (thumb.taps, status_of(scene.sato)) == (1, "en_route")
    undo.tap()
    expect(undo).to_have_count(0)
    assert status_of(scene.sato) == "expected"


def test_the_bar_acts_for_the_guest_who_moves_next(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/")
    page.locator(".bar button[name=status]").tap()
    expect(card(page, scene.sato).locator("button[formaction*=undo]")).to_be_visible()
    assert (status_of(scene.sato), status_of(scene.long)) == ("in_car", "at_venue")


def test_another_place_takes_two_taps(scene: Scene, open_page: Opener) -> None:
    page, thumb = open_page(scene.sari, "/today/"), Thumb()
    thumb.tap(card(page, scene.sato).locator("form summary"))
    thumb.tap(card(page, scene.sato).locator("button[value=at_venue]"))
    expect(card(page, scene.sato).locator("button[formaction*=undo]")).to_be_visible()
    assert (thumb.taps, status_of(scene.sato)) == (2, "at_venue")


def test_a_request_is_closed_in_one_tap(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/")
    card(page, scene.sato).get_by_role("button", name="Done: Second umbrella at the door").tap()
    expect(page.get_by_role("status")).to_contain_text("Done: Second umbrella at the door")
    assert not Request.objects.open().filter(visit=scene.sato, text__contains="umbrella").exists()


def test_a_trembling_thumb_counts_once(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/")
    before = LogbookEntry.objects.filter(visit=scene.sato).count()
    card(page, scene.sato).locator("button.button--primary").dblclick()
    expect(card(page, scene.sato).locator("button[formaction*=undo]")).to_be_visible()
    assert LogbookEntry.objects.filter(visit=scene.sato).count() == before + 1


def test_going_back_to_a_used_form_brings_a_fresh_one(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, f"/visits/{scene.sato.pk}/requests/")
    for _each in range(2):
        page.locator("button[value=food]").tap()
        expect(page.get_by_role("status")).to_contain_text("Noted")
        page.go_back()
        expect(page.locator("button[value=food]")).to_be_visible()
    assert Request.objects.filter(category="food").count() == 2


def test_it_works_without_javascript(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/", java_script_enabled=False)
    card(page, scene.sato).locator("button.button--primary").tap()
    page.wait_for_url("**/today/?undo=*")
    assert status_of(scene.sato) == "in_car"


def test_what_was_typed_stays_when_something_is_missing(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, f"/visits/{scene.sato.pk}/requests/")
    page.locator("textarea").evaluate("area => area.removeAttribute('maxlength')")
    page.locator("textarea").fill("x" * 501)
    page.locator("button[value=water]").tap()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("textarea")).to_have_value("x" * 501)


def test_the_countdown_goes_on(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, "/today/", clock=True)
    left = card(page, scene.sato).locator("[data-until]")
    expect(left).to_have_text("in 25 min")
    page.context.set_offline(True)  # else the page asks the server, whose clock stands still
    page.clock.fast_forward(330_000)
    expect(left).to_have_text("in 19 min")
    page.clock.fast_forward(31 * 60_000)
    expect(left).to_have_text("11 min ago")
