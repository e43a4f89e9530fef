"""What is to be told to whom and when: workflows put wishes here, in their own transaction; the dispatcher sends."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from liaison.notices.models import Notice

# What a wish may still change on a notice that has not been sent.
_WISHED = (
    "recipient_id", "event_id", "kind", "subject_ref", "plan_key", "payload", "is_urgent", "channels",
    "wants_acknowledgement", "escalate_after", "due_at", "expires_at",
)  # fmt: skip
_WRITTEN = [*(name.removesuffix("_id") for name in _WISHED), "state", "finished_at"]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One thing to tell one person from `due_at` on, of no use after `expires_at`.

    `dedupe_key` names the thing told: the same key is told once. `plan_key` groups what one pass of planning
    reconciles. `payload` holds primitives only, moments as ISO 8601 under names that end in `_at`, and nothing private.
    What `is_urgent` is sent before everything that is not. `channels` are the ways it may go, every way where none is
    named. `escalate_after` are the minutes after which what wants an acknowledgement, and has none, is passed on.
    """

    recipient_id: int
    event_id: int | None
    kind: str
    dedupe_key: str
    payload: Mapping[str, Any]
    due_at: datetime
    expires_at: datetime
    subject_ref: str = ""
    plan_key: str = ""
    is_urgent: bool = False
    channels: Sequence[str] = ()
    wants_acknowledgement: bool = False
    escalate_after: int | None = None

    def values(self) -> dict[str, Any]:
        """The wish as columns of a notice, its dedupe key left out."""
        return {name: getattr(self, name) for name in _WISHED} | {
            "payload": dict(self.payload),
            "channels": list(self.channels),
        }


def put(*, wish: Wish, at: datetime) -> Notice:
    """The notice of that wish; planned, unless its dedupe key is known already: a known one stays as it is.

    Belongs into the transaction of whatever the notice tells: both happen or neither. A wish that has expired by `at`
    is kept as missed and never sent.
    """
    is_late = wish.expires_at <= at
    state = {"state": Notice.State.MISSED, "finished_at": at} if is_late else {}
    notice, _is_new = Notice.objects.get_or_create(dedupe_key=wish.dedupe_key, defaults=wish.values() | state)
    return notice


def gather(
    *,
    wish: Wish,
    merged: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any] | None],
    at: datetime,
) -> None:
    """Add the wish to the notice of the same `plan_key` that still waits for its time, else put it.

    `merged` makes one payload of the waiting one and the wish's; None calls the notice off. When it is sent does not
    change, so that it is never put off for ever. Belongs into the transaction of whatever the notice tells.
    """
    with transaction.atomic():
        rows = Notice.objects.select_for_update(no_key=True)
        waiting = rows.filter(plan_key=wish.plan_key, state=Notice.State.PLANNED, due_at__gt=at).first()
        if waiting is None:
            put(wish=wish, at=at)
            return
        payload = merged(waiting.payload, wish.payload)
        if payload is None:
            waiting.state, waiting.finished_at = Notice.State.CANCELLED, at
        else:
            waiting.payload = dict(payload)
        waiting.save(update_fields=["payload", "state", "finished_at"])


def reconcile(*, plan_keys: Iterable[str], wishes: Iterable[Wish], at: datetime) -> None:
    """Make the unsent notices of these plans exactly the wished ones.

    New wishes are created, changed ones moved and reworded, cancelled ones revived, and what nobody wishes any more is
    cancelled. What was sent, has failed or was missed stays as it is: a thing is told once.

    Never for the past: a wish that has expired creates and revives nothing. One that is overdue but still of use is
    created, and goes out at once: an officer assigned late gets what is still ahead. What expired unsent is left to the
    dispatcher, which calls it missed.

    Reads and writes in at most four queries, however much there is. Whoever calls holds the plans against a second
    planner, since two reading different states of a plan would undo one another.
    """
    wished = {wish.dedupe_key: wish for wish in wishes if wish.expires_at > at}
    with transaction.atomic():
        stored = _stored(plan_keys, wished, at)
        unwished = [row.pk for key, row in stored.items() if key not in wished and row.is_unsent]
        changed = [row for key, row in stored.items() if key in wished and _take_on(row, wished[key])]
        if changed:  # an upsert of rows that exist: thousands in one statement, where bulk_update compares each with each
            Notice.objects.bulk_create(
                changed, update_conflicts=True, unique_fields=["dedupe_key"], update_fields=_WRITTEN
            )
        if unwished:
            Notice.objects.filter(pk__in=unwished).update(state=Notice.State.CANCELLED, finished_at=at)
        if fresh := [wish for key, wish in wished.items() if key not in stored]:
            Notice.objects.bulk_create(
                [Notice(dedupe_key=wish.dedupe_key, **wish.values()) for wish in fresh],
                ignore_conflicts=True,
            )


def _stored(plan_keys: Iterable[str], wished: Mapping[str, Wish], at: datetime) -> dict[str, Notice]:
    """The plans' notices by dedupe key, locked until the end of the transaction: what is ahead, and what is wished."""
    rows = Notice.objects.select_for_update(no_key=True).filter(plan_key__in=list(plan_keys))
    ahead = rows.filter(Q(expires_at__gt=at) | Q(dedupe_key__in=list(wished))).order_by("pk")
    return {row.dedupe_key: row for row in ahead}


def _take_on(row: Notice, wish: Wish) -> bool:
    """Let an unsent or cancelled notice become what is wished; whether that changed it."""
    is_revived = row.state == Notice.State.CANCELLED
    if not (row.is_unsent or is_revived):
        return False
    values = wish.values()
    if not is_revived and all(getattr(row, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    if is_revived:
        row.state, row.finished_at = Notice.State.PLANNED, None
    return True
