"""What other assignments speak against a duty: no officer of the event, a reversed span, a repetition, a second lead."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from events.models import Membership, Role
from guests.collisions.vocabulary import Collision, Kind
from guests.duties import Duty
from guests.models import Assignment
from liaison.clock import span_text


def impossible(duty: Duty, officer: Membership) -> Collision | None:
    """What no picture is needed for: the officer is none of this event's, or the span is reversed."""
    if officer.role != Role.OFFICER or officer.event_id != duty.visit.event_id:
        sentence = _("%(person)s is not a liaison officer of %(event)s.")
        names = {"person": officer, "event": duty.visit.event}
        return Collision(duty.visit, Kind.WRONG_OFFICER, sentence % names)
    if duty.ends_at <= duty.starts_at:
        sentence = _("%(guest)s: the end must come after the start (%(span)s).")
        guest_and_span = {"guest": duty.visit.guest.titled_name, "span": duty.span}
        return Collision(duty.visit, Kind.REVERSED, sentence % guest_and_span)
    return None


def between(duty: Duty, officer: Membership, role: str, meanwhile: Sequence[Assignment]) -> Collision | None:
    """What the guest's other assignments that share some of the span stand against the duty."""
    return _repeated(duty, officer, meanwhile) or _second_lead(duty, role, meanwhile)


def _repeated(duty: Duty, officer: Membership, meanwhile: Sequence[Assignment]) -> Collision | None:
    """The officer already looks after the guest in that span, in whatever role."""
    for row in meanwhile:
        if row.officer_id == officer.pk:
            sentence = _("%(officer)s already looks after %(guest)s as %(role)s, %(span)s.")
            names = _names(duty, row) | {"role": row.get_role_display()}
            return Collision(duty.visit, Kind.REPEATED, sentence % names)
    return None


def _second_lead(duty: Duty, role: str, meanwhile: Sequence[Assignment]) -> Collision | None:
    if role != Assignment.Role.LEAD:
        return None
    for row in meanwhile:
        if row.role == Assignment.Role.LEAD:
            sentence = _("%(guest)s already has a lead: %(officer)s, %(span)s.")
            return Collision(duty.visit, Kind.SECOND_LEAD, sentence % _names(duty, row))
    return None


def _names(duty: Duty, row: Assignment) -> dict[str, str]:
    return {
        "guest": duty.visit.guest.titled_name,
        "officer": str(row.officer),
        "span": span_text(row.starts_at, row.ends_at, duty.visit.event.time_zone),
    }
