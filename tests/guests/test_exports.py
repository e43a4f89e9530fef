"""Lists that are taken away: what they hold, for whom, that they come back in unchanged, and that the taking is kept."""

import io
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from events.models import Event
from guests.exporting.asked import Asked
from guests.exporting.giving import give
from guests.importing.diffing import Kind
from guests.models import Erasure, Export, GuestPrivate, ItineraryItem, PrivateReading, Visit
from liaison.accounts.models import User
from liaison.sheets.reading import read_sheets
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_delegation,
    make_guest,
    make_item,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.desk import signed_in
from tests.guests.importing.lists import diff_for, uploaded

FORMATS = ["xlsx", "csv"]
TABLES = ["guests", "assignments", "arrivals", "manifest"]


def taken(event: Event, by: User | None, kind: str, how: str = "csv", **wishes: Any) -> bytes:
    out = io.BytesIO()
    give(asked=Asked(event=event, by=by, at=NOW, **wishes), kind=kind, how=how, out=out)
    return out.getvalue()


def lines(data: bytes) -> list[list[Any]]:
    [sheet] = read_sheets(data)
    return [[row.cell(column) for column in range(sheet.width)] for row in sheet.rows]


def by_heading(data: bytes) -> list[dict[str, Any]]:
    headings, *rows = lines(data)
    return [dict(zip(headings, row, strict=True)) for row in rows]


@pytest.fixture
def forum(cast: Cast) -> Cast:
    """The forum with guests in every state a list can have them."""
    event = cast.event
    hotel = make_venue(event, "Bay Hotel", kind="hotel")
    Visit.objects.filter(pk=cast.sato.pk).update(
        external_key="A1", arrives_at=NOW, departs_at=NOW + timedelta(days=1, hours=3), hotel=hotel, room="1201",
        companions=2, companions_note="2 org", photo_consent="given", press_consent="refused", rank=1, note="=1+1",
        delegation=make_delegation(event, "Japan"), departure_precision="approximate",
    )  # fmt: skip
    Visit.objects.filter(pk=cast.lim.pk).update(
        arrival_precision="tbc",
        arrival_note="besok",
        departure_precision="tbc",
        companions=3,
        companions_note="two aides",
    )
    guest = make_guest(
        "عبد الرحمن", native_name="王丽华", honorific_before="Prof. Dr.", honorific_after="Ph.D.", languages=["ar", "en"],
        organisation="+Plus Ltd", office="@Office", diet="-no nuts",
    )  # fmt: skip
    make_visit(event, guest, level="guest", external_key="-7")
    make_item(cast.sato, "Arrival", kind="flight", external_key="arrival_flight", flight_number="GA 7026")
    GuestPrivate.objects.create(
        guest=cast.sato.guest,
        phones="+628123456789 (0812 345 6789)\n+81312345678",
        health="Asthma",
        passport="TR7",
    )
    return cast


@pytest.mark.parametrize("with_private", [False, True])
@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("how", FORMATS)
def test_our_own_guest_list_changes_nothing_when_it_comes_back(
    forum: Cast, how: str, language: str, with_private: bool
) -> None:
    with override(language):
        data = taken(
            forum.event, forum.ratna, "guests", how, with_private=with_private, zone_name="Asia/Tokyo"
        )
        diff = diff_for(uploaded(forum.event, forum.ratna, data, f"list.{how}"))
    assert [(one.kind, one.changes) for one in diff.rows] == [(Kind.UNCHANGED, ())] * 3
    assert {one.stored.visit_id for one in diff.rows if one.stored} == set(
        forum.event.visits.values_list("pk", flat=True)
    )
    assert (diff.gone, diff.delegations, diff.hotels, diff.unknown_officers) == ((), (), (), {})


def test_a_changed_cell_of_our_own_list_is_the_only_change(forum: Cast) -> None:
    data = taken(forum.event, forum.ratna, "guests").replace(b"Bay Hotel", b"Sea Hotel")
    diff = diff_for(uploaded(forum.event, forum.ratna, data))
    assert [change.key for one in diff.rows for change in one.changes] == ["hotel"]


def test_private_data_are_in_the_list_only_where_asked_for_and_each_reading_is_kept(forum: Cast) -> None:
    secrets = (b"Asthma", b"TR7", b"1201", b"8123456789")
    plain = taken(forum.event, forum.ratna, "guests")
    assert not [secret for secret in secrets if secret in plain]
    assert not PrivateReading.objects.exists()
    private = taken(forum.event, forum.ratna, "guests", with_private=True)
    assert [secret for secret in secrets if secret in private] == list(secrets)
    export = Export.objects.get(with_private=True)
    readings = PrivateReading.objects.all()
    assert {one.guest_id for one in readings} == set(forum.event.visits.values_list("guest_id", flat=True))
    assert {(one.reader, one.read_at, one.export) for one in readings} == {(forum.ratna, NOW, export)}


