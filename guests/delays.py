"""Saying that a guest runs late: what it would do, and doing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from guests.alerting import coordinators_of, officers_of, tell
from guests.changes import know
from guests.hours import Hours, length
from guests.lateness import Clash, Effect, Hit, Move, Ripple, clashes, ripple
from guests.leaving import leaving_for, plan_of
from guests.models import ItineraryItem, LogbookEntry, Visit
from liaison.accounts.models import User
from liaison.wall import openly

LOOK_AHEAD = timedelta(days=1)
LONGEST = timedelta(hours=12)


class PlanChangedError(Exception):
    """What the officer saw is no longer the plan; the message tells them to look again."""


@dataclass(frozen=True, slots=True)
class Delay:
    """An item that is late, by how much, and what follows from it."""

    item: ItineraryItem
    by: timedelta
    ripple: Ripple
    clashes: tuple[Clash, ...]

    @property
    def seen(self) -> str:
        """A digest of what moves from when to when and of what is hit: where any of it differs, it is another delay."""
        moves = [
            (m.item.pk, m.item.starts_at, m.item.ends_at, m.starts_at, m.ends_at) for m in self.ripple.moves
        ]
        hits = [(hit.item.pk, hit.effect.value, hit.by) for hit in self.ripple.hits]
        return sha256(repr((self.item.pk, moves, hits)).encode()).hexdigest()


def may_be_late(visit: Visit, *, at: datetime) -> list[ItineraryItem]:
    """What the guest may be late for, the next thing first, then what goes on now; nothing where nothing is planned."""
    plan = _ahead(plan_of(visit), at)
    coming = [item for item in plan if item.starts_at and item.starts_at > at]
    running = [item for item in plan if item.starts_at and item.starts_at <= at and item.ends_at]
    return coming[:1] + running[-1:]


def foresee(*, visit: Visit, item: ItineraryItem, by: timedelta, at: datetime) -> Delay:
    """What follows if the item is late by that much; writes nothing. Two queries."""
    return _foreseen(visit, plan_of(visit), item, by, at)


def _foreseen(
    visit: Visit, plan: Sequence[ItineraryItem], item: ItineraryItem, by: timedelta, at: datetime
) -> Delay:
    left = {pk: leaving.at for pk, leaving in leaving_for(plan, visit).items() if leaving}
    found = ripple(_ahead(plan, at), item, by, at=at, leave_by=left)
    return Delay(item, by, found, _clashes(visit, found.moves))


def report_delay(
    *, visit: Visit, item_key: int, minutes: int, seen: str, by: User, at: datetime, client_uuid: UUID
) -> None:
    """Note that the item of the visit is late: its times move with their source, the logbook says so, the team is told.

    The same `client_uuid` counts once. Raises PlanChangedError where the plan is no longer what was `seen`
    (`Delay.seen`). Delays of one guest queue on the visit's row.
    """
    with transaction.atomic():
        Visit.objects.select_for_update(no_key=True).get(pk=visit.pk)
        if LogbookEntry.objects.filter(client_uuid=client_uuid).exists():
            return
        plan = plan_of(visit)
        fresh = next((item for item in _ahead(plan, at) if item.pk == item_key), None)
        delay = _foreseen(visit, plan, fresh, timedelta(minutes=minutes), at) if fresh else None
        if delay is None or delay.seen != seen:
            raise PlanChangedError(_("The plan has changed meanwhile. Nothing was sent: look again."))
        for move in delay.ripple.moves:
            _write(move, by, at)
        LogbookEntry.objects.create(
            visit=visit,
            kind=LogbookEntry.Kind.LATE,
            text=_("%(length)s late: %(what)s") % {"length": length(delay.by), "what": delay.item.title},
            author=by,
            happened_at=at,
            client_uuid=client_uuid,
        )
        _tell_the_team(visit, delay, by, at, str(client_uuid))


def _ahead(plan: Iterable[ItineraryItem], at: datetime) -> list[ItineraryItem]:
    """Of the guest's plan what goes on now, up to a day ahead."""
    soon = [item for item in plan if item.starts_at and item.starts_at < at + LOOK_AHEAD]
    return [item for item in soon if (item.ends_at or item.starts_at or at) > at]


def _clashes(visit: Visit, moves: Sequence[Move]) -> tuple[Clash, ...]:
    cars = {move.item.vehicle_id for move in moves} - {None}
    drivers = {driver.pk for move in moves if (driver := move.item.car_driver)}
    if not cars and not drivers:
        return ()
    needs = Q(vehicle__in=cars) | Q(driver__in=drivers) | Q(driver=None, vehicle__driver__in=drivers)
    ready_at = max(move.ready_at for move in moves) + timedelta(hours=1)
    starts_at = min(move.item.starts_at for move in moves if move.item.starts_at)
    others = ItineraryItem.objects.standing().filter(needs, visit__event=visit.event_id).exclude(visit=visit)
    near = others.filter(starts_at__gt=starts_at - LONGEST, starts_at__lt=ready_at + LONGEST)
    with openly():  # the car is needed by guests of others, too; who they are is said to who may see them
        return clashes(moves, near.select_related("visit__guest", "vehicle").order_by("starts_at", "pk"))


