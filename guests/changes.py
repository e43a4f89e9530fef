"""What changed for an officer in the plans of their guests: gathered while it goes on, then told once.

The planner notes: it compares what each officer on duty knows with what the histories hold, so no way of changing a plan,
bulk and raw writes included, can be forgotten, and what was changed back is no change. Telling waits until it is quiet.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from events.models import Role
from guests.models import Assignment, ToldPlan, Visit
from guests.versions import ITEM, STAY_KEY, Change, Plan, Version, last_steps, plans_now, trails_of
from liaison.notices import outbox
from liaison.notices.models import Notice

KIND = "changes"
QUIET, LONGEST = timedelta(minutes=2), timedelta(minutes=10)
"""How long nothing must change before it is told, and how long the first change waits at most."""
URGENT_QUIET, LONGEST_URGENT = timedelta(seconds=30), timedelta(minutes=2)
SOON = timedelta(hours=2)
"""What starts so soon is urgent."""
MOST_TOLD = 12
"""How many changes of one guest a message lists; the rest is counted."""
_LEAST_USE, _USE_WITHOUT_TIME = timedelta(minutes=15), timedelta(days=2)

_Key = tuple[int, int]  # visit, person
_Spans = list[tuple[datetime, datetime]]
_WRITTEN = ["items", "stay", "tally", "quiet_until", "latest_at", "is_urgent"]


def note_changes(visit_keys: Collection[int], *, at: datetime) -> None:
    """Note for each officer on duty for these visits what differs from what they know, and when it is to be told.

    Who comes on duty knows the plan as it stands; who is no longer on duty is told nothing more. Belongs into the
    transaction that takes the visits' marks, which holds off a second planner. The same queries however many visits.
    """
    stored = ToldPlan.objects.filter(visit__in=visit_keys).select_for_update(no_key=True).order_by("pk")
    known = {(row.visit_id, row.person_id): row for row in stored}
    view = _look([*known.values()], visit_keys, at)
    if gone := [row.pk for key, row in known.items() if key not in view.duties]:
        ToldPlan.objects.filter(pk__in=gone).delete()
    written = [
        *(row for key, row in known.items() if key in view.duties and _note(row, view, at)),
        *(_fresh(key, view) for key in view.duties if key not in known),
    ]
    _write(written)


def tell_changes(*, at: datetime, limit: int = 100) -> int:
    """Send up to `limit` officers what changed for them at an event, where it is time; answers how many were due.

    One query while nothing is. Any number of planners may tell at the same time: whoever locks an officer's rows tells,
    and the next finds nothing waiting. What changed since it was noted is told along.
    """
    due = ToldPlan.objects.due(at, limit=limit)
    if due:
        with transaction.atomic():
            _tell(take_up(due), at)
    return len(due)


def take_up(people: Iterable[tuple[int, int]]) -> list[ToldPlan]:
    """What waits for these people at these events, locked: who waited for the lock finds what is still not told."""
    wanted = reduce(or_, (Q(person=person, visit__event=event) for person, event in sorted(people)))
    rows = ToldPlan.objects.waiting().filter(wanted).select_related("visit__guest", "visit__event")
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _tell(rows: Sequence[ToldPlan], at: datetime) -> None:
    view = _look(rows, {row.visit_id for row in rows}, at)
    told: defaultdict[tuple[int, int], list[tuple[Visit, Sequence[Change]]]] = defaultdict(list)
    urgent: set[tuple[int, int]] = set()
    for row in rows:
        changes = view.changes.get((row.visit_id, row.person_id), [])
        if changes:
            told[row.person_id, row.visit.event_id].append((row.visit, changes))
        if any(view.is_urgent(change, row.person_id, at) for change in changes):
            urgent.add((row.person_id, row.visit.event_id))
    wishes = [
        _wish(person, guests, (person, event) in urgent, at) for (person, event), guests in told.items()
    ]
    outbox.reconcile(plan_keys=(), wishes=wishes, at=at)
    for row in rows:
        _know(row, view.plans.get(row.visit_id), ())
        _rest(row)
    _write(rows)


def know(visit: Visit, item_keys: Collection[int], *, people: Collection[int]) -> None:
    """Take what was just written to these items as known to the people, who are told of it in another way.

    Belongs into the transaction that writes, which holds the items' locks. An item of which something older still waits
    to be told stays as it was known, so that nothing is lost: its last change is then told along.
    """
    steps = last_steps(item_keys)
    rows = list(
        ToldPlan.objects.filter(visit=visit, person__in=people).select_for_update(no_key=True).order_by("pk")
    )
    for row in rows:
        taken = {str(key): new for key, (old, new) in steps.items() if row.items.get(str(key)) == old}
        row.items = row.items | taken
    _write(rows)


@dataclass(frozen=True)
class _View:
    """Who is on duty when, the plans as they stand, and what each officer has to be told of them."""

    duties: Mapping[_Key, _Spans]
    plans: Mapping[int, Plan]
    changes: Mapping[_Key, Sequence[Change]]
    reminded: frozenset[tuple[int, int]]

    def is_urgent(self, change: Change, person: int, at: datetime) -> bool:
        """What begins soon, or has, or was reminded of and is no more."""
        if change.after is None and (person, change.key) in self.reminded:
            return True
        moments = [side.starts_at for side in change.sides if not _is_over(side, at)]
        return change.kind != "hotel" and any(moment and moment <= at + SOON for moment in moments)


def _look(rows: Iterable[ToldPlan], visit_keys: Collection[int], at: datetime) -> _View:
    """Two queries more where anything has another version than is known, and one where something is no more."""
    duties = _duties(visit_keys, at)
    plans = plans_now(visit_keys)
    found = [
        (row, news)
        for row in rows
        if (row.visit_id, row.person_id) in duties and row.visit_id in plans
        for news in plans[row.visit_id].news_to(row.items, row.stay)
    ]
    trails = trails_of(
        _earliest((news.key, news.known) for _row, news in found if news.key != STAY_KEY),
        _earliest((row.visit_id, news.known) for row, news in found if news.key == STAY_KEY),
    )
    changes: defaultdict[_Key, list[Change]] = defaultdict(list)
    for row, news in found:
        mine = (row.visit_id, row.person_id)
        theirs = trails.changes(row.visit_id, news, besides=row.person_id)
        changes[mine] += [change for change in theirs if _is_for(change, duties[mine], at)]
    return _View(duties, plans, changes, _reminded(changes))


def _earliest(known: Iterable[tuple[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for key, number in known:
        found[key] = min(number, found.get(key, number))
    return found


def _duties(visit_keys: Collection[int], at: datetime) -> dict[_Key, _Spans]:
    """From when to when each officer looks after each of the visits, now or later."""
    rows = Assignment.objects.not_over(at).filter(
        visit__in=visit_keys, officer__role=Role.OFFICER, officer__user__is_active=True
    )
    found: defaultdict[_Key, _Spans] = defaultdict(list)
    for visit, person, starts_at, ends_at in rows.values_list(
        "visit_id", "officer__user_id", "starts_at", "ends_at"
    ):
        found[visit, person].append((starts_at, ends_at))
    return dict(found)


def _is_for(change: Change, spans: _Spans, at: datetime) -> bool:
    """Whether it is still ahead or going on, and in the officer's hours, as it was or as it is."""
    sides = change.sides
    is_over = all(_is_over(side, at) for side in sides)
    return not is_over and any(_is_within(side, spans) for side in sides)


