"""Where a row's session is: venues and rooms by name, those of the event and those the file brings along."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from events.programme.listed import ListedSession, Message
from events.programme.stored import Stored
from liaison.sheets.comparing import same
from liaison.sheets.severity import Severity


@dataclass(frozen=True)
class Place:
    venue: str = ""
    point: str = ""
    message: Message | None = None


class Places:
    """The names of one file against one event; the stored spelling, else the first one met.

    A room named alone is the one room of that name; else a venue of that name; else it is in the only venue there is;
    else it is a venue of its own. Whole files are judged alike: the order of their rows does not matter.
    """

    def __init__(self, stored: Stored, rows: Iterable[ListedSession]) -> None:
        self._venues = dict(stored.venues)
        self._points = dict(stored.points)
        for row in rows:
            if row.venue:
                self._venues.setdefault(same(row.venue), row.venue)
                if row.point:
                    self._points.setdefault((same(row.venue), same(row.point)), row.point)
        self._only = next(iter(self._venues)) if len(self._venues) == 1 else ""
        self._venues_of: dict[str, list[str]] = {}
        for venue, point in self._points:
            self._venues_of.setdefault(point, []).append(venue)

    def of(self, row: ListedSession) -> Place:
        if not row.point:
            return Place(self._venues[same(row.venue)]) if row.venue else Place()
        point = same(row.point)
        if row.venue:
            venue = same(row.venue)
            return Place(self._venues[venue], self._points[venue, point])
        venues = self._venues_of.get(point, [])
        if len(venues) > 1:
            text = _("There are several rooms “%(name)s”; write the venue beside it. No room is taken over.")
            return Place(message=Message(Severity.WARNING, "point", text % {"name": row.point}))
        if venues:
            return Place(self._venues[venues[0]], self._points[venues[0], point])
        if point in self._venues or not self._only:
            return Place(self._venues.setdefault(point, row.point))
        return Place(self._venues[self._only], self._points.setdefault((self._only, point), row.point))
