"""What every command that imports a file for an event asks of its caller."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from events.access import may_coordinate
from events.models import Event
from liaison.accounts.models import User
from liaison.sheets.mapping import Vocabulary


class ImportCommand(BaseCommand):
    """Looks at a file for an event, or applies it; its subclass says in `work` what that is."""

    file_help = "xlsx, xls, ods, csv or tsv"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", help="the event's short name")
        parser.add_argument("file", type=Path, help=self.file_help)
        parser.add_argument(
            "--mapping",
            type=Path,
            help="JSON file about a table: sheet, header_row, columns {heading: field}, answers {question: answer}; "
            "any may be left out",
        )
        parser.add_argument("--answer", action="append", default=[], metavar="QUESTION=ANSWER")
        parser.add_argument("--apply", action="store_true", help="write it; without this nothing is written")
        parser.add_argument("--leave-out-errors", action="store_true", help="apply the rows without errors")
        parser.add_argument(
            "--by", metavar="E-MAIL", help="the coordinator who applies it; needed with --apply"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--language", default="en", help="of the messages")

    def handle(self, **options: Any) -> None:
        event = Event.objects.filter(slug=options["event"]).first()
        if event is None:
            raise CommandError(f"There is no event “{options['event']}”.")
        with override(options["language"]):
            self.work(event, options)

    def work(self, event: Event, options: dict[str, Any]) -> None:
        """Report what the file would do; with `apply`, do it."""


def coordinator_named(address: str | None, event: Event) -> User:
    """The coordinator in whose name it is done. Raises CommandError where the person runs no such event."""
    user: User | None = User.objects.filter(email__iexact=address or "").first()
    if user is None or not may_coordinate(user, event):
        raise CommandError("--apply needs --by with the address of a coordinator of the event.")
    return user


def wishes_in(path: Path | None, vocabulary: Vocabulary) -> dict[str, Any]:
    """What the file says about the columns; nothing where there is none. Raises CommandError for unknown fields."""
    if path is None:
        return {}
    try:
        wishes = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is no JSON file: {error}") from error
    known = vocabulary.by_key
    unknown = {field for field in wishes.get("columns", {}).values() if field and field not in known}
    if unknown:
        raise CommandError(f"No such field: {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
    return dict(wishes)
