"""Lists of officers that are ready to be looked at or applied."""

from typing import Any

from events.models import Event, Membership, Role
from guests.models import RosterFile
from guests.roster.applying import apply_roster
from guests.roster.diffing import Diff
from guests.roster.fields import ROSTER
from guests.roster.filing import compared, listed_in, sheets_in, take_in
from liaison.accounts.models import User
from liaison.sheets.choosing import wished_mapping
from tests.factories import NOW
from tests.liaison.sheets import files

HEADINGS = ["Name", "E-mail", "Phone", "Languages", "Shift", "Capacity", "Delegation"]
RINA = [
    "Rina Hapsari",
    "rina@example.org",
    "0812 0000 1111",
    "English (fluent), Arab (dasar)",
    "06.00-14.00",
    3,
    "",
]
TONO = ["Tono Wijaya", "tono@example.org", "", "Indonesia", "", "", ""]


def uploaded(event: Event, by: User, data: bytes) -> RosterFile:
    """The list with the columns as they are guessed."""
    roster = take_in(event=event, data=data, filename="officers.csv", by=by, at=NOW)
    roster.choose_columns(wished_mapping(sheets_in(data), {}, ROSTER, lambda _columns: {}).as_json())
    roster.refresh_from_db()
    return roster


def listed(event: Event, by: User, *rows: list[Any], headings: list[str] = HEADINGS) -> RosterFile:
    return uploaded(event, by, files.csv_text([headings, *rows]).encode())


def diff_for(roster: RosterFile, by: User | None = None) -> Diff:
    return compared(listed_in(roster), roster.event, by=by or roster.uploaded_by, at=NOW)


def applied(event: Event, by: User, *rows: list[Any], **more: Any) -> RosterFile:
    return apply_roster(roster=listed(event, by, *rows), by=by, at=NOW, **more)


def team(event: Event) -> dict[str, Membership]:
    """The event's officers by address."""
    members = Membership.objects.filter(event=event, role=Role.OFFICER).select_related("user")
    return {member.user.email: member for member in members}
