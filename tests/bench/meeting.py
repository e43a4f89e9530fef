"""A big meeting as rows, the same for each call, for measuring how its guests are matched with its officers.

It is invented, with what such meetings have in common. It lasts three days. Delegations are of one to a dozen or
more guests of one language, most of whom speak English, too; they stay at one hotel in about 110 guests, and nine of ten
members fly together, in the waves in which flights land. Every way is an itinerary item of its own: from the airport,
to the palace and to the venue at the hours of the programme, a quarter of the delegations fifteen minutes later. So
an officer can only look after guests of one hotel whose flights do not cross. The first three of a delegation meet
others once or twice; a few guests have a programme of their own. Officers have room for three to six guests, speak
Indonesian and English, most of them one language more, and one in seven works half of the days only. One guest in ten
was looked after by one of them before; one in thirty asked for a woman or a man.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from events.models import Membership, Vehicle, Venue
    from guests.models import ItineraryItem, Visit

MAIL = "@matching.bench.example"
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


class Meeting:
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
        ItineraryItem.objects.bulk_create(items, batch_size=2000)
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
