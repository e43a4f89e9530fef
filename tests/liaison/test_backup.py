"""What is backed up comes back whole, into an empty place only; what was changed or cut off does not come back at all."""

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from guests.models import GuestPrivate
from liaison.backup import BackupError, programs, restoring
from liaison.backup.making import back_up
from liaison.backup.programs import Database, connected_to
from liaison.backup.restoring import restore
from liaison.backup.sealing import Sealed, Unsealed
from liaison.encryption import deciphered
from tests.cast import Cast
from tests.factories import NOW, make_document

SECRET = "empat kata yang panjang"
PHOTO = b"the photograph of Mr Sato"
A_REPORT = (
    "INSERT INTO guests_erasure (stage, counts, reason, started_at, finished_at) "
    "VALUES ('private', '{}', '', now(), now())"
)


@pytest.fixture
def here(settings: Any, tmp_path: Path) -> Database:
    settings.MEDIA_ROOT = tmp_path / "here"
    return connection.settings_dict


@pytest.fixture
def elsewhere(here: Database) -> Iterator[Database]:
    """An empty database beside ours."""
    name = sql.Identifier(f"restored_{os.getpid()}")
    with connected_to({**here, "NAME": "postgres"}) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield {**here, "NAME": f"restored_{os.getpid()}"}
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def fill(cast: Cast) -> None:
    GuestPrivate.objects.create(guest=cast.sato.guest, health="Nuts")
    make_document(cast.sato, data=b"%PDF the pass of Mr Sato")
    cast.sato.guest.photo.save("sato.jpg", ContentFile(PHOTO))
    Path(django_settings.MEDIA_ROOT, "beat-schedule").write_bytes(b"of no use")


def counted(connected: "psycopg.Connection[Any]") -> dict[str, int]:
    tables = connected.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    ).fetchall()
    count = sql.SQL("SELECT count(*) FROM {}")
    return {
        name: connected.execute(count.format(sql.Identifier(name))).fetchall()[0][0]
        for (name,) in sorted(tables)
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("passphrase", ["", SECRET])
def test_everything_is_there_again(
    cast: Cast, here: Database, elsewhere: Database, tmp_path: Path, passphrase: str
) -> None:
    fill(cast)
    backup, there = io.BytesIO(), tmp_path / "there"
    files = Path(django_settings.MEDIA_ROOT)
    assert back_up(database=here, files=files, out=backup, at=NOW, passphrase=passphrase) == 2
    assert (b"Kenji Sato" in backup.getvalue(), PHOTO in backup.getvalue()) == (False, not passphrase)
    backup.seek(0)
    assert restore(database=elsewhere, files=there, source=backup, passphrase=passphrase) == NOW
    with connected_to(here) as ours, connected_to(elsewhere) as theirs:
        before, after = counted(ours), counted(theirs)
        assert before == after
        assert (before["guests_visit"], before["guests_document"], before["guests_guestevent"] > 3) == (
            3,
            1,
            True,
        )
        [(health, photo)] = theirs.execute(
            "SELECT health, photo FROM guests_guestprivate JOIN guests_guest ON guests_guest.id = guest_id"
        )
        [(paper,)] = theirs.execute("SELECT file FROM guests_document")
        theirs.execute(A_REPORT)
        with pytest.raises(
            psycopg.errors.RaiseException, match="Cannot delete"
        ):  # the triggers are there as well
            theirs.execute("DELETE FROM guests_erasure")
    assert deciphered(health.encode()) == b"Nuts"
    assert deciphered((there / paper).read_bytes()) == b"%PDF the pass of Mr Sato"
    assert (there / photo).read_bytes() == PHOTO
    assert (there / photo).stat().st_mode & 0o777 == 0o600
    assert not (there / "beat-schedule").exists()
    backup.seek(0)
    with pytest.raises(BackupError, match="database is not empty"):
        restore(database=elsewhere, files=tmp_path / "third", source=backup, passphrase=passphrase)


@pytest.mark.django_db(transaction=True)
def test_all_of_it_is_unpacked_in_the_folder_which_alone_can_be_written_in_the_image(
    cast: Cast, here: Database, elsewhere: Database, tmp_path: Path
) -> None:
    fill(cast)
    backup, there = io.BytesIO(), tmp_path / "there"
    back_up(database=here, files=Path(django_settings.MEDIA_ROOT), out=backup, at=NOW)
    backup.seek(0)
    left_over = there / ".restoring-killed" / "files" / "paper.pdf"
    left_over.parent.mkdir(parents=True)
    left_over.write_bytes(b"half")
    with mock.patch.object(restoring, "TemporaryDirectory", wraps=TemporaryDirectory) as made:
        assert restore(database=elsewhere, files=there, source=backup) == NOW
    assert made.call_args.kwargs["dir"] == there


def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    nowhere = {"NAME": "x", "USER": "x", "PASSWORD": "", "HOST": str(tmp_path), "PORT": "1"}
    with pytest.raises(BackupError, match="cannot be reached"):
        connected_to(nowhere)


@pytest.mark.django_db(transaction=True)
def test_what_is_damaged_or_sealed_otherwise_changes_nothing(
    cast: Cast, here: Database, elsewhere: Database, tmp_path: Path
) -> None:
    fill(cast)
    out = io.BytesIO()
    back_up(database=here, files=Path(django_settings.MEDIA_ROOT), out=out, at=NOW, passphrase=SECRET)
    whole, there = out.getvalue(), tmp_path / "there"
    middle = len(whole) // 2
    bad = {
        "cut off": (whole[:-20], SECRET),
        "changed": (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], SECRET),
        "another passphrase": (whole, "other"),
        "no passphrase": (whole, ""),
        "no backup": (b"PK something else", ""),
        "empty": (b"", ""),
    }
    for name, (content, passphrase) in bad.items():
        with pytest.raises(BackupError):
            restore(database=elsewhere, files=there, source=io.BytesIO(content), passphrase=passphrase)
        with connected_to(elsewhere) as theirs:
            assert counted(theirs) == {}, name
        assert [path.name for path in there.rglob("*")] == [], name
    (there / "mine").write_text("here already")
    with pytest.raises(BackupError, match=r"folder .* is not empty"):
        restore(database=elsewhere, files=there, source=io.BytesIO(whole), passphrase=SECRET)


