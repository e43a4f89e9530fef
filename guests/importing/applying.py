"""Writing a guest list: one transaction, by external key, once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.models import Event, Venue
from guests.importing.beside import (
    Written,
    assign_listed,
    note_as_listed,
    write_flights,
    write_phones,
)
from guests.importing.cells import Value
from guests.importing.checking import Step
from guests.importing.diffing import Diff, Kind, RowDiff, diff_of
from guests.importing.fields import BESIDE, GUEST_KEYS
from guests.importing.filing import checked_rows
from guests.importing.judged import Checked
from guests.importing.stored import stored_at, values_of, visits_to_compare
from guests.models import Delegation, Guest, GuestList, Visit
from liaison.accounts.models import User
from liaison.sheets.comparing import same

if TYPE_CHECKING:
    from django.db.models import QuerySet

_BATCH = 500

Names = Mapping[str, Mapping[str, int]]
"""The keys of delegations and hotels, by compared name."""


class NotAppliedError(Exception):
    """Nothing was written; the message says why and what to do, in the reader's language."""


class FaultyRowsError(NotAppliedError):
    """The list has rows with errors, and nobody chose to leave them out."""


class ChangedMeanwhileError(NotAppliedError):
    """What the list would do is no longer what was looked at."""


class OpenQuestionError(NotAppliedError):
    """The list leaves something open that changes all its rows, and nobody answered yet."""


def apply_guest_list(
    *,
    guest_list: GuestList,
    by: User,
    at: datetime,
    leave_out_errors: bool = False,
    seen: str = "",
    checked: Checked | None = None,
    step: Step = lambda _done, _total: None,
) -> GuestList:
    """Write the list's guests, visits, delegations and hotels, all or nothing; a list already applied stays as it is.

    `seen` is the digest of the preview that was confirmed; where the outcome would differ, nothing is written. Lists
    of one event are applied one after the other; a double confirmation applies once. Raises NotAppliedError, and
    UnreadableFileError where the stored file is gone. `checked` is what `checked_rows` gave just before;
    `step` hears how many rows are written, of how many, and may raise to undo them all.
    """
    checked = checked or checked_rows(guest_list)
    try:
        with transaction.atomic():
            event = Event.objects.select_for_update(no_key=True).get(pk=guest_list.event_id)
            locked = GuestList.objects.select_for_update().get(pk=guest_list.pk)
            if locked.state == GuestList.State.APPLIED:
                return locked
            diff = diff_of(checked, stored_at(event))
            _refuse(diff, leave_out_errors=leave_out_errors, seen=seen)
            assigned = _write(diff, locked, event, by=by, at=at, step=step)
            locked.mark_applied(_summary(diff) | {"assigned": assigned}, at=at)
            return locked
    except (IntegrityError, ObjectDoesNotExist) as error:
        raise ChangedMeanwhileError(_changed_meanwhile()) from error


def _changed_meanwhile() -> str:
    return _(
        "The event's guests have changed since you looked. Nothing was written; look at the preview again."
    )


def _refuse(diff: Diff, *, leave_out_errors: bool, seen: str) -> None:
    if seen and seen != diff.digest:
        raise ChangedMeanwhileError(_changed_meanwhile())
    if diff.order_is_open:
        raise OpenQuestionError(
            _("Say first which figure of the dates is the day: 05/06 may be May or June.")
        )
    if diff.count(Kind.FAULTY) and not leave_out_errors:
        raise FaultyRowsError(
            _("Some rows have errors. Correct them in the file and upload it again, or leave these rows out.")
        )


def _summary(diff: Diff) -> dict[str, Any]:
    return {
        "new": diff.count(Kind.NEW),
        "changed": diff.count(Kind.CHANGED),
        "unchanged": diff.count(Kind.UNCHANGED),
        "left_out": [row.row.number for row in diff.of_kind(Kind.FAULTY)],
        "delegations": len(diff.delegations),
        "hotels": len(diff.hotels),
        "merged": len(diff.checked.merged),
        "gone": len(diff.gone),
    }


