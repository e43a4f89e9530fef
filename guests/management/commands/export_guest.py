"""`manage.py export_guest`: everything that is kept about one person, as a file for that person."""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from guests.models import Guest
from guests.subject_access import write_everything_about
from liaison.accounts.models import User
from liaison.encryption import UndecipherableError


class Command(BaseCommand):
    help = (
        "Write everything that is kept about a guest into a ZIP: the data with their old values, private data "
        "deciphered, documents, photograph. That it was read is kept under the name given with --by."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("guest", type=int, help="the guest's number")
        parser.add_argument("--to", type=Path, required=True, help="the file to write; only you can read it")
        parser.add_argument(
            "--by", required=True, help="the e-mail of who reads it: runs all events of the guest"
        )

    def handle(self, **options: Any) -> None:
        guest = Guest.objects.filter(pk=options["guest"]).first()
        if guest is None:
            raise CommandError(f"There is no guest with the number {options['guest']}.")
        by = User.objects.filter(email__iexact=options["by"]).first()
        if by is None:
            raise CommandError(f"Nobody signs in as {options['by']}.")
        path: Path = options["to"]
        try:
            with NamedTemporaryFile(dir=path.parent, prefix=".export-", delete=False) as out:
                part = Path(out.name)
                try:
                    write_everything_about(guest=guest, by=by, at=timezone.now(), out=out)
                except BaseException:
                    part.unlink()
                    raise
            part.replace(path)
        except PermissionDenied as error:
            raise CommandError(f"{by} does not run all events of this guest.") from error
        except UndecipherableError as error:
            raise CommandError(
                "What is on file cannot be read with the keys of this installation."
            ) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error}") from error
        self.stdout.write(f"{path} holds everything about {guest}. Hand it over safely, then delete it.")
