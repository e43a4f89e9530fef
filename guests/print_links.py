"""The code on a paper: a signed address that says what has changed since, opened without a sign-in, revocable, over in time.

The address is worked out from the print's number and the installation's key and is stored nowhere. A guest's paper leads
to what a guest may know; an officer's to a page behind the sign-in.
"""

from base64 import urlsafe_b64encode
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from guests.models import GuestLink, Print

_BYTES = 20  # 160 bits, so that the code stays coarse enough for a phone's camera at 20 mm


def address_of(version: Print) -> str:
    """Where the code on a stored print leads."""
    if version.kind == Print.Kind.DAY_SHEET:
        return f"{settings.SITE_URL}{reverse('since_day_sheet', args=[version.pk])}"
    return f"{settings.SITE_URL}{reverse('since_printed', args=[secret_of(version.pk)])}"


def secret_of(pk: int) -> str:
    """The part of the address that nobody finds who has not the installation's key."""
    key = salted_hmac("print-link", str(pk), algorithm="sha256").digest()[:_BYTES]
    return f"{pk}.{urlsafe_b64encode(key).rstrip(b'=').decode()}"


def print_behind(secret: str, *, at: datetime) -> Print | None:
    """The guest's print whose code leads there now; None for what is forged, revoked or over."""
    pk = secret.partition(".")[0]
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    if not constant_time_compare(secret, secret_of(int(pk))):
        return None
    prints = Print.objects.filter(kind=Print.Kind.HANDOUT, revoked_at=None)
    found = prints.select_related("visit__guest", "visit__event").filter(pk=pk).first()
    return found if found and at < end_of(found) else None


def end_of(version: Print) -> datetime:
    """Until when the code leads anywhere: as long as a link made for the stay when it was printed."""
    return GuestLink.end_of(GuestLink.Lasts.STAY, version.stay, version.printed_at)
