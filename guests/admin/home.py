"""The desk's first page: for each event, what needs a person now, in order, each number leading to its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from events.admin.filters import EVENT_PARAMETER
from events.models import Event
from guests.admin.filters import events_at
from guests.attention import Heap, heaps


@dataclass(frozen=True)
class Card:
    """A number of rows that wait, and where they are."""

    title: str
    number: int
    address: str
    is_urgent: bool


@dataclass(frozen=True)
class Board:
    """An event with its cards: what needs a person now, and what is good to know."""

    event: Event
    cards: list[Card]

    @property
    def waiting(self) -> list[Card]:
        """What needs a person now."""
        return [card for card in self.cards if card.is_urgent]

    @property
    def quiet(self) -> list[Card]:
        """What needs nobody."""
        return [card for card in self.cards if not card.is_urgent]


def with_what_waits(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The first page's context, with a board for each event the person runs; as many queries for many as for one."""
    return context | {"boards": boards(events_at(request), at=timezone.now())}


def boards(events: Sequence[Event], *, at: datetime) -> list[Board]:
    """What waits at each of the events, in the order in which it needs a person."""
    found = heaps(events, at=at)
    return [Board(event, [_card(heap, event) for heap in found]) for event in events]


def _card(heap: Heap, event: Event) -> Card:
    number = heap.counted.get(event.pk, 0)
    asked = urlencode({**heap.asked, EVENT_PARAMETER: str(event.pk)})
    address = f"{reverse(f'admin:{heap.table}_changelist')}?{asked}"
    return Card(str(heap.title), number, address, heap.needs_somebody and number > 0)
