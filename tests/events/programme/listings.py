"""Programmes in tests: listings made by hand, and files of each kind."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from events.models import Event, ProgrammeFile, Session
from events.programme.applying import apply_programme
from events.programme.diffing import Diff, diff_of
from events.programme.listed import Kind, ListedSession, Listing
from events.programme.stored import stored_at
from guests.models import ItineraryItem, Visit
from liaison.accounts.models import User
from tests.factories import NOW, make_item, make_user

HOUR = timedelta(hours=1)
HEADINGS = ["Key", "Title", "Start", "End", "Venue", "Room"]


def row(
    title: str = "Plenary", key: str = "", hours: float = 1, lasts: float = 1, **fields: Any
) -> ListedSession:
    """A session that starts so many hours after NOW."""
    starts_at = NOW + hours * HOUR
    given: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": starts_at + lasts * HOUR,
        "place": key or title,
    }
    return ListedSession(key=key, title=title, **given | fields)


def listing(*rows: ListedSession, kind: Kind = Kind.TABLE) -> Listing:
    return Listing(kind, rows)


def filed(event: Event, by: User | None = None) -> ProgrammeFile:
    """A file whose content the test gives as a listing."""
    by = by or make_user()
    return ProgrammeFile.objects.create(
        event=event, filename="programme.csv", uploaded_by=by, uploaded_at=NOW
    )


def applied(event: Event, *rows: ListedSession, kind: Kind = Kind.TABLE, **wishes: Any) -> ProgrammeFile:
    wishes.setdefault("at", NOW)
    return apply_programme(programme_file=filed(event), listing=listing(*rows, kind=kind), **wishes)


def diff_for(event: Event, *rows: ListedSession, kind: Kind = Kind.TABLE) -> Diff:
    return diff_of(listing(*rows, kind=kind), stored_at(event), event.time_zone)


def everything(event: Event) -> list[tuple[Any, ...]]:
    """All that stands in the programme, its places included."""
    columns = ("title", "starts_at", "ends_at", "part", "venue__name", "point__name", "dress", "audience", "state",
               "external_key", "sequence")  # fmt: skip
    return [*Session.objects.filter(event=event).order_by("pk").values_list("pk", *columns),
            *event.venues.order_by("pk").values_list("pk", "name", "points__name")]  # fmt: skip


def follower(visit: Visit, session: Session, **fields: Any) -> ItineraryItem:
    """An itinerary item at the session's own times and place."""
    given: dict[str, Any] = {
        "title": session.title, "session": session, "starts_at": session.starts_at, "ends_at": session.ends_at,
        "venue": session.venue, "point": session.point,
    }  # fmt: skip
    return make_item(visit, **given | fields)


def table(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    return [HEADINGS, *(list(cells) for cells in rows)]


def local(moment: datetime) -> str:
    """A moment as a cell has it, with its offset."""
    return moment.isoformat()
