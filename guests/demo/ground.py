"""The forum's places, sessions and cars as they stand in the database, found again by the keys of the demo's tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from events.models import Event, Point, Session, Vehicle, Venue
from guests.demo.sheets import sheet


@dataclass(frozen=True)
class Ground:
    """What somebody has deleted from the demo meanwhile is missing here, and nothing else."""

    venues: Mapping[str, Venue]
    points: Mapping[tuple[int, str], Point]
    sessions: Mapping[str, Session]
    cars: Mapping[str, int]

    @classmethod
    def of(cls, event: Event) -> Self:
        """Four queries."""
        by_name = {venue.name: venue for venue in Venue.objects.filter(event=event)}
        points = Point.objects.filter(venue__event=event)
        return cls(
            venues={
                row["key"]: by_name[row["name"]] for row in sheet("forum/venues") if row["name"] in by_name
            },
            points={(point.venue_id, point.name): point for point in points},
            sessions={session.external_key: session for session in Session.objects.filter(event=event)},
            cars=dict(Vehicle.objects.filter(event=event).values_list("plate", "pk")),
        )

    def point(self, venue: Venue | None, name: str) -> Point | None:
        """The point of that name in the venue."""
        return self.points.get((venue.pk, name)) if venue else None
