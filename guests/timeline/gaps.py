"""Gaps: the parts of a stay that nobody leads."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from guests.duties import Duty
from guests.models import Assignment

Span = tuple[datetime, datetime]


def gaps_in(stay: Duty, duties: Sequence[Assignment]) -> list[Duty]:
    """The parts of the stay that no lead among the duties, which come by their starts, covers."""
    leads = [(duty.starts_at, duty.ends_at) for duty in duties if duty.role == Assignment.Role.LEAD]
    return [Duty(stay.visit, *gap) for gap in uncovered((stay.starts_at, stay.ends_at), leads)]


def uncovered(whole: Span, spans: Iterable[Span]) -> Iterator[Span]:
    """The parts of the whole that none of the spans, which come by their starts, covers."""
    until, end = whole
    for starts_at, ends_at in spans:
        if ends_at <= until:
            continue
        if starts_at >= end:
            break
        if starts_at > until:
            yield until, starts_at
        until = ends_at
    if until < end:
        yield until, end
