"""Links to a guest's own screen, for the guest's own phone: made for the guest, opened without a sign-in, ended in time."""

from base64 import urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from guests.models import GuestLink, Visit
from liaison.accounts.models import User


def make_link(
    *, visit: Visit, lasts: GuestLink.Lasts, by: User, at: datetime, client_uuid: UUID
) -> tuple[GuestLink, str]:
    """A link to the guest's screen, and its secret, which is stored nowhere.

    The same tap makes the same link, however often it arrives: its secret comes from the tap's identity and the
    installation's key. Links made before stay as they are, since guest and aide may each have one.
    """
    secret = _secret_of(client_uuid)
    with transaction.atomic():
        Visit.objects.select_for_update(no_key=True, of=("self",)).get(pk=visit.pk)
        link, _is_new = GuestLink.objects.get_or_create(
            visit=visit,
            client_uuid=client_uuid,
            defaults={
                "secret_digest": GuestLink.digest_of(secret),
                "expires_at": GuestLink.end_of(lasts, visit, at),
                "made_by": by,
                "made_at": at,
            },
        )
    return link, secret


def _secret_of(client_uuid: UUID) -> str:
    """256 bits that nobody finds who has not both the tap's identity and the installation's key."""
    key = salted_hmac("guest-link-secret", str(client_uuid), algorithm="sha256").digest()
    return urlsafe_b64encode(key).rstrip(b"=").decode()


def link_behind(secret: str, *, at: datetime) -> GuestLink | None:
    """The link that opens under the secret now; None for what is unknown, revoked or over."""
    links = GuestLink.objects.of_secret(secret)
    link = links.select_related("visit__guest", "visit__event").first()
    return link if link and link.is_open(at) else None
