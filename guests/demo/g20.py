"""The meeting of G20 finance and central bank deputies at Bariloche, 2017, with its published programme.

Programme, venues and which officer looked after which delegation are facts. The officers' names and addresses are
placeholders, and a guest stands for each head of delegation, without a name or any private detail. The published
programme has a typing error, kept as it was published: Session II of 1 December ends at 23:15.
"""

from collections import Counter
from datetime import date, datetime, time

from django.contrib.auth.hashers import make_password

from events.models import Event, Membership, Role, Session, Venue
from guests.demo.sheets import Row, sheet
from guests.demo.team import address_of
from guests.demo.writing import writing
from guests.models import Assignment, Delegation, Guest, Visit
from liaison.accounts.models import User
from liaison.clock import day_bounds, zone

SLUG = "g20-deputies-2017"
ZONE = "America/Argentina/Salta"
FIRST, LAST = date(2017, 11, 30), date(2017, 12, 2)
_FOR_GOOD = 32_000  # days: it is published, and the nightly erasing would else take it at once


def load() -> str:
    """Load the meeting once, and say in a sentence what was done. Its dates stay; Ratna coordinates it, too."""
    with writing("load_demo"):
        if Event.objects.filter(slug=SLUG).exists():
            return "G20 deputies’ meeting is as it was."
        event = Event.objects.create(
            name="G20 Finance and Central Bank Deputies Meeting",
            slug=SLUG,
            city="San Carlos de Bariloche",
            country="AR",
            time_zone=ZONE,
            starts_on=FIRST,
            ends_on=LAST,
            retention_days=_FOR_GOOD,
            anonymise_days=_FOR_GOOD,
            state=Event.State.CLOSED,
        )
        ratna = User.objects.get(email=address_of("ratna"))
        Membership.objects.create(user=ratna, event=event, role=Role.COORDINATOR)
        _build(event)
        visits = _welcome(event, ratna)
        _assign(event, visits, ratna)
        return "G20 deputies’ meeting was loaded."


def _build(event: Event) -> None:
    venues = [
        Venue(
            event=event, **{name: row[name] for name in ("name", "kind", "address", "latitude", "longitude")}
        )
        for row in sheet("g20/venues")
    ]
    Venue.objects.bulk_create(venues)
    Session.objects.bulk_create(_session(event, row, venues[0]) for row in sheet("g20/programme"))


def _session(event: Event, row: Row, venue: Venue) -> Session:
    return Session(
        event=event,
        title=row["title"],
        part=row["part"],
        starts_at=_moment(row["date"], row["starts"]),
        ends_at=_moment(row["date"], row["ends"]),
        venue=venue,
        external_key=f"{row['date']} {row['starts']}",
    )


def _moment(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), tzinfo=zone(ZONE))


def _welcome(event: Event, ratna: User) -> dict[str, Visit]:
    """A delegation, and a visit of its head, for each that had an officer; visits by the delegation's name."""
    rows = sheet("g20/delegations")
    delegations = [Delegation(event=event, name=row["delegation"], country=row["country"]) for row in rows]
    Delegation.objects.bulk_create(delegations)
    guests = [
        Guest(
            name=f"Head of delegation, {row['delegation']}",
            office="Head of delegation",
            organisation=row["delegation"],
            country=row["country"],
            introduced_by=ratna,
        )
        for row in rows
    ]
    Guest.objects.bulk_create(guests)
    visits = [
        Visit(event=event, guest=guest, delegation=delegation, external_key=delegation.name)
        for guest, delegation in zip(guests, delegations, strict=True)
    ]
    Visit.objects.bulk_create(visits)
    for delegation, visit in zip(delegations, visits, strict=True):
        delegation.head = visit
    Delegation.objects.bulk_update(delegations, ["head"])
    return {visit.external_key: visit for visit in visits}


def _assign(event: Event, visits: dict[str, Visit], ratna: User) -> None:
    """As it was; of two officers to one delegation the first leads. Each has room for those they looked after."""
    rows = sheet("g20/liaison_officers")
    members = _officers(event, rows)
    (starts_at, _next), (_last, ends_at) = day_bounds(FIRST, ZONE), day_bounds(LAST, ZONE)
    led: set[str] = set()
    assignments = []
    for row in rows:
        name = row["delegation"]
        role = Assignment.Role.DEPUTY if name in led else Assignment.Role.LEAD
        led.add(name)
        assignments.append(
            Assignment(
                visit=visits[name],
                officer=members[row["email"]],
                role=role,
                starts_at=starts_at,
                ends_at=ends_at,
                state=Assignment.State.CONFIRMED,
                assigned_by=ratna,
            )
        )
    Assignment.objects.bulk_create(assignments)


def _officers(event: Event, rows: list[Row]) -> dict[str, Membership]:
    """Members by address; they have no password."""
    guests = Counter(row["email"] for row in rows)
    names = {row["email"]: row["liaison_officer"] for row in rows}
    members = {}
    for email, name in names.items():
        nobody = {"name": name, "password": make_password(None), "language": "en", "time_zone": ZONE}
        user, _is_new = User.objects.get_or_create(email=email, defaults=nobody)
        capacity = max(2, guests[email])
        members[email] = Membership.objects.create(
            user=user, event=event, role=Role.OFFICER, capacity=capacity
        )
    return members
