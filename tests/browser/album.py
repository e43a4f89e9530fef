"""Pictures of every screen: phone, laptop and, for the desk, tablet; light and dark, both languages, much and nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from liaison.accounts.models import User
from tests.browser import lists
from tests.browser.conftest import find_chromium
from tests.browser.scene import Scene, build_scene
from tests.browser.screens import PHONE, Screen, open_all
from tests.factories import NOW, make_user

FOLDER = Path(__file__).resolve().parents[2] / "var" / "screenshots"
SIZES = {
    "phone": {"width": 375, "height": 812},
    "laptop": {"width": 1280, "height": 800},
    "tablet": {"width": 768, "height": 1024},  # for the desk
}


def _open_filters(page: Page) -> None:
    page.locator(".desk-filters").click()
    page.locator("#changelist-filter").wait_for()


def _upload(name: str, model: str) -> Callable[[Page], None]:
    return lambda page: lists.upload(page, FOLDER / name, model)


def _preview(name: str, model: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        lists.upload(page, FOLDER / name, model)
        lists.check(page)
        open_all(page)

    return do


GUESTS, SESSIONS = ("guests.xlsx", "guestlist"), ("programme.xlsx", "programmefile")

SCREENS = (
    *PHONE,
    Screen("sign-in", "", "/accounts/login/"),
    Screen("sign-in-by-code", "", "/accounts/login/code/"),
    Screen("password-forgotten", "", "/accounts/password/reset/"),
    Screen("password", "sari", "/accounts/password/change/"),
    Screen("sign-out", "sari", "/accounts/logout/"),
    Screen("board", "ratna", "/board/forum-nusantara/"),
    Screen("board-wall", "ratna", "/board/forum-nusantara/?wall"),
    Screen("desk", "ratna", "/admin/"),
    Screen("desk-visits", "ratna", "/admin/guests/visit/"),
    Screen("desk-visits-filters", "ratna", "/admin/guests/visit/", _open_filters),
    Screen("desk-visit-history", "ratna", "/admin/guests/visit/{sato.pk}/history/"),
    Screen("desk-collisions", "ratna", "/admin/guests/assignment/?collides=open"),
    Screen("desk-visit", "ratna", "/admin/guests/visit/{sato.pk}/change/"),
    Screen("desk-assignments", "ratna", "/admin/guests/assignment/"),
    Screen("desk-timeline", "ratna", "/admin/timeline/{event.slug}/", open_all),
    Screen("desk-timeline-guests", "ratna", "/admin/timeline/{event.slug}/?by=guests"),
    Screen("desk-timeline-event", "ratna", "/admin/timeline/{event.slug}/?day=all"),
    Screen("desk-requests", "ratna", "/admin/guests/request/"),
    Screen("desk-request", "ratna", "/admin/guests/request/{asked.pk}/change/"),
    Screen("desk-event", "ratna", "/admin/events/event/{event.pk}/change/"),
    Screen("desk-notices", "ratna", "/admin/notices/notice/?trouble=failed"),
    Screen("desk-notice", "ratna", "/admin/notices/notice/{failed.pk}/change/"),
    Screen("desk-handovers", "ratna", "/admin/guests/handover/"),
    Screen("desk-handover", "ratna", "/admin/guests/handover/{offer.pk}/change/"),
    Screen("desk-incidents", "ratna", "/admin/guests/incident/"),
    Screen("desk-erasures", "ratna", "/admin/guests/erasure/"),
    Screen("desk-erasure-plan", "ratna", "/admin/guests/erasure/plans/{event.slug}/"),
    Screen("desk-erase-person", "ratna", "/admin/guests/erasure/guest/{sato.guest.pk}/"),
    Screen("desk-guest", "ratna", "/admin/guests/guest/{sato.guest.pk}/change/"),
    Screen("desk-reports", "ratna", "/admin/guests/dayreport/"),
    Screen("desk-guest-lists", "ratna", "/admin/guests/guestlist/"),
    Screen("desk-upload", "ratna", "/admin/guests/guestlist/add/"),
    Screen("desk-upload-columns", "ratna", "/admin/", _upload(*GUESTS)),
    Screen("desk-upload-preview", "ratna", "/admin/", _preview(*GUESTS)),
    Screen("desk-upload-waiting", "ratna", "/admin/guests/guestlist/{waiting}/preview/"),
    Screen("desk-programme-columns", "ratna", "/admin/", _upload(*SESSIONS)),
    Screen("desk-programme-preview", "ratna", "/admin/", _preview(*SESSIONS)),
    Screen("desk-status", "wayan", "/admin/status/"),
    Screen("desk-status-of-events", "ratna", "/admin/status/"),
    Screen("desk-exports", "ratna", "/admin/guests/export/lists/{event.slug}/"),
)


def take_pictures(names: list[str]) -> str:
    """Take the pictures of the screens whose names begin with one of `names`, of all without; says where they are.

    Empties the database it finds.
    """
    screens = [each for each in SCREENS if not names or each.name.startswith(tuple(names))]
    call_command("flush", interactive=False, verbosity=0)
    with patch("django.utils.timezone.now", lambda: NOW), _served() as address, _browser() as browser:
        scene = build_scene()
        facts = vars(scene) | _prepare_files(scene)
        for language, scheme, size in product(("en", "id"), ("light", "dark"), SIZES):
            User.objects.update(language=language)
            wishes = {
                "base_url": address,
                "color_scheme": scheme,
                "viewport": SIZES[size],
                "locale": language,
            }
            shown = [each for each in screens if size != "tablet" or each.who == "ratna"]
            _take_album(browser, facts, shown, FOLDER / f"{size}-{scheme}-{language}", wishes)
    return f"{len(screens)} screens are in each folder of {FOLDER}, the desk's at a tablet's width too"


def _prepare_files(scene: Scene) -> dict[str, Any]:
    """What the desk's uploads take, written to where `_upload` finds it; the list that waits for a worker; an administrator."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lists.add_doubts(scene.event)
    (FOLDER / GUESTS[0]).write_bytes(lists.muddled_list())
    (FOLDER / SESSIONS[0]).write_bytes(lists.add_programme(scene.event))
    return {
        "waiting": lists.add_waiting(scene.event, scene.ratna).pk,
        "wayan": make_user("Wayan", is_staff=True, is_superuser=True),
    }


def _take_album(
    browser: Browser, facts: dict[str, Any], screens: list[Screen], folder: Path, wishes: dict[str, Any]
) -> None:
    contexts: dict[str, BrowserContext] = {}
    for screen in screens:
        if screen.who not in contexts:
            contexts[screen.who] = browser.new_context(reduced_motion="reduce", **wishes)
            _sign_in(contexts[screen.who], facts.get(screen.who), wishes["base_url"])
        page = contexts[screen.who].new_page()
        page.goto(screen.address.format(**facts))
        page.reload()  # fonts that came too late the first time are there now
        screen.do(page)
        page.screenshot(path=folder / f"{screen.name}.png", full_page=True)
        page.close()
    for context in contexts.values():
        context.close()


def _sign_in(context: BrowserContext, user: User | None, address: str) -> None:
    if user is None:
        return
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


@contextmanager
def _served() -> Iterator[str]:
    """The application itself, in a thread of this process, so that its clock can be held."""
    server = LiveServerThread("localhost", lambda handler: handler)  # type: ignore[arg-type]  # static files: whitenoise
    server.daemon = True
    server.start()
    server.is_ready.wait()
    yield f"http://localhost:{server.port}"
    server.terminate()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        yield browser
        browser.close()
