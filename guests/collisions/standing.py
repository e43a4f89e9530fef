"""The collisions that stand among an event's duties now, whoever meant them and whoever did not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from events.models import Event, Membership
from guests.collisions.days import on_the_way
from guests.collisions.leads import between, impossible
from guests.collisions.load import overloads
from guests.collisions.picture import Picture
from guests.collisions.vocabulary import Collision, Kind
from guests.duties import Duty, overlap
from guests.models import Assignment


@dataclass(frozen=True, slots=True)
class Standing:
    """A collision of an assignment that stands, by keys. `is_meant` where the assignment says why it is so.

    `since` as in `Collision`; from `starts_at` to `ends_at`, within the duty, it holds or more may follow.
    """

    assignment: int
    officer: int
    visit: int
    kind: Kind
    sentence: str
    is_meant: bool
    since: datetime | None
    starts_at: datetime
    ends_at: datetime


def standing_collisions(events: Iterable[Event], *, at: datetime) -> dict[int, list[Standing]]:
    """What speaks against the events' duties that are not over, by event; five queries, however many of either.

    Each officer's duties are judged as if given one after the other, those with a reason last: two that cannot go
    together are one collision, and it is that of the duty whose giver said why.
    """
    found: dict[int, list[Standing]] = {event.pk: [] for event in events}
    for row, collision in _judged(Assignment.objects.filter(visit__event__in=found), at):
        found[row.visit.event_id].append(_standing(row, collision))
    return found


def standing_of(officers: Collection[int] | QuerySet[Any, Any], *, at: datetime) -> list[Standing]:
    """The same of these officers only, for a page that shows some: as fresh as can be, and as quick in a big event."""
    rows = Assignment.objects.filter(officer__in=officers)
    return [_standing(row, collision) for row, collision in _judged(rows, at)]


def _judged(duties: Any, at: datetime) -> Iterator[tuple[Assignment, Collision]]:
    rows = duties.not_over(at).select_related("officer__user", "visit__guest", "visit__event").order_by("pk")
    by_officer: defaultdict[Membership, list[Assignment]] = defaultdict(list)
    for row in rows:
        by_officer[row.officer].append(row)
    visits = {row.visit_id for held in by_officer.values() for row in held}
    picture = Picture.of_days(list(by_officer), visits, at=at)
    for officer, held in by_officer.items():
        yield from _between_duties(picture, officer, held, at)


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
        row.pk, row.officer_id, row.visit_id, collision.kind, collision.sentence, is_meant, collision.since,
        starts_at=max(collision.since or row.starts_at, row.starts_at),
        ends_at=min(collision.until or row.ends_at, row.ends_at),
    )  # fmt: skip
