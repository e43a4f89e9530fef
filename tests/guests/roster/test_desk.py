"""The steps of a list of officers at the desk, as a coordinator walks them."""

import re
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from events.models import Event
from guests.models import Assignment, RosterFile
from liaison.accounts.models import User
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import make_delegation, make_guest, make_visit
from tests.guests.desk import at, signed_in, words_of
from tests.guests.roster.rosters import HEADINGS, RINA, TONO, team
from tests.liaison.sheets import files

ADD = "/admin/guests/rosterfile/add/"
STEPS = ("columns", "preview", "done")


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ratna(cast: Cast) -> Client:
    return signed_in(cast.ratna)


def officers(*rows: list[Any]) -> bytes:
    return files.xlsx([HEADINGS, *rows])


def upload(client: Client, event: Event, data: bytes) -> Any:
    return client.post(ADD, {"event": event.pk, "file": SimpleUploadedFile("officers.xlsx", data)})


def address(step: str, filed: RosterFile) -> str:
    return reverse(f"admin:guests_rosterfile_{step}", args=[filed.pk])


def hidden(response: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found
    return found[1]


def previewed(client: Client, event: Event, data: bytes) -> tuple[RosterFile, Any]:
    """Upload, take the guessed columns, and look at the preview."""
    assert upload(client, event, data).status_code == 302
    filed = RosterFile.objects.latest("pk")
    page = client.get(address("columns", filed))
    chosen = {field.html_name: field.value() or "" for _column, field in page.context["form"].rows()}
    chosen |= {name: hidden(page, name) for name in ("sheet", "header_row")}
    assert client.post(address("columns", filed), chosen).headers["Location"] == address("preview", filed)
    return filed, client.get(address("preview", filed))


def confirm(client: Client, filed: RosterFile, page: Any, **more: str) -> Any:
    return client.post(address("preview", filed), {"digest": hidden(page, "digest")} | more)


def counts(page: Any) -> dict[str, int]:
    return {one.label: one.number for one in page.context["outcome"].counts if one.number}


def test_a_list_becomes_a_team_and_twice_changes_nothing(cast: Cast, ratna: Client) -> None:
    lists = officers([*RINA[:6], "Kenji Sato, Wakanda"], TONO)
    filed, page = previewed(ratna, cast.event, lists)
    assert counts(page) == {"new members": 2, "assignment": 1, "name not matched": 1}
    text = words_of(page)
    for words in ("rina@example.org", "06:00", "fluent", "Wakanda", "Kenji Sato"):
        assert words in text
    assert "rina@example.org" not in team(cast.event)
    assert confirm(ratna, filed, page).headers["Location"] == address("done", filed)
    assert "2 new members" in words_of(ratna.get(address("done", filed)))
    assert not Notice.objects.filter(kind="invitation").exists()
    duty = Assignment.objects.get(officer=team(cast.event)["rina@example.org"])
    assert (duty.visit, duty.role) == (cast.sato, "deputy")
    _again, page = previewed(ratna, cast.event, lists)
    assert counts(page) == {"unchanged": 2, "name not matched": 1}


def test_invitations_go_out_where_they_are_ticked(cast: Cast, ratna: Client) -> None:
    filed, page = previewed(ratna, cast.event, officers(RINA))
    confirm(ratna, filed, page, send_invitations="on")
    assert Notice.objects.get(kind="invitation").recipient.email == "rina@example.org"


def test_what_a_person_set_is_shown_as_kept(cast: Cast, ratna: Client) -> None:
    User.objects.filter(pk=cast.sari.pk).update(phone="+628999")
    _filed, page = previewed(ratna, cast.event, officers(["Sari", cast.sari.email, "081200001111"]))
    assert counts(page) == {"unchanged": 1}
    assert "Entered by the person, and kept" in words_of(page)
    assert "+628999 +6281200001111" in words_of(page)


def test_without_what_was_seen_and_with_errors_nothing_is_written(cast: Cast, ratna: Client) -> None:
    filed, page = previewed(ratna, cast.event, officers(RINA, ["Nobody"]))
    assert "Row 3 · E-mail address" in words_of(page)
    assert "Nothing was written" in words_of(ratna.post(address("preview", filed)))
    assert "Some rows have errors" in words_of(confirm(ratna, filed, page))
    assert "rina@example.org" not in team(cast.event)
    confirm(ratna, filed, page, leave_out_errors="on")
    assert "rina@example.org" in team(cast.event)
    assert "Left out because of errors: row 3." in words_of(ratna.get(address("done", filed)))


def test_which_figure_is_the_day_is_asked(cast: Cast, ratna: Client) -> None:
    filed, page = previewed(ratna, cast.event, officers([*RINA[:4], "07/08/2027 06.00-14.00"]))
    assert [question.name for question in page.context["outcome"].questions] == ["order"]
    assert "Say first which figure" in words_of(confirm(ratna, filed, page))
    ratna.post(address("preview", filed), {"answer": "yes", "order": "mdy"})
    assert "8 Jul" in words_of(ratna.get(address("preview", filed)))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04 half"])
def test_what_cannot_be_read_is_refused_and_not_kept(cast: Cast, ratna: Client, data: bytes) -> None:
    page = upload(ratna, cast.event, data)
    assert page.context["form"].errors["file"]
    assert not RosterFile.objects.exists()
    assert not default_storage.exists("rosters")


def test_lists_are_their_events_coordinators_alone(cast: Cast, ratna: Client) -> None:
    filed, _page = previewed(ratna, cast.event, officers(RINA))
    hendra, sari = signed_in(cast.hendra), signed_in(cast.sari)
    for step in STEPS:
        assert hendra.get(address(step, filed)).status_code == 404
        assert hendra.post(address(step, filed)).status_code == 404
        assert sari.get(address(step, filed)).status_code == 403
    assert filed.filename not in hendra.get(at(RosterFile, "changelist")).content.decode()
    assert filed.filename in ratna.get(at(RosterFile, "changelist")).content.decode()
    assert "Select a valid choice" in words_of(upload(hendra, cast.event, officers(RINA)))


def test_markup_in_a_file_stays_text(cast: Cast, ratna: Client) -> None:
    evil = "<script>alert(1)</script>"
    _filed, page = previewed(ratna, cast.event, officers([evil, *RINA[1:6], evil]))
    assert evil not in page.content.decode()
    assert "&lt;script&gt;alert" in page.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_whatever_their_length(cast: Cast, ratna: Client, number: int) -> None:
    for one in range(number):
        make_visit(cast.event, make_guest(), delegation=make_delegation(cast.event, f"Delegation {one}x"))
    rows = [
        [f"Name{one}", f"n{one}@example.org", "", "en", "06.00-14.00", "", f"Delegation {one}x"]
        for one in range(number)
    ]
    filed, _page = previewed(ratna, cast.event, officers(*rows))
    spent = []
    for page in (at(RosterFile, "changelist"), address("columns", filed), address("preview", filed)):
        with CaptureQueriesContext(connection) as queries:
            assert ratna.get(page).status_code == 200
        spent.append(len(queries))
        written = [one for one in queries if re.match(r"\s*(INSERT|UPDATE|DELETE)", one["sql"])]
        assert written == []
    assert spent == [6, 4, 12]
