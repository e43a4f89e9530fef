"""`manage.py restore`: a backup into an empty database and an empty folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from liaison import env
from liaison.backup import BackupError
from liaison.backup.restoring import restore


class Command(BaseCommand):
    help = "Bring a backup back, into an empty database and an empty folder only. An encrypted one needs BACKUP_PASSPHRASE."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="source", type=Path, required=True, help="the file that backup wrote"
        )

    def handle(self, **options: Any) -> None:
        try:
            with options["source"].open("rb") as source:
                made_at = restore(
                    database=settings.DATABASES["default"], files=settings.MEDIA_ROOT, source=source,
                    passphrase=env.text("BACKUP_PASSPHRASE", " ").strip(),
                )  # fmt: skip
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Everything is as it was on {made_at:%Y-%m-%d %H:%M} UTC.")
        self.stdout.write(
            "Now run `manage.py migrate`, then `manage.py erase_due`, and erase again the guests whom somebody asked to "
            "erase since (`manage.py erase_guest`): the backup does not know of it."
        )
