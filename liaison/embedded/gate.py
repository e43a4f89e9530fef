"""The checks every change must pass: format, lint, types, imports, migrations, settings of production."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from liaison.embedded import processes
from liaison.embedded.advisories import NOT_ASKED
from liaison.embedded.engines import ROOT
from liaison.embedded.screen import coloured, say

_DJADE = [str(Path(sys.prefix) / "bin" / "djade"), "--target-version", "5.2"]
_LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Step:
    """A named command that succeeds or fails."""

    name: str
    argv: Sequence[str]


def steps() -> list[Step]:
    """All checks."""
    python, manage = sys.executable, [sys.executable, "manage.py"]
    return [
        Step("types (mypy)", [python, "-m", "mypy"]),
        Step("format (ruff)", [python, "-m", "ruff", "format", "--check", "."]),
        Step("lint (ruff)", [python, "-m", "ruff", "check", "."]),
        Step("templates (djade)", [*_DJADE, "--check", *_templates()]),
        Step("imports (import-linter)", [python, "-c", _LINT_IMPORTS]),
        Step("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Step("migrations beside old code", [python, "-m", "liaison.embedded.expanding"]),
        Step("production settings", [*manage, "check", "--deploy", "--fail-level", "WARNING"]),
        Step("weaknesses (pip-audit)", [python, "-m", "liaison.embedded.advisories"]),
        Step("static files", [python, "-m", "liaison.embedded.prepare", "--static"]),
        Step("what is compiled (numba)", [python, "-m", "guests.proposals.compiled"]),
    ]


def run(env: Mapping[str, str]) -> list[str]:
    """Run all checks, each whatever the others say, and answer the names of those that failed."""
    types, *others = steps()
    with ExitStack() as stack:
        in_background = _Running(types, env, stack)  # the longest one, beside all the others
        failed = [step.name for step in others if not _Running(step, env, stack).succeeds()]
        return ([] if in_background.succeeds() else [types.name]) + failed


def reformat(env: Mapping[str, str]) -> int:
    """Put the whole tree into the house's form; answers the exit code of what cannot be fixed by itself."""
    python = sys.executable
    codes = [
        processes.foreground([python, "-m", "ruff", "format", "."], env=env, cwd=ROOT),
        processes.foreground([python, "-m", "ruff", "check", "--fix", "."], env=env, cwd=ROOT),
    ]
    processes.foreground(
        [*_DJADE, *_templates()], env=env, cwd=ROOT
    )  # its code tells of changes, not of failure
    return max(codes)


def _templates() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))


@dataclass
class _Running:
    step: Step
    env: Mapping[str, str]
    stack: ExitStack
    output: IO[bytes] = field(init=False)
    process: subprocess.Popen[bytes] = field(init=False)
    since: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.output = self.stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 (closed by the stack)
        self.process = processes.start(
            self.step.argv, env=self.env, cwd=ROOT, output=self.output.fileno(), own_group=False
        )

    def succeeds(self) -> bool:
        """Wait for it and show the outcome: one line, and what it wrote if it failed or could not be asked."""
        code = self.process.wait()
        known = {0: coloured("ok    ", "green"), NOT_ASKED: coloured("skip  ", "yellow")}
        verdict = known.get(code, coloured("FAILED", "red"))
        say(f"{verdict} {self.step.name:<26} {time.monotonic() - self.since:5.1f} s")
        if code != 0:
            self.output.seek(0)
            say(self.output.read().decode(errors="replace").rstrip())
        return code in known
