"""Erasing one person who asks for it, at all events or at one."""

from collections.abc import Collection
from datetime import datetime

from guests.erasing.reach import of_person
from guests.erasing.rules import Stage
from guests.erasing.working import BATCH, work, would_go
from guests.models import Erasure, Guest
from liaison.accounts.models import User

STAGES = (Stage.PRIVATE, Stage.ANONYMOUS)


def erase_guest(
    *, guest: Guest, by: User | None, reason: str, at: datetime, event: int | None = None, batch: int = BATCH
) -> Erasure:
    """Erase everything of the person at that event, or at all; the report.

    Files and working papers in which the person stands among others go whole. What others wrote about the person
    into rows of somebody else cannot be found. What a kill breaks off, the daily round carries on under the same report.
    """
    erasure, _is_new = Erasure.objects.get_or_create(
        stage=Erasure.Stage.PERSON,
        guest_id=guest.pk,
        event_id=event,  # type: ignore[misc]  # or none
        finished_at=None,
        defaults={"asked_by": by, "reason": reason, "started_at": at},
    )
    return carry_on(erasure, at=at, batch=batch)


def carry_on(erasure: Erasure, *, at: datetime, batch: int = BATCH) -> Erasure:
    """Erase what is left of a person whose erasing was begun."""
    events = None if erasure.event_id is None else [erasure.event_id]
    work(erasure, of_person(erasure.guest_id, events), STAGES, at=at, batch=batch)  # type: ignore[arg-type]  # a person's has one
    return erasure


def would_go_of_guest(guest: Guest, events: Collection[int] | None = None) -> dict[str, int]:
    """How many of each kind would be erased at these events, or at all."""
    return would_go(of_person(guest.pk, events), STAGES)
