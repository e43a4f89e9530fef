"""Notices in a real browser: asked for only by a tap, shown by the service worker, and never kept.

A subscription needs the browser maker's own service, which no test reaches: the page's `subscribe` is replaced, the
permission and the service worker are real.
"""

import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from liaison.notices.models import PushSubscription
from liaison.notices.vapid import public_key
from tests.browser.conftest import Opener
from tests.browser.scene import Scene
from tests.liaison.notices.push_sink import FakeBrowser

WAYS = "/notices/ways/"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/from-the-test"
ASKED = """
    window.asked = 0;
    const ask = Notification.requestPermission.bind(Notification);
    Notification.requestPermission = () => { window.asked += 1; return ask(); };
"""
SUBSCRIBING = """
    const given = %s;
    PushManager.prototype.getSubscription = async () => sessionStorage.getItem("key") && {
        options: { applicationServerKey: Uint8Array.from(JSON.parse(sessionStorage.getItem("key"))).buffer },
        toJSON: () => given, unsubscribe: async () => true,
    };
    PushManager.prototype.subscribe = async function ({ userVisibleOnly, applicationServerKey }) {
        if (!userVisibleOnly) throw new Error("must be visible");
        sessionStorage.setItem("key", JSON.stringify([...applicationServerKey]));
        return { toJSON: () => given };
    };
"""


def prepared(page: Page, address: str = WAYS) -> Page:
    """The page with a browser whose maker's service answers."""
    given = {"endpoint": ENDPOINT, "keys": FakeBrowser().keys}
    page.context.add_init_script(ASKED + SUBSCRIBING % json.dumps(given))
    page.goto(address)
    return page


def test_the_browser_asks_only_upon_a_tap_and_then_shows_notices(scene: Scene, open_page: Opener) -> None:
    page = prepared(open_page(scene.nobody, "/calendar/", permissions=["notifications"]))
    button = page.get_by_role("button", name="Show notices on this phone")
    expect(button).to_be_visible()
    assert page.evaluate("window.asked") == 0
    assert not PushSubscription.objects.filter(user=scene.nobody).exists()
    button.tap()
    expect(page.get_by_role("status")).to_contain_text("Notices appear on this device from now on.")
    expect(page.get_by_text("Notices appear on this phone.")).to_be_visible()
    expect(button).to_be_hidden()
    device = PushSubscription.objects.get(user=scene.nobody)
    assert (device.endpoint, device.device) == (
        ENDPOINT,
        "Chrome, Android" if "Android" in agent(page) else device.device,
    )
    key = bytes(json.loads(page.evaluate("sessionStorage.getItem('key')")))
    assert urlsafe_b64encode(key).decode().rstrip("=") == public_key()
    page.get_by_role("button", name="Remove").tap()
    expect(page.get_by_role("status")).to_contain_text("That device gets no notices any more.")
    expect(button).to_be_visible()
    assert not PushSubscription.objects.filter(user=scene.nobody).exists()


def agent(page: Page) -> str:
    return str(page.evaluate("navigator.userAgent"))


def test_signing_out_ends_it(scene: Scene, open_page: Opener) -> None:
    page = prepared(open_page(scene.nobody, "/calendar/", permissions=["notifications"]))
    page.get_by_role("button", name="Show notices on this phone").tap()
    expect(page.get_by_text("Notices appear on this phone.")).to_be_visible()
    page.locator("[popovertarget]").tap()
    page.get_by_role("button", name="Sign out").tap()
    page.wait_for_url("**/accounts/login/**")
    assert not PushSubscription.objects.filter(user=scene.nobody).exists()


def test_a_browser_that_was_told_no_says_how_to_change_it(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.nobody, "/calendar/")
    page.context.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page.goto(WAYS)
    expect(page.get_by_text("This browser was told not to show notices")).to_be_visible()
    expect(page.get_by_role("button", name="Show notices on this phone")).to_be_hidden()


def test_a_service_that_does_not_answer_changes_nothing(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.nobody, "/calendar/", permissions=["notifications"])
    page.context.add_init_script(
        "PushManager.prototype.subscribe = () => Promise.reject(new Error('offline'))"
    )
    page.goto(WAYS)
    page.get_by_role("button", name="Show notices on this phone").tap()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
    assert not PushSubscription.objects.filter(user=scene.nobody).exists()


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"