def _is_over(side: Version, at: datetime) -> bool:
    return side.over_at is not None and side.over_at <= at


def _is_within(side: Version, spans: _Spans) -> bool:
    starts_at, over_at = side.starts_at, side.over_at
    if starts_at is None or over_at is None:
        return True
    return any(starts_at < end and over_at >= start for start, end in spans)


def _reminded(changes: Mapping[_Key, Iterable[Change]]) -> frozenset[tuple[int, int]]:
    """Of the officers and items that are no more: those of which a reminder went out."""
    lost = {
        (person, change.key)
        for (_visit, person), of_person in changes.items()
        for change in of_person
        if change.after is None
    }
    if not lost:
        return frozenset()
    rows = Notice.objects.filter(
        recipient__in={person for person, _key in lost},
        subject_ref__in=[f"item:{key}" for _person, key in lost],
        state__in=[Notice.State.SENT, Notice.State.SENDING],
    )
    sent = {
        (person, int(ref.partition(":")[2]))
        for person, ref in rows.values_list("recipient_id", "subject_ref")
    }
    return frozenset(lost & sent)


def _fresh(key: _Key, view: _View) -> ToldPlan:
    row = ToldPlan(visit_id=key[0], person_id=key[1])
    _know(row, view.plans.get(key[0]), ())
    return row


