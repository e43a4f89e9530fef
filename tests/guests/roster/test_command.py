"""The command for scripts: a dry run unless asked, and honest exit codes."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from guests.models import RosterFile
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.guests.roster.rosters import HEADINGS, RINA, TONO, team
from tests.liaison.sheets import files


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    path = tmp_path / "lo.csv"
    path.write_text(files.csv_text([HEADINGS, RINA, [*TONO[:6], "Wakanda"]]))
    return path


def run(cast: Cast, file: Path, *more: str) -> str:
    out = StringIO()
    call_command("import_officers", cast.event.slug, str(file), *more, stdout=out)
    return out.getvalue()


def refused(cast: Cast, file: Path, *more: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as caught:
        run(cast, file, *more)
    return caught.value.returncode, str(caught.value)


def test_without_apply_nothing_is_written(cast: Cast, file: Path) -> None:
    text = run(cast, file)
    assert "not matched: row 3: Wakanda" in text
    counts = "2 new, 0 changed, 0 unchanged, 0 faulty, 0 assignments, 1 unmatched."
    assert text.endswith(f"{counts} Nothing was written.\n")
    assert not RosterFile.objects.exists()
    assert "rina@example.org" not in team(cast.event)


def test_with_apply_it_is_written_once_and_mails_go_out_only_with_invite(cast: Cast, file: Path) -> None:
    by = ("--apply", "--by", cast.ratna.email)
    assert run(cast, file, *by).endswith("Applied.\n")
    again: dict[str, Any] = json.loads(run(cast, file, "--json", "--invite", *by))
    assert (again["applied"], again["counts"]["new"], again["counts"]["unchanged"]) == (True, 0, 2)
    assert "rina@example.org" in team(cast.event)
    assert not Notice.objects.filter(kind="invitation").exists()
    file.write_text(files.csv_text([HEADINGS, ["Wati", "wati@example.org"]]))
    run(cast, file, "--invite", *by)
    assert Notice.objects.filter(kind="invitation").count() == 1


@pytest.mark.parametrize("who", ["sari", "hendra", "putri"])
def test_only_a_coordinator_of_the_event_applies(cast: Cast, file: Path, who: str) -> None:
    assert refused(cast, file, "--apply", "--by", getattr(cast, who).email)[0] == 1
    assert refused(cast, file, "--apply")[0] == 1
    assert "rina@example.org" not in team(cast.event)


def test_rows_with_errors_are_2_and_an_open_order_is_3(cast: Cast, file: Path) -> None:
    by = ("--apply", "--by", cast.ratna.email)
    file.write_text(files.csv_text([HEADINGS, RINA, ["Nobody"]]))
    assert refused(cast, file, *by)[0] == 2
    assert "rina@example.org" not in team(cast.event)
    file.write_text(files.csv_text([HEADINGS, [*RINA[:4], "07/08/2027 06.00-14.00"]]))
    assert refused(cast, file, *by)[0] == 3
    assert "rina@example.org" not in team(cast.event)
    assert run(cast, file, *by, "--answer", "order=mdy").endswith("Applied.\n")


def test_columns_may_be_named(cast: Cast, file: Path, tmp_path: Path) -> None:
    file.write_text(files.csv_text([["Siapa", "Ke mana"], ["Rina", "rina@example.org"]]))
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"columns": {"Siapa": "name", "Ke mana": "email"}}))
    assert run(cast, file, "--mapping", str(mapping)).startswith("1 new")
    mapping.write_text(json.dumps({"columns": {"Siapa": "shoe size"}}))
    assert refused(cast, file, "--mapping", str(mapping))[0] == 1


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04 half"])
def test_what_is_no_table_is_refused(cast: Cast, file: Path, data: bytes) -> None:
    file.write_bytes(data)
    assert refused(cast, file)[0] == 1