def _write(diff: Diff, guest_list: GuestList, event: Event, *, by: User, at: datetime, step: Step) -> int:
    """Write all of it; how many guests were given an officer."""
    countries = _countries_of_delegations(diff.rows)
    Delegation.objects.bulk_create(
        [Delegation(event=event, name=name, country=countries.get(name, "")) for name in diff.delegations]
    )
    Venue.objects.bulk_create([Venue(event=event, name=name, kind=Venue.Kind.HOTEL) for name in diff.hotels])
    names = {
        "delegation": _keys_by_name(Delegation.objects.filter(event=event)),
        "hotel": _keys_by_name(Venue.objects.filter(event=event)),
    }
    written = _write_rows(diff, event, names, by=by, at=at, step=step)
    note_as_listed(diff, {one.row.number: visit.pk for one, visit in written}, guest_list)
    return assign_listed(written, guest_list, by=by, at=at)


def _write_rows(
    diff: Diff, event: Event, names: Names, *, by: User, at: datetime, step: Step
) -> list[Written]:
    """Write the new and the changed, some hundreds at a time, saying after each how far it is."""
    new, changed = diff.of_kind(Kind.NEW), diff.of_kind(Kind.CHANGED)
    total = len(new) + len(changed)
    written: list[Written] = []
    step(0, total)
    for start in range(0, max(len(new), len(changed)), _BATCH):
        part = _create(new[start : start + _BATCH], event, names, by=by)
        part += _update(changed[start : start + _BATCH], event, names, at=at)
        write_flights(part, at=at)
        write_phones(part)
        written += part
        step(len(written), total)
    return written


def _countries_of_delegations(rows: Iterable[RowDiff]) -> dict[str, str]:
    """The country of each delegation, from its first guest whose country is known."""
    countries: dict[str, str] = {}
    for diff in rows:
        written = {change.key: change.after for change in diff.changes}
        if written.get("delegation") and diff.row.values.get("country"):
            countries.setdefault(str(written["delegation"]), str(diff.row.values["country"]))
    return countries


def _keys_by_name(rows: "QuerySet[Delegation] | QuerySet[Venue]") -> dict[str, int]:
    return {same(name): key for key, name in rows.values_list("pk", "name")}


def _create(diffs: Sequence[RowDiff], event: Event, names: Names, *, by: User) -> list[Written]:
    rows = [_columns(diff, names) for diff in diffs]
    guests = Guest.objects.bulk_create(
        [Guest(introduced_by=by, **guest) for guest, _visit in rows], batch_size=_BATCH
    )
    visits = [
        Visit(event=event, guest=guest, external_key=diff.row.key, **visit)
        for diff, guest, (_guest, visit) in zip(diffs, guests, rows, strict=True)
    ]
    Visit.objects.bulk_create(visits, batch_size=_BATCH)
    return list(zip(diffs, visits, strict=True))


def _update(diffs: Sequence[RowDiff], event: Event, names: Names, *, at: datetime) -> list[Written]:
    """Change the fields that differ and no others, if they still hold what was compared with."""
    if not diffs:
        return []
    keys = [diff.stored.visit_id for diff in diffs if diff.stored]
    visits = visits_to_compare(event).select_for_update(of=("self", "guest")).in_bulk(keys)
    written = []
    guest_fields: set[str] = set()
    visit_fields: set[str] = set()
    for diff in diffs:
        visit = visits.get(diff.stored.visit_id) if diff.stored else None
        if visit is None or _differs(visit, diff):
            raise ChangedMeanwhileError(_changed_meanwhile())
        guest, stay = _columns(diff, names)
        _set(visit.guest, guest)
        _set(visit, stay | {"updated_at": at})
        guest_fields |= guest.keys()
        visit_fields |= stay.keys() | {"updated_at"}
        written.append((diff, visit))
    if guest_fields:
        Guest.objects.bulk_update([visit.guest for visit in visits.values()], guest_fields, batch_size=_BATCH)
    Visit.objects.bulk_update(visits.values(), visit_fields, batch_size=_BATCH)
    return written


def _differs(visit: Visit, diff: RowDiff) -> bool:
    now = values_of(visit)
    return any(now[change.key] != change.before for change in diff.changes if change.key in now)


def _columns(diff: RowDiff, names: Names) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a row writes to the guest and to the visit, by the names of their columns."""
    guest: dict[str, Any] = {}
    visit: dict[str, Any] = {}
    for change in diff.changes:
        if change.key in BESIDE:
            continue
        if change.key in names:
            visit[f"{change.key}_id"] = names[change.key][same(str(change.after))]
        else:
            (guest if change.key in GUEST_KEYS else visit)[change.key] = _storable(change.after)
    return guest, visit


def _storable(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _set(row: Guest | Visit, columns: Mapping[str, Any]) -> None:
    for column, value in columns.items():
        setattr(row, column, value)
