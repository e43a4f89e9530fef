"""What would be good, in points for each pair of stay and hand: 0 is as wished, MOST_POINTS is missed entirely."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from events.models import Membership
from guests.collisions import Picture, base_language
from guests.duties import Duty
from guests.models import Assignment, Visit
from guests.proposals.problem import MOST_POINTS, Stay, Wish
from guests.proposals.weights import Weights
from liaison.accounts.models import SpokenLanguage

_BY_LEVEL = {
    SpokenLanguage.Level.NATIVE: 0,
    SpokenLanguage.Level.FLUENT: 1,
    SpokenLanguage.Level.WORKING: 3,
    SpokenLanguage.Level.BASIC: 6,
}
_NOT_THE_FIRST = 1  # the guest's other languages serve a little less
_BY_VVIPS = (10, 5, 2, 0)  # by how many VVIP guests the officer has led before


def wishes_of(
    duties: Sequence[Duty],
    officers: Sequence[Membership],
    picture: Picture,
    stays: Sequence[Stay],
    weights: Weights,
    at: datetime,
) -> list[Wish]:
    """All wishes that look at one pair at a time. Two queries."""
    languages = [picture.languages.get(officer.user_id, {}) for officer in officers]
    vvips, served = _vvips_led(officers, at), _served(duties, at)

    def table(kind: Callable[[Visit], Any], points: Callable[[Any, int], int]) -> list[list[int]]:
        """A row for each stay, worked out once for all whose visits are of the same kind."""
        kinds = [kind(duty.visit) for duty in duties]
        rows = {one: [points(one, hand) for hand in range(len(officers))] for one in {*kinds}}
        return [rows[one] for one in kinds]

    return [
        Wish(
            "language",
            weights.language,
            table(
                lambda visit: tuple(visit.guest.languages),
                lambda wanted, hand: _language(wanted, languages[hand]),
            ),
        ),
        Wish(
            "experience",
            weights.experience,
            table(
                lambda visit: visit.level,
                lambda level, hand: _experience(level, vvips[officers[hand].user_id]),
            ),
        ),
        Wish(
            "continuity",
            weights.continuity,
            table(
                lambda visit: served.get(visit.guest_id, frozenset()),
                lambda users, hand: _continuity(users, officers[hand]),
            ),
        ),
        Wish(
            "gender",
            weights.gender,
            table(lambda visit: visit.officer_wished, lambda wished, hand: _gender(wished, officers[hand])),
        ),
        _change(stays, len(officers), weights.change),
    ]


def _language(wanted: Sequence[str], spoken: Mapping[str, int]) -> int:
    """The level in the best language they share; nothing where the guest's languages are not known."""
    points = [
        _BY_LEVEL[SpokenLanguage.Level(level)] + (_NOT_THE_FIRST if place else 0)
        for place, code in enumerate(wanted)
        if (level := spoken.get(base_language(code)))
    ]
    return min(points, default=MOST_POINTS if wanted else 0)


def _experience(level: str, vvips: int) -> int:
    return _BY_VVIPS[min(vvips, len(_BY_VVIPS) - 1)] if level == Visit.Level.VVIP else 0


def _continuity(served: frozenset[int], officer: Membership) -> int:
    return MOST_POINTS if served and officer.user_id not in served else 0


def _gender(wished: str, officer: Membership) -> int:
    return MOST_POINTS if wished and officer.gender != wished else 0


def _change(stays: Sequence[Stay], hands: int, weight: int) -> Wish:
    """Whoever has a lead keeps it, if nothing dearer stands against it."""
    points = [
        [MOST_POINTS if stay.today is not None and stay.today != hand else 0 for hand in range(hands)]
        for stay in stays
    ]
    return Wish("change", weight, points, [MOST_POINTS if stay.today is not None else 0 for stay in stays])


def _vvips_led(officers: Sequence[Membership], at: datetime) -> Counter[int]:
    """By user, how many VVIP visits they led that are over."""
    led = Assignment.objects.standing().filter(
        officer__user__in=[officer.user_id for officer in officers], role=Assignment.Role.LEAD,
        visit__level=Visit.Level.VVIP, ends_at__lte=at,
    )  # fmt: skip
    return Counter(user for user, _visit in set(led.order_by().values_list("officer__user", "visit")))


def _served(duties: Sequence[Duty], at: datetime) -> dict[int, frozenset[int]]:
    """By guest, the users who looked after them at earlier events."""
    served: defaultdict[int, set[int]] = defaultdict(set)
    rows = Assignment.objects.standing().filter(
        visit__guest__in={duty.visit.guest_id for duty in duties}, ends_at__lte=at
    )
    rows = rows.exclude(visit__in=[duty.visit.pk for duty in duties])
    for guest, user in rows.order_by().values_list("visit__guest", "officer__user"):
        served[guest].add(user)
    return {guest: frozenset(users) for guest, users in served.items()}
