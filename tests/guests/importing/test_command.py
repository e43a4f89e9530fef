"""The command for scripts: a dry run unless asked, a report to read by eye or by program, and honest exit codes."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from guests.models import GuestList, Visit
from tests.cast import Cast
from tests.guests.importing.lists import ANA, BUDI, HEADINGS
from tests.liaison.sheets import files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tamu.csv"
    path.write_text(files.csv_text([HEADINGS, ANA, BUDI]))
    return path


def run(cast: Cast, file: Path, *more: str) -> str:
    out = StringIO()
    call_command("import_guests", cast.event.slug, str(file), *more, stdout=out)
    return out.getvalue()


def refused(cast: Cast, file: Path, *more: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as caught:
        run(cast, file, *more)
    return caught.value.returncode, str(caught.value)


def report(cast: Cast, file: Path, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(cast, file, "--json", *more))
    return found


def test_without_apply_nothing_is_written(cast: Cast, file: Path) -> None:
    said = run(cast, file)
    assert "warning: row 3, arrives_at: “besok” is no date and time" in said
    assert said.endswith("2 new, 0 changed, 0 unchanged, 0 faulty, 0 gone, 0 by_hand. Nothing was written.\n")
    assert not GuestList.objects.exists()
    assert not Visit.objects.filter(external_key="A1").exists()


def test_with_apply_it_is_written_once(cast: Cast, file: Path) -> None:
    assert run(cast, file, "--apply", "--by", cast.ratna.email).endswith("Applied.\n")
    again = report(cast, file, "--apply", "--by", cast.ratna.email)
    assert (again["applied"], again["counts"]["new"], again["counts"]["unchanged"]) == (True, 0, 2)
    assert Visit.objects.filter(external_key__in=["A1", "B2"]).count() == 2


@pytest.mark.parametrize("who", ["sari", "hendra", "putri"])
def test_only_a_coordinator_of_the_event_applies(cast: Cast, file: Path, who: str) -> None:
    code, said = refused(cast, file, "--apply", "--by", getattr(cast, who).email)
    assert (code, said) == (1, "--apply needs --by with the address of a coordinator of the event.")
    assert refused(cast, file, "--apply")[0] == 1
    assert not Visit.objects.filter(external_key="A1").exists()


def test_rows_with_errors_are_exit_code_2_until_left_out(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(files.csv_text([HEADINGS, ANA, ["B2", "x" * 300, *BUDI[2:]]]))
    by = ("--apply", "--by", cast.ratna.email)
    assert refused(cast, file, *by)[0] == 2
    assert not Visit.objects.filter(external_key="A1").exists()
    assert run(cast, file, *by, "--leave-out-errors").endswith("Applied.\n")
    assert Visit.objects.filter(external_key="A1").exists()


def test_an_open_question_about_dates_is_exit_code_3_until_answered(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "dates.csv"
    cast.event.starts_on, cast.event.ends_on = "2027-05-06", "2027-06-05"
    cast.event.save()
    file.write_text("Name,Arrival\nAna,05/06/2027 10:00\n")
    by = ("--apply", "--by", cast.ratna.email)
    assert refused(cast, file, *by)[0] == 3
    assert not Visit.objects.filter(guest__name="Ana").exists()
    run(cast, file, *by, "--answer", "order=mdy")
    arrives_at = Visit.objects.get(guest__name="Ana").arrives_at
    assert arrives_at is not None
    assert arrives_at.isoformat() == "2027-05-06T02:00:00+00:00"


def test_columns_can_be_told_and_are_remembered_from_the_desk(cast: Cast, tmp_path: Path) -> None:
    file, mapping = tmp_path / "shoes.csv", tmp_path / "mapping.json"
    file.write_text("Orang,Sepatu\nAna,38\n")
    assert refused(cast, tmp_path / "none.csv")[0] == 1
    mapping.write_text(json.dumps({"columns": {"Orang": "name", "Sepatu": "note"}}))
    assert report(cast, file, "--mapping", str(mapping))["counts"]["new"] == 1
    mapping.write_text(json.dumps({"columns": {"Orang": "shoe"}}))
    code, said = refused(cast, file, "--mapping", str(mapping))
    assert (code, said.split(". ")[0]) == (1, "No such field: shoe")
    mapping.write_text("not json")
    assert refused(cast, file, "--mapping", str(mapping))[0] == 1


def test_what_is_no_event_or_no_table_is_exit_code_1(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "x.exe"
    file.write_bytes(b"MZ\0\x03" + bytes(2000))
    assert refused(cast, file) == (
        1, "This is not a spreadsheet. Upload an Excel (.xlsx, .xls), OpenDocument (.ods) or CSV file.",
    )  # fmt: skip
    with pytest.raises(CommandError, match="There is no event"):
        call_command("import_guests", "nowhere", str(file))