@pytest.mark.parametrize("who", ["sari", "putri", "hendra", "dewi"])
@pytest.mark.parametrize("kind", Export.Kind.values)
def test_only_who_runs_the_event_takes_its_lists(forum: Cast, who: str, kind: str) -> None:
    with pytest.raises(PermissionDenied):
        taken(forum.event, getattr(forum, who), kind)
    assert not Export.objects.exists()


@pytest.mark.parametrize("kind", Export.Kind.values)
def test_that_a_list_was_taken_is_kept_and_never_rewritten(forum: Cast, kind: str) -> None:
    taken(forum.event, forum.ratna, kind)
    export = Export.objects.get()
    assert (export.event, export.kind, export.taken_by, export.taken_at) == (
        forum.event,
        kind,
        forum.ratna,
        NOW,
    )
    assert export.rows is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        Export.objects.update(rows=0)


def test_assignments_say_who_looks_after_whom(forum: Cast) -> None:
    rows = by_heading(taken(forum.event, forum.ratna, "assignments"))
    assert [(row["Guest"], row["Officer"]) for row in rows] == [
        ("Ana Lim", "Bagus Pratama"), ("Kenji Sato", "Dewi Lestari"), ("Kenji Sato", "Sari Wulandari"),
    ]  # fmt: skip
    assert rows[0]["From (WITA)"] == "2027-05-12 09:00"
    tokyo = by_heading(taken(forum.event, forum.ratna, "assignments", zone_name="Asia/Tokyo"))
    assert tokyo[0]["From (JST)"] == "2027-05-12 10:00"


def test_arrivals_are_in_order_and_what_is_open_comes_last(forum: Cast) -> None:
    make_item(
        forum.sato,
        "Transfer",
        kind="transfer",
        starts_at=NOW,
        vehicle=make_vehicle(forum.event, "DK 1", "Made"),
    )
    rows = by_heading(taken(forum.event, forum.ratna, "arrivals"))
    assert [(row["Guest"], row["Coming or going"], row["Time (WITA)"]) for row in rows[:2]] == [
        ("Kenji Sato", "arrival", "2027-05-13 09:00"), ("Kenji Sato", "departure", "2027-05-14 12:00"),
    ]  # fmt: skip
    assert {row["Time (WITA)"] for row in rows[2:]} == {None}
    assert "besok" in {row["As written"] for row in rows[2:]}
    first = rows[0]
    assert (first["Flight"], first["Car"], first["Driver"], first["Driver’s phone"]) == (
        "GA 7026", "DK 1", "Made", "+62 812-3456-789",
    )  # fmt: skip
    assert (first["Liaison officer"], first["Hotel"]) == (
        "Sari Wulandari",
        "Bay Hotel",
    )  # Dewi's duty is over


def test_a_car_of_another_day_is_not_the_car_of_a_coming_or_going(forum: Cast) -> None:
    visit = Visit.objects.get(pk=forum.sato.pk)
    assert visit.departs_at is not None
    day_after, day_before = NOW + timedelta(days=1, hours=2), visit.departs_at - timedelta(hours=20)
    for number, moment in enumerate((day_after, day_before)):
        car = make_vehicle(forum.event, f"DK {number}")
        make_item(forum.sato, "Transfer", kind="transfer", starts_at=moment, vehicle=car)
    rows = by_heading(taken(forum.event, forum.ratna, "arrivals"))
    cars = {row["Coming or going"]: row["Car"] for row in rows if row["Guest"] == "Kenji Sato"}
    assert cars == {"arrival": "DK 1", "departure": "DK 0"}


@pytest.mark.parametrize("kind", ["guests", "arrivals", "manifest"])
def test_the_officer_named_is_who_leads_now_or_next(forum: Cast, kind: str) -> None:
    ItineraryItem.objects.update(kind="transfer")
    later = {"starts_at": NOW + timedelta(days=3), "ends_at": NOW + timedelta(days=4)}
    make_assignment(forum.sato, forum.bagus_officer, **later)

    def named() -> set[Any]:
        rows = by_heading(taken(forum.event, forum.ratna, kind))
        return {row["Liaison officer"] for row in rows if "Kenji Sato" in row.values()}

    assert named() == {"Sari Wulandari"}
    forum.sari_leads.withdraw()
    assert named() == {"Bagus Pratama"}


def test_the_manifest_has_a_line_for_each_ride_of_the_days(forum: Cast) -> None:
    car = make_vehicle(forum.event, "DK 1", "Made")
    ride = {"kind": "transfer", "vehicle": car, "starts_at": NOW, "venue": make_venue(forum.event, "Bay")}
    for visit in (forum.sato, forum.lim):
        make_item(visit, "Transfer", leave_by_at=NOW - timedelta(minutes=10), **ride)
    make_item(forum.lim, "Called off", **ride | {"state": ItineraryItem.State.CANCELLED})
    make_item(forum.lim, "Tomorrow", **ride | {"starts_at": NOW + timedelta(days=1)})
    day = NOW.date()
    [row] = by_heading(taken(forum.event, forum.ratna, "manifest", first_day=day, last_day=day))
    assert (row["Guests"], row["Companions"]) == ("Kenji Sato; Ana Lim", "5")
    assert (row["Leave by (WITA)"], row["Plate"], row["To"]) == ("2027-05-13 08:50", "DK 1", "Bay")