@pytest.mark.django_db(transaction=True)
def test_the_commands(cast: Cast, here: Database, tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    fill(cast)
    path = tmp_path / "backup"
    monkeypatch.setitem(django_settings.DATABASES["default"], "NAME", here["NAME"])
    monkeypatch.delenv("BACKUP_PASSPHRASE", raising=False)
    call_command("backup", "--to", str(path))
    said = capsys.readouterr().out
    assert "and 2 files" in said
    assert "not encrypted" in said
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="database is not empty"):
        call_command("restore", "--from", str(path))
    monkeypatch.setenv("BACKUP_PASSPHRASE", SECRET)
    call_command("backup", "--to", str(path), "--encrypt")
    assert "not encrypted" not in capsys.readouterr().out
    with pytest.raises(CommandError, match="No such file"):
        call_command("backup", "--to", str(tmp_path / "none" / "backup"))


def test_a_path_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    from liaison.backup.restoring import _unpack  # noqa: PLC0415 (not for others)

    for name in ("../out", "files/../../out", "/out", "other/out"):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w|") as archive:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
        out.seek(0)
        folder = tmp_path / "folder"
        folder.mkdir(exist_ok=True)
        with pytest.raises(BackupError, match="no backup"):
            _unpack(out, folder)
        (folder / "files").rmdir()
        assert [path.name for path in tmp_path.rglob("*")] == ["folder"], name


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3 * 1024 * 1024])
def test_a_sealed_stream_opens_again_whatever_its_size(size: int) -> None:
    out, said = io.BytesIO(), os.urandom(size)
    with Sealed(out, SECRET) as sealed:
        for start in range(0, size, 300_000):
            sealed.write(said[start : start + 300_000])
    out.seek(0)
    unsealed = Unsealed(out, SECRET)
    assert unsealed.read(7) + unsealed.read() == said
    assert unsealed.read(7) == b""


def test_pieces_out_of_their_order_do_not_open() -> None:
    out = io.BytesIO()
    with Sealed(out, SECRET) as sealed:
        sealed.write(bytes(3 * 1024 * 1024))
    whole, piece, head = out.getvalue(), 1024 * 1024 + 16, 17 + 16 + 7
    swapped = (
        whole[:head]
        + whole[head + piece : head + 2 * piece]
        + whole[head : head + piece]
        + whole[head + 2 * piece :]
    )
    for content in (swapped, whole[: head + piece], whole[: head + 2 * piece]):
        with pytest.raises(BackupError):
            Unsealed(io.BytesIO(content), SECRET).read()


@pytest.mark.django_db
def test_without_a_program_of_the_servers_age_it_says_what_to_install(
    here: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_candidates", lambda _name: iter(()))
    with pytest.raises(BackupError, match="apt install postgresql-client-18"):
        back_up(database=here, files=Path(django_settings.MEDIA_ROOT), out=io.BytesIO(), at=NOW)
