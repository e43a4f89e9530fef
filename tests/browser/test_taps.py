"""How many taps each flow takes, counted by the browser itself as a finger meets the glass."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from guests.models import Incident, LogbookEntry, Movement, Request, Visit
from tests.browser.conftest import Opener
from tests.browser.scene import MINUTE, Scene
from tests.browser.test_phone import card
from tests.factories import NOW, make_item

_COUNTING = """
addEventListener("pointerdown", (event) => {
  if (event.isTrusted) sessionStorage.setItem("taps", Number(sessionStorage.getItem("taps") ?? 0) + 1);
}, { capture: true });
"""


class Finger:
    """Walks through pages; `taps` is how often the pages felt it."""

    def __init__(self, page: Page) -> None:
        page.context.add_init_script(_COUNTING)
        page.reload()
        self.page = page

    @property
    def taps(self) -> int:
        return int(self.page.evaluate("Number(sessionStorage.getItem('taps') ?? 0)"))

    def touch(self, target: Locator) -> None:
        target.tap()

    def sees(self, words: str) -> None:
        """What the page answers once it has arrived."""
        expect(self.page.get_by_role("status")).to_contain_text(words)


@pytest.fixture
def finger(scene: Scene, open_page: Opener) -> Finger:
    """Sari's, on today's page."""
    return Finger(open_page(scene.sari, "/today/"))


def test_the_counter_counts(finger: Finger, scene: Scene) -> None:
    """The control: nothing touched is nothing counted, and each touch is one over pages."""
    assert finger.taps == 0
    finger.touch(card(finger.page, scene.sato).get_by_role("link", name="Log a request"))
    finger.touch(finger.page.get_by_role("textbox"))
    finger.touch(finger.page.get_by_label("in 30 min"))
    assert finger.taps == 3


def on_the_way_to(visit: Visit, place: str) -> Callable[[], object]:
    """Brings the guest to where the next tap is the place."""
    before = {
        Movement.LANDED: Movement.EXPECTED,
        Movement.IN_CAR: Movement.AT_HOTEL,
        Movement.AT_VENUE: Movement.IN_CAR,
        Movement.AT_HOTEL: Movement.IN_CAR,
    }[Movement(place)]

    def bring() -> None:
        Visit.objects.filter(pk=visit.pk).update(status=before, status_at=None)
        if place == Movement.LANDED:
            make_item(visit, "Arrival", kind="flight", starts_at=NOW - 5 * MINUTE, ends_at=NOW - MINUTE)
        if place == Movement.AT_HOTEL:
            make_item(
                visit,
                "Rest",
                kind="rest",
                starts_at=NOW + MINUTE,
                ends_at=NOW + 2 * MINUTE,
                venue=visit.hotel,
            )

    return bring


@pytest.mark.parametrize("place", ["landed", "in_car", "at_hotel", "at_venue"])
def test_where_the_guest_is_one_tap_and_one_to_undo(finger: Finger, scene: Scene, place: str) -> None:
    on_the_way_to(scene.sato, place)()
    finger.page.reload()
    finger.touch(card(finger.page, scene.sato).locator(f"button[value={place}].button--primary"))
    undo = card(finger.page, scene.sato).locator("button[formaction*=undo]")
    expect(undo).to_be_visible()
    scene.sato.refresh_from_db()
    assert (finger.taps, scene.sato.status) == (1, place)
    before = LogbookEntry.objects.filter(visit=scene.sato, kind="status").count()
    finger.touch(undo)
    finger.sees("Taken back.")
    scene.sato.refresh_from_db()
    assert (finger.taps, scene.sato.status == place) == (2, False)
    assert LogbookEntry.objects.filter(visit=scene.sato, kind="status").count() == before


def test_late_two_to_see_three_to_send(finger: Finger) -> None:
    finger.touch(finger.page.locator(".bar").get_by_role("link", name="Late"))
    finger.touch(finger.page.get_by_role("link", name="+15 min"))
    expect(finger.page.get_by_role("heading", name="15 min late: what follows")).to_be_in_viewport()
    assert finger.taps == 2
    finger.touch(finger.page.get_by_role("button", name="Tell the team"))
    finger.sees("The team knows")
    assert finger.taps == 3


def test_a_request_two_for_a_preset(finger: Finger, scene: Scene) -> None:
    finger.touch(card(finger.page, scene.sato).get_by_role("link", name="Log a request"))
    finger.touch(finger.page.locator("button[value=doctor]"))
    finger.sees("Noted for Mr Sato: doctor, due 09:10 WITA")
    assert (finger.taps, Request.objects.open().filter(category="doctor").count()) == (2, 1)


def test_a_request_three_with_a_note(finger: Finger, scene: Scene) -> None:
    finger.touch(card(finger.page, scene.sato).get_by_role("link", name="Log a request"))
    finger.touch(finger.page.get_by_role("textbox"))
    finger.page.keyboard.type("For two")
    finger.touch(finger.page.locator("button[value=car]"))
    finger.sees("For two")
    assert finger.taps == 3


def test_a_request_is_closed_with_one_and_open_again_with_two_more(finger: Finger, scene: Scene) -> None:
    name = "Done: Second umbrella at the door"
    finger.touch(card(finger.page, scene.sato).get_by_role("button", name=name))
    finger.sees(name)
    assert (finger.taps, Request.objects.get(text__contains="umbrella").state) == (1, "done")
    finger.touch(finger.page.get_by_role("link", name="Not yet?"))
    finger.touch(finger.page.get_by_role("button", name="Open again"))
    finger.sees("Open again: Second umbrella")
    assert (finger.taps, Request.objects.get(text__contains="umbrella").state) == (3, "open")


def test_an_incident_three_with_a_note(finger: Finger, scene: Scene) -> None:
    finger.touch(card(finger.page, scene.sato).get_by_role("link", name="Incident"))
    finger.touch(finger.page.get_by_role("textbox"))
    finger.page.keyboard.type("Cold soup")
    finger.touch(finger.page.get_by_role("button", name="Complaint"))
    finger.sees("Noted, and the team knows")
    assert (finger.taps, Incident.objects.get().text) == (3, "Cold soup")


def test_sos_press_and_confirm(finger: Finger, scene: Scene) -> None:
    finger.touch(card(finger.page, scene.sato).get_by_role("link", name="SOS"))
    finger.touch(finger.page.locator("button[value=security]"))
    finger.sees("SOS sent to the team.")
    assert (finger.taps, Incident.objects.alarms().filter(visit=scene.sato).count()) == (2, 1)
