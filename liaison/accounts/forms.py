"""Forms of passkeys: allauth's, but that nonsense is answered, not tripped over, and every key is a passkey."""

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

# What fido2 raises at messages that no authenticator sends.
_NONSENSE = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError, struct.error)
_NAME: dict[str, Any] = {
    "label": _("Name"),
    "max_length": 60,
    "help_text": _("So that you know which phone or computer it is."),
}


class AddPasskeyForm(webauthn._BaseAddWebAuthnForm):  # type: ignore[misc]  # noqa: SLF001 (allauth's own asks whether to make a passkey)
    """A new passkey: one that signs in by itself, by finger, face or PIN."""

    name = forms.CharField(required=False, **_NAME)

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except _NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


class RenamePasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(**_NAME)


class PasskeyForm(webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey beside the password or the code."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except _NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeySignInForm(PasskeyForm, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone."""


class PasskeyAgainForm(PasskeyForm, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey of somebody who is signed in, before something that matters."""
