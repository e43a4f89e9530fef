"""The collisions that stand among an event's duties now, whoever meant them and whoever did not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.core.cache import cache
from django.utils.translation import get_language

from events.models import Event, Membership, Shift, Venue
from guests.collisions.days import on_the_way
from guests.collisions.leads import between, impossible
from guests.collisions.load import overloads
from guests.collisions.picture import Picture
from guests.collisions.vocabulary import Collision, Kind
from guests.duties import Duty, overlap
from guests.models import Assignment, Guest, ItineraryItem, Visit
from liaison.history import Fingerprint, Watch

KEPT_FOR_S = 300
"""How long a judgement is kept where nothing was written: collisions pass by themselves, and slowly."""

# Where a guest is does not speak against a duty, and is tapped all day: judging a big event takes seconds.
_STAYS = Fingerprint(Visit, of="event_id", but_for=("status", "status_at", "updated_at"))
_WATCH = Watch(Assignment, ItineraryItem, Guest, Venue, Membership, Shift, Event, prints=[_STAYS])


class Standing(NamedTuple):  # which the cache reads several times as fast as a dataclass
    """A collision of an assignment that stands, by keys. `is_meant` where the assignment says why it is so.

    From `since` until `until` as in `Collision`.
    """

    assignment: int
    officer: int
    visit: int
    kind: Kind
    sentence: str
    is_meant: bool
    since: datetime | None = None
    until: datetime | None = None


def standing_collisions(events: Iterable[Event], *, at: datetime) -> dict[int, list[Standing]]:
    """What speaks against the events' duties that are not over, by event; five queries, however many of either.

    Each officer's duties are judged as if given one after the other, those with a reason last: two that cannot go
    together are one collision, and it is that of the duty whose giver said why.
    """
    found: dict[int, list[Standing]] = {event.pk: [] for event in events}
    rows = (
        Assignment.objects.not_over(at)
        .filter(visit__event__in=found)
        .select_related("officer__user", "visit__guest", "visit__event")
        .order_by("pk")
    )
    by_officer: defaultdict[Membership, list[Assignment]] = defaultdict(list)
    for row in rows:
        by_officer[row.officer].append(row)
    visits = {row.visit_id for held in by_officer.values() for row in held}
    picture = Picture.of_days(list(by_officer), visits, at=at)
    for officer, held in by_officer.items():
        for row, collision in _between_duties(picture, officer, held, at):
            found[row.visit.event_id].append(_standing(row, collision))
    return found


def kept_collisions(events: Iterable[Event], *, at: datetime) -> dict[int, list[Standing]]:
    """The same from the cache, for pages that are opened all day: one query while nothing that counts was written.

    What is kept may be five minutes behind the clock and behind the languages of the team, which have no history.
    """
    slot = int(at.timestamp()) // KEPT_FOR_S
    found = list(events)
    now = f"{_WATCH.state([event.pk for event in found])}-{slot}-{get_language()}"
    keys = {event: f"standing-{event.pk}-{now}" for event in found}
    kept = {event.pk: cache.get(key) for event, key in keys.items()}
    missing = [event for event in keys if kept[event.pk] is None]
    if missing:
        fresh = standing_collisions(missing, at=at)
        for event in missing:
            cache.set(keys[event], fresh[event.pk], KEPT_FOR_S)
        kept |= fresh
    return {pk: found or [] for pk, found in kept.items()}


def _between_duties(
    picture: Picture, officer: Membership, rows: Sequence[Assignment], at: datetime
) -> Iterator[tuple[Assignment, Collision]]:
    """What each of the officer's duties has against itself and against those before it."""
    rows = sorted(rows, key=lambda row: bool(row.override_reason))
    duties = [Duty(row.visit, row.starts_at, row.ends_at) for row in rows]
    for place, (row, duty) in enumerate(zip(rows, duties, strict=True)):
        if clash := impossible(duty, officer):
            yield row, clash
            continue
        twice = [other for other in rows[:place] if other.visit_id == row.visit_id and overlap(duty, other)]
        if clash := between(duty, officer, row.role, twice):
            yield row, clash
        before = duties[:place]
        for clash in (
            *overloads([duty], officer, before, at),
            *on_the_way(picture, [duty], officer, before, at),
        ):
            yield row, clash


def _standing(row: Assignment, collision: Collision) -> Standing:
    is_meant = collision.can_be_meant and bool(row.override_reason)
    return Standing(
        row.pk, row.officer_id, row.visit_id, collision.kind, collision.sentence, is_meant,
        collision.since, collision.until,
    )  # fmt: skip
