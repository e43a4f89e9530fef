"""How good a proposal is, how fast and in how much memory: at a big meeting, at smaller ones, and beside what a real team did.

The meeting is invented, with what such meetings have in common. It lasts three days. Delegations are of one to a dozen or
more guests of one language, most of whom speak English, too; they stay at one hotel in about 110 guests, and nine of ten
members fly together, in the waves in which flights land. Every way is an itinerary item of its own: from the airport,
to the palace and to the venue at the hours of the programme, a quarter of the delegations fifteen minutes later. So
an officer can only look after guests of one hotel whose flights do not cross. The first three of a delegation meet
others once or twice; a few guests have a programme of their own. Officers have room for three to six guests, speak
Indonesian and English, most of them one language more, and one in seven works half of the days only. One guest in ten
was looked after by one of them before; one in thirty asked for a woman or a man.

Each case is solved in a process of its own, so that memory is told apart. That process is this module run by itself.
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from events.models import Membership, Vehicle, Venue
    from guests.models import ItineraryItem, Visit

MOST_MEGABYTES = 500.0
MOST_GAP = 1.0  # per cent
MAIL = "@matching.bench.example"
AT = datetime(2027, 5, 1, tzinfo=UTC)
_FIRST = datetime(2027, 5, 12, tzinfo=UTC)
_LANGUAGES = {"en": 30, "id": 8, "zh": 10, "ja": 6, "ar": 8, "fr": 10, "es": 10, "ru": 6, "ko": 5, "pt": 4, "th": 3, "de": 3}  # fmt: skip
_ARRIVALS, _DEPARTURES = (7, 9, 10, 11, 13, 14, 15, 16, 20), (16, 17, 18, 19, 20, 21, 22)
_GUESTS_A_HOTEL = 110


@dataclass(frozen=True)
class Case:
    """So many guests and officers, and in how many seconds the answer is wanted."""

    visits: int
    officers: int
    seconds: float

    @property
    def slug(self) -> str:
        return f"bench-of-matching-{self.visits}"


CASES = (Case(40, 20, 1.0), Case(200, 60, 10.0), Case(1000, 300, 10.0))


@dataclass(frozen=True)
class Measured:
    """What a case took and gave."""

    case: Case
    foes: float  # the share of pairs of guests that cannot share an officer
    building: float
    solving: float
    megabytes: float
    cost: int
    bound: int
    unled: int

    @property
    def gap(self) -> float:
        """By how many per cent of its cost the answer may be dearer than the best."""
        return 100 * (self.cost - self.bound) / max(1, self.cost)

    @property
    def is_good(self) -> bool:
        in_time = self.solving <= self.case.seconds * 1.05
        return in_time and self.megabytes <= MOST_MEGABYTES and self.gap <= MOST_GAP

    def __str__(self) -> str:
        proof = (
            "proven to be the best"
            if self.cost == self.bound
            else f"no answer below {self.bound:,}: {self.gap:.2f} %"
        )
        return (
            f"{self.case.visits:,} guests × {self.case.officers} officers, {self.foes:.0%} of the pairs of guests apart: "
            f"built in {self.building:.1f} s, solved in {self.solving:.1f} s (needs ≤ {self.case.seconds:.0f} s), "
            f"{self.megabytes:.0f} MB (needs ≤ {MOST_MEGABYTES:.0f} MB), {self.unled} without a lead, "
            f"cost {self.cost:,}, {proof} (needs ≤ {MOST_GAP:.0f} %)"
        )


def measure(cases: Sequence[Case] = CASES) -> list[Measured]:
    """Make the meetings, solve each in a process of its own, and clean up. Needs Django set up and migrated."""
    from tests.bench.importing import address  # noqa: PLC0415 (needs Django set up)

    results = []
    try:
        for case in cases:
            _Meeting(case).make()
            command = [sys.executable, "-m", "tests.bench.matching", str(case.visits)]
            done = subprocess.run(  # noqa: S603 (our own module)
                command, stdout=subprocess.PIPE, check=True, env=os.environ | {"DATABASE_URL": address()}
            )
            results.append(Measured(case, **json.loads(done.stdout.splitlines()[-1])))
    finally:
        _clean_up()
    return results


def _clean_up() -> None:
    from events.models import Event  # noqa: PLC0415 (needs Django set up)
    from guests.models import Guest  # noqa: PLC0415 (needs Django set up)
    from liaison.accounts.models import User  # noqa: PLC0415 (needs Django set up)

    Event.objects.filter(slug__startswith="bench-of-matching").delete()
    Guest.objects.filter(introduced_by__email__endswith=MAIL).delete()
    User.objects.filter(email__endswith=MAIL).delete()


# --- the meeting -----------------------------------------------------------------------------------------------------


def _hour(day: int, hour: int, minute: int = 0) -> datetime:
    return _FIRST + timedelta(days=day, hours=hour, minutes=minute)


@dataclass(frozen=True)
class _Party:
    """What the members of a delegation have in common."""

    language: str
    hotel: "Venue"
    arrives: datetime
    departs: datetime
    later: int  # minutes, by which it leaves for everything
    talks: list[tuple[datetime, "Venue"]]


class _Meeting:
    """The rows of a case, the same for each call."""

    def __init__(self, case: Case) -> None:
        from events.models import Event  # noqa: PLC0415 (needs Django set up)
        from tests.factories import make_user  # noqa: PLC0415 (needs Django set up)

        self.case, self.dice = case, random.Random(1)
        self.by = make_user("Ratna Bench", email=f"ratna{case.visits}{MAIL}")
        day = _FIRST.date()
        self.event, self.earlier = (
            Event.objects.create(
                name=slug, slug=slug, city="Labuan Bajo", time_zone="UTC", starts_on=first, ends_on=first + timedelta(days=2)
            )
            for slug, first in ((case.slug, day), (f"{case.slug}-earlier", date(2026, 5, 12)))
        )  # fmt: skip

    def make(self) -> None:
        from django.db import connection  # noqa: PLC0415 (needs Django set up)

        officers = self._hire()
        self._welcome(self._venues(), officers)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _hire(self) -> list["Membership"]:
        """The officers of this meeting, who all were at the one before, too."""
        from events.models import Membership, Shift  # noqa: PLC0415 (needs Django set up)
        from liaison.accounts.models import SpokenLanguage, User  # noqa: PLC0415 (needs Django set up)

        dice, level = self.dice, SpokenLanguage.Level
        users = User.objects.bulk_create(
            User(email=f"officer{number}-{self.case.visits}{MAIL}", name=f"Petugas {number:03}", password="!")
            for number in range(self.case.officers)
        )
        others = [code for code in _LANGUAGES if code not in ("en", "id")]
        spoken, shifts = [], []
        for user in users:
            levels = {"id": level.NATIVE, "en": dice.choice([level.FLUENT] * 3 + [level.WORKING])}
            for _one in range(dice.choice((0, 1, 1, 2))):
                code = dice.choices(others, [_LANGUAGES[code] for code in others])[0]
                levels[code] = dice.choice(
                    (level.NATIVE, level.FLUENT, level.FLUENT, level.WORKING, level.BASIC)
                )
            spoken += [SpokenLanguage(user=user, language=code, level=one) for code, one in levels.items()]
        SpokenLanguage.objects.bulk_create(spoken)
        for event in (self.earlier, self.event):
            officers = Membership.objects.bulk_create(
                Membership(
                    user=user,
                    event=event,
                    capacity=3 + number % 4,
                    gender=("woman", "man")[dice.randrange(2)],
                )
                for number, user in enumerate(users)
            )
        for officer in officers:
            if dice.random() < 1 / 7:
                half = (_hour(-1, 0), _hour(1, 12)) if dice.random() < 0.5 else (_hour(1, 12), _hour(4, 0))
                shifts.append(Shift(membership=officer, starts_at=half[0], ends_at=half[1]))
        Shift.objects.bulk_create(shifts)
        return officers

    def _venues(self) -> list["Venue"]:
        """The airport, the centre, the palace, ten restaurants and museums, then the hotels."""
        from events.models import Venue  # noqa: PLC0415 (needs Django set up)

        kinds = [Venue.Kind.AIRPORT, Venue.Kind.VENUE, Venue.Kind.VENUE, *[Venue.Kind.RESTAURANT] * 10]
        kinds += [Venue.Kind.HOTEL] * max(2, self.case.visits // _GUESTS_A_HOTEL)
        return Venue.objects.bulk_create(
            Venue(event=self.event, kind=kind, name=f"Place {number}") for number, kind in enumerate(kinds)
        )

    def _welcome(self, venues: list["Venue"], officers: list["Membership"]) -> None:
        from events.models import Vehicle  # noqa: PLC0415 (needs Django set up)
        from guests.models import Delegation, Guest, ItineraryItem, Visit  # noqa: PLC0415 (needs Django set up)

        dice = self.dice
        visits: list[Visit] = []
        items: list[ItineraryItem] = []
        cars = Vehicle.objects.bulk_create(
            Vehicle(event=self.event, plate=f"B {number}") for number in range(self.case.visits)
        )
        while len(visits) < self.case.visits:
            size = min(self.case.visits - len(visits), max(1, int(dice.lognormvariate(1.4, 0.7))))
            delegation = Delegation.objects.create(event=self.event, name=f"Delegation {len(visits):04}")
            party = self._party(venues)
            for place in range(size):
                own = party if dice.random() < 0.92 else replace(
                    party, arrives=_hour(0, dice.choice(_ARRIVALS)), departs=_hour(2, dice.choice(_DEPARTURES))
                )  # fmt: skip
                languages = [party.language] + ["en"] * (party.language != "en" and dice.random() < 0.7)
                guest = Guest.objects.create(
                    name=f"Guest {len(visits):04}", languages=languages, introduced_by=self.by
                )
                level = (
                    dice.choices(Visit.Level.values, (1, 3, 6))
                    if place
                    else dice.choices(("vvip", "vip"), (2, 1))
                )[0]
                wished = dice.choice(("woman", "man")) if dice.random() < 1 / 30 else ""
                visit = Visit.objects.create(
                    event=self.event, guest=guest, delegation=delegation, level=level, hotel=own.hotel,
                    arrives_at=own.arrives, departs_at=own.departs, officer_wished=wished,
                )  # fmt: skip
                visits.append(visit)
                items += self._days(visit, own, place, cars[len(visits) - place - 1 + place // 4], venues)
        ItineraryItem.objects.bulk_create(items)
        self._remember(dice.sample(visits, len(visits) // 10), officers)

    def _party(self, venues: list["Venue"]) -> _Party:
        dice = self.dice
        places = [venues[1]] * 3 + venues[3:13]
        talks = [
            (_hour(1, dice.choice((14, 15, 16, 17))), dice.choice(places))
            for _one in range(dice.choice((0, 1, 1, 2)))
        ]
        return _Party(
            dice.choices(list(_LANGUAGES), list(_LANGUAGES.values()))[0],
            dice.choice(venues[13:]),
            _hour(0, dice.choice(_ARRIVALS)),
            _hour(2, dice.choice(_DEPARTURES)),
            dice.choice((0, 0, 0, 15)),
            list(dict(talks).items()),
        )

    def _days(
        self, visit: "Visit", party: _Party, place: int, car: "Vehicle", venues: list["Venue"]
    ) -> Iterator["ItineraryItem"]:
        """What the guest does from landing to take-off; the venue's programme unless the guest has one of their own."""
        from guests.models import ItineraryItem  # noqa: PLC0415 (needs Django set up)

        kind, (airport, centre, palace), hotel = ItineraryItem.Kind, venues[:3], party.hotel
        has_own = self.dice.random() < 0.06
        there, later = venues[3] if has_own else centre, timedelta(minutes=party.later)

        def at(
            what: str, starts: datetime, minutes: int, venue: "Venue", origin: "Venue | None" = None
        ) -> "ItineraryItem":
            return ItineraryItem(
                visit=visit, kind=what, title=what, starts_at=starts, ends_at=starts + timedelta(minutes=minutes),
                origin=origin, venue=venue, vehicle=car if origin else None,
            )  # fmt: skip

        yield at(kind.FLIGHT, party.arrives - timedelta(hours=2), 120, airport)
        yield at(kind.TRANSFER, party.arrives + timedelta(minutes=40), 45, hotel, airport)
        welcomed = party.arrives < _hour(0, 17)
        for day in (0, 1):
            if day or welcomed:
                yield at(kind.TRANSFER, _hour(day, 18, 30) + later, 30, palace, hotel)
                yield at(kind.MEAL, _hour(day, 19, 15), 120, palace)
                yield at(kind.TRANSFER, _hour(day, 21, 30) + later, 30, hotel, palace)
        for day in (1, 2):
            yield at(kind.TRANSFER, _hour(day, 8) + later, 30, there, hotel)
            yield at(kind.SESSION, _hour(day, 9), 90, there)
            yield at(kind.SESSION, _hour(day, 11), 90, there)
        if not has_own and place < 3:
            for starts, venue in party.talks:
                yield at(kind.MEETING, starts, 45, venue)
        yield at(kind.TRANSFER, _hour(1, 17, 45) + later, 30, hotel, there)
        yield at(kind.TRANSFER, party.departs - timedelta(minutes=150), 45, airport, hotel)

    def _remember(self, visits: list["Visit"], officers: list["Membership"]) -> None:
        """Who was at the meeting before, and who looked after them."""
        from guests.models import Assignment, Visit  # noqa: PLC0415 (needs Django set up)

        then = datetime(2026, 5, 12, tzinfo=UTC)
        earlier = Visit.objects.bulk_create(
            Visit(event=self.earlier, guest=visit.guest, level=self.dice.choice(("vvip", "vip")))
            for visit in visits
        )
        members = {one.user_id: one for one in self.earlier.memberships.all()}
        Assignment.objects.bulk_create(
            Assignment(
                visit=visit, officer=members[self.dice.choice(officers).user_id], role=Assignment.Role.LEAD,
                starts_at=then, ends_at=then + timedelta(days=3), state=Assignment.State.CONFIRMED, assigned_by=self.by,
            )
            for visit in earlier
        )  # fmt: skip


