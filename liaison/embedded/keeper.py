"""The keeper of one folder's engines: a small process that runs them as long as somebody uses them.

Users hold a shared lock on `users.lock`; the keeper waits for the exclusive one. The kernel releases the lock
of a user that dies, even by SIGKILL, so engines never outlive their last user and nothing has to be counted.
"""

import fcntl
import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from liaison.embedded.errors import LocalRunError
from liaison.embedded.postgres import Postgres
from liaison.embedded.processes import Identity
from liaison.embedded.redis import Redis

USERS_LOCK = "users.lock"
STATE = "engines.json"
ENGINES: dict[str, type[Postgres] | type[Redis]] = {
    "postgres": Postgres,
    "redis": Redis,
}  # stopped in reverse


def main(argv: Sequence[str]) -> int:
    """Keep `argv[1:]` engines in the folder `argv[0]`; a name ending in `!` gives up durability for speed."""
    folder, names = Path(argv[0]), argv[1:]
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    with ExitStack() as stack:
        users = stack.enter_context((folder / USERS_LOCK).open("wb"))
        stack.callback((folder / STATE).unlink, missing_ok=True)
        try:
            started = [_start(folder, name, stack) for name in names]
        except LocalRunError as problem:
            sys.stderr.write(f"{problem}\n")
            return 1
        _publish(folder, started)
        fcntl.flock(users, fcntl.LOCK_EX)  # held until the engines have stopped, so that a newcomer waits
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return 0


def _start(folder: Path, name: str, stack: ExitStack) -> tuple[str, Identity, str]:
    durable = not name.endswith("!")
    name = name.removesuffix("!")
    if not durable:  # fast data is nobody's; a clean folder is quicker than repairing an unclean one
        shutil.rmtree(folder / name, ignore_errors=True)
    engine = ENGINES[name](folder / name, folder / "log" / f"{name}.log", durable=durable)
    engine.start()
    stack.callback(engine.stop)
    identity = Identity.of(engine.process.pid) if engine.process else None
    if identity is None:
        raise LocalRunError(f"{name} ended right after its start; see {engine.log}.")
    return name, identity, engine.url()


def _publish(folder: Path, started: list[tuple[str, Identity, str]]) -> None:
    me = Identity.of(os.getpid())
    if me is None:
        raise LocalRunError("This process is not to be found in /proc; is it mounted?")
    state = {
        "keeper": asdict(me),
        "engines": {name: {"identity": asdict(identity), "url": url} for name, identity, url in started},
    }
    draft = folder / f"{STATE}.new"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(state), encoding="utf-8")
    draft.replace(folder / STATE)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
