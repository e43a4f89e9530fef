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
Word = tuple[str, str]
"""What is marked, after the context that tells it from the same word elsewhere."""

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> set[Word]:
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
    return words_in(copy / CATALOGUE.relative_to(ROOT))


def words_in(catalogue: Path, *, translated: bool = False) -> set[Word]:
    entries = polib.pofile(str(catalogue))
    return {(entry.msgctxt or "", entry.msgid) for entry in entries if entry.translated() or not translated}


def test_every_marked_word_is_translated(marked: set[Word]) -> None:
    assert len(marked) > 300
    assert sorted(marked - words_in(CATALOGUE, translated=True)) == []


def test_no_translation_is_left_over(marked: set[Word]) -> None:
    assert sorted(words_in(CATALOGUE) - marked) == []


def test_no_word_is_marked_both_alone_and_as_one_of_a_number() -> None:
    """Python's first 3.11 finds no translation of a word by itself that the catalogue has together with its plural."""
    code = "".join(
        path.read_text()
        for room in ("liaison", "events", "guests", "templates")
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".html", ".txt")
    )
    alone = set(re.findall(r'(?:\b_|gettext|gettext_lazy)\(\s*"([^"]+)"\s*\)|{% translate "([^"]+)"', code))
    counted = {
        entry.msgid for entry in polib.pofile(str(CATALOGUE)) if entry.msgid_plural and not entry.msgctxt
    }
    assert len(alone) > 300
    assert sorted(counted & {word for words in alone for word in words}) == []


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
