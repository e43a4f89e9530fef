"""Restoring a backup, into an empty database and an empty folder only."""

import json
import shutil
import tarfile
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from liaison.backup import BackupError
from liaison.backup.making import ABOUT, DUMP, FILES, FORMAT, NOT_KEPT
from liaison.backup.programs import Database, connected_to, run
from liaison.backup.sealing import MAGIC, Unsealed

_UNPACKED = ".restoring-"
"""In the folder itself, since nothing else of the image's can be written, and what a killed try left counts for nothing."""


def restore(*, database: Database, files: Path, source: IO[bytes], passphrase: str = "") -> datetime:
    """Bring the backup back; the moment it was made at.

    The archive is read to its end before anything is written, so one that is damaged changes nothing. Raises BackupError
    where the database or the folder is not empty, and for what is no backup, damaged, or sealed otherwise.
    """
    _require_empty(database, files)
    files.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=files, prefix=_UNPACKED) as folder:
        made_at = _unpack(_opened(source, passphrase), Path(folder))
        with (Path(folder) / DUMP).open("rb") as dump:
            words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
            run("pg_restore", database, words, reads=dump)
        for path in sorted((Path(folder) / FILES).iterdir()):
            shutil.move(path, files / path.name)
    return made_at


def _require_empty(database: Database, files: Path) -> None:
    with connected_to(database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchone()
    if row != (0,):
        raise BackupError("The database is not empty. Restore into a new one; nothing was changed.")
    if any(path.is_file() and not _counts_for_nothing(path.relative_to(files)) for path in files.rglob("*")):
        raise BackupError(f"The folder {files} is not empty. Restore into a new one; nothing was changed.")


def _counts_for_nothing(path: Path) -> bool:
    return path.name.startswith(NOT_KEPT) or path.parts[0].startswith(_UNPACKED)


def _opened(source: IO[bytes], passphrase: str) -> Any:
    """The archive within; what is sealed needs the passphrase."""
    is_sealed = source.read(len(MAGIC)) == MAGIC
    source.seek(0)
    if is_sealed and not passphrase:
        raise BackupError("The backup is encrypted: give its passphrase.")
    return Unsealed(source, passphrase) if is_sealed else source


def _unpack(archive: Any, folder: Path) -> datetime:
    """Write the parts of the archive into the folder, none beside it; when the backup was made."""
    (folder / FILES).mkdir(mode=0o700)
    try:
        with tarfile.open(fileobj=archive, mode="r|") as parts:
            for part in parts:
                _write(parts, part, folder)
        while archive.read(64 * 1024):  # to the end, by which a sealed one proves that it is whole
            pass
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if about["format"] != FORMAT or not (folder / DUMP).is_file():
            raise BackupError("The backup is of another version of the app.")
        return datetime.fromisoformat(about["made_at"])
    except (tarfile.TarError, OSError, ValueError, KeyError) as error:
        raise BackupError(
            "The file is no backup, or it is damaged or not whole. Nothing was changed."
        ) from error


def _write(parts: tarfile.TarFile, part: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(part.name)
    is_ours = str(name) in {ABOUT, DUMP} or name.parts[0] == FILES
    content = parts.extractfile(part) if part.isreg() and is_ours and ".." not in name.parts else None
    if content is None:
        raise tarfile.TarError(part.name)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    with path.open("wb") as out:
        shutil.copyfileobj(content, out)
