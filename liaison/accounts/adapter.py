"""Sign-in rules on top of allauth: nobody signs up by themselves, and what is secret is kept so."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaison.accounts import mailing
from liaison.accounts.models import User
from liaison.encryption import deciphered, enciphered
from liaison.qr import qr_code


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Invitation only: coordinators and administrators invite, the invited sign in by a code and may set a password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The address and the password do not go together."),
        "incorrect_code": _("That code is not right, or no longer good."),
        "too_many_login_attempts": _("Too many tries went wrong. Wait five minutes, or sign in by a code."),
        "rate_limited": _("Too many tries went wrong. Wait a few minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Who is known but whose events are over reads why, only after password, code or passkey were right."""
        refused: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if refused is None and User.objects.with_standing().get(pk=user.pk).is_over(timezone.now()):
            clear_login(request)
            return HttpResponseRedirect(reverse("sign_in_over"))
        return refused

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        user.ask_for_second_factor(timezone.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Beside the page, so that how long it takes tells nobody whether there was anything to send."""
        message = self.render_mail(
            template_prefix, email, {"request": self.request, "email": email} | context
        )
        mailing.send_beside(message)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets stand encrypted, and authenticator apps read them from a code of our own making."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That was not right, or no longer good. Try once more."),
        "cannot_generate_recovery_codes": _("Recovery codes come with a passkey or an authenticator app."),
    }

    def encrypt(self, text: str) -> str:
        return enciphered(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return deciphered(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Liaison"

    def build_totp_svg(self, url: str) -> str:
        return qr_code(url, gettext("Code for the authenticator app"))

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 (allauth's word)
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity() | {"name": "Liaison"}
        return entity
