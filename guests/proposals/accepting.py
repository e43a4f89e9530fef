"""Turning lines of a proposal into assignments: what still fits is written, what no longer does is refused with the reason."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Membership, Role
from guests.assignment import write_assignments
from guests.collisions import Collision, Kind, Picture, judge
from guests.duties import Duty
from guests.models import Assignment, ProposalLine, ProposalRun
from guests.proposals.building import duty_ahead, seen
from guests.telling import tell_officers
from liaison.accounts.models import User

_RULES = {Kind.OVERLOAD, Kind.TWO_PLACES, Kind.SHIFT}
"""Warnings to a person, rules to a proposal: who means them assigns by hand, or locks the line."""


@dataclass
class _Step:
    """One line on its way to an assignment."""

    line: ProposalLine
    lead: Assignment | None
    duty: Duty
    warnings: list[Collision] = field(default_factory=list)

    @property
    def is_change(self) -> bool:
        return self.lead is None or self.lead.officer_id != self.line.officer_id


def accept(*, run: ProposalRun, lines: Collection[int], by: User, at: datetime) -> list[ProposalLine]:
    """Give the guests of these lines to the officers proposed; answers the lines, each accepted or refused.

    Lines already accepted or refused, or without an officer, are passed over. Accepting some and not others is judged as
    it would then stand: an officer who keeps a guest may have no room for another. Who loses a guest who is here is on
    duty until this minute, and the next from then on. Each officer is told once of what changed. One transaction.
    """
    with transaction.atomic():
        ProposalRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        rows = list(
            run.lines.open()
            .filter(pk__in=lines)
            .select_related("visit__guest", "visit__event", "officer__user", "officer__event")
            .order_by("pk")
        )
        _hold_officers(rows)
        steps = _still_fitting(_unchanged_since(rows, at), at)
        _write(steps, by, at)
        _settle(rows, steps)
    return rows


def _hold_officers(rows: Iterable[ProposalLine]) -> None:
    """One officer's load is judged by one transaction at a time."""
    keys = sorted({row.officer_id for row in rows if row.officer_id})
    list(Membership.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def _unchanged_since(rows: Sequence[ProposalLine], at: datetime) -> list[_Step]:
    """The lines whose guests are led as they were when the proposal was worked out; the others are refused."""
    leads: defaultdict[int, list[Assignment]] = defaultdict(list)
    standing = Assignment.objects.not_over(at).filter(
        visit__in=[row.visit_id for row in rows], role=Assignment.Role.LEAD
    )
    held = standing.select_for_update(of=("self",)).select_related("officer__user", "visit__guest")
    for one in held.order_by("starts_at"):
        leads[one.visit_id].append(one)
    steps = []
    for row in rows:
        found = leads[row.visit_id]
        row.refusal = _outdated(row, found, at)
        if row.refusal:
            continue
        lead = found[0] if found else None
        steps.append(_Step(row, lead, duty_ahead(row.visit, lead, at)))
    return steps


def _outdated(row: ProposalLine, leads: Sequence[Assignment], at: datetime) -> str:
    """Why the line says nothing any more; empty where it does."""
    guest, officer = row.visit.guest.titled_name, row.officer
    if len(leads) > 1 or seen(leads[0] if leads else None) != row.seen:
        names = ", ".join(str(lead.officer) for lead in leads)
        if not names:
            return _("%(guest)s has lost the lead since; propose again.") % {"guest": guest}
        return _("%(guest)s’s lead has changed since: %(names)s.") % {"guest": guest, "names": names}
    if leads and leads[0].is_locked and leads[0].officer_id != row.officer_id:
        return _("%(guest)s has been locked with %(officer)s since.") % {
            "guest": guest,
            "officer": leads[0].officer,
        }
    if officer is None or officer.role != Role.OFFICER or not officer.user.is_active:
        return _("%(officer)s no longer is an officer who may sign in.") % {"officer": officer}
    if duty_ahead(row.visit, leads[0] if leads else None, at).ends_at <= at:
        return _("%(guest)s’s stay is over.") % {"guest": guest}
    return ""


def _still_fitting(steps: list[_Step], at: datetime) -> list[_Step]:
    """Take away, one for each officer and round, what a rule stands against, until nothing is."""
    while steps:
        refused = _misfits(steps, at)
        if not refused:
            break
        steps = [step for step in steps if step not in refused]
    return steps


def _misfits(steps: Sequence[_Step], at: datetime) -> list[_Step]:
    officers = {step.line.officer_id: step.line.officer for step in steps if step.line.officer}
    moved = [step.lead.pk for step in steps if step.lead]
    picture = Picture.of(list(officers.values()), [step.duty for step in steps], besides=moved)
    refused = []
    for key, officer in officers.items():
        theirs = [step for step in steps if step.line.officer_id == key]
        found = judge(picture, [step.duty for step in theirs], officer, Assignment.Role.LEAD, at=at)
        for step in theirs:
            step.warnings = [one for one in found if one.visit == step.duty.visit]
        misfits = [step for step in theirs if step.is_change and _against(step)]
        for step in misfits[-1:]:
            step.line.refusal = "\n".join(one.sentence for one in _against(step))
            refused.append(step)
    return refused


def _against(step: _Step) -> list[Collision]:
    """What refuses the line; a person's lock overrides what can be meant."""
    return [
        one
        for one in step.warnings
        if not one.can_be_meant or (one.kind in _RULES and not step.line.is_locked)
    ]


def _write(steps: Sequence[_Step], by: User, at: datetime) -> None:
    changes = [step for step in steps if step.is_change]
    old = [step.lead for step in changes if step.lead]
    kept = [step.lead for step in steps if not step.is_change and step.lead and step.line.is_locked]
    for lead in old:
        cut = at.replace(second=0, microsecond=0)
        if lead.starts_at < cut:
            lead.ends_at = cut
        else:
            lead.state = Assignment.State.WITHDRAWN
    Assignment.objects.bulk_update(old, ["ends_at", "state"])
    Assignment.objects.filter(pk__in=[lead.pk for lead in kept]).update(is_locked=True)
    new = [_assignment(step, by) for step in changes]
    write_assignments(new, at=at)
    tell_officers(lost=old, at=at)


def _assignment(step: _Step, by: User) -> Assignment:
    meant = _("Accepted from a proposal although: %(what)s") % {
        "what": " ".join(one.sentence for one in step.warnings)
    }
    return Assignment(
        visit=step.duty.visit,
        officer=step.line.officer,
        role=Assignment.Role.LEAD,
        starts_at=step.duty.starts_at,
        ends_at=step.duty.ends_at,
        override_reason=meant[:300] if step.warnings else "",
        is_locked=step.line.is_locked,
        assigned_by=by,
    )


def _settle(rows: Sequence[ProposalLine], steps: Sequence[_Step]) -> None:
    accepted = {step.line.pk for step in steps}
    for row in rows:
        row.state = ProposalLine.State.ACCEPTED if row.pk in accepted else ProposalLine.State.REFUSED
    ProposalLine.objects.bulk_update(rows, ["state", "refusal"])


def set_locks(*, run: ProposalRun, locked: Collection[int]) -> None:
    """Lock just these of the run's lines that have an officer."""
    run.lines.exclude(officer=None).update(is_locked=False)
    run.lines.exclude(officer=None).filter(pk__in=locked).update(is_locked=True)
