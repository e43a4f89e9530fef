"""The four steps of a guest list at the desk, as a coordinator walks them."""

import re
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from events.models import Event
from guests.models import Delegation, Guest, GuestList, Visit
from liaison.accounts.models import User
from tests.cast import Cast
from tests.factories import make_guest, make_visit
from tests.guests.importing.lists import ANA, BUDI, HEADINGS, listed, numbered
from tests.liaison.sheets import files

ADD = "/admin/guests/guestlist/add/"
STEPS = ("columns", "preview", "done")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ratna(cast: Cast) -> Client:
    return signed_in(cast.ratna)


def upload(client: Client, event: Event, data: bytes, name: str = "tamu.xlsx") -> Any:
    return client.post(ADD, {"event": event.pk, "file": SimpleUploadedFile(name, data)})


def address(step: str, guest_list: GuestList) -> str:
    return reverse(f"admin:guests_guestlist_{step}", args=[guest_list.pk])


def hidden(response: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found
    return found[1]


def chosen(response: Any) -> dict[str, str]:
    """The columns form as it stands on the page."""
    form = response.context["form"]
    data = {field.html_name: field.value() or "" for _column, field in form.rows()}
    return data | {name: hidden(response, name) for name in ("sheet", "header_row")}


def previewed(client: Client, event: Event, data: bytes, name: str = "tamu.xlsx") -> tuple[GuestList, Any]:
    """Upload, take the guessed columns, and look at the preview."""
    response = upload(client, event, data, name)
    assert response.status_code == 302, response.content.decode()
    columns = client.get(response.url)
    chosen_columns = client.post(response.url, chosen(columns))
    guest_list = GuestList.objects.latest("pk")
    preview = address("preview", guest_list)
    assert chosen_columns.headers["Location"] == preview
    return guest_list, client.get(preview)


def confirm(client: Client, guest_list: GuestList, page: Any, **more: str) -> HttpResponse:
    data = {"digest": hidden(page, "digest")} | more
    return client.post(address("preview", guest_list), data)  # type: ignore[return-value]


def test_the_general_debate_becomes_193_visits_and_twice_changes_nothing(cast: Cast, ratna: Client) -> None:
    before = Visit.objects.count()
    guest_list, page = previewed(ratna, cast.event, files.UN_LIST.read_bytes())
    assert [(count.kind, count.number) for count in page.context["outcome"].counts] == [
        ("new", 193), ("changed", 0), ("unchanged", 0), ("warning", 0), ("faulty", 0),
    ]  # fmt: skip
    assert Visit.objects.count() == before
    response = confirm(ratna, guest_list, page)
    assert (response.status_code, response.headers["Location"]) == (302, address("done", guest_list))
    assert "193" in ratna.get(address("done", guest_list)).content.decode()
    assert cast.event.visits.exclude(external_key="").count() == 193
    assert cast.event.delegations.count() == 193
    brazil = Visit.objects.select_related("guest", "delegation").get(guest__name="Jair Bolsonaro")
    assert (brazil.guest.country, brazil.guest.office, brazil.guest.introduced_by) == (
        "BR",
        "President",
        cast.ratna,
    )
    assert str(brazil.delegation) == "Brazil"
    assert Delegation.objects.get(name="Democratic Republic of Congo").country == "CD"
    assert not Guest.objects.filter(name__in=["", "Name of Person Speaking"]).exists()

    again, page = previewed(ratna, cast.event, files.UN_LIST.read_bytes())
    assert [count.number for count in page.context["outcome"].counts] == [0, 0, 193, 0, 0]
    confirm(ratna, again, page)
    again.refresh_from_db()
    assert (again.state, again.summary["unchanged"]) == (GuestList.State.APPLIED, 193)
    assert cast.event.visits.exclude(external_key="").count() == 193


def test_the_columns_are_guessed_shown_with_samples_and_correctable(cast: Cast, ratna: Client) -> None:
    table: list[list[Any]] = [
        ["Guests of the forum"],
        [],
        ["Nama", "Asal", "Sepatu"],
        ["Ana", "SG", 38],
        ["Budi", "ID", 42],
    ]
    response = upload(ratna, cast.event, files.xlsx(table, more={"Petugas": [["Nama"], ["Sari"]]}))
    page = ratna.get(response.url)
    assert hidden(page, "header_row") == "3"
    assert "42" in page.content.decode()
    data = chosen(page)
    assert (data["column-0"], data["column-1"], data["column-2"]) == ("name", "country", "")
    ratna.post(response.url, data | {"column-1": "country"})
    guest_list = GuestList.objects.get()
    assert guest_list.mapping["columns"] == {"0": "name", "1": "country"}
    assert chosen(ratna.get(response.url))["column-1"] == "country"
    other = ratna.get(response.url, {"sheet": "Petugas", "header_row": ""})
    assert hidden(other, "sheet") == "Petugas"
    assert "Sari" in other.content.decode()
    first = ratna.get(response.url, {"header_row": "0"})
    assert "Column A" in first.content.decode()
    below = ratna.get(response.url, {"header_row": "99"})
    assert "Below that row there is nothing" in below.content.decode()
    guest_list.refresh_from_db()
    assert guest_list.mapping["sheet"] == "Guests"


@pytest.mark.parametrize(
    ("choice", "complaint"),
    [
        ({"column-0": ""}, "Choose the column with the guests&#x27; names."),
        ({"column-1": "name"}, "“Nama” fills this already."),
        ({"column-1": "shoe_size"}, "Select a valid choice."),
    ],
)
def test_columns_that_cannot_be_are_refused(
    cast: Cast, ratna: Client, choice: dict[str, str], complaint: str
) -> None:
    response = upload(ratna, cast.event, files.xlsx([["Nama", "Sepatu"], ["Ana", 38]]))
    page = ratna.post(response.url, chosen(ratna.get(response.url)) | choice)
    assert page.status_code == 200
    assert complaint in page.content.decode()
    assert GuestList.objects.get().state == GuestList.State.UPLOADED


def test_a_list_without_known_headings_waits_for_a_choice(cast: Cast, ratna: Client) -> None:
    response = upload(ratna, cast.event, b"Shoe size,Colour\n38,red\n", "shoes.csv")
    page = ratna.get(response.url)
    assert [chosen(page)[f"column-{index}"] for index in (0, 1)] == ["", ""]
    assert "names" in ratna.post(response.url, chosen(page)).content.decode()


BAD_FILES = {
    "program.xlsx": (b"MZ\x90\0" + bytes(2000), "not a spreadsheet"),
    "empty.xlsx": (b"", "The file is empty"),
    "blank.xlsx": (files.xlsx([]), "no rows"),
    "half.xlsx": (files.xlsx([["Nama"], ["Ana"]])[:1500], "damaged"),
    "sealed.xlsx": (files.compound("EncryptedPackage", b"sealed"), "password"),
    "bomb.xlsx": (files.corner_bomb(), "far more than a list of people"),
    "huge.csv": (b"Nama\n" + b"a" * 10_500_000, "larger than 10 MB"),
    "page.xls": (b"<html><table></table></html>", "not a spreadsheet"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_a_sentence_and_nothing_is_kept(
    cast: Cast, ratna: Client, name: str
) -> None:
    data, sentence = BAD_FILES[name]
    kept = default_storage.listdir("guest-lists")[1] if default_storage.exists("guest-lists") else []
    response = upload(ratna, cast.event, data, name)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not GuestList.objects.exists()
    now = default_storage.listdir("guest-lists")[1] if default_storage.exists("guest-lists") else []
    assert now == kept


def test_a_row_with_an_error_is_named_and_waits_for_the_tick(cast: Cast, ratna: Client) -> None:
    table: list[list[Any]] = [
        ["Nama", "Jabatan"],
        ["Ana", "Rektor"],
        ["x" * 300, "Dekan"],
        [None, "Menteri"],
        ["ANA", "Rektor"],
    ]
    guest_list, page = previewed(ratna, cast.event, files.xlsx(table))
    text = re.sub(r"\s+", " ", page.content.decode())
    assert "Row 3 · Full name" in text
    assert "300 characters; at most 200 can be kept." in text
    assert "Row 4 · Full name" in text
    assert "The name is missing." in text
    assert "The same guest as in row 2" in text
    refused = confirm(ratna, guest_list, page)
    assert refused.status_code == 200
    assert "Some rows have errors." in refused.content.decode()
    assert not Guest.objects.filter(name="Ana").exists()
    assert confirm(ratna, guest_list, page, leave_out_errors="on").status_code == 302
    assert Guest.objects.filter(name="Ana").count() == 1
    assert "rows 3, 4, 5" in ratna.get(address("done", guest_list)).content.decode()


def test_script_html_and_formulas_are_shown_and_kept_as_text(cast: Cast, ratna: Client) -> None:
    nasty = ["<script>alert(1)</script>", "=cmd|'/C calc'!A0", "Test & <b>Sons</b>"]
    data = files.csv_text([["Nama", "Jabatan", "Instansi <i>"], nasty]).encode()
    response = upload(ratna, cast.event, data, "<img src=x>.csv")
    pages = [ratna.get(response.url)]
    guest_list, page = previewed(ratna, cast.event, data, "<img src=x>.csv")
    confirm(ratna, guest_list, page)
    pages += [page, ratna.get(address("done", guest_list)), ratna.get("/admin/guests/guestlist/")]
    for shown in pages:
        content = shown.content.decode()
        assert "<script>alert" not in content
        assert "<img src=x>" not in content
        assert "<b>Sons" not in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.content.decode()
    guest = Guest.objects.get(introduced_by=cast.ratna)
    assert [guest.name, guest.office, guest.organisation] == nasty


def test_a_change_is_shown_field_by_field_with_the_events_zone(cast: Cast, ratna: Client) -> None:
    guest_list, page = previewed(ratna, cast.event, files.csv_text([HEADINGS, ANA, BUDI]).encode(), "a.csv")
    confirm(ratna, guest_list, page)
    newer = [*BUDI[:2], "Prime Minister", *BUDI[3:6], "13/05/2027 08:15", *BUDI[7:]]
    _list, page = previewed(ratna, cast.event, files.csv_text([HEADINGS, ANA, newer]).encode(), "b.csv")
    [budi] = page.context["outcome"].changed
    assert [(change.label, change.before, change.after) for change in budi.changes] == [
        ("Office", "Rector", "Prime Minister"),
        ("Arrives", "", "Thu 13 May 2027, 08:15 WITA"),
        ("Arrival is", "to be confirmed", "exact"),
        ("Arrival as written", "besok", ""),
    ]
    assert "<bdi>Prime Minister</bdi>" in page.content.decode()


def test_a_confirmation_sent_twice_applies_once(cast: Cast, ratna: Client) -> None:
    guest_list, page = previewed(ratna, cast.event, files.csv_text([HEADINGS, ANA]).encode())
    first, second = (confirm(ratna, guest_list, page) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"] == address("done", guest_list)
    assert Visit.objects.filter(external_key="A1").count() == 1


def test_a_preview_that_is_out_of_date_is_not_applied(cast: Cast, ratna: Client) -> None:
    guest_list, page = previewed(ratna, cast.event, files.csv_text([HEADINGS, ANA]).encode())
    make_visit(cast.event, make_guest("Ana Lim"), external_key="A1")
    response = confirm(ratna, guest_list, page)
    assert "have changed since you looked" in response.content.decode()
    assert Guest.objects.get(visits__external_key="A1").office == ""
    blind = ratna.post(address("preview", guest_list), {})
    assert "have changed since you looked" in blind.content.decode()


def test_looking_writes_nothing(cast: Cast, ratna: Client) -> None:
    guest_list, _page = previewed(ratna, cast.event, files.csv_text([HEADINGS, ANA]).encode())
    before = GuestList.objects.values().get()
    for step in (*STEPS, "change"):
        assert ratna.get(address(step, guest_list)).status_code in (200, 302)
    assert GuestList.objects.values().get() == before
    assert not Visit.objects.filter(external_key="A1").exists()


@pytest.mark.parametrize("state", GuestList.State)
@pytest.mark.parametrize("step", [*STEPS, "change", "delete", "history"])
def test_someone_elses_list_is_not_found(cast: Cast, state: GuestList.State, step: str) -> None:
    guest_list = listed(cast.event, cast.ratna, ANA)
    summary = {"new": 1, "changed": 0, "unchanged": 0, "left_out": [], "delegations": 0, "hotels": 0}
    GuestList.objects.update(state=state, summary=summary)
    hendra = signed_in(cast.hendra)
    for response in (hendra.get(address(step, guest_list)), hendra.post(address(step, guest_list), {})):
        assert response.status_code == 404
        assert "tamu" not in response.content.decode()
    assert "list.csv" not in hendra.get("/admin/guests/guestlist/").content.decode()
    assert "list.csv" in signed_in(cast.ratna).get("/admin/guests/guestlist/").content.decode()
    assert GuestList.objects.get().state == state


def test_nobody_uploads_for_an_event_they_do_not_run(cast: Cast) -> None:
    hendra = signed_in(cast.hendra)
    assert cast.event.name not in hendra.get(ADD).content.decode()
    response = upload(hendra, cast.event, files.xlsx([["Nama"], ["Ana"]]))
    assert response.status_code == 200
    assert not GuestList.objects.exists()


@pytest.mark.parametrize("who", ["sari", "putri"])
def test_officers_and_press_do_not_enter(cast: Cast, who: str) -> None:
    guest_list = listed(cast.event, cast.ratna, ANA)
    client = signed_in(getattr(cast, who))
    for path in (ADD, "/admin/guests/guestlist/", *(address(step, guest_list) for step in STEPS)):
        assert client.get(path, follow=True).status_code == 403
    assert Client().get(ADD, follow=True).redirect_chain[-1][0].startswith("/accounts/login/")


def test_a_list_whose_file_is_gone_says_so(cast: Cast, ratna: Client) -> None:
    guest_list = listed(cast.event, cast.ratna, ANA)
    default_storage.delete(str(guest_list.file.name))
    for step in ("columns", "preview"):
        response = ratna.get(address(step, guest_list), follow=True)
        assert response.status_code == 200
        assert "The file is no longer kept here." in response.content.decode()


def test_a_deleted_list_takes_its_file_with_it(
    cast: Cast, ratna: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    guest_list = listed(cast.event, cast.ratna, ANA)
    with django_capture_on_commit_callbacks(execute=True):
        ratna.post(address("delete", guest_list), {"post": "yes"})
    assert not GuestList.objects.exists()
    assert not default_storage.exists(str(guest_list.file.name))


def queries_about(client: Client, path: str, *tables: str) -> int:
    """How many queries a page asks of these tables; what every page of the desk asks beside is the desk's matter."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return sum(any(f'FROM "{table}"' in query["sql"] for table in tables) for query in asked.captured_queries)


@pytest.mark.parametrize("rows", [3, 30])
def test_queries_of_the_preview_do_not_grow_with_the_rows(cast: Cast, ratna: Client, rows: int) -> None:
    guest_list = listed(cast.event, cast.ratna, *numbered(rows))
    tables = (
        "guests_guestlist",
        "guests_visit",
        "guests_guest",
        "guests_delegation",
        "events_venue",
        "events_event",
    )
    assert queries_about(ratna, address("preview", guest_list), *tables) == 5  # the desk’s events among them


@pytest.mark.parametrize("lists", [1, 3, 30])
def test_queries_of_the_changelist_do_not_grow_with_the_lists(cast: Cast, ratna: Client, lists: int) -> None:
    guest_list = listed(cast.event, cast.ratna, ANA)
    for _ in range(lists - 1):
        guest_list.pk = None
        guest_list.save()
    assert queries_about(ratna, "/admin/guests/guestlist/", "guests_guestlist") == 2


def answer(client: Client, guest_list: GuestList, **answers: str) -> Any:
    """Answer questions on the preview, and look at it again; “person_3” stands for “person-3”."""
    given = {name.replace("_", "-", 1): said for name, said in answers.items()}
    client.post(address("preview", guest_list), {"answer": "yes"} | given)
    return client.get(address("preview", guest_list))


def test_two_spellings_of_one_guest_are_shown_side_by_side_and_merged_on_a_persons_word(
    cast: Cast, ratna: Client
) -> None:
    table: list[list[Any]] = [
        ["Nama", "Jabatan", "Diet"],
        ["Haruto Minamoto", "Vice President", None],
        ["MINAMOTO Haruto", "VP", "Gluten free"],
    ]
    guest_list, page = previewed(ratna, cast.event, files.xlsx(table))
    [question] = page.context["outcome"].questions
    assert [(side.label, side.here, side.there) for side in question.sides] == [
        ("Full name", "MINAMOTO Haruto", "Haruto Minamoto"),
        ("Office", "VP", "Vice President"),
        ("Diet", "Gluten free", ""),
    ]
    assert "the same guest as in row 2" in page.content.decode()
    assert page.context["outcome"].counts[0].number == 2
    page = answer(ratna, guest_list, person_3="row-2")
    assert page.context["outcome"].counts[0].number == 1
    back = answer(ratna, guest_list, person_3="")
    assert back.context["outcome"].counts[0].number == 2
    page = answer(ratna, guest_list, person_3="row-2")
    confirm(ratna, guest_list, page)
    guest = Guest.objects.get(introduced_by=cast.ratna)
    assert (guest.name, guest.office, guest.diet) == ("Haruto Minamoto", "Vice President", "Gluten free")


@pytest.mark.parametrize(("said", "new"), [("visit", 0), ("other", 1), ("", 1)])
def test_a_row_like_a_guest_at_the_event_brings_that_one_up_to_date_on_a_persons_word(
    cast: Cast, ratna: Client, said: str, new: int
) -> None:
    guest_list, page = previewed(
        ratna, cast.event, files.xlsx([["Nama", "Jabatan"], ["Kenji SATOU", "Minister"]])
    )
    [question] = page.context["outcome"].questions
    assert question.headings == ("Row 2", "At the event already")
    page = answer(ratna, guest_list, person_2=f"visit-{cast.sato.pk}" if said == "visit" else said)
    confirm(ratna, guest_list, page)
    assert Guest.objects.filter(introduced_by=cast.ratna).count() == new
    cast.sato.refresh_from_db()
    assert (cast.sato.external_key != "") == (said == "visit")
    if said == "visit":
        assert cast.sato.guest.name == "Kenji SATOU"
        _again, page = previewed(
            ratna, cast.event, files.xlsx([["Nama", "Jabatan"], ["Kenji SATOU", "Minister"]])
        )
        assert [count.number for count in page.context["outcome"].counts][:3] == [0, 0, 1]


def test_an_answer_that_is_no_choice_is_not_taken(cast: Cast, ratna: Client) -> None:
    guest_list, _page = previewed(
        ratna, cast.event, files.xlsx([["Nama", "Jabatan"], ["Kenji SATOU", "Minister"]])
    )
    answer(ratna, guest_list, person_2=f"visit-{cast.okafor.pk}", order="dmy")
    guest_list.refresh_from_db()
    assert guest_list.mapping["answers"] == {}


def test_a_name_in_the_officers_column_is_certain_or_asked(cast: Cast, ratna: Client) -> None:
    table = [["Nama", "LO"], ["Chen Wei", "Bagus"], ["Rosa Vargas", "Putu?"], ["Tomas Umar", "Putu?"]]
    guest_list, page = previewed(ratna, cast.event, files.xlsx(table))
    [question] = page.context["outcome"].questions
    assert question.text == "Who is “Putu?” (rows 3, 4)?"
    page = answer(ratna, guest_list, officer_putu=str(cast.sari_officer.pk))
    confirm(ratna, guest_list, page)
    led = {name: list(Visit.objects.filter(guest__name=name).values_list("assignments__officer", flat=True)) for name in
           ("Chen Wei", "Rosa Vargas", "Tomas Umar")}  # fmt: skip
    assert led == {
        "Chen Wei": [cast.bagus_officer.pk],
        "Rosa Vargas": [cast.sari_officer.pk],
        "Tomas Umar": [cast.sari_officer.pk],
    }


def test_the_order_of_ambiguous_dates_is_asked_once_for_the_file(cast: Cast, ratna: Client) -> None:
    Event.objects.update(starts_on="2027-05-06", ends_on="2027-06-05")
    table = [["Nama", "Tiba"], ["Chen Wei", "05/06/2027 10:00"], ["Rosa Vargas", "06/05/2027 10:00"]]
    guest_list, page = previewed(ratna, cast.event, files.xlsx(table))
    assert "How does this file write its dates?" in page.content.decode()
    assert "Say first which figure" in confirm(ratna, guest_list, page).content.decode()
    page = answer(ratna, guest_list, order="mdy")
    assert confirm(ratna, guest_list, page).status_code == 302
    arrives_at = Visit.objects.get(guest__name="Chen Wei").arrives_at
    assert arrives_at is not None
    assert arrives_at.isoformat() == "2027-05-06T02:00:00+00:00"


def test_the_columns_are_remembered_for_the_events_next_list(cast: Cast, ratna: Client) -> None:
    first = upload(ratna, cast.event, files.xlsx([["Orang", "Sepatu"], ["Ana", 38]]))
    ratna.post(first.url, chosen(ratna.get(first.url)) | {"column-0": "name", "column-1": "note"})
    second = upload(ratna, cast.event, files.xlsx([["Sepatu", "Baru", "ORANG"], [38, "x", "Ana"]]))
    data = chosen(ratna.get(second.url))
    assert (data["column-0"], data["column-1"], data["column-2"]) == ("note", "", "name")
    hendra = signed_in(cast.hendra)
    other = upload(hendra, cast.other_event, files.xlsx([["Sepatu", "Orang"], [38, "Ana"]]))
    assert chosen(hendra.get(other.url))["column-0"] == ""


def test_stored_phones_are_not_shown_on_the_preview(cast: Cast, ratna: Client) -> None:
    rows = [["Kode", "Nama", "HP"], ["S1", "Chen Wei", "0812 0000 0102"]]
    guest_list, page = previewed(ratna, cast.event, files.xlsx(rows))
    confirm(ratna, guest_list, page)
    rows[1][2] = "0812 0000 0999"
    _newer, page = previewed(ratna, cast.event, files.xlsx(rows))
    assert "0812 0000 0999" in page.content.decode()
    assert "0812 0000 0102" not in page.content.decode()
    [chen] = page.context["outcome"].changed
    assert [change.before for change in chen.changes] == ["•••"]
