"""What a person says about how they want to be reached."""

import re
from base64 import urlsafe_b64decode
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.notices.channels import EMAIL, GATEWAY, PUSH
from liaison.notices.choosing import choice_of, choose
from liaison.notices.devices import is_push_service
from liaison.notices.gateways import Gateway, gateways
from liaison.notices.stopping import STOPPABLE
from liaison.notices.vapid import public_key

_BASE64 = re.compile(r"[A-Za-z0-9_-]+={0,2}", re.ASCII)


class DeviceForm(forms.Form):
    """A browser's subscription, as its own PushManager gave it."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        if not is_push_service(endpoint):
            raise ValidationError(_("Liaison does not know the service that brings notices to this browser."))
        return endpoint

    def clean_p256dh(self) -> str:
        """An uncompressed point on P-256."""
        return self._key("p256dh", size=65)

    def clean_auth(self) -> str:
        return self._key("auth", size=16)

    def _key(self, name: str, *, size: int) -> str:
        written: str = self.cleaned_data[name]
        try:
            fits = len(urlsafe_b64decode(written.rstrip("=") + "==")) == size
        except ValueError:
            fits = False
        if not (fits and _BASE64.fullmatch(written)):
            raise ValidationError(_("The browser gave a key that is none."))
        return written


class _HandleField(forms.CharField):
    """A person's number or name at a service; empty where they are not reached there."""

    def __init__(self, gateway: Gateway, handle: str) -> None:
        label = _("Phone number for %(service)s") if gateway.wants_phone else _("Your name at %(service)s")
        widget = forms.TextInput(attrs={"inputmode": "tel"} if gateway.wants_phone else {})
        super().__init__(
            label=label % {"service": gateway.name},
            required=False,
            max_length=64,
            initial=handle,
            widget=widget,
        )
        self.gateway = gateway

    def clean(self, value: Any) -> str:
        written: str = super().clean(value)
        return self.gateway.cleaned(written) if written else ""


class WaysForm(forms.Form):
    """By which ways a person wants to hear, and which e-mails they do without. Only what the installation offers."""

    ways = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    kinds = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, user: User, data: Any = None) -> None:
        choice, self._user, self._offered = choice_of(user), user, _offered(user)
        wanted = {
            "ways": [way for way in self._offered if way not in choice.silent_ways],
            "kinds": [kind for kind in STOPPABLE if kind not in choice.unmailed_kinds],
        }
        super().__init__(data, initial=wanted)
        self.fields["ways"].choices = list(self._offered.items())  # type: ignore[attr-defined]
        self.fields["kinds"].choices = list(STOPPABLE.items())  # type: ignore[attr-defined]
        given = {row.gateway: row.handle for row in user.gateway_addresses.all()}
        for name, gateway in gateways().items():
            self.fields[f"at_{name}"] = _HandleField(gateway, given.get(name, ""))

    @property
    def handles(self) -> list[forms.BoundField]:
        """The fields for numbers and names."""
        return [self[name] for name, field in self.fields.items() if isinstance(field, _HandleField)]

    def keep(self) -> None:
        """Write down what was chosen; a way that is not offered now keeps what was said of it."""
        unoffered = set(choice_of(self._user).silent_ways) - set(self._offered)
        choose(
            user=self._user,
            silent_ways=unoffered | (set(self._offered) - set(self.cleaned_data["ways"])),
            unmailed_kinds=set(STOPPABLE) - set(self.cleaned_data["kinds"]),
            handles={name: self.cleaned_data[f"at_{name}"] for name in gateways()},
        )


def _offered(user: User) -> dict[str, str]:
    """The ways that are set up here, and what they are called."""
    offered = {EMAIL: _("E-mail to %(address)s") % {"address": user.email}}
    if public_key():
        offered[PUSH] = _("Notices on your devices")
    if known := gateways():
        offered[GATEWAY] = ", ".join(known)
    return offered
