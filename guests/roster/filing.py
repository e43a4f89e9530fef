"""Taking an uploaded list of officers in, and reading it again at every later step."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from events.models import Event
from guests.importing.filing import facts_of
from guests.importing.officers import is_about_officers
from guests.models import RosterFile
from guests.roster.diffing import Diff, diff_of
from guests.roster.fields import ROSTER
from guests.roster.reading import Listing, listing_of
from guests.roster.stored import stored_at
from liaison.accounts.models import User
from liaison.sheets.choosing import known_by_heading
from liaison.sheets.mapping import Column, Mapping
from liaison.sheets.reading import first_sheet, read_sheets
from liaison.sheets.table import Sheet, plain


def take_in(*, event: Event, data: bytes, filename: str, by: User, at: datetime) -> RosterFile:
    """Keep the file under a random name, unseen from outside; `filename` is only ever shown.

    Raises UnreadableFileError, keeping nothing, where it is no table.
    """
    read_sheets(data)
    roster = RosterFile(event=event, filename=plain(filename)[:200], uploaded_by=by, uploaded_at=at)
    roster.keep(data)
    return roster


def sheets_in(data: bytes) -> tuple[Sheet, ...]:
    """The sheets named for officers, where the file has such; else all. Raises UnreadableFileError."""
    sheets = read_sheets(data)
    return tuple(sheet for sheet in sheets if is_about_officers(sheet.name)) or sheets


def listing_from(sheets: Sequence[Sheet], mapping: Mapping, event: Event) -> Listing:
    """The officers of the chosen sheet as its chosen columns read them."""
    return listing_of(first_sheet(sheets, mapping.sheet), mapping, facts_of(event))


def listed_in(roster: RosterFile) -> Listing:
    """The same of a stored file. Raises UnreadableFileError where it is gone."""
    return listing_from(sheets_in(roster.content()), Mapping.from_json(roster.mapping, ROSTER), roster.event)


def compared(listing: Listing, event: Event, *, by: User | None, at: datetime) -> Diff:
    """What the list would do to the event's team now."""
    addresses = [line.email for line in listing.lines if line.email]
    return diff_of(listing, stored_at(event, by=by, at=at, addresses=addresses))


def remembered_columns(event: Event, columns: Iterable[Column]) -> dict[int, str]:
    """The fields of columns whose headings stood in the event's last list of officers, as they were chosen then."""
    lists = RosterFile.objects.filter(event=event, mapping__has_key="headings")
    last = lists.order_by("-uploaded_at", "-pk").first()
    return known_by_heading(last.mapping["headings"] if last else {}, columns, ROSTER)
