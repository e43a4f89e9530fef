"""Taking an uploaded programme in, and reading it again at every later step."""

from collections.abc import Iterable
from datetime import datetime

from events.models import Event, ProgrammeFile
from events.programme.listed import Facts, Kind, Listing
from events.programme.reading import kind_of, read_listing
from events.programme.table import PROGRAMME, sessions_of
from liaison.accounts.models import User
from liaison.sheets.choosing import known_by_heading
from liaison.sheets.mapping import Column, Mapping
from liaison.sheets.reading import first_sheet, read_sheets
from liaison.sheets.table import plain


def take_in(*, event: Event, data: bytes, filename: str, by: User, at: datetime) -> ProgrammeFile:
    """Keep the file under a random name, unseen from outside; `filename` is only ever shown.

    A schedule or calendar needs no columns and goes on to its check. Raises UnreadableFileError, keeping nothing, where
    the file is no programme.
    """
    kind = readable_kind_of(data, facts_of(event))
    state = ProgrammeFile.State.UPLOADED if kind is Kind.TABLE else ProgrammeFile.State.MAPPED
    programme_file = ProgrammeFile(
        event=event,
        kind=kind.value,
        state=state,
        filename=plain(filename)[:200],
        uploaded_by=by,
        uploaded_at=at,
    )
    programme_file.keep(data)
    return programme_file


def readable_kind_of(data: bytes, facts: Facts) -> Kind:
    """The kind of the file, once it could be read to its end. Raises UnreadableFileError."""
    kind = kind_of(data)
    if kind is Kind.TABLE:
        read_sheets(data)
    else:
        read_listing(data, facts)
    return kind


def listing_of(programme_file: ProgrammeFile) -> Listing:
    """What the stored file lists, a table as its chosen columns read it. Raises UnreadableFileError where it is gone."""
    mapping = None
    if programme_file.kind == ProgrammeFile.Kind.TABLE:
        mapping = Mapping.from_json(programme_file.mapping, PROGRAMME)
    return listing_from(programme_file.content(), mapping, programme_file.event)


def listing_from(data: bytes, mapping: Mapping | None, event: Event) -> Listing:
    """The same for a file that is not kept; only a table has a mapping."""
    if mapping is None:
        return read_listing(data, facts_of(event))
    return sessions_of(first_sheet(read_sheets(data), mapping.sheet), mapping, facts_of(event))


def remembered_columns(event: Event, columns: Iterable[Column]) -> dict[int, str]:
    """The fields of columns whose headings stood in the event's last table, as they were chosen then."""
    tables = ProgrammeFile.objects.filter(event=event, mapping__has_key="headings")
    last = tables.order_by("-uploaded_at", "-pk").first()
    return known_by_heading(last.mapping["headings"] if last else {}, columns, PROGRAMME)


def facts_of(event: Event) -> Facts:
    return Facts(time_zone=event.time_zone, starts_on=event.starts_on, ends_on=event.ends_on)
