"""The rows of a timeline: an officer's or a guest's duties as bars, with gaps and collisions. Pure: asks no query."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy, ngettext

from guests.collisions.standing import Standing
from guests.collisions.vocabulary import Kind
from guests.duties import Duty, stay_of
from guests.models import Assignment, Visit
from guests.timeline.axis import Axis, Extent, lanes
from guests.timeline.facts import Facts

MOST_SENTENCES = 8
"""Of a row; whoever has more collisions has to begin somewhere, and the page stays light."""

_ANY_KEY = "0" * 12

WORDS = {
    Kind.WRONG_OFFICER: gettext_lazy("no officer here"),
    Kind.REVERSED: gettext_lazy("reversed"),
    Kind.REPEATED: gettext_lazy("twice"),
    Kind.SECOND_LEAD: gettext_lazy("second lead"),
    Kind.TWO_PLACES: gettext_lazy("two places"),
    Kind.TRAVEL: gettext_lazy("too short a way"),
    Kind.OVERLOAD: gettext_lazy("too many guests"),
    Kind.SHIFT: gettext_lazy("off shift"),
    Kind.REST: gettext_lazy("too little rest"),
    Kind.LANGUAGE: gettext_lazy("no language"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A duty on the axis. `other` is whom it is with; `troubles` are the words of its collisions nobody meant."""

    assignment: int
    other: str
    span: str
    extent: Extent
    is_lead: bool
    is_confirmed: bool
    is_locked: bool
    reason: str
    troubles: tuple[str, ...]
    lane: int = 0

    @property
    def address(self) -> str:
        """The assignment's page."""
        before, after = _around_the_key()
        return f"{before}{self.assignment}{after}"


@cache
def _around_the_key() -> tuple[str, str]:
    """The address of an assignment's page before and after its key: looked up once, not for each bar."""
    before, _key, after = reverse("admin:guests_assignment_change", args=[_ANY_KEY]).partition(_ANY_KEY)
    return before, after


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a guest's stay that nobody leads; `is_over` where it is too late to send somebody."""

    visit: int
    span: str
    extent: Extent
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    lane: int = 0

    @property
    def query(self) -> str:
        """The span as the page asks for it on which somebody is assigned."""
        return urlencode({"starts_at": self.starts_at.isoformat(), "ends_at": self.ends_at.isoformat()})


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies behind the bars: a shift, or a stay."""

    extent: Extent
    span: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A collision as one reads it."""

    word: str
    sentence: str
    is_meant: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An officer or a guest with all that is on the axis, by time.

    `spots` are the moments at which a collision nobody meant begins; `more_marks` counts those left out of `marks`.
    """

    key: int
    name: str
    note: str
    bars: tuple[Bar | Gap, ...]
    grounds: tuple[Ground, ...]
    spots: tuple[Extent, ...]
    marks: tuple[Mark, ...]
    more_marks: int

    @property
    def lanes(self) -> int:
        return 1 + max((bar.lane for bar in self.bars), default=0)

    @property
    def collisions(self) -> int:
        """How many nobody meant."""
        return self.more_marks + sum(not mark.is_meant for mark in self.marks)


def shown_collisions(facts: Facts, axis: Axis, duties: Iterable[Assignment]) -> list[Standing]:
    """The collisions of the duties as far as they and the duties are on the axis; those nobody meant come first."""
    found = [
        standing
        for duty in duties
        if axis.shows(duty.starts_at, duty.ends_at)
        for standing in facts.collisions.get(duty.pk, ())
        if axis.shows(standing.starts_at, standing.ends_at)
    ]
    return sorted(found, key=lambda standing: standing.is_meant)


def officer_row(facts: Facts, axis: Axis, officer: int) -> Row:
    """The officer's guests, before the shifts."""
    member = facts.officers[officer]
    duties = [duty for duty in facts.by_officer.get(officer, ()) if axis.shows(duty.starts_at, duty.ends_at)]
    bars = [_bar(facts, axis, duty, str(facts.visits[duty.visit_id].guest)) for duty in duties]
    guests = len({duty.visit_id for duty in duties})
    said = ngettext("%(guests)s guest, room for %(room)s", "%(guests)s guests, room for %(room)s", guests)
    note = said % {"guests": guests, "room": member.capacity}
    shifts = [(shift.starts_at, shift.ends_at) for shift in facts.shifts.get(officer, ())]
    return _row(facts, axis, officer, str(member.user), note, bars, duties, shifts)


