"""Telling the team what happened around a guest: at once, one message a person."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from events.models import Membership, Role
from guests.models import Assignment, Visit
from liaison.accounts.models import User
from liaison.notices import outbox
from liaison.notices.models import Notice

OF_USE_FOR = timedelta(hours=12)


def coordinators_of(visit: Visit, *, besides: User | None = None) -> set[int]:
    """Who runs the guest's event, by their keys."""
    rows = Membership.objects.filter(event=visit.event_id, role=Role.COORDINATOR, user__is_active=True)
    return set(rows.values_list("user_id", flat=True)) - {besides and besides.pk}


def officers_of(visit: Visit, *, at: datetime, besides: User | None = None) -> set[int]:
    """The officers on duty for the guest at that moment, by their keys."""
    rows = Assignment.objects.current(at).filter(visit=visit, officer__user__is_active=True)
    return set(rows.values_list("officer__user_id", flat=True)) - {besides and besides.pk}


def administrators(*, besides: User) -> set[int]:
    """Who runs the installation, by their keys."""
    rows = User.objects.filter(is_superuser=True, is_active=True)
    return set(rows.values_list("pk", flat=True)) - {besides.pk}


def was_told(*, kind: str, key: str) -> bool:
    """Whether anybody was told of it."""
    return Notice.objects.filter(dedupe_key__startswith=f"{kind}:{key}:").exists()


def tell(
    people: Collection[int],
    *,
    kind: str,
    key: str,
    visit: Visit,
    payload: Mapping[str, Any],
    at: datetime,
    is_urgent: bool = False,
) -> None:
    """Put one notice for each of the people into the outbox, in the transaction of what it tells; the same `key` once.

    What `is_urgent` overtakes all that waits to be sent.
    """
    said = {
        "guest": visit.guest.called,
        "visit_id": visit.pk,
        "event": visit.event.name,
        "zone": visit.event.time_zone,
    }
    for person in sorted(people):
        wish = outbox.Wish(
            recipient_id=person,
            event_id=visit.event_id,
            kind=kind,
            subject_ref=f"visit:{visit.pk}",
            dedupe_key=f"{kind}:{key}:{person}",
            payload=said | dict(payload),
            is_urgent=is_urgent,
            due_at=at,
            expires_at=at + OF_USE_FOR,
        )
        outbox.put(wish=wish, at=at)
