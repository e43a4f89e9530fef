"""`manage.py import_programme`: a programme from the command line, looked at or applied."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from events.importing import ImportCommand, coordinator_named, wishes_in
from events.models import Event
from events.programme.applying import NotAppliedError, apply_programme
from events.programme.diffing import Diff, Kind, diff_of
from events.programme.filing import listing_from, remembered_columns, take_in
from events.programme.listed import Kind as FileKind
from events.programme.reading import kind_of
from events.programme.stored import stored_at
from events.programme.table import PROGRAMME
from events.programme.wording import level_of, outcome_of
from liaison.accounts.models import User
from liaison.sheets.choosing import wished_mapping
from liaison.sheets.mapping import Mapping
from liaison.sheets.reading import UnreadableFileError, read_sheets

FAULTY, REFUSED = 2, 4


class Command(ImportCommand):
    help = (
        "Check a programme against an event and say what it would do; with --apply, do it. Exit codes: 0 fine, "
        "1 cannot be read or asked for wrongly, 2 sessions with errors, 4 refused."
    )

    file_help = "a table (xlsx, xls, ods, csv), a schedule (JSON, XML) or a calendar (ics)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--remove-gone",
            action="store_true",
            help="cancel or delete what earlier files listed and this one does not",
        )

    def work(self, event: Event, options: dict[str, Any]) -> None:
        by = coordinator_named(options["by"], event) if options["apply"] else None
        wishes = wishes_in(options["mapping"], PROGRAMME)
        try:
            data = options["file"].read_bytes()
            mapping = _mapping(event, data, wishes, options["answer"])
            diff = diff_of(listing_from(data, mapping, event), stored_at(event), event.time_zone)
        except (OSError, UnreadableFileError) as error:
            raise CommandError(str(error)) from error
        is_faulty = bool(diff.count(Kind.FAULTY)) and not options["leave_out_errors"]
        report = _report(diff, mapping, event)
        if by and not is_faulty:
            self._apply(event, data, mapping, diff, by, options)
            report["applied"] = True
        self._print(report, as_json=options["json"])
        if is_faulty:
            raise CommandError("Some sessions have errors.", returncode=FAULTY)

    def _apply(
        self,
        event: Event,
        data: bytes,
        mapping: Mapping | None,
        diff: Diff,
        by: User,
        options: dict[str, Any],
    ) -> None:
        """Write exactly what was compared."""
        now = timezone.now()
        programme_file = take_in(event=event, data=data, filename=options["file"].name, by=by, at=now)
        if mapping:
            programme_file.choose_columns(mapping.as_json())
        try:
            apply_programme(
                programme_file=programme_file,
                at=now,
                leave_out_errors=options["leave_out_errors"],
                remove_gone=options["remove_gone"],
                seen=diff.digest,
                listing=diff.listing,
            )
        except NotAppliedError as error:
            raise CommandError(str(error), returncode=REFUSED) from error

    def _print(self, report: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        for message in report["messages"]:
            self.stdout.write(
                f"{message['level']}: {message['place']}, {message['field']}: {message['text']}"
            )
        for session in report["changed"]:
            for change in session["changes"]:
                self.stdout.write(
                    f"{session['name']}: {change['label']}: {change['before']} → {change['after']}"
                )
            if session["followers"]:
                self.stdout.write(f"{session['name']}: {session['followers']}")
        for gone in report["gone"]:
            self.stdout.write(f"gone: {gone['name']}, {gone['time']}")
        counts = ", ".join(f"{number} {kind}" for kind, number in report["counts"].items())
        self.stdout.write(f"{counts}. {'Applied.' if report['applied'] else 'Nothing was written.'}")


def _mapping(event: Event, data: bytes, wishes: dict[str, Any], answers: list[str]) -> Mapping | None:
    """The columns of a table: what is wished, else what the event's last table had, else what is guessed."""
    if kind_of(data) is not FileKind.TABLE:
        return None
    sheets = read_sheets(data)
    given = dict(answer.partition("=")[::2] for answer in answers)
    return wished_mapping(
        sheets, wishes, PROGRAMME, lambda columns: remembered_columns(event, columns)
    ).answered(given)


def _report(diff: Diff, mapping: Mapping | None, event: Event) -> dict[str, Any]:
    outcome = outcome_of(diff, event.time_zone)
    about_rows = [(one.row.place, message) for one in diff.rows for message in one.read.messages]
    about_file = [("", message) for message in diff.listing.messages]
    return {
        "applied": False,
        "kind": diff.listing.kind.value,
        "counts": {kind.value: diff.count(kind) for kind in Kind}
        | {"gone": len(diff.gone), "by_hand": diff.by_hand, "following": diff.following},
        "mapping": mapping.as_json() if mapping else None,
        "changed": [asdict(session) for session in outcome.changed],
        "gone": [asdict(session) for session in outcome.gone],
        "venues": list(diff.venues),
        "points": [list(point) for point in diff.points],
        "messages": [
            {"place": place, "field": message.field, "level": level_of(message), "text": message.text}
            for place, message in (*about_file, *about_rows)
        ],
    }
