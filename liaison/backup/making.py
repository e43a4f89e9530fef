"""Making a backup."""

import io
import json
import tarfile
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from liaison.backup.programs import Database, run
from liaison.backup.sealing import Sealed

ABOUT, DUMP, FILES = "about.json", "database.dump", "files"
FORMAT = 1
NOT_KEPT = "beat-schedule"
"""What beat notes for itself lies in the same folder, and is of no use elsewhere."""


def back_up(*, database: Database, files: Path, out: IO[bytes], at: datetime, passphrase: str = "") -> int:
    """Write the database and the files into `out`, encrypted where a passphrase is given; how many files there were.

    The database is that of one moment; files that come or go while they are copied may be one too many or missing. The
    dump waits in a nameless file on this machine's disk until it is packed. Keys and settings are not in the backup.
    """
    target: Any = Sealed(out, passphrase) if passphrase else nullcontext(out)
    with TemporaryFile() as dump, target as written, tarfile.open(fileobj=written, mode="w|") as archive:
        run("pg_dump", database, ["--format=custom", "--no-owner", "--no-privileges"], writes=dump)
        about = json.dumps({"format": FORMAT, "made_at": at.isoformat()}).encode()
        archive.addfile(_entry(ABOUT, len(about)), io.BytesIO(about))
        archive.addfile(_entry(DUMP, dump.seek(0, io.SEEK_END)), _rewound(dump))
        return sum(_add(archive, path, files) for path in sorted(files.rglob("*")))


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _rewound(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    return file


def _add(archive: tarfile.TarFile, path: Path, folder: Path) -> bool:
    """Put a file into the archive; False for what is no file of ours, or has just gone."""
    if path.is_symlink() or not path.is_file() or path.name.startswith(NOT_KEPT):
        return False
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False
    archive.addfile(_entry(f"{FILES}/{path.relative_to(folder)}", len(content)), io.BytesIO(content))
    return True
