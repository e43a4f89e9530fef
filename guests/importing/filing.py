"""Taking an uploaded file in, and reading it again at every later step."""

import secrets
from datetime import datetime

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from events.models import Event
from guests.importing.cells import Facts
from guests.importing.checking import Checked, check_rows
from guests.importing.mapping import Mapping
from guests.importing.reading import UnreadableFileError, first_sheet, read_sheets
from guests.importing.sheets import Sheet, plain
from guests.models import GuestList
from liaison.accounts.models import User


def take_in(*, event: Event, data: bytes, filename: str, by: User, at: datetime) -> GuestList:
    """Keep the file under a random name, unseen from outside; `filename` is only ever shown.

    Raises UnreadableFileError, keeping nothing, where it is no table.
    """
    read_sheets(data)
    guest_list = GuestList(event=event, filename=plain(filename)[:200], uploaded_by=by, uploaded_at=at)
    guest_list.file.save(secrets.token_hex(16), ContentFile(data), save=False)
    try:
        guest_list.save()
    except BaseException:
        guest_list.file.delete(save=False)
        raise
    return guest_list


def sheets_of(guest_list: GuestList) -> tuple[Sheet, ...]:
    """The sheets of the stored file. Raises UnreadableFileError where the file is gone."""
    try:
        with guest_list.file.open("rb") as stored:
            data = stored.read()
    except OSError as error:
        raise UnreadableFileError(_("The file is no longer kept here. Upload it again.")) from error
    return read_sheets(data)


def checked_rows(guest_list: GuestList) -> Checked:
    """The rows of the list as its chosen columns read them, judged by the days and the zone of its event."""
    mapping = Mapping.from_json(guest_list.mapping)
    sheet = first_sheet(sheets_of(guest_list), mapping.sheet)
    return check_rows(sheet, mapping, facts_of(guest_list.event))


def facts_of(event: Event) -> Facts:
    return Facts(time_zone=event.time_zone, starts_on=event.starts_on, ends_on=event.ends_on)