def _write(move: Move, by: User, at: datetime) -> None:
    """The item's new times with who gave them and when; times that somebody estimates are approximate."""
    ItineraryItem.objects.filter(pk=move.item.pk).update(
        starts_at=move.starts_at,
        ends_at=move.ends_at,
        leave_by_at=move.leave_by_at,
        precision=Visit.Precision.APPROXIMATE,
        estimate_by=by.name[:200],
        estimate_at=at,
        sequence=F("sequence") + 1,
        updated_at=at,
    )


def _tell_the_team(visit: Visit, delay: Delay, by: User, at: datetime, key: str) -> None:
    """Coordinators read whose car is touched; an officer may not know that guest and reads “another guest”."""
    said = _payload(delay, by)
    hidden = [car | {"guest": ""} for car in said["cars"]]
    coordinators = coordinators_of(visit, besides=by)
    officers = officers_of(visit, at=at, besides=by) - coordinators
    tell(coordinators, kind="late", key=key, visit=visit, payload=said, at=at)
    tell(officers, kind="late", key=key, visit=visit, payload=said | {"cars": hidden}, at=at)
    know(visit, [move.item.pk for move in delay.ripple.moves], people=coordinators | officers)
    _tell_who_shares(delay, coordinators | officers, by, at, key)


def _tell_who_shares(delay: Delay, knowing: set[int], by: User, at: datetime, key: str) -> None:
    """The officers of the guests whose car is kept learn of their own guest's car, and not whom it waits for."""
    for clash in delay.clashes:
        visit = clash.item.visit
        said = {
            "car": car_of(clash),
            "title": clash.item.title,
            "needed_at": clash.item.moves_at.isoformat() if clash.item.moves_at else "",
            "free_at": clash.move.ready_at.isoformat(),
            "together": clash.together,
            "minutes": _minutes(delay.by),
        }
        people = officers_of(visit, at=at, besides=by) - knowing
        tell(people, kind="car_late", key=f"{key}:{clash.item.pk}", visit=visit, payload=said, at=at)


def _payload(delay: Delay, by: User) -> dict[str, Any]:
    """What the notice says, in primitives: it is worded when it is sent, in the language of whoever reads it."""
    hits = [
        {"title": hit.item.title, "effect": hit.effect.value, "minutes": _minutes(hit.by)}
        for hit in delay.ripple.hits
    ]
    cars = [
        {"car": car_of(clash), "guest": clash.item.visit.guest.called, "together": clash.together}
        for clash in delay.clashes
    ]
    first = delay.ripple.moves[0] if delay.ripple.moves else None
    return {
        "title": delay.item.title,
        "minutes": _minutes(delay.by),
        "starts_at": first.starts_at.isoformat() if first else "",
        "ends_at": first.ends_at.isoformat() if first and first.ends_at else "",
        "leave_by_at": first.leave_by_at.isoformat() if first and first.leave_by_at else "",
        "along": [
            {"title": move.item.title, "starts_at": move.starts_at.isoformat()}
            for move in delay.ripple.moves[1:]
        ],
        "hits": hits,
        "cars": cars,
        "by": by.name,
    }


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds()) // 60


def car_of(clash: Clash) -> str:
    """The plate of the car that is kept, else who drives."""
    item = clash.move.item
    return item.vehicle.plate if item.vehicle else str(item.car_driver)


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that follows, as the officer reads it: an icon and a tone with words."""

    title: str
    said: str
    icon: str
    tone: str


def consequences(delay: Delay, hours: Hours, *, reader: User) -> tuple[Consequence, ...]:
    """What follows, worded for a reader: other guests by name only where the reader may see them. A query for names."""
    touched = {clash.item.visit_id for clash in delay.clashes}
    seen = Visit.objects.visible_to(reader, at=hours.at).filter(pk__in=touched)
    known = set(seen.values_list("pk", flat=True)) if touched else set()
    return (
        *(_moving(move, hours) for move in delay.ripple.moves),
        *(_hit(hit) for hit in delay.ripple.hits),
        *(_clash(clash, hours, is_known=clash.item.visit_id in known) for clash in delay.clashes),
    )


def _moving(move: Move, hours: Hours) -> Consequence:
    before, after = (
        _span(move.item.starts_at, move.item.ends_at, hours),
        _span(move.starts_at, move.ends_at, hours),
    )
    return Consequence(move.item.title, f"{before} → {after}", "clock", "")


def _span(starts_at: datetime | None, ends_at: datetime | None, hours: Hours) -> str:
    return hours.span(starts_at, ends_at) if starts_at else ""


def _hit(hit: Hit) -> Consequence:
    said, icon, tone = {
        Effect.TIGHT: (_("tight: %(length)s less than needed"), "clock", "amber"),
        Effect.LATE: (_("has begun: %(length)s late"), "alert", "amber"),
        Effect.MISSED: (_("missed"), "alert", "red"),
    }[hit.effect]
    return Consequence(hit.item.title, said % {"length": length(hit.by)}, icon, tone)


def _clash(clash: Clash, hours: Hours, *, is_known: bool) -> Consequence:
    who = clash.item.visit.guest.called if is_known else _("another guest")
    needed = clash.item.moves_at
    said = {"who": who, "time": hours.say(needed) if needed else ""}
    words = _("%(who)s rides along at %(time)s") if clash.together else _("%(who)s needs it at %(time)s")
    return Consequence(car_of(clash), words % said, "car", "amber")
