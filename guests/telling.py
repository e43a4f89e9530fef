"""What officers are told of their duties: once after a batch, whatever the number of guests and however it was made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from events.models import Membership
from guests.models import Assignment, Visit
from liaison.notices import outbox

KIND = "duties"
QUIET = timedelta(minutes=2)
"""How long changes are gathered: whoever assigns one guest after another sends one notice."""
OF_USE = timedelta(days=2)

_PARTS = ("gained", "changed", "lost")


def tell_officers(
    *,
    gained: Iterable[Assignment] = (),
    changed: Iterable[Assignment] = (),
    lost: Iterable[Assignment] = (),
    at: datetime,
) -> None:
    """Tell each officer once whom they now look after, of whom the terms changed, and whom no more.

    Belongs into the transaction of the changes. What follows within QUIET joins the same notice, and a guest gained and
    lost in it is not told at all. Whoever has never signed in reads it on the page to which the invitation leads.
    """
    rows = [(part, row) for part, rows in zip(_PARTS, (gained, changed, lost), strict=True) for row in rows]
    if not rows:
        return
    visits = Visit.objects.select_related("guest", "event").in_bulk({row.visit_id for _part, row in rows})
    people = Membership.objects.select_related("user").in_bulk({row.officer_id for _part, row in rows})
    told: defaultdict[tuple[int, int], dict[str, list[list[Any]]]] = defaultdict(
        lambda: {part: [] for part in _PARTS}
    )
    for part, row in rows:
        user = people[row.officer_id].user
        if user.is_active and (user.last_login or user.has_usable_password()):
            visit = visits[row.visit_id]
            told[user.pk, visit.event_id][part].append([visit.pk, visit.guest.called])
    names = {visit.event_id: visit.event.name for visit in visits.values()}
    for (person, event), parts in sorted(told.items()):
        outbox.gather(wish=_wish(person, event, {"event": names[event], **parts}, at), merged=merged, at=at)


def _wish(person: int, event: int, payload: Mapping[str, Any], at: datetime) -> outbox.Wish:
    return outbox.Wish(
        recipient_id=person,
        event_id=event,
        kind=KIND,
        plan_key=f"{KIND}:{event}:{person}",
        dedupe_key=f"{KIND}:{event}:{person}:{uuid4()}",
        payload=payload,
        due_at=at + QUIET,
        expires_at=at + OF_USE,
    )


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Both as one; None where nothing is left to tell."""
    parts: dict[str, dict[int, str]] = {part: dict(before[part]) for part in _PARTS}
    for key, name in after["gained"]:
        if parts["lost"].pop(key, None) is None:
            parts["gained"][key] = name
        else:
            parts["changed"][key] = name  # gone and come back: on what terms stands on the page
    for key, name in after["changed"]:
        if key not in parts["gained"]:
            parts["changed"][key] = name
    for key, name in after["lost"]:
        parts["changed"].pop(key, None)
        if parts["gained"].pop(key, None) is None:
            parts["lost"][key] = name
    if not any(parts.values()):
        return None
    return dict(before) | {part: [[key, name] for key, name in rows.items()] for part, rows in parts.items()}