def _note(row: ToldPlan, view: _View, at: datetime) -> bool:
    """Know what needs no telling, and set when the rest is told; whether that changed the row."""
    before = [getattr(row, name) for name in _WRITTEN]
    changes = view.changes.get((row.visit_id, row.person_id), ())
    _know(row, view.plans.get(row.visit_id), changes)
    if not changes:
        _rest(row)
    elif (tally := sum(change.number for change in changes)) != row.tally:
        is_urgent = any(view.is_urgent(change, row.person_id, at) for change in changes)
        latest_at = at + (LONGEST_URGENT if is_urgent else LONGEST)
        row.tally, row.is_urgent = tally, is_urgent
        row.quiet_until = at + (URGENT_QUIET if is_urgent else QUIET)
        row.latest_at = min(row.latest_at or latest_at, latest_at)
    return before != [getattr(row, name) for name in _WRITTEN]


def _know(row: ToldPlan, plan: Plan | None, waiting: Collection[Change]) -> None:
    """Take the plan as known, but for what waits to be told."""
    if plan is None:
        return
    held = {change.key for change in waiting}
    now = {str(key): number for key, number in plan.items.items() if key not in plan.deleted | held}
    before = {key: number for key, number in row.items.items() if int(key) in held}
    row.items = now | before
    if STAY_KEY not in held:
        row.stay = plan.stay


def _rest(row: ToldPlan) -> None:
    row.tally, row.is_urgent, row.quiet_until, row.latest_at = 0, False, None, None


def _write(rows: Sequence[ToldPlan]) -> None:
    """Make or change the rows, all in one statement."""
    fields = [
        ToldPlan(**{name: getattr(row, name) for name in ("visit_id", "person_id", *_WRITTEN)})
        for row in rows
    ]
    if fields:
        ToldPlan.objects.bulk_create(
            fields, update_conflicts=True, unique_fields=["visit", "person"], update_fields=_WRITTEN
        )


def _wish(
    person: int, guests: Sequence[tuple[Visit, Sequence[Change]]], is_urgent: bool, at: datetime
) -> outbox.Wish:
    event = guests[0][0].event
    return outbox.Wish(
        recipient_id=person,
        event_id=event.pk,
        kind=KIND,
        dedupe_key=f"{KIND}:{event.pk}:{person}:{uuid4()}",
        payload={
            "event": event.name,
            "zone": event.time_zone,
            "guests": [_guest(visit, changes) for visit, changes in guests],
        },
        is_urgent=is_urgent,
        due_at=at,
        expires_at=_expiry([change for _visit, changes in guests for change in changes], at),
    )


def _guest(visit: Visit, changes: Sequence[Change]) -> dict[str, Any]:
    """What the notice says of one guest, in primitives, in the order of time."""
    ordered = sorted(changes, key=lambda change: (change.kind == ITEM, *_when(change)))
    return {
        "visit_id": visit.pk,
        "guest": visit.guest.called,
        "changes": [
            {"kind": one.kind, "before": _said(one.before), "after": _said(one.after)}
            for one in ordered[:MOST_TOLD]
        ],
        "more": max(len(ordered) - MOST_TOLD, 0),
    }


def _when(change: Change) -> tuple[bool, float, int]:
    moment = change.sides[-1].starts_at
    return moment is None, moment.timestamp() if moment else 0.0, change.key


def _said(side: Version | None) -> dict[str, Any] | None:
    return dict(side.said) if side else None


def _expiry(changes: Iterable[Change], at: datetime) -> datetime:
    """Of use until the last of it is over."""
    ends = [side.over_at or at + _USE_WITHOUT_TIME for change in changes for side in change.sides]
    return max(*ends, at + _LEAST_USE)
