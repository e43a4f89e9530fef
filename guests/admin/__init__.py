"""The desk's pages about guests, one module for each of the coordinator's tasks."""

from guests.admin import (
    assignments,
    exports,
    feeds,
    guest_lists,
    handovers,
    incidents,
    itinerary,
    logs,
    paper,
    people,
    private,
    proposals,
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
    "handovers",
    "incidents",
    "itinerary",
    "logs",
    "paper",
    "people",
    "private",
    "proposals",
    "protocol",
    "requests",
    "rosters",
    "visits",
]
