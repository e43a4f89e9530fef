"""The desk's pages about guests, one module for each of the coordinator's tasks."""

from guests.admin import (
    assignments,
    exports,
    feeds,
    guest_lists,
    itinerary,
    logs,
    paper,
    people,
    private,
    protocol,
    requests,
    rosters,
    visits,
)

__all__ = [
    "assignments",
    "exports",
    "feeds",
    "guest_lists",
    "itinerary",
    "logs",
    "paper",
    "people",
    "private",
    "protocol",
    "requests",
    "rosters",
    "visits",
]
