"""The one door to a guest's private data: for those who look after the guest, and each reading is written down."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from events.access import may_coordinate
from guests.access import may_serve
from guests.models import Document, Export, GuestPrivate, PrivateReading, Visit
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


def read_private_for_list(*, guests: Collection[int], export: Export) -> dict[int, GuestPrivate]:
    """The private data of guests by guest, for a list their coordinator takes away; the reading of each is kept.

    Raises PermissionDenied for whoever does not run the list's event, UndecipherableError as `read_private` does.
    """
    reader = export.taken_by
    if reader is None or not may_coordinate(reader, export.event):
        raise PermissionDenied
    own = list(Visit.objects.filter(event=export.event, guest__in=guests).values_list("guest_id", flat=True))
    with transaction.atomic():
        PrivateReading.objects.bulk_create(
            PrivateReading(guest_id=guest, reader=reader, read_at=export.taken_at, export=export)
            for guest in own
        )
        return {row.guest_id: row for row in GuestPrivate.objects.filter(guest__in=own)}


def read_private_document(*, document: Document, by: User, at: datetime) -> bytes:
    """A private document's file; that `by` read of the guest's private data is kept. Raises as `read_private` does.

    Raises FileNotFoundError where the file is gone; then nothing is written down.
    """
    if not may_serve(by, document.visit, at=at):
        raise PermissionDenied
    content = document.content()
    PrivateReading.objects.create(guest_id=document.visit.guest_id, reader=by, read_at=at)
    return content
