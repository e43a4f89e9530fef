"""Writing a list of officers: one transaction, once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.models import Event, Membership, Role, Shift
from events.staff import InvitationError, add_member, send_invitation
from guests.assignment import assign_where_possible
from guests.models import Assignment, RosterFile, Visit
from guests.roster.diffing import LANGUAGE, Diff, Kind, RowDiff
from guests.roster.filing import compared, listed_in
from guests.roster.reading import Listing
from liaison.accounts.models import SpokenLanguage, User


class NotAppliedError(Exception):
    """Nothing was written; the message says why and what to do, in the reader's language."""


class FaultyRowsError(NotAppliedError):
    """The list has rows with errors, and nobody chose to leave them out."""


class ChangedMeanwhileError(NotAppliedError):
    """What the list would do is no longer what was looked at."""


class OpenQuestionError(NotAppliedError):
    """The list leaves open which figure of its dates is the day."""


def apply_roster(
    *,
    roster: RosterFile,
    by: User,
    at: datetime,
    leave_out_errors: bool = False,
    send_invitations: bool = False,
    seen: str = "",
    listing: Listing | None = None,
) -> RosterFile:
    """Write the list's members, shifts and assignments, all or nothing; a list already applied stays as it is.

    `seen` is the digest of the preview that was confirmed; where the outcome would differ, nothing is written. Lists of
    one event are applied one after the other; a double confirmation applies once. Officers who can sign
    in are told once of their new guests; new members are written to only with `send_invitations`. A guest whom somebody else was given in the meantime is left out.
    Raises NotAppliedError, and UnreadableFileError where the stored file is gone. `listing` is what `listed_in` gave
    just before.
    """
    listing = listing or listed_in(roster)
    try:
        with transaction.atomic():
            event = Event.objects.select_for_update(no_key=True).get(pk=roster.event_id)
            locked = RosterFile.objects.select_for_update().get(pk=roster.pk)
            if locked.state == RosterFile.State.APPLIED:
                return locked
            diff = compared(listing, event, by=by, at=at)
            _refuse(diff, leave_out_errors=leave_out_errors, seen=seen)
            assigned = _write(diff, locked, by=by, at=at, send_invitations=send_invitations)
            invited = diff.count(Kind.NEW) if send_invitations else 0
            locked.mark_applied(_summary(diff) | {"assigned": assigned, "invited": invited}, at=at)
            return locked
    except (IntegrityError, ObjectDoesNotExist) as error:
        raise ChangedMeanwhileError(_changed_meanwhile()) from error
    except InvitationError as error:
        raise NotAppliedError(str(error)) from error


def _changed_meanwhile() -> str:
    return _("The event's team has changed since you looked. Nothing was written; look at the preview again.")


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
        "left_out": [row.line.rows[0] for row in diff.of_kind(Kind.FAULTY)],
        "to_assign": diff.duties,
        "unmatched": diff.unmatched,
    }


def _write(diff: Diff, roster: RosterFile, *, by: User, at: datetime, send_invitations: bool) -> int:
    """Write all of it; how many assignments were made."""
    reason = _("As the list of officers “%(name)s” has it") % {"name": roster.filename[:200]}
    visits = Visit.objects.select_related("event", "guest").in_bulk(
        [duty.visit for row in diff.rows for duty in row.duties]
    )
    assigned = 0
    for row in (*diff.of_kind(Kind.NEW), *diff.of_kind(Kind.CHANGED)):
        _write_member(row, roster.event, by=by, at=at, send_invitations=send_invitations)
    members = _members(roster.event)
    for row in diff.rows:
        for role in Assignment.Role:
            theirs = [visits[duty.visit] for duty in row.duties if duty.role == role]
            if theirs:
                assigned += assign_where_possible(
                    visits=theirs, officer=members[_address(row)], role=role, by=by, at=at, reason=reason
                )
    return assigned


def _members(event: Event) -> dict[str, Membership]:
    rows = Membership.objects.filter(event=event, role=Role.OFFICER).select_related("user")
    return {row.user.email.lower(): row for row in rows}


def _address(row: RowDiff) -> str:
    return row.person.email if row.person else row.line.email


def _write_member(row: RowDiff, event: Event, *, by: User, at: datetime, send_invitations: bool) -> None:
    if row.kind is Kind.NEW:
        member = add_member(email=_address(row), name=row.line.name, event=event, role=Role.OFFICER, by=by)
        if send_invitations:
            send_invitation(member=member, by=by, at=at)
    else:
        assert row.person  # noqa: S101 (narrows the type: who changes is stored)
        member = Membership.objects.select_for_update(of=("self",)).get(pk=row.person.member)
    _fill_person(row, member.user_id)
    changed = {change.key: change.after for change in row.changes if change.key in ("capacity", "duty_note")}
    for key, value in changed.items():
        setattr(member, key, value)
    if changed:
        member.save(update_fields=list(changed))
    Shift.objects.bulk_create(
        [Shift(membership=member, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in row.spans]
    )


def _fill_person(row: RowDiff, user: int) -> None:
    """Phone and languages, where the person still has none: what a person set is theirs."""
    phones = [str(change.after) for change in row.changes if change.key == "phone"]
    levels = _levels(row)
    if not phones and not levels:
        return
    held = User.objects.select_for_update().get(pk=user)
    if phones and not held.phone:
        held.phone = phones[0]
        held.save(update_fields=["phone"])
    if levels and not held.spoken_languages.exists():
        SpokenLanguage.objects.bulk_create(
            [SpokenLanguage(user=held, language=code, level=level) for code, level in levels]
        )


def _levels(row: RowDiff) -> Sequence[tuple[str, int]]:
    return [
        (change.key.removeprefix(LANGUAGE), int(change.after))
        for change in row.changes
        if change.key.startswith(LANGUAGE)
    ]
