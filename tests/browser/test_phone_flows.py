"""Late, handover, incident, SOS and the report in a real browser: how many taps each takes, and without JavaScript."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from guests.models import Assignment, DayReport, Handover, Incident, ItineraryItem, Visit
from tests.browser.conftest import Opener
from tests.browser.scene import Scene
from tests.browser.test_phone import Thumb, card, speak
from tests.factories import NOW

MINUTE = timedelta(minutes=1)


def ride_of(visit: Visit) -> ItineraryItem:
    return ItineraryItem.objects.get(visit=visit, title="To the opening")


@pytest.mark.parametrize("javascript", [True, False])
def test_late_shows_what_follows_with_two_taps_and_is_sent_with_three(
    scene: Scene, open_page: Opener, javascript: bool
) -> None:
    page, thumb = open_page(scene.sari, "/today/", java_script_enabled=javascript), Thumb()
    thumb.tap(page.locator(".bar").get_by_role("link", name="Late"))
    thumb.tap(page.get_by_role("link", name="+15 min"))
    expect(page.get_by_role("heading", name="15 min late: what follows")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Tell the team")).to_be_in_viewport()
    expect(page.get_by_text("has begun: 10 min late")).to_be_visible()
    assert (thumb.taps, ride_of(scene.sato).starts_at) == (2, NOW + 40 * MINUTE)
    thumb.tap(page.get_by_role("button", name="Tell the team"))
    expect(page.get_by_role("status")).to_contain_text("The team knows: Mr Sato is 15 min late.")
    assert (thumb.taps, ride_of(scene.sato).starts_at) == (3, NOW + 55 * MINUTE)


def test_other_minutes_can_be_typed(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, f"/visits/{scene.sato.pk}/late/")
    page.get_by_label("Other minutes").fill("50")
    page.get_by_role("button", name="See what follows").tap()
    expect(page.get_by_role("heading", name="50 min late: what follows")).to_be_visible()
    expect(page.get_by_label("Other minutes")).to_have_value("50")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_guest_is_handed_over_with_three_taps_and_accepted_with_one(
    scene: Scene, open_page: Opener, javascript: bool
) -> None:
    Handover.objects.all().delete()
    giver, thumb = open_page(scene.sari, "/today/", java_script_enabled=javascript), Thumb()
    thumb.tap(giver.locator(".bar").get_by_role("link", name="Hand over"))
    thumb.tap(giver.get_by_label("Citra Dewi"))
    thumb.tap(giver.get_by_role("button", name="Offer the guest"))
    expect(giver.get_by_role("status")).to_contain_text("Citra Dewi can accept Mr Sato now.")
    assert thumb.taps == 3
    receiver = open_page(scene.citra, "/today/", java_script_enabled=javascript)
    receiver.get_by_role("link", name="A guest is offered to you").tap()
    expect(receiver.get_by_text("Second umbrella at the door")).to_be_visible()  # the note is read first
    accepting = Thumb()
    accepting.tap(receiver.get_by_role("button", name="Accept Mr Sato"))
    expect(receiver.get_by_role("status")).to_contain_text("Mr Sato is yours now.")
    expect(card(receiver, scene.sato)).to_be_visible()
    assert accepting.taps == 1
    lead = Assignment.objects.current(NOW).get(visit=scene.sato, role="lead")
    assert lead.officer.user == scene.citra
    giver.goto("/today/")
    expect(card(giver, scene.sato)).to_have_count(0)


def test_a_trembling_thumb_offers_and_accepts_once(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.citra, f"/handovers/{scene.offer.pk}/")
    page.get_by_role("button", name="Accept Ms Lim").dblclick()
    expect(card(page, scene.idle)).to_be_visible()
    assert Assignment.objects.current(NOW).filter(visit=scene.idle).count() == 1


def test_an_incident_with_a_note_takes_three_taps(scene: Scene, open_page: Opener) -> None:
    page, thumb = open_page(scene.sari, "/today/"), Thumb()
    thumb.tap(card(page, scene.sato).get_by_role("link", name="Incident"))
    thumb.tap(page.get_by_role("textbox"))
    page.keyboard.type("Cold soup")
    thumb.tap(page.get_by_role("button", name="Complaint"))
    expect(page.get_by_role("status")).to_contain_text("Noted, and the team knows")
    assert (thumb.taps, Incident.objects.get().text) == (3, "Cold soup")


LISTEN = """() => addEventListener("click", event => {
    const link = event.target.closest("a");
    if (link && !link.href.startsWith(location.origin)) { event.preventDefault(); window.opened = link.href }
})"""


@pytest.mark.parametrize("address", ["/today/", "/visits/{sato.pk}/"])
@pytest.mark.parametrize(
    ("word", "opened"), [("Call", "tel:+628123456789"), ("WhatsApp", "https://wa.me/628123456789")]
)
def test_the_driver_is_called_or_written_to_with_one_tap(
    scene: Scene, open_page: Opener, address: str, word: str, opened: str
) -> None:
    page, thumb = open_page(scene.sari, address.format(**vars(scene))), Thumb()
    page.evaluate(LISTEN)
    thumb.tap(page.locator("main").get_by_role("link", name=word).first)
    assert (page.evaluate("window.opened"), thumb.taps) == (opened, 1)


def test_security_is_called_from_the_dossier_with_one_tap(scene: Scene, open_page: Opener) -> None:
    page, thumb = open_page(scene.sari, f"/visits/{scene.sato.pk}/"), Thumb()
    page.evaluate(LISTEN)
    thumb.tap(page.get_by_role("link", name="Security command post").first)
    assert (page.evaluate("window.opened"), thumb.taps) == ("tel:+6281299990000", 1)


@pytest.mark.parametrize("language", ["en", "id"])
def test_sos_is_press_and_confirm(scene: Scene, open_page: Opener, language: str) -> None:
    speak(scene.sari, language)
    page, thumb = open_page(scene.sari, "/today/"), Thumb()
    thumb.tap(card(page, scene.sato).get_by_role("link", name="SOS"))
    thumb.tap(page.locator("button[value=medical]"))
    expect(page.get_by_role("status")).to_contain_text("SOS")
    assert thumb.taps == 2
    assert Incident.objects.alarms().filter(visit=scene.sato, kind="medical").count() == 1


def test_the_report_of_the_day_is_signed_with_two_taps(scene: Scene, open_page: Opener) -> None:
    page, thumb = open_page(scene.sari, "/today/"), Thumb()
    thumb.tap(card(page, scene.sato).get_by_role("link", name="Report"))
    expect(page.get_by_role("textbox")).to_have_value(
        "Times in WITA.\n07:50 At the hotel\nStill open: Second umbrella at the door; prayer room"
    )
    thumb.tap(page.get_by_role("button", name="Sign the report"))
    expect(page.get_by_text("Signed by Sari Wulandari")).to_be_visible()
    assert (thumb.taps, DayReport.objects.filter(visit=scene.sato).count()) == (2, 1)


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_bar_has_all_five_and_each_fits(scene: Scene, open_page: Opener, language: str) -> None:
    speak(scene.sari, language)
    for address in ("/today/", f"/visits/{scene.sato.pk}/"):
        page = open_page(scene.sari, address)
        parts = page.locator(".bar > *").all()
        assert len(parts) == 5
        boxes = [part.bounding_box() for part in parts]
        assert all(box and box["height"] >= 56 and box["width"] >= 44 for box in boxes)
        assert page.evaluate(
            "[...document.querySelectorAll('.bar > *')].every(e => e.scrollWidth <= e.clientWidth)"
        )
