"""`manage.py import_officers`: a list of officers from the command line, looked at or applied."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from events.importing import ImportCommand, coordinator_named, wishes_in
from events.models import Event
from guests.roster.applying import NotAppliedError, apply_roster
from guests.roster.diffing import Diff, Kind
from guests.roster.fields import ROSTER
from guests.roster.filing import compared, listing_from, remembered_columns, sheets_in, take_in
from guests.roster.reading import Listing
from liaison.accounts.models import User
from liaison.sheets.choosing import wished_mapping
from liaison.sheets.mapping import Mapping
from liaison.sheets.reading import UnreadableFileError
from liaison.sheets.severity import Severity

FAULTY, OPEN, REFUSED = 2, 3, 4


class Command(ImportCommand):
    help = (
        "Check a list of officers against an event's team and say what it would do; with --apply, do it. Exit codes: "
        "0 fine, 1 cannot be read or asked for wrongly, 2 rows with errors, 3 a question is open, 4 refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--invite", action="store_true", help="send new members an invitation by mail")

    def work(self, event: Event, options: dict[str, Any]) -> None:
        by = coordinator_named(options["by"], event) if options["apply"] or options["by"] else None
        try:
            data = options["file"].read_bytes()
            sheets = sheets_in(data)
        except (OSError, UnreadableFileError) as error:
            raise CommandError(str(error)) from error
        given = dict(answer.partition("=")[::2] for answer in options["answer"])
        wishes = wishes_in(options["mapping"], ROSTER)
        mapping = wished_mapping(
            sheets, wishes, ROSTER, lambda columns: remembered_columns(event, columns)
        ).answered(given)
        listing = listing_from(sheets, mapping, event)
        diff = compared(listing, event, by=by, at=timezone.now())
        report = _report(diff, mapping)
        is_open = diff.order_is_open or (diff.count(Kind.FAULTY) and not options["leave_out_errors"])
        if by and options["apply"] and not is_open:
            self._apply(event, data, mapping, listing, diff, by, options)
            report["applied"] = True
        self._print(report, as_json=options["json"])
        if diff.order_is_open:
            raise CommandError(
                "Say which figure of the dates is the day: --answer order=dmy or mdy.", returncode=OPEN
            )
        if is_open:
            raise CommandError("Some rows have errors.", returncode=FAULTY)

    def _apply(
        self, event: Event, data: bytes, mapping: Mapping, listing: Listing, diff: Diff, by: User,
        options: dict[str, Any],
    ) -> None:  # fmt: skip
        """Write exactly what was compared."""
        now = timezone.now()
        roster = take_in(event=event, data=data, filename=options["file"].name, by=by, at=now)
        roster.choose_columns(mapping.as_json())
        roster.refresh_from_db()
        try:
            apply_roster(
                roster=roster, by=by, at=now, leave_out_errors=options["leave_out_errors"],
                send_invitations=options["invite"], seen=diff.digest, listing=listing,
            )  # fmt: skip
        except NotAppliedError as error:
            raise CommandError(str(error), returncode=REFUSED) from error

    def _print(self, report: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        for message in report["messages"]:
            where = f"row {message['row']}, {message['column']}"
            self.stdout.write(f"{message['level']}: {where}: {message['text']}")
        for one in report["unmatched"]:
            self.stdout.write(f"not matched: row {one['row']}: {one['text']}")
        counts = ", ".join(f"{number} {kind}" for kind, number in report["counts"].items())
        self.stdout.write(f"{counts}. {'Applied.' if report['applied'] else 'Nothing was written.'}")


def _report(diff: Diff, mapping: Mapping) -> dict[str, Any]:
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning"}
    return {
        "applied": False,
        "counts": {kind.value: diff.count(kind) for kind in Kind}
        | {"assignments": diff.duties, "unmatched": diff.unmatched},
        "mapping": mapping.as_json(),
        "messages": [
            {
                "row": row.line.rows[0],
                "column": message.field,
                "level": levels[message.severity],
                "text": message.text,
            }
            for row in diff.rows
            for message in row.line.messages
        ],
        "unmatched": [{"row": row.line.rows[0], "text": text} for row in diff.rows for text in row.unmatched],
        "assignments": [
            {"officer": row.name, "guest": diff.guests[duty.visit], "role": duty.role.value}
            for row in diff.rows
            for duty in row.duties
        ],
        "kept": [
            {"officer": row.name, "field": change.key, "stays": change.before, "listed": change.after}
            for row in diff.rows
            for change in row.kept
        ],
    }
