"""Trying again what failed: a coordinator's tap, after the cause is gone."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from liaison.notices.choosing import ways_of
from liaison.notices.models import Delivery, Notice, NoticeQuerySet


def send_again(*, notices: NoticeQuerySet, at: datetime) -> int:
    """Plan anew those of the notices that failed and are still of use; answers how many.

    The dispatcher takes them up like all that is due: a delivery that failed goes out again under its Message-ID, and
    where the person has another address by now, it goes there instead. A second tap finds nothing that failed.
    """
    with transaction.atomic():
        rows = notices.sendable_again(at).with_ways().order_by("pk")
        failed = list(rows.select_for_update(of=("self",), no_key=True))
        if failed:
            Delivery.objects.filter(_still_theirs(failed), state=Delivery.State.FAILED).update(
                state=Delivery.State.CANCELLED
            )
            Notice.objects.filter(pk__in=[notice.pk for notice in failed]).update(state=Notice.State.PLANNED)
    return len(failed)


def _still_theirs(notices: list[Notice]) -> Q:
    """The deliveries to addresses at which the recipients are still reached."""
    found = Q(pk=None)
    for notice in notices:
        for name, address in ways_of(notice):
            found |= Q(notice=notice, channel=name, address=address)
    return found
