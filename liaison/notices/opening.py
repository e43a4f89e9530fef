"""Opening notices whose time has come: what stays in the app is told, everything else becomes deliveries."""

from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from liaison.accounts.models import User
from liaison.notices.channels import CHANNELS
from liaison.notices.choosing import ways_of
from liaison.notices.models import Delivery, Notice

KEPT_AT_ONCE = 5000

# The rows are taken up in the one statement that settles them; MATERIALIZED keeps PostgreSQL from asking for them twice.
_KEEP = """
    WITH chosen (id, is_active) AS MATERIALIZED (
        {due} LIMIT %s FOR NO KEY UPDATE OF notices_notice SKIP LOCKED
    )
    UPDATE notices_notice AS notice SET finished_at = %s, state = CASE
        WHEN notice.expires_at <= %s THEN 'missed' WHEN chosen.is_active THEN 'sent' ELSE 'cancelled'
    END
    FROM chosen WHERE notice.id = chosen.id
"""


def keep_due(*, at: datetime, batch: int = KEPT_AT_ONCE) -> int:
    """Tell up to `batch` due notices that no way may carry: standing in the app is all there is to do. How many there were.

    One statement, and no row of them comes to Python.
    """
    due = Notice.objects.due(at).exclude(_may_go_out()).order_by("-is_urgent", "due_at", "pk")
    sql, values = due.values_list("pk", "recipient__is_active").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(due=sql), [*values, batch, at, at])
        return int(cursor.rowcount)


def _may_go_out() -> Q:
    """The notices that one of the ways may carry, among those they name."""
    ways = (
        (Q(channels=[]) | Q(channels__contains=name)) & channel.may_carry()
        for name, channel in CHANNELS.items()
    )
    return reduce(or_, ways, Q(pk=None))


def open_due(*, at: datetime, batch: int) -> int:
    """Give each due notice that may go further than the app a delivery per way and address; what expired is missed.

    Answers how many there were.
    """
    with transaction.atomic(durable=True):
        due = list(
            Notice.objects.due(at)
            .filter(_may_go_out())
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .with_ways()
            .order_by("-is_urgent", "due_at", "pk")[:batch]
        )
        if due:
            keys = [notice.pk for notice in due]
            Notice.objects.filter(pk__in=keys).update(state=Notice.State.SENDING)
            _address([notice for notice in due if notice.is_of_use(at)], at)
            settle(keys, at)
    return len(due)


def _address(notices: Collection[Notice], at: datetime) -> None:
    """A delivery per way and address; one that was called off before it was made is wanted again."""
    Delivery.objects.filter(notice__in=notices, state=Delivery.State.CANCELLED).update(
        state=Delivery.State.WAITING, attempts=0, next_attempt_at=at, leased_until=None, trouble="", error=""
    )
    host = urlsplit(settings.SITE_URL).hostname
    Delivery.objects.bulk_create(
        [
            Delivery(
                notice=notice,
                channel=name,
                address=address,
                is_urgent=notice.is_urgent,
                next_attempt_at=at,
                message_id=f"<{uuid4().hex}@{host}>",
            )
            for notice in notices
            for name, address in ways_of(notice)
        ],
        ignore_conflicts=True,
    )


def settle(notice_keys: Collection[int], at: datetime) -> None:
    """Let notices follow their deliveries as soon as none waits. The caller holds the notices' locks.

    Without those locks two dispatchers that finish the last two deliveries of a notice would each still see the other's
    as waiting, and nobody would settle it.
    """
    deliveries = Delivery.objects.filter(notice=OuterRef("pk"))
    at_home = User.objects.filter(pk=OuterRef("recipient"), is_active=True)
    state = Notice.State
    Notice.objects.filter(
        ~Exists(deliveries.filter(state=Delivery.State.WAITING)), pk__in=notice_keys, state=state.SENDING
    ).update(
        finished_at=at,
        state=Case(
            When(Exists(deliveries.filter(state=Delivery.State.SENT)), then=Value(state.SENT)),
            When(Exists(deliveries.filter(state=Delivery.State.FAILED)), then=Value(state.FAILED)),
            When(expires_at__lte=at, then=Value(state.MISSED)),
            # It went by no other way: it is told by standing in the app.
            When(~Exists(deliveries) & Exists(at_home), then=Value(state.SENT)),
            default=Value(state.CANCELLED),
        ),
    )
