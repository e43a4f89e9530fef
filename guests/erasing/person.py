"""Erasing one person who asks for it, at all events or at some."""

from collections.abc import Collection
from datetime import datetime

from guests.erasing.due import STAGES
from guests.erasing.reach import of_person
from guests.erasing.working import BATCH, work, would_go
from guests.models import Erasure, Guest
from liaison.accounts.models import User


def erase_guest(
    *,
    guest: Guest,
    by: User | None,
    reason: str,
    at: datetime,
    events: Collection[int] | None = None,
    batch: int = BATCH,
) -> Erasure:
    """Erase everything of the person at these events, or at all; the report.

    Files and working papers in which the person stands among others go whole. What others wrote about the person
    into rows of somebody else cannot be found. Called again after a kill, it carries on under the same report.
    """
    erasure, _is_new = Erasure.objects.get_or_create(
        stage=Erasure.Stage.PERSON,
        guest_id=guest.pk,
        event_id=_only(events),  # type: ignore[misc]  # or none
        finished_at=None,
        defaults={"asked_by": by, "reason": reason, "started_at": at},
    )
    work(erasure, of_person(guest, events), STAGES, at=at, batch=batch)
    return erasure


def would_go_of_guest(guest: Guest, events: Collection[int] | None = None) -> dict[str, int]:
    """How many of each kind would be erased."""
    return would_go(of_person(guest, events), STAGES)


def _only(events: Collection[int] | None) -> int | None:
    """The event, where it is one."""
    return next(iter(events)) if events and len(events) == 1 else None
