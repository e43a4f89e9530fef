"""What the database has of an event's programme, as far as a file can compare with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from django.db.models import Count, F, Q

from events.models import Event, Point, Session, SessionAsListed, Venue
from liaison.sheets.comparing import same

if TYPE_CHECKING:
    from django.db.models import QuerySet

Value: TypeAlias = str | datetime
PLACES = ("venue", "point")
TIMES = ("starts_at", "ends_at")
KEYS = ("title", *TIMES, "part", *PLACES, "dress", "audience", "state")
STANDING = ("tentative", "confirmed")  # of an item; one cancelled with its session would stand again with it


@dataclass(frozen=True)
class StoredSession:
    """A session with the values a file may change, and what files have said of it until now (None: nothing).

    `following` guests have an itinerary item that moves with the session; for `staying` ones a person set other times.
    `is_in_use`: some itinerary item is for it, in whatever state.
    """

    session_id: int
    key: str
    values: Mapping[str, Value]
    listed: Mapping[str, str] | None = None
    said: str = ""
    sequence: int = 0
    following: int = 0
    staying: int = 0
    is_in_use: bool = False

    @property
    def face(self) -> Mapping[str, str]:
        """The session as files know it; as it is stored where none ever named it."""
        return {key: as_listed(key, value) for key, value in self.values.items()} | dict(self.listed or {})


@dataclass(frozen=True)
class Stored:
    """The event's sessions; its venues by compared name; its points by the compared names of venue and point."""

    sessions: tuple[StoredSession, ...]
    venues: Mapping[str, str]
    points: Mapping[tuple[str, str], str]


def as_listed(key: str, value: Value) -> str:
    """The value as it is kept to tell a later file's change from a person's; names of places as they are compared."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return same(value) if key in PLACES else value


def values_of(session: Session) -> dict[str, Value]:
    """The values under the keys a file uses; needs venue and point loaded."""
    venue = session.venue or (session.point.venue if session.point else None)
    values: dict[str, Value] = {key: getattr(session, key) for key in KEYS if key not in PLACES}
    return values | {
        "venue": venue.name if venue else "",
        "point": session.point.name if session.point else "",
    }


def stored_at(event: Event, *, lock: bool = False) -> Stored:
    """What is stored now, in five queries; the sessions held until the transaction's end where they are locked."""
    rows = Session.objects.filter(event=event).select_related("venue", "point__venue").order_by("pk")
    follows = followed(Session.objects.filter(event=event))
    listed = {one.session_id: one for one in SessionAsListed.objects.filter(session__event=event)}
    return Stored(
        sessions=tuple(
            _stored(session, listed.get(session.pk), follows.get(session.pk, {}))
            for session in (rows.select_for_update(of=("self",)) if lock else rows)
        ),
        venues={
            same(name): name for name in Venue.objects.filter(event=event).values_list("name", flat=True)
        },
        points={
            (same(venue), same(name)): name
            for venue, name in Point.objects.filter(venue__event=event).values_list("venue__name", "name")
        },
    )


def _stored(session: Session, listed: SessionAsListed | None, follows: Mapping[str, int]) -> StoredSession:
    return StoredSession(
        session_id=session.pk,
        key=session.external_key,
        values=values_of(session),
        listed=listed.values if listed else None,
        said=listed.said if listed else "",
        sequence=listed.sequence if listed else 0,
        following=follows.get("following", 0),
        staying=follows.get("staying", 0),
        is_in_use=bool(follows.get("used", 0)),
    )


def followed(sessions: "QuerySet[Session]") -> dict[int, dict[str, int]]:
    """How many guests' itineraries follow each of the sessions. The relation is known by its name: no import runs upwards."""
    open_end = Q(items__ends_at=F("ends_at")) | Q(items__ends_at=None)
    follows = Q(items__starts_at=F("starts_at")) & open_end
    stands = Q(items__state__in=STANDING) | Q(items__state_before__in=STANDING)
    counted = (
        sessions.order_by()
        .values("pk")
        .annotate(
            used=Count("items"),
            following=Count("items__visit", distinct=True, filter=follows & stands),
            standing=Count("items__visit", distinct=True, filter=stands),
        )
    )
    return {
        row["pk"]: {
            "used": row["used"], "following": row["following"], "staying": row["standing"] - row["following"],
        }
        for row in counted
    }  # fmt: skip
