"""The check for known weaknesses: it fails for one, and says so where nobody could be asked."""

import subprocess
from typing import Any

import pytest

from liaison.embedded.advisories import NOT_ASKED, judged, main

SOUND: dict[str, Any] = {"name": "sound", "version": "1", "vulns": []}
WEAK: dict[str, Any] = {"name": "weak", "version": "2", "vulns": [{"id": "X-1", "fix_versions": ["3"]}]}
UNKNOWN: dict[str, Any] = {"name": "unknown", "skip_reason": "not there"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([SOUND], 0, ""),
        ([SOUND, WEAK, UNKNOWN], 1, "weak 2: X-1, mended in 3\n"),
        ([SOUND, UNKNOWN], NOT_ASKED, "1 of 2 packages could not be looked up\n"),
        ([], NOT_ASKED, "0 of 0 packages could not be looked up\n"),
    ],
)
def test_what_an_answer_comes_to(
    capsys: pytest.CaptureFixture[str], packages: list[dict[str, Any]], code: int, said: str
) -> None:
    assert (judged(packages), capsys.readouterr().out) == (code, said)


def test_no_answer_is_said_and_fails_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = subprocess.CompletedProcess([], 1, stdout="", stderr="first\nno connection\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: silent)
    assert (main(), capsys.readouterr().out) == (NOT_ASKED, "no connection\n")

    def wait_too_long(*args: Any, **options: Any) -> Any:
        raise subprocess.TimeoutExpired([], 1)

    monkeypatch.setattr(subprocess, "run", wait_too_long)
    assert (main(), "no answer within" in capsys.readouterr().out) == (NOT_ASKED, True)
