"""Giving an officer charge of one guest or many, and taking the officer off again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected

from events.models import Membership
from guests.collisions import Collision, Kind, collisions
from guests.duties import Duty, duties_for
from guests.models import Assignment, Handover, Visit
from guests.telling import tell_officers
from liaison.accounts.models import User

_CONSTRAINT = "one_lead_per_visit_at_a_time"
_ATTEMPTS = 3


class AssignmentError(Exception):
    """An assignment was refused. The message tells a coordinator why, one line for each guest refused."""


class WrongOfficerError(AssignmentError):
    """The chosen person is not an officer of the guest's event."""


class SecondLeadError(AssignmentError):
    """A guest already has a lead in that span."""


class MeantError(AssignmentError):
    """Something speaks against it that may be meant, and no reason was given."""


class OverloadError(MeantError):
    """The officer would have more guests at one time than fit, and no reason was given."""


_ERRORS = {
    Kind.WRONG_OFFICER: WrongOfficerError,
    Kind.SECOND_LEAD: SecondLeadError,
    Kind.OVERLOAD: OverloadError,
}


def assign_officer(
    *,
    visit: Visit,
    officer: Membership,
    role: Assignment.Role,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    by: User,
    at: datetime,
    override_reason: str = "",
) -> Assignment:
    """Give the officer charge of one visit; as `assign_officers` does of many."""
    (assignment,) = assign_officers(
        visits=[visit], officer=officer, role=role, starts_at=starts_at, ends_at=ends_at,
        by=by, at=at, override_reason=override_reason,
    )  # fmt: skip
    return assignment


def assign_officers(
    *,
    visits: Sequence[Visit],
    officer: Membership,
    role: Assignment.Role,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    by: User,
    at: datetime,
    override_reason: str = "",
    handover: timedelta = timedelta(),
) -> list[Assignment]:
    """Give the officer charge of all the visits, or of none.

    An end of the span that is left open is each visit's own (`usual_duty`). Raises WrongOfficerError, SecondLeadError,
    another AssignmentError, or MeantError, which `override_reason` overrides and which the row then keeps.
    With a `handover`, a lead is there so long before as deputy: two leads never overlap, an officer who comes and one
    who goes do. Of two who give one guest a lead at the same moment exactly one succeeds: the database's exclusion constraint
    decides, and the other is refused with the sentence that a slower coordinator would have read.
    """
    with transaction.atomic():
        # One officer's load is judged by one transaction at a time; the constraint judges the guests' leads.
        officer = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(
            pk=officer.pk
        )  # fmt: skip
        duties = duties_for(sorted(visits, key=lambda visit: visit.pk), starts_at, ends_at, at=at)
        _refuse(collisions(duties=duties, officer=officer, role=role, at=at), override_reason)
        rows = [
            Assignment(
                visit=duty.visit, officer=officer, role=role, starts_at=duty.starts_at, ends_at=duty.ends_at,
                override_reason=override_reason, assigned_by=by,
            )
            for duty in duties
        ]  # fmt: skip
        before = _overlaps(rows, handover) if role == Assignment.Role.LEAD else []
        write_assignments([*rows, *before], at=at)
        return rows


def _overlaps(leads: Sequence[Assignment], handover: timedelta) -> list[Assignment]:
    """The officers as deputies, up to the moment from which they lead."""
    if handover <= timedelta():
        return []
    return [
        Assignment(
            visit=lead.visit,
            officer=lead.officer,
            role=Assignment.Role.DEPUTY,
            starts_at=lead.starts_at - handover,
            ends_at=lead.starts_at,
            override_reason=lead.override_reason,
            assigned_by=lead.assigned_by,
        )
        for lead in leads
    ]


