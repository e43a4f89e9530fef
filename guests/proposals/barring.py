"""What the rules forbid: officers to stays, and stays to one another."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from events.models import Membership
from guests.collisions import Picture
from guests.collisions.days import is_covered
from guests.duties import Duty, overlap
from guests.proposals.problem import Rule, places
from guests.stops import Stop, first_clash, within


def barred_pairs(
    picture: Picture, duties: Sequence[Duty], officers: Sequence[Membership], at: datetime
) -> dict[tuple[int, int], Rule]:
    """By which rule an officer cannot take a stay, whoever else is given to the officer."""
    stops = [_ahead(picture, duty, at) for duty in duties]
    barred: dict[tuple[int, int], Rule] = {}
    covered: dict[tuple[int, tuple[tuple[datetime, datetime], ...]], bool] = {}
    for hand, officer in enumerate(officers):
        shifts = tuple(picture.shifts.get(officer.pk, ()))
        held = [(duty, _ahead(picture, duty, at)) for duty in picture.standing.get(officer.pk, ())]
        for stay, duty in enumerate(duties):
            if shifts:
                name = stay, shifts
                if name not in covered:
                    covered[name] = all(is_covered(stop, shifts) for stop in stops[stay])
                if not covered[name]:
                    barred[stay, hand] = Rule.SHIFT
            for other, other_stops in held:
                if other.visit.pk == duty.visit.pk:
                    if overlap(other, duty):
                        barred[stay, hand] = Rule.DEPUTY
                elif first_clash(stops[stay], other_stops):
                    barred.setdefault((stay, hand), Rule.TWO_PLACES)
    return barred


def _ahead(picture: Picture, duty: Duty, at: datetime) -> list[Stop]:
    return within(picture.stops.get(duty.visit.pk, ()), max(duty.starts_at, at), duty.ends_at)


def foes_of(picture: Picture, duties: Sequence[Duty], at: datetime) -> list[int]:
    """For each stay, as bits, the stays at which one officer would be needed at two places at once.

    What many guests share, a session or a motorcade, is compared once for all of them.
    """
    guests: defaultdict[Stop, int] = defaultdict(int)
    for stay, duty in enumerate(duties):
        for stop in _ahead(picture, duty, at):
            if stop.begins is not None and stop.ends is not None:
                guests[_anonymous(stop)] |= 1 << stay
    against: defaultdict[Stop, int] = defaultdict(int)
    for one, other in _clashes(sorted(guests, key=lambda stop: stop.starts_at)):
        against[one] |= guests[other]
        against[other] |= guests[one]
    foes = [0] * len(duties)
    for stop, others in against.items():
        for stay in places(guests[stop]):
            foes[stay] |= others
    return [bits & ~(1 << stay) for stay, bits in enumerate(foes)]


def _anonymous(stop: Stop) -> Stop:
    return Stop(0, "", "", stop.starts_at, stop.ends_at, stop.begins, stop.ends, stop.vehicle)


def _clashes(stops: Sequence[Stop]) -> Iterator[tuple[Stop, Stop]]:
    """Each two that share a moment at two places; the stops come by their starts."""
    going_on: list[Stop] = []
    for stop in stops:
        going_on = [other for other in going_on if other.ends_at > stop.starts_at]
        yield from ((stop, other) for other in going_on if stop.collides_with(other))
        going_on.append(stop)
