"""Where the guest is: an officer's tap, and taking it back."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Venue
from guests.models import ItineraryItem, LogbookEntry, Movement, Visit
from guests.reminders import plan_key
from liaison.accounts.models import User
from liaison.notices.acknowledging import acknowledge_plan

UNDO_FOR = timedelta(minutes=10)

_USUALLY_NEXT = {
    Movement.LANDED: Movement.IN_CAR,
    Movement.LOUNGE: Movement.IN_CAR,
    Movement.AT_HOTEL: Movement.IN_CAR,
    Movement.AT_VENUE: Movement.IN_CAR,
}
_WHERE_CARS_GO = {Venue.Kind.HOTEL.value: Movement.AT_HOTEL, Venue.Kind.AIRPORT.value: Movement.DEPARTED}


class Planned(Protocol):
    """What there is to know of an item to tell how the guest comes."""

    kind: str
    starts_at: Any


class CannotTakeBackError(Exception):
    """A movement can no longer be taken back; the message tells the officer why."""


def likely_next(
    status: str, *, used: Collection[str], comes_by_air: bool, towards: str = ""
) -> Movement | None:
    """What the guest usually does after this, of what the event uses; nothing where that leads nowhere new.

    `towards` is the kind of venue they are being driven to. Who does not come by air is not asked to land.
    """
    passed = {status}
    while (step := _next(status, comes_by_air, towards)) and step not in passed:
        if step in used:
            return step
        passed.add(step)
        status = step
    return None


def comes_by_air(plan: Iterable[Planned]) -> bool:
    """Whether the first thing of the plan is a flight: a later one takes the guest away."""
    first = min(plan, key=lambda item: item.starts_at, default=None)
    return first is not None and first.kind == ItineraryItem.Kind.FLIGHT


def _next(status: str, by_air: bool, towards: str) -> Movement | None:
    if status in {Movement.EXPECTED, Movement.EN_ROUTE} and by_air:
        return Movement.LANDED
    if status == Movement.EXPECTED:
        return Movement.EN_ROUTE
    if status in {Movement.EN_ROUTE, Movement.IN_CAR}:
        return _WHERE_CARS_GO.get(towards, Movement.AT_VENUE)
    return _USUALLY_NEXT.get(Movement(status))


def note_movement(*, visit: Visit, status: Movement, by: User, at: datetime, client_uuid: UUID) -> None:
    """Note on the visit and in the logbook where the guest is since `at`; the same `client_uuid` counts once.

    Taps on one visit queue on its row, so that the last one in the logbook is the one on the visit. Whoever taps has
    answered the reminders they were sent about that guest.
    """
    with transaction.atomic():
        locked = Visit.objects.select_for_update(no_key=True).get(pk=visit.pk)
        _entry, is_new = LogbookEntry.objects.get_or_create(
            client_uuid=client_uuid,
            defaults={
                "visit": locked,
                "kind": LogbookEntry.Kind.STATUS,
                "status": status,
                "author": by,
                "happened_at": at,
            },
        )
        if is_new:
            locked.move_to(status, at=at)
            acknowledge_plan(plan_key=plan_key(locked.pk), by=by, at=at)


def take_back_movement(*, visit: Visit, by: User, at: datetime, client_uuid: UUID) -> None:
    """Put the guest back to where they were before `by`'s last tap; the same `client_uuid` counts once.

    The logbook keeps the tap and that it was taken back. Raises CannotTakeBackError where somebody has moved the
    guest since, or the tap is older than UNDO_FOR.
    """
    with transaction.atomic():
        locked = Visit.objects.select_for_update(no_key=True).get(pk=visit.pk)
        if LogbookEntry.objects.filter(client_uuid=client_uuid).exists():
            return
        _require_fresh_tap(locked, by, at)
        status, status_at = _before_the_tap(locked)
        locked.move_to(status, at=status_at)
        LogbookEntry.objects.create(
            visit=locked,
            kind=LogbookEntry.Kind.UNDO,
            status=status,
            author=by,
            happened_at=at,
            client_uuid=client_uuid,
        )


def _require_fresh_tap(visit: Visit, by: User, at: datetime) -> None:
    """Refuse unless the visit stands where `by` has just put it."""
    taps = LogbookEntry.objects.filter(visit=visit, kind=LogbookEntry.Kind.STATUS, author=by)
    since = visit.status_at
    tap = taps.filter(status=visit.status, happened_at=since).first() if since else None
    if tap is None:
        raise CannotTakeBackError(_("Where the guest is has been changed since. Nothing was taken back."))
    if at - tap.happened_at > UNDO_FOR:
        minutes = int(UNDO_FOR.total_seconds()) // 60
        raise CannotTakeBackError(
            _("Only the last %(minutes)d minutes can be taken back. Set where the guest is instead.")
            % {"minutes": minutes}
        )


def _before_the_tap(visit: Visit) -> tuple[Movement, datetime | None]:
    """Where the guest was until the present status: from the history, which knows of other people's changes too."""
    history = visit.events.exclude(status=visit.status, status_at=visit.status_at)  # type: ignore[attr-defined]
    before = history.order_by("-pgh_id").values_list("status", "status_at").first()
    return (Movement(before[0]), before[1]) if before else (Movement.EXPECTED, None)