def assign_where_possible(
    *,
    visits: Sequence[Visit],
    officer: Membership,
    role: Assignment.Role,
    by: User,
    at: datetime,
    reason: str,
) -> int:
    """Give the officer charge of all the visits or, where not all can be had, of each that can; answers how many.

    The reason overrides an overload, as in `assign_officers`; what is refused stays as it was.
    """
    try:
        return len(
            assign_officers(visits=visits, officer=officer, role=role, by=by, at=at, override_reason=reason)
        )
    except AssignmentError:
        if len(visits) == 1:
            return 0
    alone = ([visit] for visit in visits)
    return sum(
        assign_where_possible(visits=one, officer=officer, role=role, by=by, at=at, reason=reason)
        for one in alone
    )


def _refuse(found: Sequence[Collision], override_reason: str = "") -> None:
    """Raise what stands against the duties, walls before warnings, a line for each guest."""
    walls = [collision for collision in found if not collision.can_be_meant]
    standing = walls or ([] if override_reason.strip() else list(found))
    if standing:
        error = _ERRORS.get(standing[0].kind, MeantError if standing[0].can_be_meant else AssignmentError)
        raise error("\n".join(dict.fromkeys(collision.sentence for collision in standing)))


def write_assignments(rows: Sequence[Assignment], *, at: datetime) -> None:
    """Insert the new ones and update the known ones, all or none, and tell their officers.

    What an officer confirmed is no longer so on other terms. Whoever takes a guest over has confirmed and knows.
    Raises SecondLeadError where the database finds a second lead. Two inserts that wait for one another's verdict end
    in a deadlock, which PostgreSQL breaks by failing one of them: that one asks again and gets its verdict.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic():
                _write(rows, at)
        except IntegrityError as error:
            if _CONSTRAINT not in str(error):
                raise
            raise SecondLeadError(_why_refused(rows, at)) from error
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected) or attempt == _ATTEMPTS:
                raise
        else:
            return


def _write(rows: Sequence[Assignment], at: datetime) -> None:
    known, new = [row for row in rows if row.pk], [row for row in rows if not row.pk]
    held = Assignment.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    before = held.in_bulk([row.pk for row in known]) if known else {}
    changed = []
    for row in known:
        was = before.get(row.pk, row)
        row.state, row.cannot_because = (
            was.state,
            was.cannot_because,
        )  # the officer may have answered meanwhile
        if row.terms != was.terms and was.state != Assignment.State.WITHDRAWN:
            row.state, row.cannot_because = Assignment.State.ASSIGNED, ""
            changed.append((was, row))
        row.save()
    Assignment.objects.bulk_create(new)
    passed_on = [(was, row) for was, row in changed if was.officer_id != row.officer_id]
    gained = [
        *(row for row in new if row.state == Assignment.State.ASSIGNED),
        *(row for _was, row in passed_on),
    ]
    tell_officers(
        gained=[row for row in gained if row.ends_at > at],
        changed=[row for was, row in changed if was.officer_id == row.officer_id],
        lost=[was for was, _row in passed_on],
        at=at,
    )


def _why_refused(rows: Sequence[Assignment], at: datetime) -> str:
    """The sentences a check gives now that the winner's rows can be read."""
    known = [row.pk for row in rows if row.pk]
    found = [
        collision.sentence
        for row in rows
        for collision in collisions(
            duties=[Duty(row.visit, row.starts_at, row.ends_at)],
            officer=row.officer,
            role=Assignment.Role(row.role),
            at=at,
            besides=known,
        )
        if collision.kind is Kind.SECOND_LEAD
    ]
    return "\n".join(found) or _("The guest already has a lead at that time.")


def withdraw(*, assignments: Sequence[Assignment], at: datetime) -> list[Assignment]:
    """Take officers off their guests; returns those withdrawn now.

    What is already withdrawn, or over at `at`, stays as it is: it is a record of what happened. A handover that was
    offered of such a duty is withdrawn with it, and the officers are told.
    """
    keys = [assignment.pk for assignment in assignments]
    with transaction.atomic():
        rows = list(Assignment.objects.select_for_update().not_over(at).filter(pk__in=keys).order_by("pk"))
        for row in rows:
            row.withdraw()
        Handover.objects.open().filter(assignment__in=rows).update(
            state=Handover.State.WITHDRAWN, answered_at=at
        )
        tell_officers(lost=rows, at=at)
    return rows
