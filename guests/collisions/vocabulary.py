"""The words for what speaks against a duty."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from guests.models import Visit


class Severity(Enum):
    """Whether a reason may override it."""

    WALL = "wall"
    WARNING = "warning"


class Kind(Enum):
    """What can speak against a duty."""

    WRONG_OFFICER = "wrong officer"
    REVERSED = "reversed span"
    REPEATED = "repeated"
    SECOND_LEAD = "second lead"
    TWO_PLACES = "two places at once"
    TRAVEL = "too little time on the road"
    OVERLOAD = "too many guests"
    SHIFT = "past the shift"
    REST = "too little rest"
    LANGUAGE = "no shared language"

    @property
    def severity(self) -> Severity:
        """People sometimes mean an overlap; nobody means two leads."""
        walls = {Kind.WRONG_OFFICER, Kind.REVERSED, Kind.REPEATED, Kind.SECOND_LEAD}
        return Severity.WALL if self in walls else Severity.WARNING


@dataclass(frozen=True)
class Collision:
    """One thing that speaks against a duty, in a sentence that names guest, officer and span.

    It holds from `since` until `until`: None at the start for the whole duty, at the end where more may follow, since
    of many only the first is said.
    """

    visit: Visit
    kind: Kind
    sentence: str
    since: datetime | None = None
    until: datetime | None = None

    @property
    def severity(self) -> Severity:
        return self.kind.severity

    @property
    def can_be_meant(self) -> bool:
        """Whether a reason overrides it."""
        return self.severity is Severity.WARNING
