"""A real browser in the hand of an officer. Without one the tests fail: they are the proof that pages work."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from liaison.accounts.models import User
from liaison.embedded.prepare import collect_static_files
from liaison.notices.vapid import make_private_key
from tests.browser.scene import Scene, build_scene
from tests.factories import NOW

PHONE: dict[str, Any] = {
    "viewport": {"width": 375, "height": 812},
    "has_touch": True,
    "is_mobile": True,
    "reduced_motion": "reduce",  # no colour is looked at while it changes
}
PACKED = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """The system's own Chromium; raises FileNotFoundError where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise FileNotFoundError("No Chromium is installed: the pages cannot be looked at.")
    return found


@pytest.fixture(scope="session", autouse=True)
def packed_files(request: pytest.FixtureRequest) -> None:
    """Static files come from WhiteNoise, packed and under names that a browser keeps, as where the app runs."""
    with override_settings(STORAGES=settings.STORAGES | PACKED, WHITENOISE_AUTOREFRESH=False):
        collect_static_files()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.contrib.staticfiles.handlers.StaticFilesHandler", lambda handler: handler)
            request.getfixturevalue("live_server")  # it asks for them once, as it starts


@pytest.fixture(scope="package", autouse=True)
def packed_names() -> Iterator[None]:
    with override_settings(STORAGES=settings.STORAGES | PACKED):
        yield


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all of these tests.

    Playwright keeps an event loop in this thread, so Django has to be told that its queries are meant all the same.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=find_chromium())
        yield browser
        browser.close()


@pytest.fixture
def scene(live_server: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Scene:
    """The full day, at NOW: for the server too, which answers from a thread of this process."""
    settings.MEDIA_ROOT = tmp_path / "scene"
    settings.PUSH_PRIVATE_KEY = make_private_key()
    settings.APPRISE_GATEWAYS = {
        "WhatsApp": "whatsapp://token@1/{phone}",
        "Telegram": "tgram://token/{handle}",
    }
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return build_scene()


Opener = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[Opener]:
    """Opens a page for a person, signed in where one is given, on a phone unless said otherwise."""
    contexts: list[BrowserContext] = []

    def opened(user: User | None = None, address: str = "/", *, clock: bool = False, **wishes: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, **PHONE | wishes)
        contexts.append(context)
        context.set_default_timeout(10_000)
        if user:
            client = Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        if clock:  # the page's own, which stands still until the test moves it
            page.clock.install(time=0)
            page.clock.pause_at(1000)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


def choose(select: Locator, words: str) -> None:
    """Take the one option that has these words, as soon as there is a page that offers it."""
    select.select_option(select.locator("option", has_text=words).get_attribute("value"))
