"""Passkeys in a real browser, with an authenticator that it plays itself; and what signing out leaves behind."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Page, expect

from liaison.accounts.models import User
from tests.browser.conftest import Opener
from tests.browser.scene import Scene
from tests.factories import PASSWORD
from tests.liaison.test_second_factor import SECRET, code_of, with_app


def plug_in(page: Page) -> tuple[Any, str]:
    """A phone's own authenticator, whose owner always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def sign_in(page: Page, user: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")


@pytest.fixture
def page(scene: Scene, open_page: Opener) -> Page:
    cache.clear()
    User.objects.update(language="en")
    return open_page(None, "/accounts/login/", locale="en")


def test_a_passkey_is_added_and_signs_in_alone(scene: Scene, page: Page) -> None:
    session, authenticator = plug_in(page)
    sign_in(page, scene.sari)
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("h1")).to_have_text("Recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("strong", has_text="My phone")).to_be_visible()
    (key,) = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert (key["isResidentCredential"], key["rpId"]) == (True, "localhost")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/today/")
    assert Authenticator.objects.get(user=scene.sari, type="webauthn").last_used_at is not None


def test_a_passkey_stands_beside_the_password_and_goes_again(scene: Scene, page: Page) -> None:
    session, authenticator = plug_in(page)
    sign_in(page, scene.sari)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("h1")).to_have_text("Recovery codes")
    sign_out(page)
    sign_in(page, scene.sari)
    expect(page.locator("h1")).to_have_text("Second factor")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/today/")
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Remove Passkey 1").click()
    page.get_by_role("link", name="Use your passkey").click()  # instead of the password
    page.get_by_role("button", name="Use your passkey").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    assert not Authenticator.objects.filter(user=scene.sari).exists()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("body")).to_contain_text("That was not right")
    assert session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]


def test_who_declines_is_told_and_may_go_another_way(scene: Scene, page: Page) -> None:
    with_app(scene.sari)
    session, authenticator = plug_in(page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
    sign_in(page, scene.sari)
    page.get_by_label("Code").fill(code_of(SECRET))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")


def test_signing_out_leaves_nothing_in_the_browser(scene: Scene, page: Page) -> None:
    sign_in(page, scene.sari)
    page.wait_for_url("**/today/")
    page.evaluate("localStorage.setItem('guest', 'Mr Sato'); caches.open('pages')")
    page.reload()
    assert page.evaluate("localStorage.length") > 0
    sign_out(page)
    page.wait_for_function("async () => localStorage.length === 0 && (await caches.keys()).length === 0")
