"""The engines of a folder, shared by all local commands that use them at the same time."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from liaison.embedded.errors import LocalRunError
from liaison.embedded.keeper import STATE, USERS_LOCK
from liaison.embedded.postgres import tail
from liaison.embedded.processes import Identity

ROOT = Path(__file__).resolve().parents[2]
_keepers: list[subprocess.Popen[bytes]] = []  # started by this process and to be reaped by it


@dataclass(frozen=True)
class Engine:
    """A running engine: who it is and where it answers."""

    name: str
    identity: Identity
    url: str


@contextmanager
def running(folder: Path, names: list[str], *, durable: bool = True) -> Iterator[dict[str, Engine]]:
    """The named engines (`postgres`, `redis`) over a folder, by name; the last user's leaving stops them.

    Raises LocalRunError when one cannot start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not names:
        yield {}
        return
    with (folder / USERS_LOCK).open("ab") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping
        with (folder / "start.lock").open("ab") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            keeper, engines = _find_or_start(folder, names, durable=durable)
        try:
            yield engines
        finally:
            _leave(folder, users, keeper)


def _find_or_start(folder: Path, names: list[str], *, durable: bool) -> tuple[Identity, dict[str, Engine]]:
    found = state(folder)
    if found is None or not found[0].is_alive():
        _clear(folder, found)
        found = _start_keeper(folder, names, durable=durable)
    keeper, engines = found
    for name in names:
        if name not in engines or not engines[name].identity.is_alive():
            raise LocalRunError(
                f"{name} is not running, but another command still uses {folder}. "
                f"End it and start again; {folder / 'log'} may say what happened."
            )
    return keeper, engines


def state(folder: Path) -> tuple[Identity, dict[str, Engine]] | None:
    """The keeper of a folder and its engines as last recorded; they may have been killed since."""
    try:
        recorded = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    engines = {
        name: Engine(name, Identity(**engine["identity"]), engine["url"])
        for name, engine in recorded["engines"].items()
    }
    return Identity(**recorded["keeper"]), engines


def _clear(folder: Path, found: tuple[Identity, dict[str, Engine]] | None) -> None:
    """End what a killed keeper left: by recorded number and start time, so never somebody else's process."""
    if found is not None:
        for engine in reversed(found[1].values()):
            engine.identity.end(deadline=20)
        (folder / STATE).unlink(missing_ok=True)


def _start_keeper(folder: Path, names: list[str], *, durable: bool) -> tuple[Identity, dict[str, Engine]]:
    (folder / "log").mkdir(exist_ok=True)
    report = folder / "log" / "engines.log"
    wanted = [name if durable else f"{name}!" for name in names]
    with report.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-m", "liaison.embedded.keeper", str(folder), *wanted],
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the users; the keeper leaves after the last of them
        )
    _keepers.append(process)
    while process.poll() is None:
        found = state(folder)
        if found is not None:
            return found
        time.sleep(0.02)
    raise LocalRunError(tail(report))


def _leave(folder: Path, users: IO[bytes], keeper: Identity, *, deadline: float = 30) -> None:
    """Give the lock back and wait until the keeper has gone, unless others still need it."""
    fcntl.flock(users, fcntl.LOCK_UN)
    start = time.monotonic()
    while keeper.is_alive() and time.monotonic() - start < deadline:
        time.sleep(0.05)
        if time.monotonic() - start > 1 and _has_users(folder):
            break
    for process in _keepers:
        process.poll()


def _has_users(folder: Path) -> bool:
    """A shared lock can be had beside other users only, not beside a keeper that is stopping its engines."""
    with (folder / USERS_LOCK).open("ab") as probe:
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
