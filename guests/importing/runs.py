"""Long guest lists, checked and applied by a worker while a page shows how far it is.

The row is the queue: a page writes a run, a worker finds it. Crash semantics: checking writes nothing but the run; applying
is one transaction, and a list that is applied stays as it is, so that a run begun anew does no harm. A worker that wakes
up late finds the run no longer its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import override

from guests.importing.applying import NotAppliedError, apply_guest_list
from guests.importing.checking import Step
from guests.importing.diffing import diff_of
from guests.importing.fields import GUEST_LIST
from guests.importing.filing import checked_rows
from guests.importing.stored import stored_at
from guests.importing.wording import outcome_of
from guests.models import GuestList, GuestListRun
from guests.runs import carry_out
from liaison.accounts.models import User
from liaison.beside import beside_transaction
from liaison.sheets.mapping import Mapping as Columns
from liaison.sheets.outcome import Question
from liaison.sheets.reading import UnreadableFileError

LONG = 1000
"""Rows from which a list is left to a worker; a page checks fewer in a second or two."""


def is_long(guest_list: GuestList) -> bool:
    """Whether the list, as its columns were chosen, is left to a worker."""
    return int(guest_list.mapping.get("rows", 0)) > LONG


def request_run(
    *,
    guest_list: GuestList,
    kind: GuestListRun.Kind,
    by: User,
    at: datetime,
    leave_out_errors: bool = False,
    seen: str = "",
) -> GuestListRun:
    """Ask for the list to be checked or applied; while a run is open already, that one."""
    try:
        with transaction.atomic():
            return GuestListRun.objects.create(
                guest_list=guest_list, kind=kind, requested_by=by, requested_at=at,
                leave_out_errors=leave_out_errors, seen=seen, total=int(guest_list.mapping.get("rows", 0)),
            )  # fmt: skip
    except IntegrityError:
        return GuestListRun.objects.filter(guest_list=guest_list).open().latest("pk")


def work_on_next_list(*, clock: Callable[[], datetime]) -> bool:
    """Do the run that has waited longest, if none is under way; answers whether there was one."""
    run = GuestListRun.objects.take_next(clock(), "guest_list__event")
    if run is None:
        return False
    with override(run.requested_by.language):
        carry_out(
            run, lambda: _work(run, clock), clock=clock, refusals=(NotAppliedError, UnreadableFileError)
        )
    return True


def _work(run: GuestListRun, clock: Callable[[], datetime]) -> None:
    outcome = _applied(run, clock) if run.kind == GuestListRun.Kind.APPLY else _checked(run, clock)
    run.finish(outcome=outcome, at=clock())


def _reading(run: GuestListRun, clock: Callable[[], datetime]) -> Step:
    return lambda done, total: run.go_on(done, total, at=clock(), phase=GuestListRun.Phase.READING)


def _writing(run: GuestListRun, clock: Callable[[], datetime], using: str) -> Step:
    """Steps noted beside the one transaction in which the list is written; a takeover undoes what it wrote."""
    phase = GuestListRun.Phase.WRITING
    return lambda done, total: run.go_on(done, total, at=clock(), using=using, phase=phase)


def _checked(run: GuestListRun, clock: Callable[[], datetime]) -> dict[str, Any]:
    guest_list = run.guest_list
    diff = diff_of(checked_rows(guest_list, _reading(run, clock)), stored_at(guest_list.event))
    outcome = outcome_of(diff, Columns.from_json(guest_list.mapping, GUEST_LIST), guest_list.event.time_zone)
    return {"outcome": asdict(outcome), "digest": diff.digest}


def _applied(run: GuestListRun, clock: Callable[[], datetime]) -> dict[str, Any]:
    checked = checked_rows(run.guest_list, _reading(run, clock))
    with beside_transaction() as using:
        apply_guest_list(
            guest_list=run.guest_list,
            by=run.requested_by,
            at=clock(),
            leave_out_errors=run.leave_out_errors,
            seen=run.seen,
            checked=checked,
            step=_writing(run, clock, using),
        )
    return {}


def questions_in(outcome: Mapping[str, Any]) -> list[Question]:
    """The questions of an outcome as a run keeps it, as far as answers need them."""
    return [
        Question(one["name"], one["text"], tuple((value, label) for value, label in one["choices"]))
        for one in outcome["questions"]
    ]
