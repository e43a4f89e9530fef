"""`manage.py backup`: the database and the private files in one file."""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from liaison import env
from liaison.backup import BackupError
from liaison.backup.making import back_up
from liaison.watching.shared import note_backup


class Command(BaseCommand):
    help = (
        "Write the database and the private files into one file. Keys and settings are not in it: keep SECRET_KEY and "
        "PRIVATE_DATA_KEYS elsewhere. What is erased lives on in backups: keep them no longer than you must."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, required=True, help="the file to write; only you can read it")
        parser.add_argument(
            "--encrypt",
            action="store_true",
            help="with the passphrase in the environment's BACKUP_PASSPHRASE",
        )

    def handle(self, **options: Any) -> None:
        path: Path = options["to"]
        passphrase = env.secret("BACKUP_PASSPHRASE") if options["encrypt"] else ""
        try:
            with NamedTemporaryFile(dir=path.parent, prefix=".backup-", delete=False) as out:
                part = Path(out.name)
                try:
                    number = back_up(
                        database=settings.DATABASES["default"], files=settings.MEDIA_ROOT, out=out,
                        at=timezone.now(), passphrase=passphrase,
                    )  # fmt: skip
                except BaseException:
                    part.unlink()
                    raise
            part.replace(path)
            note_backup(timezone.now())
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path} holds the database and {number} files.")
        if not passphrase:
            self.stdout.write("It is not encrypted: guests' names and days can be read in it.")
