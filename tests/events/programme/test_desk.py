"""The steps of a programme at the desk, and the list of sessions, as a coordinator walks them."""

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

from events.models import Event, ProgrammeFile, Session
from guests.models import ItineraryItem
from tests.cast import Cast
from tests.events.programme.files import day, schedule, talk
from tests.events.programme.listings import HOUR, applied, follower, local, row, table
from tests.factories import NOW, make_guest, make_session, make_visit
from tests.guests.desk import at, day_and_time, save, signed_in, words_of
from tests.liaison.sheets import files

ADD = "/admin/events/programmefile/add/"
STEPS = ("columns", "preview", "done")
OPENING = ["A", "Opening", local(NOW + HOUR), local(NOW + 2 * HOUR), "Ballroom", "Room 1"]
DINNER = ["B", "Dinner", local(NOW + 9 * HOUR), local(NOW + 11 * HOUR), "Pier", ""]


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ratna(cast: Cast) -> Client:
    return signed_in(cast.ratna)


def programme(*rows: list[str]) -> bytes:
    return files.xlsx(table(rows))


def calendar(title: str, sequence: int, more: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test", "BEGIN:VEVENT", "UID:A", f"SEQUENCE:{sequence}",
             f"SUMMARY:{title}", "DTSTART:20270513T020000Z", "DTEND:20270513T030000Z", "DTSTAMP:20270101T000000Z",
             *filter(None, [more]), "END:VEVENT", "END:VCALENDAR", ""]  # fmt: skip
    return "\r\n".join(lines).encode()


def upload(client: Client, event: Event, data: bytes, name: str = "programme.xlsx") -> Any:
    return client.post(ADD, {"event": event.pk, "file": SimpleUploadedFile(name, data)})


def address(step: str, filed: ProgrammeFile) -> str:
    return reverse(f"admin:events_programmefile_{step}", args=[filed.pk])


