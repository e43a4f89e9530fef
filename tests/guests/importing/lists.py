"""Guest lists that are ready to be looked at or applied."""

from typing import Any

from events.models import Event
from guests.importing.applying import apply_guest_list
from guests.importing.diffing import Diff, diff_of
from guests.importing.fields import GUEST_LIST
from guests.importing.filing import checked_rows, sheets_of, take_in
from guests.importing.stored import stored_at, values_of
from guests.models import GuestList, Visit
from liaison.accounts.models import User
from liaison.sheets.mapping import Mapping, columns_of, header_row_of
from liaison.sheets.reading import first_sheet
from tests.factories import NOW
from tests.liaison.sheets import files

HEADINGS = ["Key", "Name", "Office", "Country", "Delegation", "Level", "Arrival", "Hotel", "Languages"]
ANA = ["A1", "Ana Lim", "Minister", "SG", "Singapore", "VIP", "12/05/2027 10:00", "Bay Hotel", "en, zh"]
BUDI = ["B2", "Budi Santoso", "Rector", "ID", "Nusa Timur", "VVIP", "besok", "Bay Hotel", "id"]
CIRI = ["C3", "Citra Dewi", "Dean", "ID", "Nusa Timur", "guest", "", "Sea Hotel", ""]


def uploaded(event: Event, by: User, data: bytes, filename: str = "list.csv") -> GuestList:
    """The list with the columns as they are guessed."""
    guest_list = take_in(event=event, data=data, filename=filename, by=by, at=NOW)
    sheet = first_sheet(sheets_of(guest_list), "")
    header_row = header_row_of(sheet, GUEST_LIST)
    columns = tuple((one.index, one.guess) for one in columns_of(sheet, header_row, GUEST_LIST) if one.guess)
    guest_list.choose_columns(Mapping(sheet.name, header_row, columns).as_json())
    guest_list.refresh_from_db()
    return guest_list


def answered(guest_list: GuestList, **answers: str) -> GuestList:
    """The list with answers to questions about it; “person_7” stands for “person-7”."""
    mapping = Mapping.from_json(guest_list.mapping, GUEST_LIST)
    given = {
        name.replace("person_", "person-").replace("officer_", "officer-"): said
        for name, said in answers.items()
    }
    guest_list.choose_columns(mapping.answered(given).as_json())
    guest_list.refresh_from_db()
    return guest_list


def listed(event: Event, by: User, *rows: list[Any], headings: list[str] = HEADINGS) -> GuestList:
    return uploaded(event, by, files.csv_text([headings, *rows]).encode())


def applied(event: Event, by: User, *rows: list[Any], headings: list[str] = HEADINGS) -> GuestList:
    guest_list = listed(event, by, *rows, headings=headings)
    return apply_guest_list(guest_list=guest_list, by=by, at=NOW)


def numbered(count: int) -> list[list[str]]:
    """Different guests, each in a delegation and a hotel of their own."""
    return [
        [
            f"K{n}",
            f"Guest {n}",
            "Minister",
            "SG",
            f"Delegation {n}",
            "VIP",
            "12/05/2027 10:00",
            f"Hotel {n}",
            "en",
        ]
        for n in range(count)
    ]


def diff_for(guest_list: GuestList) -> Diff:
    return diff_of(checked_rows(guest_list), stored_at(guest_list.event))


def everything(event: Event) -> dict[str, dict[str, Any]]:
    """What is stored of the event's visits, by key."""
    visits = Visit.objects.filter(event=event).select_related("guest", "delegation", "hotel")
    return {visit.external_key: values_of(visit) for visit in visits}
