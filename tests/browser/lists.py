"""Files that coordinators upload in a browser: a guest list with every doubt, and a programme that moves things."""

from pathlib import Path

from playwright.sync_api import Page

from events.models import Event
from guests.importing.runs import request_run
from guests.models import GuestList, GuestListRun
from liaison.accounts.models import User
from tests.events.programme.listings import HOUR, applied, follower, local, row, table
from tests.factories import NOW, make_guest, make_member, make_user, make_visit
from tests.guests.importing.lists import HEADINGS, listed
from tests.liaison.sheets import files

MUDDLED = [
    ["A1", "Ana Lim", "Minister", "SG", "Singapore", "VIP", "05/06/2027 10:00", "Bay Hotel", "en, zh", "Rina"],
    ["B2", "H.E. Haruto Minamoto", "Rector", "JP", "Japan", "VVIP", "06/05/2027", "Bay Hotel", "ja", "Rina"],
    ["B3", "MINAMOTO Haruto", "Rector", "JP", "Japan", "VVIP", "besok", "Bay Hotel", "ja", ""],
    ["C4", "Citra Kirana", "Dean", "ID", "Nusa Timur", "guest", "tidak tahu", "Sea Hotel", "Kalembese", ""],
    ["D5", "", "Dean", "ID", "Nusa Timur", "guest", "", "Sea Hotel", "", ""],
    ["E6", "Y.M. Raden Ayu " + "Kusumawardhani " * 6, "Duta Besar " * 8, "ID", "Nusa Timur", "VIP", "", "", "id", ""],
]  # fmt: skip
"""Which figure is the day, whom “Rina” means, a guest who is listed twice and one who is there already; an error."""


def add_doubts(event: Event) -> None:
    """Two officers of one first name."""
    for name in ("Rina Lestari", "Rina Hapsari"):
        make_member(make_user(name), event)


def muddled_list() -> bytes:
    return files.xlsx([[*HEADINGS, "Liaison officer"], *MUDDLED])


def add_programme(event: Event) -> bytes:
    """A programme with two guests who follow it, and the file that moves it."""
    applied(event, row("Gala opening", "A", venue="Ballroom", point="Room 1"), row("Closing", "C", 30))
    opening = event.sessions.get(external_key="A")
    follower(make_visit(event, make_guest("Lucia Fernandez")), opening)
    follower(make_visit(event, make_guest("Tane Ngata")), opening, ends_at=opening.ends_at - HOUR / 3)
    hours = [local(NOW + n * HOUR) for n in range(13)]
    return files.xlsx(
        table(
            [
                ["A", "Gala opening", hours[3], hours[4], "Ballroom", "Room 1"],
                ["N", "Gala dinner", hours[9], hours[12], "Pier 7", ""],
                ["F", "Press briefing", hours[9], hours[8], "Pier 7", ""],
            ]
        )
    )


def add_waiting(event: Event, by: User) -> GuestList:
    """A list of which a worker has read some and not all."""
    guest_list = listed(event, by, *([f"W{n}", f"Waiting {n}", *[""] * 7] for n in range(3)))
    guest_list.choose_columns(guest_list.mapping | {"rows": 4200})
    run = request_run(guest_list=guest_list, kind=GuestListRun.Kind.CHECK, by=by, at=NOW)
    run.take(NOW)
    run.go_on(1870, 4200, at=NOW)
    return guest_list


def upload(page: Page, path: Path, model: str = "guestlist") -> None:
    """Choose the file and go on to its columns."""
    page.goto(f"/admin/guests/{model}/add/" if model == "guestlist" else f"/admin/events/{model}/add/")
    page.set_input_files("input[type=file]", path)
    page.locator("main.guestlist form[method=post] .is-main").click()
    page.wait_for_url("**/columns/**")


def check(page: Page) -> None:
    """From the columns to the preview."""
    page.locator("main.guestlist form[method=post] .is-main").click()
    page.wait_for_url("**/preview/**")
