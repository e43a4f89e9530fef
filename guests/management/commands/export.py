"""`manage.py export`: a list of an event as a file, for scripts."""

import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from events.models import Event
from guests.exporting.asked import Asked
from guests.exporting.giving import give
from guests.models import Export
from liaison.clock import validate_zone
from liaison.sheets.writing import Format


class Command(BaseCommand):
    help = (
        "Write a list of an event into a file, or to standard output. Never holds private data; that it was taken is "
        "kept. Contacts are vCards whatever the format."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", help="the event's short name")
        parser.add_argument("list", choices=Export.Kind.values)
        parser.add_argument("--format", choices=[how.value for how in Format], default=Format.XLSX.value)
        parser.add_argument("--zone", default="", help="of the times; the event's where it is left out")
        parser.add_argument("--language", default="en", help="of the headings")
        parser.add_argument("--from", dest="first_day", type=date.fromisoformat, help="first day, 2027-05-12")
        parser.add_argument("--to", dest="last_day", type=date.fromisoformat, help="last day, 2027-05-14")
        parser.add_argument("--out", type=Path, help="file to write; standard output where it is left out")

    def handle(self, **options: Any) -> None:
        event = Event.objects.filter(slug=options["event"]).first()
        if event is None:
            raise CommandError(f"There is no event “{options['event']}”.")
        asked = Asked(
            event=event, by=None, at=timezone.now(), zone_name=_zone(options["zone"]),
            first_day=options["first_day"], last_day=options["last_day"],
        )  # fmt: skip
        with override(options["language"]):
            export = _written(asked, options)
        self.stderr.write(f"{export.rows} rows.")


def _written(asked: Asked, options: dict[str, Any]) -> Export:
    """The list as taken; a file appears whole under its name or not at all."""
    kind, how, path = options["list"], options["format"], options["out"]
    if path is None:
        return give(asked=asked, kind=kind, how=how, out=sys.stdout.buffer)
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=".export-", delete=False) as out:
            part = Path(out.name)
            try:
                export = give(asked=asked, kind=kind, how=how, out=out)
            except BaseException:
                part.unlink()
                raise
        part.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error}") from error
    return export


def _zone(name: str) -> str:
    try:
        if name:
            validate_zone(name)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return name
