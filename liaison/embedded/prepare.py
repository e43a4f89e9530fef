"""One process that brings a local installation to its newest state: tables, static files, compiled solvers, demo data."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from liaison.embedded import catalogues
from liaison.embedded.engines import ROOT

_COMPILE = [
    sys.executable,
    "-m",
    "guests.proposals.compiled",
]  # beside all else; at once where nothing changed
_NOT_SERVED = ["*.py"]  # what makes the fonts lies beside them; the Dockerfile says the same


def main(argv: Sequence[str]) -> None:
    """Migrate and collect; `--static` only collects.

    `--demo` loads the demo once as well, and writes its sign-ins to standard output.
    """
    if "--static" not in argv:
        catalogues.compile_changed(ROOT)
    solvers = None if "--static" in argv else subprocess.Popen(_COMPILE, cwd=ROOT)  # noqa: S603 (our own module)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    django.setup()
    if "--static" not in argv:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
    if "--demo" in argv:
        call_command("load_demo", stdout=sys.stderr)
        call_command("load_demo", "--sign-ins")
    collect_static_files()
    if solvers and solvers.wait():
        raise SystemExit("What solves proposals could not be compiled.")


def collect_static_files() -> None:
    """Hash and compress the static files, unless none changed since the last time."""
    target = Path(settings.STATIC_ROOT)
    target.mkdir(parents=True, exist_ok=True)
    stamp = target / ".collected"
    with (target / ".lock").open("wb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        fingerprint = _fingerprint()
        if stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
            return
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=_NOT_SERVED)
        stamp.write_text(fingerprint, encoding="utf-8")


def _fingerprint() -> str:
    """Our own files by name, time and size; those of the packages by the lock file."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        stat = path.stat()
        digest.update(f"{path}|{stat.st_mtime_ns}|{stat.st_size}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
