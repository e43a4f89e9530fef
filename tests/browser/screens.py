"""The officer's screens, one by one: each is photographed by `./run screenshots` and walked by the tests of access.

A new page of the phone is added here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.factories import PASSWORD


@dataclass(frozen=True)
class Screen:
    """A page as one of the scene sees it, after doing something there."""

    name: str
    who: str
    address: str
    do: Callable[[Page], None] = lambda page: None


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")


def _log_nothing(page: Page) -> None:
    page.locator("button[value=other]").click()
    page.locator("[role=alert]").wait_for()


def _decline_without_a_reason(page: Page) -> None:
    open_all(page)
    page.locator("form[action$='/decline/'] button").click()
    page.locator("[role=alert]").wait_for()


def _read_private(page: Page) -> None:
    page.locator("form[action$='/private/'] button").click()
    page.wait_for_url("**/private/")


def _open_menu(page: Page) -> None:
    page.locator("[popovertarget]").click()


def _make_address(page: Page) -> None:
    page.locator("main form:has([name=officer]) button, main form:not([action]) button").first.click()
    page.locator("#address").wait_for()


def _make_link(page: Page) -> None:
    page.locator("main form:has([name=lasts]) button").click()
    page.locator("#address").wait_for()


def _say_got_it(page: Page) -> None:
    button = page.locator("main form button")
    if button.count():  # pictures are taken in two languages; the second time it is said already
        button.click()
    page.locator(".badge--green").wait_for()


def _enter_password(page: Page) -> None:
    field = page.locator("main [name=password]")
    if field.count():  # whoever did so a moment ago is not asked again
        field.fill(PASSWORD)
        page.locator("main form button").click()
        page.wait_for_load_state()


def _sign_in_half(page: Page) -> None:
    page.locator("main [name=login]").fill("bagus.secured@example.org")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form:has([name=login]) button").click()
    page.wait_for_url("**/2fa/authenticate/")


def _wait_for_the_browser(page: Page) -> None:
    page.locator("[data-when]:not([data-when=no-scripts]):visible").wait_for()


def _give_a_number_that_is_none(page: Page) -> None:
    page.locator("[name=at_WhatsApp]").fill("nobody")
    page.locator("form[aria-labelledby=ways] button").click()
    page.locator(".errorlist").wait_for()
    _wait_for_the_browser(page)


def _be_an_iphone(page: Page) -> None:
    """What Safari shows before the app is on the Home Screen."""
    _wait_for_the_browser(page)
    page.evaluate(
        "document.querySelectorAll('[data-when]').forEach(part => part.hidden = part.dataset.when !== 'install')"
    )


PHONE = (
    Screen("today", "sari", "/today/"),
    Screen("today-undo", "sari", "/today/?undo={idle.pk}", open_all),
    Screen("today-menu", "sari", "/today/", _open_menu),
    Screen("today-none", "citra", "/today/"),
    Screen("nobody", "nobody", "/"),
    Screen("dossier", "sari", "/visits/{sato.pk}/"),
    Screen("dossier-long", "sari", "/visits/{long.pk}/", open_all),
    Screen("dossier-empty", "sari", "/visits/{idle.pk}/"),
    Screen("dossier-before-duty", "sari", "/visits/{tomorrow.pk}/"),
    Screen("request", "sari", "/visits/{sato.pk}/requests/"),
    Screen("request-missing", "sari", "/visits/{sato.pk}/requests/", _log_nothing),
    Screen("request-long", "sari", "/visits/{long.pk}/requests/"),
    Screen("request-page", "sari", "/requests/{asked.pk}/"),
    Screen("request-page-declining", "sari", "/requests/{asked.pk}/", _decline_without_a_reason),
    Screen("late", "sari", "/visits/{sato.pk}/late/"),
    Screen("late-follows", "sari", "/visits/{sato.pk}/late/?minutes=30"),
    Screen("late-long", "sari", "/visits/{long.pk}/late/?minutes=30"),
    Screen("late-none", "sari", "/visits/{idle.pk}/late/"),
    Screen("hand-over", "sari", "/visits/{sato.pk}/hand-over/"),
    Screen("hand-over-long", "sari", "/visits/{long.pk}/hand-over/", open_all),
    Screen("handover-offered", "sari", "/handovers/{offer.pk}/"),
    Screen("handover-received", "citra", "/handovers/{offer.pk}/"),
    Screen("incident", "sari", "/visits/{sato.pk}/incident/"),
    Screen("sos", "sari", "/visits/{long.pk}/sos/"),
    Screen("report", "sari", "/visits/{sato.pk}/report/"),
    Screen("report-signed", "sari", "/visits/{idle.pk}/report/"),
    Screen("late-too-much", "sari", "/visits/{sato.pk}/late/?minutes=999"),
    Screen("incident-long", "sari", "/visits/{long.pk}/incident/"),
    Screen("report-long", "sari", "/visits/{long.pk}/report/"),
    Screen("help", "sari", "/help/"),
    Screen("help-desk", "ratna", "/help/desk/"),
    Screen("search", "sari", "/search/"),
    Screen("search-found", "sari", "/search/?q=sato"),
    Screen("search-much", "sari", "/search/?q=wolf"),
    Screen("search-none", "sari", "/search/?q=nobody+at+all"),
    Screen("private-documents", "sari", "/visits/{long.pk}/", _read_private),
    Screen("private", "sari", "/visits/{sato.pk}/", _read_private),
    Screen("guest-own", "sari", "/visits/{sato.pk}/guest/"),
    Screen("guest-arabic", "sari", "/visits/{sato.pk}/guest/?lang=ar", open_all),
    Screen("guest-thai", "sari", "/visits/{sato.pk}/guest/?lang=th"),
    Screen("guest-long", "sari", "/visits/{long.pk}/guest/?lang=ar", open_all),
    Screen("guest-empty", "sari", "/visits/{idle.pk}/guest/"),
    Screen("guest-gone", "", "/g/nothing/?lang=th"),
    Screen("guest-links", "sari", "/visits/{sato.pk}/guest/links/", _make_link),
    Screen("papers", "sari", "/visits/{sato.pk}/papers/"),
    Screen("papers-for-whom", "ratna", "/visits/{long.pk}/papers/"),
    Screen("since-day-sheet", "sari", "/prints/{sheet.pk}/since/"),
    Screen("since-printed", "", "{since_path}"),
    Screen("since-printed-arabic", "", "{since_path}?lang=ar"),
    Screen("press", "putri", "/press/{event.slug}/"),
    Screen("not-found", "putri", "/visits/{sato.pk}/"),
    Screen("inbox", "sari", "/notices/", open_all),
    Screen("inbox-none", "nobody", "/notices/"),
    Screen("ways", "sari", "/notices/ways/", _wait_for_the_browser),
    Screen("ways-none", "nobody", "/notices/ways/", _wait_for_the_browser),
    Screen("ways-refused", "sari", "/notices/ways/", _give_a_number_that_is_none),
    Screen("ways-on-an-iphone", "nobody", "/notices/ways/", _be_an_iphone),
    Screen("stop-mails", "", "{stop_path}"),
    Screen("got-it", "", "{reminder_path}"),
    Screen("got-it-noted", "", "{answered_path}", _say_got_it),
    Screen("got-it-gone", "", "/acknowledge/nothing/"),
    Screen("calendar", "sari", "/calendar/"),
    Screen("calendar-none", "nobody", "/calendar/"),
    Screen("calendar-made", "sari", "/calendar/", _make_address),
    Screen("calendar-guest", "sari", "/visits/{long.pk}/calendar/", _make_address),
    Screen("security", "sari", "/accounts/2fa/"),
    Screen("security-due", "ratna", "/accounts/2fa/"),
    Screen("security-due-elsewhere", "ratna", "/notices/"),
    Screen("security-full", "secured", "/accounts/2fa/"),
    Screen("again-by-password", "secured", "/accounts/reauthenticate/"),
    Screen("again-by-code", "secured", "/accounts/2fa/reauthenticate/"),
    Screen("again-by-passkey", "secured", "/accounts/2fa/webauthn/reauthenticate/"),
    Screen("passkey-add", "sari", "/accounts/2fa/webauthn/add/", _enter_password),
    Screen("passkey-rename", "secured", "/accounts/2fa/webauthn/keys/{key.pk}/edit/", _enter_password),
    Screen("passkey-remove", "secured", "/accounts/2fa/webauthn/keys/{key.pk}/remove/", _enter_password),
    Screen("app-set-up", "sari", "/accounts/2fa/totp/activate/", _enter_password),
    Screen("app-stop", "secured", "/accounts/2fa/totp/deactivate/", _enter_password),
    Screen("recovery-codes", "secured", "/accounts/2fa/recovery-codes/", _enter_password),
    Screen("recovery-codes-anew", "secured", "/accounts/2fa/recovery-codes/generate/", _enter_password),
    Screen("devices", "secured", "/accounts/sessions/"),
    Screen("sign-in-over", "", "/accounts/over/"),
    Screen("second-factor", "somebody", "/accounts/login/", _sign_in_half),
)
