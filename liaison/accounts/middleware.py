"""What signing in and out means for every page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

Respond = Callable[[HttpRequest], HttpResponse]

WIPE = '"cache", "storage"'
"""What a browser forgets: pages and files it kept, and all a page stored, its service worker too. Cookies stay, since
the session's own is gone already and the language somebody chose is no secret."""

WITHOUT_SECOND_FACTOR = {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_reauthenticate",
    "account_logout", "logout", "set_language", "alive",
}  # fmt: skip
"""The pages by which a second factor is set up, and the way out."""


class SignOutMiddleware:
    """Has the browser forget what it stored, whenever whoever was signed in is so no more."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = WIPE
        return response


class SecondFactorMiddleware:
    """Once the days of grace are over, shows whoever must have a second factor only where to set one up."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user, at = request.user, timezone.now()
        if not user.is_authenticated or not user.must_have_second_factor:
            return None
        left = user.days_without_second_factor(at)
        request.second_factor_days = left  # type: ignore[attr-defined]  # for the pages' banner
        if left is None:
            return None
        if request.method == "POST":  # of a session from before the person came to the desk
            user.ask_for_second_factor(at)
        name = request.resolver_match.url_name if request.resolver_match else None
        return (
            None if left > 0 or name in WITHOUT_SECOND_FACTOR else HttpResponseRedirect(reverse("mfa_index"))
        )
