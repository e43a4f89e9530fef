"""The desk's pages about guests, one module for each of the coordinator's tasks."""

from guests.admin import (
    assignments,
    guest_lists,
    handovers,
    incidents,
    itinerary,
    logs,
    paper,
    people,
    private,
    protocol,
    requests,
    visits,
)

__all__ = [
    "assignments",
    "guest_lists",
    "handovers",
    "incidents",
    "itinerary",
    "logs",
    "paper",
    "people",
    "private",
    "protocol",
    "requests",
    "visits",
]
