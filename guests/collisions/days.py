"""What the guests' days speak against a duty: two places at once, the road, the shift, rest; and the languages."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from events.models import Event, Membership
from guests.collisions.picture import Picture, base_language
from guests.collisions.vocabulary import Collision, Kind
from guests.duties import Duty
from guests.hours import length
from guests.naming import language_name
from guests.stops import Roads, Stop, first_clash, first_rush, when, within
from liaison.clock import day_of, span_text

DAY_TURNS = timedelta(hours=4)
"""A dinner until one in the morning belongs to the day before."""


def on_the_way(
    picture: Picture, duties: Sequence[Duty], officer: Membership, held: Sequence[Duty], at: datetime
) -> Iterator[Collision]:
    """What speaks against the duties beside those the officer holds and beside one another."""
    event = duties[0].visit.event
    before = [_Day(duty, _ahead(picture, duty, at)) for duty in held]
    for duty in duties:
        day = _Day(duty, _ahead(picture, duty, at))
        for other in before:
            if other.duty.visit.pk != duty.visit.pk:
                yield from _two_guests(day, other, event)
        yield from _past_shift(day, officer, picture.shifts.get(officer.pk, ()))
        yield from _too_little_rest(day, before, officer, event)
        yield from _no_language(duty, officer, picture.languages.get(officer.user_id, {}))
        before.append(day)


@dataclass(frozen=True)
class _Day:
    """A duty with the stops it asks the officer to be at."""

    duty: Duty
    stops: Sequence[Stop]


def _ahead(picture: Picture, duty: Duty, at: datetime) -> list[Stop]:
    return within(picture.stops.get(duty.visit.pk, ()), max(duty.starts_at, at), duty.ends_at)


def _two_guests(day: _Day, other: _Day, event: Event) -> Iterator[Collision]:
    if clash := first_clash(day.stops, other.stops):
        since = max(stop.starts_at for stop in clash)
        yield Collision(day.duty.visit, Kind.TWO_PLACES, _said_of_two(*clash, event), since)
    elif rush := first_rush(day.stops, other.stops, Roads.of(event)):
        former, latter, needed = rush
        sentence = _(
            "%(guest)s: only %(gap)s from %(former)s of %(one)s to %(latter)s of %(other)s, %(when)s; the way takes %(needed)s."
        )
        said = {
            "guest": day.duty.visit.guest.titled_name, "gap": length(latter.starts_at - former.ends_at),
            "former": _title(former), "one": former.guest, "latter": _title(latter), "other": latter.guest,
            "when": when(latter, event.time_zone), "needed": length(needed),
        }  # fmt: skip
        yield Collision(day.duty.visit, Kind.TRAVEL, sentence % said, former.ends_at)


def _said_of_two(one: Stop, other: Stop, event: Event) -> str:
    sentence = _(
        "%(guest)s: at %(place)s for %(title)s (%(when)s) while %(other)s has %(other_title)s at %(other_place)s."
    )
    return sentence % {
        "guest": one.guest, "title": _title(one), "place": one.begins.name if one.begins else "",
        "when": when(one, event.time_zone), "other": other.guest, "other_title": _title(other),
        "other_place": other.begins.name if other.begins else "",
    }  # fmt: skip


def _title(stop: Stop) -> str:
    return f"“{stop.title}”" if stop.title else _("the arrival or departure")


def _past_shift(
    day: _Day, officer: Membership, shifts: Sequence[tuple[datetime, datetime]]
) -> Iterator[Collision]:
    """Whoever has no shift is there all day."""
    if not shifts:
        return
    missed = [stop for stop in day.stops if not is_covered(stop, shifts)]
    if missed:
        one = _("%(guest)s: %(officer)s is off shift at %(title)s, %(when)s.")
        several = _("%(guest)s: %(officer)s is off shift at %(title)s, %(when)s, and at %(more)d more.")
        sentence = several if len(missed) > 1 else one
        said = {
            "guest": day.duty.visit.guest.titled_name, "officer": officer, "title": _title(missed[0]),
            "when": when(missed[0], day.duty.visit.event.time_zone), "more": len(missed) - 1,
        }  # fmt: skip
        until = None if len(missed) > 1 else missed[0].ends_at
        yield Collision(day.duty.visit, Kind.SHIFT, sentence % said, missed[0].starts_at, until)


def is_covered(stop: Stop, shifts: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether the shifts, by their starts, cover the stop; one may go on where another ends."""
    until = stop.starts_at
    for starts_at, ends_at in shifts:
        if starts_at <= until:
            until = max(until, ends_at)
    return until >= stop.ends_at


def _too_little_rest(
    day: _Day, before: Sequence[_Day], officer: Membership, event: Event
) -> Iterator[Collision]:
    """Between the last stop of a day and the first of the next, where one of the two is the new guest's."""
    least = timedelta(hours=event.rest_hours)
    by_day: defaultdict[int, list[Stop]] = defaultdict(list)
    for stop in (stop for one in (*before, day) for stop in one.stops):
        by_day[day_of(stop.starts_at - DAY_TURNS, event.time_zone).toordinal()].append(stop)
    for one, following in pairwise(sorted(by_day)):
        last = max(by_day[one], key=lambda stop: stop.ends_at)
        first = min(by_day[following], key=lambda stop: stop.starts_at)
        rest = first.starts_at - last.ends_at
        if rest < least and day.duty.visit.pk in (last.visit, first.visit):
            sentence = _("%(guest)s: %(officer)s would rest only %(rest)s, %(when)s.")
            said = {
                "guest": day.duty.visit.guest.titled_name, "officer": officer, "rest": length(max(rest, timedelta())),
                "when": span_text(last.ends_at, first.starts_at, event.time_zone),
            }  # fmt: skip
            yield Collision(day.duty.visit, Kind.REST, sentence % said, last.ends_at, first.starts_at)


def _no_language(duty: Duty, officer: Membership, spoken: Mapping[str, int]) -> Iterator[Collision]:
    """Where either's languages are not known, nothing is claimed."""
    languages = duty.visit.guest.languages
    if spoken and languages and not any(base_language(code) in spoken for code in languages):
        sentence = _("%(guest)s and %(officer)s share no language (the guest: %(languages)s).")
        names = ", ".join(language_name(code) for code in languages)
        said = {"guest": duty.visit.guest.titled_name, "officer": officer, "languages": names}
        yield Collision(duty.visit, Kind.LANGUAGE, sentence % said)