def guest_row(facts: Facts, axis: Axis, visit: int, at: datetime) -> Row:
    """The guest's officers, before the stay, with the gaps in which nobody leads."""
    guest = facts.visits[visit]
    duties = [duty for duty in facts.by_visit.get(visit, ()) if axis.shows(duty.starts_at, duty.ends_at)]
    bars: list[Bar | Gap] = [
        _bar(facts, axis, duty, str(facts.officers[duty.officer_id].user)) for duty in duties
    ]
    bars += [
        _gap(axis, gap, at) for gap in facts.gaps.get(visit, ()) if axis.shows(gap.starts_at, gap.ends_at)
    ]
    stay = stay_of(guest)
    note = " · ".join(filter(None, (guest.get_level_display(), _delegation(guest))))
    return _row(facts, axis, visit, str(guest.guest), note, bars, duties, [(stay.starts_at, stay.ends_at)])


def _row(
    facts: Facts,
    axis: Axis,
    key: int,
    name: str,
    note: str,
    bars: Sequence[Bar | Gap],
    duties: Sequence[Assignment],
    grounds: Sequence[tuple[datetime, datetime]],
) -> Row:
    ordered = sorted(bars, key=lambda bar: bar.extent.begins)
    chosen = lanes([bar.extent for bar in ordered], axis.least_px)
    standing = shown_collisions(facts, axis, duties)
    marks = [Mark(str(WORDS[one.kind]), one.sentence, one.is_meant) for one in standing]
    rest = marks[MOST_SENTENCES:]
    return Row(
        key=key,
        name=name,
        note=note,
        bars=tuple(replace(bar, lane=lane) for bar, lane in zip(ordered, chosen, strict=True)),
        grounds=tuple(Ground(axis.place(*span), axis.words(*span)) for span in grounds if axis.shows(*span)),
        spots=tuple(_spots(axis, standing)),
        marks=tuple(marks[:MOST_SENTENCES]),
        more_marks=sum(not mark.is_meant for mark in rest),
    )


def _spots(axis: Axis, standing: Iterable[Standing]) -> Iterator[Extent]:
    for since in sorted({one.since for one in standing if one.since and not one.is_meant}):
        if spot := axis.moment(since):
            yield spot


def _bar(facts: Facts, axis: Axis, duty: Assignment, other: str) -> Bar:
    troubles = dict.fromkeys(
        str(WORDS[one.kind]) for one in shown_collisions(facts, axis, [duty]) if not one.is_meant
    )
    return Bar(
        assignment=duty.pk,
        other=other,
        span=axis.words(duty.starts_at, duty.ends_at),
        extent=axis.place(duty.starts_at, duty.ends_at),
        is_lead=duty.role == Assignment.Role.LEAD,
        is_confirmed=duty.state == Assignment.State.CONFIRMED,
        is_locked=duty.is_locked,
        reason=duty.override_reason,
        troubles=tuple(troubles),
    )


def _gap(axis: Axis, gap: Duty, at: datetime) -> Gap:
    """Somebody can be sent from the minute of `at` on."""
    starts_at = max(gap.starts_at, at.replace(second=0, microsecond=0))
    return Gap(
        visit=gap.visit.pk,
        span=axis.words(gap.starts_at, gap.ends_at),
        extent=axis.place(gap.starts_at, gap.ends_at),
        starts_at=starts_at,
        ends_at=gap.ends_at,
        is_over=gap.ends_at <= at,
    )


def _delegation(visit: Visit) -> str:
    return visit.delegation.name if visit.delegation else ""
