"""The services that the installation sends through besides its own: the administrator's addresses, people's handles.

Nobody but the administrator writes an address that our server calls. A person gives a phone number or a name only, and
that goes, quoted, into the place which the administrator left for it behind the host.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from liaison.phones import to_e164

PLACES = ("{phone}", "{handle}")
_HANDLE = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9_.@-]{0,62}", re.ASCII)


@dataclass(frozen=True)
class Gateway:
    """A service as the settings name it; `template` is an Apprise address with a place for the person."""

    name: str
    template: str

    @property
    def wants_phone(self) -> bool:
        """Whether people are reached there by their phone number."""
        return PLACES[0] in self.template

    def cleaned(self, written: str) -> str:
        """The number or name as it is kept; raises ValidationError for what is none."""
        if self.wants_phone:
            return to_e164(written.strip(), country="ID")
        if not _HANDLE.fullmatch(written.strip()):
            raise ValidationError(
                _("“%(name)s” is not a name as that service gives them.") % {"name": written}
            )
        return written.strip()

    def address_of(self, handle: str) -> str:
        """The address for one person."""
        return self.template.replace(self.place, quote(handle, safe=""))

    @property
    def place(self) -> str:
        return PLACES[0] if self.wants_phone else PLACES[1]

    def fault(self) -> str:
        """What is wrong with the template, for the administrator; empty where nothing is."""
        places = re.findall(r"\{[^}]*\}", self.template)
        if places not in ([PLACES[0]], [PLACES[1]]):
            return "needs exactly one of {phone} and {handle}"
        url = urlsplit(self.template)
        if self.place in url.scheme + url.netloc or not url.scheme:
            return f"has {self.place} where the host belongs"
        return ""


def gateways() -> Mapping[str, Gateway]:
    """The services that are set, by name."""
    return {name: Gateway(name, template) for name, template in settings.APPRISE_GATEWAYS.items()}