# --- the process that solves -------------------------------------------------------------------------------------------


def _solve(case: Case) -> None:
    django.setup()
    from events.models import Event  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.building import world_of  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.solving import solve  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.weights import Weights  # noqa: PLC0415 (needs Django set up)

    event = Event.objects.get(slug=case.slug)
    begun = time.monotonic()
    visits = list(event.visits.values_list("pk", flat=True))
    problem = world_of(event=event, visits=visits, weights=Weights(), kept={}, before={}, at=AT).problem
    built = time.monotonic()
    answer = solve(problem, seconds=case.seconds)
    done = time.monotonic()
    pairs = max(1, len(visits) * (len(visits) - 1))
    said = {
        "foes": sum(bits.bit_count() for bits in problem.foes) / pairs,
        "building": built - begun,
        "solving": done - built,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cost": answer.cost,
        "bound": answer.bound,
        "unled": answer.chosen.count(None),
    }
    if problem.broken(answer.chosen):
        raise RuntimeError("The answer breaks a rule.")
    print(json.dumps(said))  # noqa: T201 (what the bench reads)


# --- the real team -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beside:
    """What the real team's answer and the proposal cost by the same measure."""

    guests: int
    officers: int
    real: int
    real_unled: int
    proposed: int
    bound: int
    unled: int

    @property
    def is_good(self) -> bool:
        return self.proposed <= self.real and self.unled <= self.real_unled

    def __str__(self) -> str:
        return (
            f"G20 deputies 2017, {self.guests} delegations × {self.officers} officers: the real team {self.real:,} "
            f"({self.real_unled} without a lead), the proposal {self.proposed:,} ({self.unled} without a lead), no answer "
            f"below {self.bound:,} (needs a proposal never dearer). Languages, levels and earlier meetings of that team are not "
            "known and count for nobody; the officers’ room is what they had in fact, at least two."
        )


