"""`import_programme`, as a shell script would use it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from events.models import ProgrammeFile, Session
from tests.cast import Cast
from tests.events.programme.listings import HOUR, applied, follower, local, row, table
from tests.factories import NOW
from tests.liaison.sheets import files

ROWS = [
    ["A", "Opening", local(NOW + 2 * HOUR), local(NOW + 3 * HOUR), "Ballroom", ""],
    ["B", "Dinner", local(NOW + 9 * HOUR), local(NOW + 11 * HOUR), "Pier", ""],
]


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def written(tmp_path: Path, *rows: list[str], headings: list[str] | None = None) -> Path:
    path = tmp_path / "programme.csv"
    [own, *rest] = table(rows)
    path.write_text(files.csv_text([headings or own, *rest]))
    return path


def run(cast: Cast, path: Path, *words: str) -> dict[str, Any]:
    said = StringIO()
    call_command("import_programme", cast.event.slug, str(path), "--json", *words, stdout=said)
    found: dict[str, Any] = json.loads(said.getvalue())
    return found


def code(cast: Cast, path: Path, *words: str) -> int:
    with pytest.raises(CommandError) as refused:
        run(cast, path, *words)
    return refused.value.returncode


def test_a_look_writes_nothing_and_says_all(cast: Cast, tmp_path: Path) -> None:
    applied(cast.event, row("Opening", "A", venue="Ballroom"), row("Closing", "C", 30))
    follower(cast.sato, Session.objects.get(external_key="A"))
    report = run(cast, written(tmp_path, *ROWS))
    assert report["counts"] == {
        "new": 1, "changed": 1, "unchanged": 0, "faulty": 0, "gone": 1, "by_hand": 0, "following": 1,
    }  # fmt: skip
    assert report["applied"] is False
    assert report["venues"] == ["Pier"]
    assert [one["name"] for one in report["gone"]] == ["Closing"]
    assert report["changed"][0]["changes"][0]["after"] == "Thu, 13 May 11:00 WITA"
    assert Session.objects.count() == 2


def test_applying_needs_a_coordinator_of_the_event(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, *ROWS)
    for by in ((), ("--by", cast.hendra.email), ("--by", cast.sari.email)):
        assert code(cast, path, "--apply", *by) == 1
    assert not Session.objects.exists()
    assert run(cast, path, "--apply", "--by", cast.ratna.email)["applied"] is True
    assert Session.objects.count() == 2
    filed = ProgrammeFile.objects.get()
    assert (filed.state, filed.uploaded_by) == (ProgrammeFile.State.APPLIED, cast.ratna)
    assert run(cast, path)["counts"]["unchanged"] == 2


def test_errors_stop_it_unless_they_are_left_out(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, ROWS[0], ["B", "", *ROWS[1][2:]])
    by = ("--apply", "--by", cast.ratna.email)
    assert code(cast, path) == 2
    assert code(cast, path, *by) == 2
    assert not ProgrammeFile.objects.exists()
    assert run(cast, path, *by, "--leave-out-errors")["applied"] is True
    assert Session.objects.get().title == "Opening"


def test_what_is_gone_goes_when_told(cast: Cast, tmp_path: Path) -> None:
    applied(cast.event, row("Closing", "C", 30))
    run(cast, written(tmp_path, *ROWS), "--apply", "--by", cast.ratna.email, "--remove-gone")
    assert set(Session.objects.values_list("title", flat=True)) == {"Opening", "Dinner"}


def test_columns_can_be_named(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, *ROWS, headings=["Key", "Was", "Start", "End", "Venue", "Room"])
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"columns": {"Was": "title", "Room": ""}}))
    assert run(cast, path, "--mapping", str(mapping))["counts"]["new"] == 2
    mapping.write_text(json.dumps({"columns": {"Was": "shoe_size"}}))
    assert code(cast, path, "--mapping", str(mapping)) == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"{", b"BEGIN:VCALENDAR\r\nrubbish"])
def test_what_cannot_be_read_is_code_one(cast: Cast, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert code(cast, path) == 1
    assert code(cast, tmp_path / "nowhere") == 1


def test_in_words(cast: Cast, tmp_path: Path) -> None:
    applied(cast.event, row("Opening", "A", venue="Ballroom"))
    said = StringIO()
    call_command("import_programme", cast.event.slug, str(written(tmp_path, *ROWS)), stdout=said)
    lines = said.getvalue().splitlines()
    assert "Opening: Starts: Thu, 13 May 10:00 WITA → Thu, 13 May 11:00 WITA" in lines
    assert lines[-1].endswith("Nothing was written.")
