"""Indonesian is complete: every marked word of the code stands in the catalogue, translated."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "liaison" / "locale" / "id" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every marked word, collected by Django's own command from a copy of the code."""
    copy = tmp_path_factory.mktemp("words")
    for room in ("liaison", "events", "guests", "templates"):
        shutil.copytree(
            ROOT / room, copy / room, ignore=shutil.ignore_patterns("*.pyc", "migrations", "locale")
        )
    (copy / "liaison" / "locale").mkdir()
    command = [
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "-l",
        "id",
        "-e",
        "html,txt,py",
        "--no-location",
    ]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)  # noqa: S603 (no shell, no foreign word)
    return {entry.msgid for entry in polib.pofile(str(copy / CATALOGUE.relative_to(ROOT)))}


def test_every_marked_word_is_translated(marked: set[str]) -> None:
    assert len(marked) > 300
    done = {entry.msgid for entry in polib.pofile(str(CATALOGUE)) if entry.translated()}
    assert sorted(marked - done) == []


def test_no_translation_is_left_over(marked: set[str]) -> None:
    assert sorted({entry.msgid for entry in polib.pofile(str(CATALOGUE))} - marked) == []


def test_placeholders_survive_translation() -> None:
    for entry in polib.pofile(str(CATALOGUE)):
        for translation in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            assert set(PLACEHOLDER.findall(translation)) <= set(
                PLACEHOLDER.findall(entry.msgid + entry.msgid_plural)
            )
            if not entry.msgid_plural:
                assert sorted(PLACEHOLDER.findall(translation)) == sorted(PLACEHOLDER.findall(entry.msgid)), (
                    entry.msgid
                )
