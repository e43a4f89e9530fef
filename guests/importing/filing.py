"""Taking an uploaded file in, and reading it again at every later step."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from events.models import Event, Membership
from guests.importing.cells import Facts, read_cell
from guests.importing.checking import Step, check_rows
from guests.importing.fields import GUEST_LIST
from guests.importing.judged import Checked
from guests.importing.officers import Listed, is_about_an_officer, is_about_officers
from guests.models import GuestList
from liaison.accounts.models import User
from liaison.sheets.choosing import known_by_heading
from liaison.sheets.mapping import Column, Mapping, columns_of, header_row_of
from liaison.sheets.reading import first_sheet, read_sheets
from liaison.sheets.table import Sheet, plain, tidy

_LOOKED_BACK = 10  # lists of the event


def take_in(*, event: Event, data: bytes, filename: str, by: User, at: datetime) -> GuestList:
    """Keep the file under a random name, unseen from outside; `filename` is only ever shown.

    Raises UnreadableFileError, keeping nothing, where it is no table.
    """
    read_sheets(data)
    guest_list = GuestList(event=event, filename=plain(filename)[:200], uploaded_by=by, uploaded_at=at)
    guest_list.keep(data)
    return guest_list


def sheets_of(guest_list: GuestList) -> tuple[Sheet, ...]:
    """The sheets of the stored file. Raises UnreadableFileError where the file is gone."""
    return read_sheets(guest_list.content())


def checked_rows(guest_list: GuestList, step: Step = lambda _done, _total: None) -> Checked:
    """The rows of the list as its chosen columns read them, judged by the days and the zone of its event."""
    return checked_from(
        sheets_of(guest_list), Mapping.from_json(guest_list.mapping, GUEST_LIST), guest_list.event, step
    )


def checked_from(
    sheets: Sequence[Sheet], mapping: Mapping, event: Event, step: Step = lambda _done, _total: None
) -> Checked:
    """The same for sheets that are not kept."""
    sheet = first_sheet(sheets, mapping.sheet)
    facts = facts_of(event)
    roster = roster_of([other for other in sheets if other is not sheet], facts)
    return check_rows(sheet, mapping, facts, roster=roster, step=step)


def facts_of(event: Event) -> Facts:
    return Facts(
        time_zone=event.time_zone, starts_on=event.starts_on, ends_on=event.ends_on, country=event.country
    )


def roster_of(sheets: Iterable[Sheet], facts: Facts) -> tuple[Listed, ...]:
    """The officers whom other sheets of the file name, so that a first name in the list of guests is understood."""
    found = []
    for sheet in sheets:
        if not is_about_officers(sheet.name):
            continue
        header_row = header_row_of(sheet, GUEST_LIST)
        columns = {one.guess: one.index for one in columns_of(sheet, header_row, GUEST_LIST) if one.guess}
        for row in sheet.below(header_row):
            name = tidy(row.cell(columns["name"])) if "name" in columns else ""
            phone = read_cell("phones", row.cell(columns["phones"]), facts) if "phones" in columns else None
            if name:
                found.append(Listed(name, str(phone.values.get("phones", "")).split(" ")[0] if phone else ""))
    return tuple(found)


def remembered_columns(event: Event, columns: Iterable[Column]) -> dict[int, str]:
    """The fields of columns whose headings stood in the last list of the event, as they were chosen then."""
    last = (
        GuestList.objects.filter(event=event, mapping__has_key="headings")
        .order_by("-uploaded_at", "-pk")
        .first()
    )
    return known_by_heading(last.mapping["headings"] if last else {}, columns, GUEST_LIST)


def remembered_answers(event: Event) -> dict[str, str]:
    """Whom names of officers mean, as it was said about the last list of the event for which it was said.

    Only who still is an officer of the event; that nobody was meant holds for its own list alone.
    """
    lists = GuestList.objects.filter(event=event, mapping__has_key="answers").order_by("-uploaded_at", "-pk")
    team = {
        str(key) for key in Membership.objects.officers().filter(event=event).values_list("pk", flat=True)
    }
    for answers in lists.values_list("mapping__answers", flat=True)[:_LOOKED_BACK]:
        said = {name: meant for name, meant in answers.items() if is_about_an_officer(name) and meant in team}
        if said:
            return said
    return {}
