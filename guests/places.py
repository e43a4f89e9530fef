"""Where something is, in words that may stand in a mail."""

from typing import Any

from events.models import Point, Venue


def place_of(item: Any) -> str:
    """Venue and point of an item, or of a row of its history; of a room in a hotel, which may be the guest's own, only the hotel."""
    point = item.point
    venue = item.venue or (point.venue if point else None)
    if venue is None or point is None:
        return venue.name if venue else ""
    may_be_own = venue.kind == Venue.Kind.HOTEL and point.kind == Point.Kind.ROOM
    return venue.name if may_be_own else f"{venue.name}, {point.name}"
