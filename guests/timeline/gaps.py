"""Gaps: the parts of a stay that nobody leads."""

from collections.abc import Sequence

from guests.duties import Duty
from guests.models import Assignment


def gaps_in(stay: Duty, duties: Sequence[Assignment]) -> list[Duty]:
    """The parts of the stay that no lead among the duties, which come by their starts, covers."""
    gaps, until = [], stay.starts_at
    for duty in duties:
        if duty.role != Assignment.Role.LEAD or duty.ends_at <= until:
            continue
        if duty.starts_at >= stay.ends_at:
            break
        if duty.starts_at > until:
            gaps.append(Duty(stay.visit, until, duty.starts_at))
        until = duty.ends_at
    return [*gaps, Duty(stay.visit, until, stay.ends_at)] if until < stay.ends_at else gaps
