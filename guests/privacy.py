"""The one door to a guest's private data: for those who look after the guest, and each reading is written down."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from guests.access import may_serve
from guests.models import GuestPrivate, PrivateReading, Visit
from liaison.accounts.models import User


def read_private(*, visit: Visit, by: User, at: datetime) -> GuestPrivate | None:
    """The private data of the visit's guest, None where there are none; that `by` read them is kept in the database.

    Raises PermissionDenied for whoever is not on duty for the guest and does not run the event, and
    UndecipherableError where the installation has lost the key; then nothing was read and nothing is written down.
    """
    if not may_serve(by, visit, at=at):
        raise PermissionDenied
    with transaction.atomic():
        PrivateReading.objects.create(guest_id=visit.guest_id, reader=by, read_at=at)
        return GuestPrivate.objects.filter(guest=visit.guest_id).first()