def hidden(response: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found
    return found[1]


def previewed(client: Client, event: Event, data: bytes) -> tuple[ProgrammeFile, Any]:
    """Upload, take the guessed columns where there are columns, and look at the preview."""
    response = upload(client, event, data)
    assert response.status_code == 302, words_of(response)
    filed = ProgrammeFile.objects.latest("pk")
    if filed.kind == ProgrammeFile.Kind.TABLE:
        page = client.get(address("columns", filed))
        chosen = {field.html_name: field.value() or "" for _column, field in page.context["form"].rows()}
        chosen |= {name: hidden(page, name) for name in ("sheet", "header_row")}
        response = client.post(address("columns", filed), chosen)
    assert response.headers["Location"] == address("preview", filed)
    return filed, client.get(address("preview", filed))


def confirm(client: Client, filed: ProgrammeFile, page: Any, **more: str) -> Any:
    return client.post(address("preview", filed), {"digest": hidden(page, "digest")} | more)


def counts(page: Any) -> dict[str, int]:
    return {one.kind + one.label: one.number for one in page.context["outcome"].counts if one.number}


def test_a_table_becomes_sessions_and_twice_changes_nothing(cast: Cast, ratna: Client) -> None:
    filed, page = previewed(ratna, cast.event, programme(OPENING, DINNER))
    assert counts(page) == {"newnew sessions": 2}
    assert "10:00 WITA" in words_of(page)
    assert not Session.objects.exists()
    assert confirm(ratna, filed, page).headers["Location"] == address("done", filed)
    assert "2 new sessions" in words_of(ratna.get(address("done", filed)))
    opening = Session.objects.select_related("venue", "point").get(external_key="A")
    assert (opening.starts_at, str(opening.point)) == (NOW + HOUR, "Ballroom, Room 1")
    again, page = previewed(ratna, cast.event, programme(OPENING, DINNER))
    assert counts(page) == {"unchangedunchanged": 2}
    confirm(ratna, again, page)
    assert Session.objects.count() == 2


def test_a_moved_session_shows_before_and_after_and_whom_it_moves(cast: Cast, ratna: Client) -> None:
    applied(cast.event, row("Opening", "A", venue="Ballroom", point="Room 1"))
    session = Session.objects.get()
    item = follower(cast.sato, session)
    follower(cast.lim, session, ends_at=NOW + 1.5 * HOUR)
    moved = [*OPENING[:2], local(NOW + 3 * HOUR), local(NOW + 4 * HOUR), *OPENING[4:]]
    filed, page = previewed(ratna, cast.event, programme(moved))
    text = words_of(page)
    assert "1 itinerary follows · 1 has times of its own and stays" in text
    assert "Thu, 13 May 10:00 WITA Thu, 13 May 12:00 WITA" in text
    confirm(ratna, filed, page)
    item.refresh_from_db()
    assert item.starts_at == NOW + 3 * HOUR


def test_what_changed_since_it_was_looked_at_writes_nothing(cast: Cast, ratna: Client) -> None:
    filed, page = previewed(ratna, cast.event, programme(OPENING))
    make_session(cast.event, "Opening")
    refused = confirm(ratna, filed, page)
    assert refused.status_code == 200
    assert "Nothing was written" in words_of(refused)
    assert not Session.objects.exclude(external_key="").exists()
    assert confirm(ratna, filed, refused).status_code == 302
    assert Session.objects.get().external_key == "A"


def test_without_a_digest_nothing_is_written(cast: Cast, ratna: Client) -> None:
    filed, _page = previewed(ratna, cast.event, programme(OPENING))
    assert "Nothing was written" in words_of(ratna.post(address("preview", filed)))
    assert not Session.objects.exists()


def test_errors_are_named_by_row_and_left_out_on_request(cast: Cast, ratna: Client) -> None:
    filed, page = previewed(ratna, cast.event, programme(OPENING, ["B", "", *DINNER[2:]]))
    assert "Row 3 · Title" in words_of(page)
    refused = confirm(ratna, filed, page)
    assert "Some sessions have errors" in words_of(refused)
    assert not Session.objects.exists()
    confirm(ratna, filed, page, leave_out_errors="on")
    assert Session.objects.get().title == "Opening"
    assert "Left out because of errors: 3." in words_of(ratna.get(address("done", filed)))


def test_what_is_gone_is_shown_and_taken_out_on_request(cast: Cast, ratna: Client) -> None:
    for taken_out, left in (("", 2), ("on", 1)):
        applied(cast.event, row("Opening", "A"), row("Dinner", "B", 9))
        filed, page = previewed(ratna, cast.event, programme(OPENING))
        assert "Dinner Thu, 13 May 18:00–19:00 WITA would be removed" in words_of(page)
        confirm(ratna, filed, page, **({"remove_gone": taken_out} if taken_out else {}))
        assert Session.objects.count() == left


def test_a_calendar_needs_no_columns(cast: Cast, ratna: Client) -> None:
    filed, page = previewed(ratna, cast.event, calendar("Opening", 2))
    assert "Columns" not in [name for _number, name in page.context["steps"]]
    assert ratna.get(address("columns", filed)).headers["Location"] == address("preview", filed)
    confirm(ratna, filed, page)
    filed, page = previewed(ratna, cast.event, calendar("Older", 1))
    assert counts(page) == {"unchangedunchanged": 1, "warningwarning": 1}
    filed, page = previewed(ratna, cast.event, calendar("Opening", 3, "STATUS:CANCELLED"))
    confirm(ratna, filed, page)
    assert Session.objects.get().state == Session.State.CANCELLED


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7 no programme", b"{", b"<schedule>", b"BEGIN:VCALENDAR\r\nrubbish", b"PK\x03\x04 half"],
)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_not_kept(
    cast: Cast, ratna: Client, data: bytes
) -> None:
    page = upload(ratna, cast.event, data)
    assert page.status_code == 200
    [sentence] = page.context["form"].errors["file"]
    assert sentence.endswith(".")
    assert not ProgrammeFile.objects.exists()
    assert not default_storage.exists("programmes")


def test_which_figure_is_the_day_is_asked_and_the_answer_kept(cast: Cast, ratna: Client) -> None:
    table = [["Date", "Start", "End", "Session"], ["07/08/2027", "10:00", "11:00", "Opening"]]
    filed, page = previewed(ratna, cast.event, files.xlsx(table))
    [question] = page.context["outcome"].questions
    assert (question.name, question.answer) == ("order", "")
    for said, kept in (("mdy", "mdy"), ("nonsense", "mdy"), ("", "")):
        answered = ratna.post(address("preview", filed), {"answer": "yes", "order": said})
        assert answered.headers["Location"] == address("preview", filed)
        [question] = ratna.get(address("preview", filed)).context["outcome"].questions
        assert question.answer == kept
    assert not Session.objects.exists()


def test_columns_without_titles_are_refused(cast: Cast, ratna: Client) -> None:
    response = upload(ratna, cast.event, files.xlsx([["Shoe", "Size"], ["left", 38]]))
    filed = ProgrammeFile.objects.get()
    data = {"sheet": "Guests", "header_row": "1", "column-0": "", "column-1": ""}
    page = ratna.post(response.url, data)
    assert "Choose the column with the titles of the sessions." in words_of(page)
    filed.refresh_from_db()
    assert filed.state == ProgrammeFile.State.UPLOADED


def test_chosen_columns_are_remembered_for_the_event(cast: Cast, ratna: Client) -> None:
    rows = [["Was", "Start", "End"], ["Opening", *OPENING[2:4]]]
    first = upload(ratna, cast.event, files.xlsx(rows))
    page = ratna.get(first.url)
    data = {field.html_name: field.value() or "" for _column, field in page.context["form"].rows()}
    data |= {name: hidden(page, name) for name in ("sheet", "header_row")} | {"column-0": "title"}
    assert ratna.post(first.url, data).status_code == 302
    later = ratna.get(upload(ratna, cast.event, files.xlsx(rows)).url)
    assert {field.html_name: field.value() for _column, field in later.context["form"].rows()}[
        "column-0"
    ] == "title"


def test_files_are_their_events_coordinators_alone(cast: Cast, ratna: Client) -> None:
    filed, _page = previewed(ratna, cast.event, programme(OPENING))
    hendra = signed_in(cast.hendra)
    for step in STEPS:
        assert hendra.get(address(step, filed)).status_code == 404
        assert hendra.post(address(step, filed)).status_code == 404
    assert filed.filename not in hendra.get(at(ProgrammeFile, "changelist")).content.decode()
    assert filed.filename in ratna.get(at(ProgrammeFile, "changelist")).content.decode()
    assert "Select a valid choice" in words_of(upload(hendra, cast.event, programme(OPENING)))
    assert not Session.objects.exists()


@pytest.mark.parametrize("who", ["sari", "putri"])
def test_officers_and_press_have_no_programme_files(cast: Cast, ratna: Client, who: str) -> None:
    filed, _page = previewed(ratna, cast.event, programme(OPENING))
    client = signed_in(getattr(cast, who))
    for path in (ADD, at(ProgrammeFile, "changelist"), *(address(step, filed) for step in STEPS)):
        assert client.get(path).status_code == 403
    assert signed_in(cast.sari).get(f"/media/{filed.file.name}").status_code == 404


def test_looking_writes_nothing(cast: Cast, ratna: Client) -> None:
    filed, _page = previewed(ratna, cast.event, programme(OPENING))
    with CaptureQueriesContext(connection) as queries:
        for step in STEPS:
            ratna.get(address(step, filed))
    written = [one["sql"] for one in queries if re.match(r"\s*(INSERT|UPDATE|DELETE)", one["sql"])]
    assert written == []


def test_markup_in_a_file_stays_text(cast: Cast, ratna: Client) -> None:
    evil = "<script>alert(1)</script>"
    _filed, page = previewed(ratna, cast.event, programme([*OPENING[:1], evil, *OPENING[2:]]))
    assert evil not in page.content.decode()
    assert "&lt;script&gt;alert" in page.content.decode()


def test_deleting_a_file_keeps_the_sessions(
    cast: Cast, ratna: Client, django_capture_on_commit_callbacks: Any
) -> None:
    filed, page = previewed(ratna, cast.event, programme(OPENING))
    confirm(ratna, filed, page)
    with django_capture_on_commit_callbacks(execute=True):
        ratna.post(at(ProgrammeFile, "delete", filed.pk), {"post": "yes"})
    assert not default_storage.exists(str(filed.file.name))
    assert Session.objects.count() == 1


# --- the sessions ------------------------------------------------------------------------------------------------------


def test_the_list_of_sessions_says_when_where_for_how_many_and_from_where(cast: Cast, ratna: Client) -> None:
    applied(cast.event, row("Opening", "A", venue="Ballroom", point="Room 1"))
    make_session(cast.event, "Briefing", state=Session.State.CANCELLED)
    session = Session.objects.get(title="Opening")
    follower(cast.sato, session)
    follower(cast.sato, session, title="Speech")
    follower(cast.lim, session, state=ItineraryItem.State.CANCELLED)
    text = words_of(ratna.get(at(Session, "changelist")))
    for words in ("10:00 WITA", "Ballroom, Room 1", "1 confirmed programme.csv", "0 cancelled entered here"):
        assert words in text
    assert "Briefing" not in words_of(ratna.get(at(Session, "changelist"), {"q": "room 1"}))
    assert "Opening" not in words_of(ratna.get(at(Session, "changelist"), {"state__exact": "cancelled"}))
    assert "Opening" not in words_of(signed_in(cast.hendra).get(at(Session, "changelist")))


def test_moving_a_session_at_the_desk_says_whom_it_moves(cast: Cast, ratna: Client) -> None:
    session = make_session(cast.event)
    item = follower(cast.sato, session)
    given = day_and_time("starts_at", "2027-05-13", "14:00") | day_and_time("ends_at", "2027-05-13", "15:00")
    assert save(ratna, at(Session, "change", session.pk), given) == {}
    assert "1 itinerary follows" in words_of(ratna.get(at(Session, "changelist")))
    item.refresh_from_db()
    assert item.starts_at == NOW + 5 * HOUR
    save(ratna, at(Session, "change", session.pk), {"audience": "Ministers"})
    assert "itinerary follows" not in words_of(ratna.get(at(Session, "changelist")))


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_whatever_their_length(cast: Cast, ratna: Client, number: int) -> None:
    applied(
        cast.event, *(row(f"Session {one}", f"K{one}", venue=f"V{one}", point="R") for one in range(number))
    )
    for session in Session.objects.all():
        follower(make_visit(cast.event, make_guest()), session)
    moved = [[f"K{one}", f"Session {one}", local(NOW + 5 * HOUR), local(NOW + 6 * HOUR), f"V{one}", "R"]
             for one in range(number)]  # fmt: skip
    filed, _page = previewed(ratna, cast.event, programme(*moved))
    spent = []
    for page in (at(Session, "changelist"), at(ProgrammeFile, "changelist"), address("preview", filed)):
        with CaptureQueriesContext(connection) as queries:
            assert ratna.get(page).status_code == 200
        spent.append(len(queries))
    assert spent == [6, 6, 9]


def test_a_schedule_with_a_faulty_talk_says_so(cast: Cast, ratna: Client) -> None:
    talks = [talk("a", "Opening", room="Hall 1"), talk("b", "")]
    filed, page = previewed(ratna, cast.event, schedule([day(*talks, room="Hall 1")]))
    assert counts(page) == {"newnew session": 1, "faultysession with errors": 1}
    confirm(ratna, filed, page, leave_out_errors="on")
    assert str(Session.objects.get().venue) == "Hall 1"