def beside_the_real_team() -> Beside:
    """The proposal for the G20 deputies’ meeting as if nobody had led yet, and what the team did, at the same weights."""
    from events.models import Event  # noqa: PLC0415 (needs Django set up)
    from guests.demo import g20  # noqa: PLC0415 (needs Django set up)
    from guests.demo.team import address_of  # noqa: PLC0415 (needs Django set up)
    from guests.models import Assignment  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.building import world_of  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.solving import solve  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.weights import Weights  # noqa: PLC0415 (needs Django set up)
    from liaison.accounts.models import User  # noqa: PLC0415 (needs Django set up)

    User.objects.get_or_create(email=address_of("ratna"), defaults={"name": "Ratna", "password": "!"})
    g20.load()
    event = Event.objects.get(slug=g20.SLUG)
    leads = Assignment.objects.filter(visit__event=event, role=Assignment.Role.LEAD)
    led_by = dict(leads.values_list("visit_id", "officer_id"))
    Assignment.objects.filter(visit__event=event).delete()
    world = world_of(
        event=event, visits=[*event.visits.values_list("pk", flat=True)], weights=Weights(), kept={}, before={},
        at=datetime(2017, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    hands = {officer.pk: hand for hand, officer in enumerate(world.officers)}
    real: list[int | None] = [hands[led_by[duty.visit.pk]] for duty in world.duties]
    answer = solve(world.problem, seconds=1.0)
    cost = world.problem.cost(real)
    event.delete()
    return Beside(
        len(real), len(hands), cost, real.count(None), answer.cost, answer.bound, answer.chosen.count(None)
    )


if __name__ == "__main__":
    _solve(next(case for case in CASES if case.visits == int(sys.argv[1])))
