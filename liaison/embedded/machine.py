"""What the machine itself must bring, and getting it where we may."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from liaison.embedded.errors import LocalRunError
from liaison.embedded.screen import say


@dataclass(frozen=True)
class Need:
    """Something the system has to have, and the Debian package that brings it."""

    package: str
    is_met: Callable[[], bool]
    why: str


def _library(name: str) -> Callable[[], bool]:
    def loads() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return loads


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


PRINTING = (
    Need("libpango-1.0-0", _library("libpango-1.0.so.0"), "sets the text of the PDFs"),
    Need("libpangoft2-1.0-0", _library("libpangoft2-1.0.so.0"), "sets the text of the PDFs"),
    Need("libharfbuzz-subset0", _library("libharfbuzz-subset.so.0"), "makes PDFs small and quick"),
)
TESTING = (
    *PRINTING,
    Need("chromium", _program("chromium", "chromium-browser", "google-chrome"), "runs the browser tests"),
    Need("poppler-utils", _program("pdftoppm"), "shows the pages of a PDF"),
    Need("gettext", _program("xgettext"), "collects the strings to translate"),
)


def ensure(needs: tuple[Need, ...]) -> None:
    """Install what is missing through apt where we may; raises LocalRunError with what to install by hand."""
    missing = [need for need in needs if not need.is_met()]
    if not missing:
        return
    packages = [need.package for need in missing]
    prefix = _root_prefix()
    if prefix is None or not shutil.which("apt-get"):
        reasons = "\n".join(f"  {need.package:<20} {need.why}" for need in missing)
        raise LocalRunError(
            f"This machine lacks:\n{reasons}\nInstall them, on Debian or Ubuntu with:\n"
            f"  sudo apt-get install --no-install-recommends {' '.join(packages)}"
        )
    say(f"Installing {', '.join(packages)} …")
    _apt(prefix, ["update"])
    _apt(prefix, ["install", "--yes", "--no-install-recommends", *packages])


def _root_prefix() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603
        return [sudo, "-n"]
    return None


def _apt(prefix: list[str], words: list[str]) -> None:
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", *words]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
    if done.returncode != 0 and words[0] == "install":  # a failed update alone may still leave usable lists
        raise LocalRunError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