def test_an_iphone_is_told_to_put_it_on_the_home_screen_first(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.nobody, "/calendar/", user_agent=IPHONE)
    page.context.add_init_script("delete window.PushManager")  # as Safari outside the Home Screen
    page.goto(WAYS)
    expect(page.get_by_text("Add to Home Screen")).to_be_visible()
    expect(page.get_by_role("button", name="Show notices on this phone")).to_be_hidden()


def test_without_scripts_the_page_says_so_and_the_rest_works(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.nobody, WAYS, java_script_enabled=False)
    expect(page.get_by_text("Your browser runs no scripts")).to_be_visible()
    page.get_by_label("E-mail to nobody@example.org").uncheck()
    page.get_by_role("button", name="Keep this").tap()
    expect(page.get_by_role("status")).to_contain_text("Kept.")
    expect(page.get_by_label("E-mail to nobody@example.org")).not_to_be_checked()


@pytest.mark.parametrize("urgent", [False, True])
def test_the_service_worker_shows_what_it_is_sent_and_keeps_no_page(
    scene: Scene, open_page: Opener, urgent: bool
) -> None:
    page = open_page(scene.sari, WAYS, permissions=["notifications"])
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    (worker,) = page.context.service_workers
    assert worker.url.endswith("/sw.js")
    told = {
        "title": "Reminder · 09:10 WIB", "body": "Open Liaison to read it.", "lang": "en", "tag": "topic",
        "urgent": urgent, "open": "/notices/#notice-1",
        "answer": {"title": "Got it", "address": scene.reminder_path},
    }  # fmt: skip
    shown = worker.evaluate(
        """async (told) => {
            const shown = [];
            ServiceWorkerRegistration.prototype.showNotification = async (...said) => { shown.push(said) };
            const event = new PushEvent("push", { data: JSON.stringify(told) });
            event.waitUntil = () => {};
            dispatchEvent(event);
            return shown;
        }""",
        told,
    )
    ((title, options),) = shown
    assert (title, options["body"], options["tag"]) == (told["title"], told["body"], "topic")
    assert (options["requireInteraction"], options["renotify"]) == (urgent, urgent)
    assert options["actions"] == [{"action": "answer", "title": "Got it"}]
    assert page.evaluate("caches.keys()") == []
    assert page.request.get(options["icon"]).ok
    assert page.request.get(options["badge"]).ok


CLICK = """async ({ action, data }) => {
    const opened = [], waiting = [];
    Clients.prototype.openWindow = async (url) => { opened.push(String(url)) };
    const event = new Event("notificationclick");
    Object.assign(event, { action, notification: { data, close() {} }, waitUntil: (promise) => waiting.push(promise) });
    dispatchEvent(event);
    await Promise.all(waiting);
    return opened.map((url) => url.replace(location.origin, ""));
}"""


def test_a_tap_opens_the_notice_and_the_button_answers_it(scene: Scene, open_page: Opener) -> None:
    page = open_page(scene.sari, WAYS, permissions=["notifications"])
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    (worker,) = page.context.service_workers
    data = {"open": "/notices/#notice-1", "answer": scene.reminder_path}
    assert worker.evaluate(CLICK, {"action": "", "data": data}) == ["/notices/#notice-1"]
    assert notes_read(page, scene) == 0
    assert worker.evaluate(CLICK, {"action": "answer", "data": data}) == []
    assert notes_read(page, scene) == 1
    broken = data | {"answer": "/acknowledge/nothing/"}  # what did not count is done on the page
    assert worker.evaluate(CLICK, {"action": "answer", "data": broken}) == ["/notices/#notice-1"]
    outside = {"open": "https://elsewhere.example/", "answer": ""}
    assert worker.evaluate(CLICK, {"action": "", "data": outside}) == ["/"]


def notes_read(page: Page, scene: Scene) -> int:
    return "Thank you" in page.request.get(scene.reminder_path).text()


def test_the_pictures_of_the_app_are_there() -> None:
    folder = Path(__file__).parents[2] / "static" / "icons"
    sizes = {path.stem: int.from_bytes(path.read_bytes()[16:20], "big") for path in folder.glob("*.png")}
    assert sizes == {"app-180": 180, "app-192": 192, "app-512": 512, "app-maskable": 512, "badge": 96}
