"""What the rules forbid: officers to stays, and stays to one another."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

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
    cars: defaultdict[Stop, defaultdict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    for stay, duty in enumerate(duties):
        for stop in _ahead(picture, duty, at):
            if stop.begins is not None and stop.ends is not None:
                cars[_shared(stop)][stop.vehicle] |= 1 << stay
    guests = {stop: _together(of_cars.values()) for stop, of_cars in cars.items()}
    foes = [0] * len(duties)
    for stop, others in _clashing(guests).items():
        for car, riders in cars[stop].items():
            against = _together(guests[other] & ~(cars[other].get(car, 0) if car else 0) for other in others)
            for stay in places(riders):
                foes[stay] |= against
    return [bits & ~(1 << stay) for stay, bits in enumerate(foes)]


def _shared(stop: Stop) -> Stop:
    """The same for all who are on the same way at the same time, whatever they ride in."""
    return Stop(0, "", "", stop.starts_at, stop.ends_at, stop.begins, stop.ends)


def _together(bits: Iterable[int]) -> int:
    return reduce(or_, bits, 0)


def _clashing(stops: Iterable[Stop]) -> dict[Stop, list[Stop]]:
    """For each the others that share a moment with it at another place."""
    found: defaultdict[Stop, list[Stop]] = defaultdict(list)
    going_on: list[Stop] = []
    for stop in sorted(stops, key=lambda stop: stop.starts_at):
        going_on = [other for other in going_on if other.ends_at > stop.starts_at]
        for other in going_on:
            if stop.collides_with(other):
                found[stop].append(other)
                found[other].append(stop)
        going_on.append(stop)
    return found
