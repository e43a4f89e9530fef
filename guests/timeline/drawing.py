"""One page of a timeline: the rows that answer to what was asked, and how much trouble there is in all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from events.models import Event
from guests.models import Delegation, Visit
from guests.timeline.asking import Asked, Down, answering
from guests.timeline.axis import Axis, Extent, Tick
from guests.timeline.facts import Facts
from guests.timeline.rows import Row, guest_row, officer_row
from guests.timeline.whole import Whole

ROWS = {Down.OFFICERS: 25, Down.GUESTS: 40}
"""How many rows a page has, by what is down: an officer's row is as high as the guests they have at one time."""

MOST_DELEGATIONS = 250
"""Among more than that nobody chooses: the search finds them by name, and the page stays as light as it is."""


@dataclass(frozen=True)
class Timeline:
    """One page of rows under their hours.

    `total` counts the rows that answer; `collisions` those nobody meant, and `unled` the guests with a gap, of the whole
    event as far as the axis goes, whatever was asked.
    """

    axis: Axis
    ticks: tuple[Tick, ...]
    now: Extent | None
    days: tuple[date, ...]
    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    collisions: int
    unled: int
    delegations: tuple[tuple[int, str], ...]


def draw(event: Event, asked: Asked, *, at: datetime) -> Timeline:
    """The page that was asked for, as of `at`; as many queries for any number of guests and officers.

    The rows are as of now; `collisions` and `unled` may be five minutes behind the clock.
    """
    whole = Whole.of(event, at=at)
    first, last = whole.days
    axis = Axis(asked.day or first, asked.day or last, event.time_zone)
    keys = answering(event, asked, whole, axis, at).values_list("pk", flat=True)
    page = Paginator(keys, ROWS[asked.down]).get_page(asked.page)
    return Timeline(
        axis=axis,
        ticks=tuple(axis.ticks()),
        now=axis.moment(at),
        days=tuple(Axis(first, last, event.time_zone).days),
        rows=tuple(_rows(event, axis, asked.down, list(page.object_list), at)),
        total=page.paginator.count,
        page=page.number,
        pages=page.paginator.num_pages,
        collisions=len(whole.trouble(axis)),
        unled=len(whole.unled(axis, at)),
        delegations=_delegations(event, asked.delegation),
    )


def _rows(event: Event, axis: Axis, down: Down, keys: Sequence[int], at: datetime) -> list[Row]:
    """Those of the keys that are still there."""
    if down is Down.OFFICERS:
        facts = Facts.of_officers(event, keys, at=at)
        return [officer_row(facts, axis, key) for key in keys if key in facts.officers]
    facts = Facts.of_guests(event, keys, at=at)
    return [guest_row(facts, axis, key, at) for key in keys if key in facts.visits]


def _delegations(event: Event, chosen: int | None) -> tuple[tuple[int, str], ...]:
    """Those with somebody at the event, by name; of too many the chosen one alone, so that it can be undone."""
    there = Visit.objects.filter(event=event, delegation=OuterRef("pk"))
    named = Delegation.objects.filter(Exists(there)).order_by(Lower("name"), "pk").values_list("pk", "name")
    offered = tuple(named[: MOST_DELEGATIONS + 1])
    return offered if len(offered) <= MOST_DELEGATIONS else tuple(named.filter(pk=chosen) if chosen else ())
