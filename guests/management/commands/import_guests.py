"""`manage.py import_guests`: a guest list from the command line, looked at or applied."""

import json
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from events.importing import ImportCommand, coordinator_named, wishes_in
from events.models import Event
from guests.importing.applying import NotAppliedError, apply_guest_list
from guests.importing.asking import questions_of
from guests.importing.diffing import Diff, Kind, diff_of
from guests.importing.fields import GUEST_LIST
from guests.importing.filing import checked_from, remembered_answers, remembered_columns, take_in
from guests.importing.stored import stored_at
from liaison.accounts.models import User
from liaison.sheets.choosing import wished_mapping
from liaison.sheets.mapping import Mapping
from liaison.sheets.reading import UnreadableFileError, read_sheets
from liaison.sheets.severity import Severity
from liaison.sheets.table import Sheet

FAULTY, OPEN, REFUSED = 2, 3, 4


class Command(ImportCommand):
    help = (
        "Check a guest list against an event and say what it would do; with --apply, do it. Exit codes: 0 fine, "
        "1 cannot be read or asked for wrongly, 2 rows with errors, 3 a question is open, 4 refused."
    )

    def work(self, event: Event, options: dict[str, Any]) -> None:
        by = coordinator_named(options["by"], event) if options["apply"] else None
        try:
            data = options["file"].read_bytes()
            sheets = read_sheets(data)
        except (OSError, UnreadableFileError) as error:
            raise CommandError(str(error)) from error
        mapping = _mapping(event, sheets, wishes_in(options["mapping"], GUEST_LIST), options["answer"])
        diff = diff_of(checked_from(sheets, mapping, event), stored_at(event))
        report = _report(diff, mapping, event)
        if by:
            report["applied"] = self._apply(event, data, mapping, diff, by, options)
        self._print(report, as_json=options["json"])
        if diff.order_is_open:
            raise CommandError(
                "Say which figure of the dates is the day: --answer order=dmy or mdy.", returncode=OPEN
            )
        if diff.count(Kind.FAULTY) and not options["leave_out_errors"]:
            raise CommandError("Some rows have errors.", returncode=FAULTY)

    def _apply(
        self, event: Event, data: bytes, mapping: Mapping, diff: Diff, by: User, options: dict[str, Any]
    ) -> bool:
        """Write exactly what was compared; what stands against it is reported before, by the caller's exit codes."""
        leave_out = options["leave_out_errors"]
        if diff.order_is_open or (diff.count(Kind.FAULTY) and not leave_out):
            return False
        now = timezone.now()
        guest_list = take_in(event=event, data=data, filename=options["file"].name, by=by, at=now)
        guest_list.choose_columns(mapping.as_json())
        guest_list.refresh_from_db()
        try:
            apply_guest_list(
                guest_list=guest_list,
                by=by,
                at=now,
                leave_out_errors=leave_out,
                seen=diff.digest,
                checked=diff.checked,
            )
        except NotAppliedError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        return True

    def _print(self, report: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        for message in report["messages"]:
            where = f"row {message['row']}, {message['column']}"
            self.stdout.write(f"{message['level']}: {where}: {message['text']}")
        for question in report["questions"]:
            self.stdout.write(
                f"question {question['name']}: {question['text']} {'; '.join(question['choices'])}"
            )
        counts = ", ".join(f"{number} {kind}" for kind, number in report["counts"].items())
        self.stdout.write(f"{counts}. {'Applied.' if report['applied'] else 'Nothing was written.'}")


def _mapping(event: Event, sheets: tuple[Sheet, ...], wishes: dict[str, Any], answers: list[str]) -> Mapping:
    """What is wished, else what the event's last list had, else what is guessed."""
    given = remembered_answers(event) | dict(answer.partition("=")[::2] for answer in answers)
    return wished_mapping(
        sheets, wishes, GUEST_LIST, lambda columns: remembered_columns(event, columns)
    ).answered(given)


def _report(diff: Diff, mapping: Mapping, event: Event) -> dict[str, Any]:
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning"}
    return {
        "applied": False,
        "counts": {kind.value: diff.count(kind) for kind in Kind}
        | {"gone": len(diff.gone), "by_hand": diff.by_hand},
        "mapping": mapping.as_json(),
        "gone": [str(one.values["name"]) for one in diff.gone],
        "messages": [
            {
                "row": one.row.number,
                "column": message.field,
                "level": levels[message.severity],
                "text": message.text,
            }
            for one in diff.rows
            for message in one.row.messages
        ],
        "questions": [
            {
                "name": one.name,
                "text": one.text,
                "choices": [value for value, _label in one.choices],
                "answer": one.answer,
            }
            for one in questions_of(diff, event.time_zone)
            if not one.answer
        ],
    }
