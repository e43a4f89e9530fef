"""Whom a list means by a name is asked once for an event, not once for each list."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from guests.importing.filing import remembered_answers
from guests.models import GuestList
from tests.cast import Cast
from tests.guests.desk import signed_in
from tests.guests.importing.lists import answered, listed
from tests.liaison.sheets import files

HEADINGS = ["Name", "LO"]
ROW = ["Tamu Baru", "Rina"]


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def asked(cast: Cast, who: str) -> GuestList:
    guest_list = listed(cast.event, cast.ratna, ROW, headings=HEADINGS)
    return answered(guest_list, officer_rina=who, person_7="other")


def test_an_answer_about_an_officer_is_carried_to_the_next_list(cast: Cast) -> None:
    key = str(cast.sari_officer.pk)
    asked(cast, key)
    ratna = signed_in(cast.ratna)
    file = SimpleUploadedFile("next.csv", files.csv_text([HEADINGS, ROW]).encode())
    columns = ratna.post("/admin/guests/guestlist/add/", {"event": cast.event.pk, "file": file}).headers[
        "Location"
    ]
    chosen: dict[str, Any] = {"column-0": "name", "column-1": "officer", "header_row": "1"}
    assert ratna.post(columns, chosen).status_code == 302
    latest = GuestList.objects.latest("pk")
    assert latest.mapping["answers"] == {"officer-rina": key}
    latest.choose_columns(latest.mapping | {"answers": {}})
    ratna.post(columns, chosen)
    latest.refresh_from_db()
    assert latest.mapping["answers"] == {}


def test_nobody_former_officers_and_other_events_are_not_carried(cast: Cast) -> None:
    key = str(cast.sari_officer.pk)
    asked(cast, "none")
    assert remembered_answers(cast.event) == {}
    asked(cast, key)
    assert remembered_answers(cast.event) == {"officer-rina": key}
    assert remembered_answers(cast.other_event) == {}
    cast.sari_officer.delete()
    assert remembered_answers(cast.event) == {}
