"""What a file says of the programme: primitives, whatever the kind of the file."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from liaison.sheets.severity import Severity


class Kind(StrEnum):
    """How a programme is written down, recognised by content and not by name."""

    TABLE = "table"
    SCHEDULE = "schedule"
    CALENDAR = "calendar"


@dataclass(frozen=True)
class Facts:
    """What of the event the meaning of a file depends on."""

    time_zone: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Message:
    """Something to say in the reader's language; `field` is a field of the session, empty for all of it."""

    severity: Severity
    field: str
    text: str


@dataclass(frozen=True)
class ListedSession:
    """A session as the file has it, times in UTC.

    `place` says where in the file it stands (a row's number, the source's own identifier). An empty text says nothing
    and never empties what is stored. A session with a message of severity ERROR is not written.
    """

    place: str
    key: str
    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    part: str = ""
    venue: str = ""
    point: str = ""
    dress: str = ""
    audience: str = ""
    is_cancelled: bool = False
    sequence: int = 0
    messages: tuple[Message, ...] = ()

    @property
    def severity(self) -> Severity:
        return max((message.severity for message in self.messages), default=Severity.OK)


@dataclass(frozen=True)
class Listing:
    """All that the file lists, in its order, and what there is to say about the file as a whole."""

    kind: Kind
    sessions: tuple[ListedSession, ...]
    messages: tuple[Message, ...] = ()
