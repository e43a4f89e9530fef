"""A big event, made of nothing but a seed: for measuring, and for seeing what a screen looks like when it is full."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import models

from events.models import Driver, Event, Membership, Role, Session, Vehicle, Venue
from guests.demo.clearing import clear_logs
from guests.demo.sheets import sheet
from guests.demo.writing import writing
from guests.models import (
    Assignment,
    Delegation,
    Guest,
    ItineraryItem,
    LogbookEntry,
    Movement,
    ProtocolNote,
    Request,
    Visit,
)
from liaison.accounts.models import User
from liaison.clock import day_of

SLUG = "volume"
DOMAIN = "volume.example"
_CHUNK = 2000
_DAYS = (-2, -1, 0, 1, 2)
_HOURS = (0.75, 3, -1.25, 5.5, -4, 7.5)  # from now: what is next comes first, whatever the number of items
_TITLES = (
    "Plenary",
    "Talks with the host minister",
    "Round table",
    "To the venue",
    "Lunch",
    "Back to the hotel",
)
_KINDS = ItineraryItem.Kind
_KIND_OF = (_KINDS.SESSION, _KINDS.MEETING, _KINDS.MEETING, _KINDS.TRANSFER, _KINDS.MEAL, _KINDS.TRANSFER)

_Row = TypeVar("_Row", bound=models.Model)


class VolumeExistsError(Exception):
    """The big event is there already."""


@dataclass
class _World:
    """What has been made so far, and the dice."""

    event: Event
    at: datetime
    by: User
    dice: random.Random = field(default_factory=lambda: random.Random(2027))  # noqa: S311 (to be the same each time)
    officers: Sequence[Membership] = ()
    venues: Sequence[Venue] = ()
    cars: Sequence[Vehicle] = ()
    sessions: Sequence[Session] = ()
    visits: Sequence[Visit] = ()


def make(*, visits: int, officers: int, items: int, at: datetime, zone_name: str) -> Event:
    """One event of five days around `at` with so many visits, officers and itinerary items, in one transaction.

    The same numbers, moment and zone make the same rows. Raises VolumeExistsError where one is there already.
    """
    with writing("make_volume"):
        if Event.objects.filter(slug=SLUG).exists():
            raise VolumeExistsError("The big event is there already; --again makes it anew.")
        today = day_of(at, zone_name)
        event = Event.objects.create(
            name="Volume", slug=SLUG, city="Labuan Bajo", time_zone=zone_name,
            starts_on=today - timedelta(days=2), ends_on=today + timedelta(days=2),
        )  # fmt: skip
        world = _World(event, at, _people(["coordinator"])[0])
        Membership.objects.create(user=world.by, event=event, role=Role.COORDINATOR)
        _hire(world, officers)
        _build(world, officers)
        _welcome(world, visits)
        _assign(world)
        _plan(world, items)
        _live(world)
        return event


def remove() -> None:
    """Take the big event away, with its guests; the accounts stay."""
    with writing("make_volume"):
        event = Event.objects.filter(slug=SLUG)
        guests = list(Guest.objects.filter(visits__event__in=event).values_list("pk", flat=True))
        clear_logs(event)
        event.delete()
        Guest.objects.filter(pk__in=guests).delete()


def _insert(model: type[_Row], rows: Sequence[_Row]) -> Sequence[_Row]:
    manager: Any = model._default_manager  # noqa: SLF001 (Django's own API)
    manager.bulk_create(rows, batch_size=_CHUNK)
    return rows


def _people(keys: Sequence[str]) -> list[User]:
    """Accounts without a password, in the order of their keys; those left by an earlier volume serve again."""
    closed = make_password(None)
    new = [
        User(
            email=f"{key}@{DOMAIN}", name=key.replace("-", " ").title(), password=closed, language="en",
            phone=f"+62813{number:08d}", is_staff=key == "coordinator",
        )
        for number, key in enumerate(keys)
    ]  # fmt: skip
    User.objects.bulk_create(new, batch_size=_CHUNK, ignore_conflicts=True)
    known = User.objects.in_bulk([user.email for user in new], field_name="email")
    return [known[user.email] for user in new]


def _hire(world: _World, officers: int) -> None:
    people = _people([f"officer-{number:03d}" for number in range(1, officers + 1)])
    world.officers = _insert(
        Membership, [Membership(user=person, event=world.event, capacity=3) for person in people]
    )


def _build(world: _World, cars: int) -> None:
    event, at = world.event, world.at
    kinds = (Venue.Kind.VENUE, Venue.Kind.HOTEL, Venue.Kind.HOTEL, Venue.Kind.AIRPORT, Venue.Kind.RESTAURANT)
    world.venues = _insert(
        Venue,
        [
            Venue(event=event, kind=kinds[number % 5], name=f"{kinds[number % 5].label.title()} {number + 1}")
            for number in range(30)
        ],
    )
    drivers = _insert(
        Driver,
        [
            Driver(event=event, name=f"Driver {number + 1}", phone=f"+62814{number:08d}")
            for number in range(cars)
        ],
    )
    world.cars = _insert(
        Vehicle,
        [
            Vehicle(event=event, plate=f"EB {1000 + number} VO", kind="Toyota Innova, black", driver=driver)
            for number, driver in enumerate(drivers)
        ],
    )
    world.sessions = _insert(
        Session,
        [
            Session(
                event=event, title=f"Session {number + 1}", venue=world.venues[0],
                starts_at=at + timedelta(days=number % 5 - 2, hours=number // 5 - 4),
                ends_at=at + timedelta(days=number % 5 - 2, hours=number // 5 - 3),
            )
            for number in range(40)
        ],
    )  # fmt: skip


def _welcome(world: _World, count: int) -> None:
    dice, event = world.dice, world.event
    guests = []
    for number in range(count):
        person, last = dice.choice(sheet("volume/people")), dice.choice(sheet("volume/people"))["last"]
        guests.append(
            Guest(
                name=f"{person['first']} {last} {number + 1}", honorific_before=dice.choice(("H.E.", "Dr.", "Prof.", "")),
                addressed_as=f"Dr. {last}", native_name=person["native_name"], country=person["country"],
                office=dice.choice(("Minister", "Ambassador", "Director", "Governor")), languages=["en"],
            )
        )  # fmt: skip
    _insert(Guest, guests)
    delegations = _insert(
        Delegation,
        [Delegation(event=event, name=f"Delegation {number + 1}") for number in range(count // 5 + 1)],
    )
    levels = (Visit.Level.VVIP, *(Visit.Level.VIP,) * 3, *(Visit.Level.GUEST,) * 6)
    moves = (Movement.AT_HOTEL, Movement.AT_VENUE, Movement.IN_CAR)
    hotels = [venue for venue in world.venues if venue.kind == Venue.Kind.HOTEL]
    world.visits = _insert(
        Visit,
        [
            Visit(
                event=event, guest=guest, delegation=delegations[number // 5], level=levels[number % 10],
                status=dice.choice(moves), status_at=world.at - timedelta(minutes=dice.randint(1, 300)),
                arrives_at=world.at - timedelta(hours=60 - number % 24),
                departs_at=world.at + timedelta(hours=40 + number % 24),
                hotel=dice.choice(hotels), room=str(100 + number), rank=number + 1, external_key=f"{number + 1}",
            )
            for number, guest in enumerate(guests)
        ],
    )  # fmt: skip


def _lead_of(world: _World, number: int) -> Membership | None:
    """Who leads the guest of that number."""
    return None if number % 20 == 19 else world.officers[number % len(world.officers)]


def _assign(world: _World) -> None:
    """Each officer leads every so-many-th guest; one guest in twenty has nobody, one in ten a deputy as well.

    One duty in twenty-five is not confirmed yet.
    """
    at, officers = world.at, world.officers
    span = {"starts_at": at - timedelta(days=3), "ends_at": at + timedelta(days=3), "assigned_by": world.by}
    rows = []
    for number, visit in enumerate(world.visits):
        lead = _lead_of(world, number)
        if not lead:
            continue
        rows.append(Assignment(visit=visit, officer=lead, **span))
        if number % 10 == 0:
            deputy = officers[(number + 1) % len(officers)]
            rows.append(Assignment(visit=visit, officer=deputy, role=Assignment.Role.DEPUTY, **span))
    for number, duty in enumerate(rows):
        duty.state = Assignment.State.CONFIRMED if number % 25 else Assignment.State.ASSIGNED
    _insert(Assignment, rows)


def _plan(world: _World, count: int) -> None:
    """So many items, evenly over the guests, in chunks: the rows need not all be in memory at once."""
    for begin in range(0, count, _CHUNK):
        _insert(ItineraryItem, [_item(world, number) for number in range(begin, min(begin + _CHUNK, count))])


def _item(world: _World, number: int) -> ItineraryItem:
    """Items come by fives for the five days, at the next of the hours; one in fifty runs into what follows."""
    dice = world.dice
    nth, who = divmod(number, len(world.visits))
    kind = (nth // len(_DAYS) + who) % len(_TITLES)
    starts_at = world.at.replace(second=0, microsecond=0) + timedelta(
        days=_DAYS[nth % len(_DAYS)], hours=_HOURS[nth // len(_DAYS) % len(_HOURS)], minutes=dice.randint(-15, 15)
    )  # fmt: skip
    moves = _KIND_OF[kind] == _KINDS.TRANSFER
    session = dice.choice(world.sessions) if _KIND_OF[kind] == _KINDS.SESSION else None
    return ItineraryItem(
        visit=world.visits[who],
        kind=_KIND_OF[kind],
        title=_TITLES[kind],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=240 if dice.random() < 0.02 else 60),
        leave_by_at=starts_at - timedelta(minutes=10) if moves else None,
        venue=dice.choice(world.venues),
        session=session,
        vehicle=world.cars[who % len(world.cars)] if moves or nth < len(_DAYS) else None,
        state=ItineraryItem.State.TENTATIVE if dice.random() < 0.1 else ItineraryItem.State.CONFIRMED,
    )


def _request(world: _World, visit: Visit, lead: Membership | None) -> Request:
    """Four in ten are still open, and the lead's; of these one in ten is overdue."""
    done = world.dice.random() < 0.6
    raised_at = world.at - timedelta(minutes=world.dice.randint(5, 3000 if done else 100))
    return Request(
        visit=visit, category=world.dice.choice(Request.Category.values), text="As usual", owner=lead, raised_by=world.by,
        raised_at=raised_at, due_at=raised_at + timedelta(minutes=90),
        state=Request.State.DONE if done else Request.State.OPEN, closed_at=world.at if done else None,
    )  # fmt: skip


def _live(world: _World) -> None:
    """Requests, red lines, courtesies by country, and four lines in each logbook."""
    dice, at, event, by = world.dice, world.at, world.event, world.by
    requests, lines, notes = [], [], []
    for number, visit in enumerate(world.visits):
        requests += [_request(world, visit, _lead_of(world, number)) for _each in range(dice.randint(0, 3))]
        lines += [
            LogbookEntry(
                visit=visit,
                text="All well",
                author=by,
                happened_at=at - timedelta(minutes=dice.randint(5, 3000)),
            )
            for _each in range(4)
        ]
        if number % 2:
            red_line = dice.choice(sheet("volume/people"))["red_line"]
            notes.append(ProtocolNote(event=event, guest=visit.guest, text=red_line, is_red_line=True))
    notes += [
        ProtocolNote(event=event, country=country, text="A bow first", topic=ProtocolNote.Topic.GREETING)
        for country in sorted({row["country"] for row in sheet("volume/people")})
    ]
    _insert(Request, requests)
    _insert(LogbookEntry, lines)
    _insert(ProtocolNote, notes)