def test_the_log_of_what_was_erased_is_of_this_event_and_its_guests(forum: Cast) -> None:
    Erasure.objects.create(
        stage="private",
        event=forum.event,
        counts={"guests.Document": 3, "files": 2},
        started_at=NOW,
        finished_at=NOW,
    )
    Erasure.objects.create(
        stage="person", guest=forum.sato.guest, asked_by=forum.ratna, reason="Asked", started_at=NOW
    )
    Erasure.objects.create(stage="person", guest=forum.okafor.guest, reason="Elsewhere", started_at=NOW)
    Erasure.objects.create(stage="private", event=forum.other_event, reason="Elsewhere", started_at=NOW)
    rows = by_heading(taken(forum.event, forum.ratna, "erasures"))
    assert sorted((row["What was erased"], row["Reason"] or "") for row in rows) == [
        ("one person, asked for", "Asked"), ("private data of an event", ""),
    ]  # fmt: skip
    [private] = [row for row in rows if row["How many"]]
    assert (private["How many"], private["Begun (WITA)"]) == ("Documents: 3; Files: 2", "2027-05-13 09:00")
    [person] = [row for row in rows if row["Reason"] == "Asked"]
    assert (person["Number of the guest"], person["Asked for by"], person["Finished (WITA)"] or "") == (
        str(forum.sato.guest_id), "Ratna Kusuma", "",
    )  # fmt: skip


def queries_of(cast: Cast, kind: str, **wishes: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        taken(cast.event, cast.ratna, kind, **wishes)
    return len(queries)


@pytest.mark.parametrize(
    ("kind", "wishes", "number"),
    [("guests", {}, 8), ("guests", {"with_private": True}, 14), ("assignments", {}, 6), ("arrivals", {}, 8),
     ("manifest", {}, 8), ("contacts", {}, 9), ("erasures", {}, 6)],
)  # fmt: skip
def test_as_many_queries_for_three_guests_as_for_one(cast: Cast, kind: str, wishes: Any, number: int) -> None:
    Visit.objects.filter(pk=cast.lim.pk).delete()
    ItineraryItem.objects.update(kind="transfer")
    assert queries_of(cast, kind, **wishes) == number
    for name in "ab":
        visit = make_visit(cast.event, arrives_at=NOW, hotel=make_venue(cast.event))
        make_assignment(visit, cast.bagus_officer)
        make_item(visit, kind="transfer", vehicle=make_vehicle(cast.event, name, f"Driver {name}"))
        GuestPrivate.objects.create(guest=visit.guest, health="x")
    assert queries_of(cast, kind, **wishes) == number


def fetch(user: User, event: Event, **data: Any) -> Any:
    """The answer, read to its end so that its file is closed."""
    answer = signed_in(user).post(reverse("admin:guests_export_lists", args=[event.slug]), data)
    return SimpleNamespace(status_code=answer.status_code, headers=answer.headers, body=answer.getvalue())


def test_the_desk_gives_a_file_with_a_speaking_name(forum: Cast) -> None:
    answer = fetch(forum.ratna, forum.event, kind="guests", format="xlsx")
    assert answer.status_code == 200
    name = answer.headers["Content-Disposition"].split('"')[1]
    assert name.startswith(f"{forum.event.slug}-guest-list-20")
    assert name.endswith(".xlsx")
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    assert sheet.max_row == 4


def test_a_wrong_wish_gives_the_page_and_takes_nothing(forum: Cast) -> None:
    wrong = [
        {"kind": "guests", "format": "exe"},
        {"kind": "secrets"},
        {"kind": "manifest", "format": "csv", "last_day": "2027-05-12"},
    ]
    assert [fetch(forum.ratna, forum.event, **one).status_code for one in wrong] == [422, 422, 422]
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("ratna", 200), ("hendra", 404), ("sari", 403), ("putri", 403), ("dewi", 403)]
)
def test_the_page_is_for_those_who_run_the_event(forum: Cast, who: str, status: int) -> None:
    address = reverse("admin:guests_export_lists", args=[forum.event.slug])
    assert signed_in(getattr(forum, who)).get(address).status_code == status
    assert fetch(getattr(forum, who), forum.event, kind="arrivals", format="csv").status_code == status
    assert Export.objects.count() == (1 if who == "ratna" else 0)


def test_a_script_takes_a_list(forum: Cast, tmp_path: Path) -> None:
    out = tmp_path / "list.csv"
    call_command(
        "export", forum.event.slug, "guests", "--format", "csv", "--language", "en", "--out", str(out)
    )
    assert len(lines(out.read_bytes())) == 4
    assert Export.objects.get().taken_by is None
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]
