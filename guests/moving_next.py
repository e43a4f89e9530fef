"""Who of an event's guests moves next.

Only guests who move soon are looked at, as long as there are enough of them: ten thousand guests are put in order as
quickly as a few hundred.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db.models import Min
from django.db.models.functions import Coalesce

from events.models import Event
from guests.models import ItineraryItem, Movement

MOVES_AT = Coalesce("leave_by_at", "starts_at")
_AHEAD = timedelta(days=2)


def coming_items(at: datetime) -> Any:
    """What begins within two days."""
    return ItineraryItem.objects.standing().filter(starts_at__gt=at, starts_at__lt=at + _AHEAD)


def next_to_move(event: Event, *, at: datetime, number: int, besides: Collection[int] = ()) -> list[int]:
    """The keys of visits not yet over: by their next item, else their arrival or departure; those with neither last.

    The first `number` are right, and those `besides` are among them all; of the rest some may be left out. At most four
    queries.
    """
    expected = event.visits.exclude(status=Movement.DEPARTED).order_by("rank", "guest__name", "pk")
    until = _when_enough_move(event, at, number)
    if until:
        expected = expected.filter(pk__in={*_moving(event, at, until), *besides})
    stays = {pk: stay for pk, *stay in expected.values_list("pk", "arrives_at", "departs_at")}
    items = coming_items(at).filter(visit__in=list(stays)).order_by().values_list("visit_id")
    next_item = dict(items.annotate(moves_at=Min(MOVES_AT)))
    moves = {
        pk: next_item.get(pk) or min((moment for moment in stay if moment and moment > at), default=None)
        for pk, stay in stays.items()
    }
    return sorted(moves, key=lambda pk: (moves[pk] is None, moves[pk] or at))


def _when_enough_move(event: Event, at: datetime, number: int) -> datetime | None:
    """By what moment so many guests leave for something or begin it; None where too few do to stop there."""
    items = coming_items(at).filter(visit__event=event).exclude(visit__status=Movement.DEPARTED)
    told = items.values_list("visit_id", MOVES_AT)
    to_leave_for = told.filter(leave_by_at__isnull=False).order_by("leave_by_at")
    soonest = told.order_by("starts_at")[: 2 * number].union(to_leave_for[: 2 * number])
    moving = set[int]()
    for visit, moves_at in sorted(soonest, key=itemgetter(1)):
        moving.add(visit)
        if len(moving) == number:
            return moves_at  # type: ignore[no-any-return]
    return None


def _moving(event: Event, at: datetime, until: datetime) -> Iterable[int]:
    """Who leaves for something, begins it, arrives or departs in that time, or should have left already; others' guests, too."""
    items = coming_items(at).order_by()
    coming = event.visits.filter(arrives_at__gt=at, arrives_at__lte=until).order_by()
    going = event.visits.filter(departs_at__gt=at, departs_at__lte=until).order_by()
    begun = items.filter(starts_at__lte=until).values_list("visit_id", flat=True)
    left = items.filter(leave_by_at__lte=until).values_list("visit_id", flat=True)
    return begun.union(left, *(stays.values_list("pk", flat=True) for stays in (coming, going)))  # type: ignore[no-any-return]
