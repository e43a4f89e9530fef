"""Forum Nusantara: three invented days in Labuan Bajo, of which today is always the second."""

from datetime import datetime, timedelta

from events.models import Contact, Driver, Event, Membership, Point, Session, Shift, Vehicle, Venue
from guests.demo.clocks import moment
from guests.demo.days import begin_yesterday
from guests.demo.ground import Ground
from guests.demo.happenings import tell_all
from guests.demo.papers import file_papers
from guests.demo.plan import OURS
from guests.demo.scene import is_quiet, set_scene
from guests.demo.sheets import Row, sheet
from guests.demo.team import join_forum
from guests.demo.writing import writing
from guests.models import (
    Assignment,
    Delegation,
    Guest,
    GuestPrivate,
    ItineraryItem,
    ProtocolNote,
    ReminderRule,
    Visit,
)
from guests.reminders.usual import usual_rules
from liaison.clock import day_of

SLUG = "forum-nusantara"
ZONE = "Asia/Makassar"
_WHOLE_STAY = ("0 06:00", "4 18:00")  # from the eve to the day after, on the clocks of the tables
_TOO_MANY = "Agreed with both officers: the last morning only, one guest has left by then."


def load(*, at: datetime) -> str:
    """Load the forum, or bring the one that is there back to life, and say in a sentence what was done.

    Once loaded it is moved by whole days when today is no longer its second day, and its scene is set anew when
    nothing would happen within the hour; else nothing is touched.
    """
    with writing("load_demo"):
        event = Event.objects.filter(slug=SLUG).first()
        if event is None:
            _write(at)
            return "Forum Nusantara was loaded; today is its second day."
        days = begin_yesterday(event, at=at)
        event.refresh_from_db()
        quiet = is_quiet(event, at=at)
        if quiet:
            set_scene(event, at=at)
        moved = f"was moved by {days} days" if days else "is as it was"
        return f"Forum Nusantara {moved}{'; its guests have something ahead again' if quiet else ''}."


def _write(at: datetime) -> None:
    event = Event.objects.create(
        name="Forum Nusantara",
        slug=SLUG,
        host="Sekretariat Forum Nusantara",
        city="Labuan Bajo",
        country="ID",
        time_zone=ZONE,
        starts_on=day_of(at, ZONE) - timedelta(days=1),
        ends_on=day_of(at, ZONE) + timedelta(days=1),
    )
    team = join_forum(event)
    _put_on_duty(event, team)
    _build(event)
    visits = _welcome(event, team)
    _assign(event, visits, team)
    _warn(event, visits)
    file_papers(visits, by=team["ratna"].user)
    set_scene(event, at=at)
    tell_all(visits={key: Visit.objects.get(pk=visit.pk) for key, visit in visits.items()}, team=team, at=at)


def _put_on_duty(event: Event, team: dict[str, Membership]) -> None:
    """The shifts of each day, and when to remind whom."""
    shifts = []
    for row in sheet("forum/team"):
        begins, _dash, ends = row["shift"].partition("-")
        for day in range(1, 5) if begins else ():
            starts_at, ends_at = moment(event, f"{day} {begins}"), moment(event, f"{day} {ends}")
            shifts.append(Shift(membership=team[row["key"]], starts_at=starts_at, ends_at=ends_at))
    Shift.objects.bulk_create(shifts)
    flight, what = ItineraryItem.Kind.FLIGHT, ReminderRule.What.ITEM
    ReminderRule.objects.bulk_create(
        [
            *usual_rules(event),
            *(
                ReminderRule(event=event, what=what, kind=flight, audience=whom, minutes_before=60)
                for whom in (ReminderRule.Audience.LEAD, ReminderRule.Audience.DEPUTY)
            ),
        ]
    )


def _build(event: Event) -> None:
    """Places, whom to call, cars with their drivers, and the public programme."""
    venues = {
        row["key"]: Venue(
            event=event,
            **{
                name: row[name] for name in ("kind", "name", "local_name", "address", "latitude", "longitude")
            },
        )
        for row in sheet("forum/venues")
    }
    Venue.objects.bulk_create(venues.values())
    Point.objects.bulk_create(
        Point(venue=venues[row["venue"]], kind=row["kind"], name=row["name"]) for row in sheet("forum/points")
    )
    Contact.objects.bulk_create(
        Contact(
            event=event,
            venue=venues[row["venue"]],
            **{name: row[name] for name in ("function", "name", "phone", "note")},
        )
        for row in sheet("forum/contacts")
    )
    cars = sheet("forum/cars")
    drivers = [Driver(event=event, name=row["driver"], phone=row["phone"]) for row in cars]
    Driver.objects.bulk_create(drivers)
    Vehicle.objects.bulk_create(
        Vehicle(event=event, plate=row["plate"], kind=row["kind"], seats=row["seats"], driver=driver)
        for row, driver in zip(cars, drivers, strict=True)
    )
    ground = Ground.of(event)
    Session.objects.bulk_create(_session(event, row, ground) for row in sheet("forum/sessions"))


def _session(event: Event, row: Row, ground: Ground) -> Session:
    venue = ground.venues[row["venue"]]
    return Session(
        event=event,
        starts_at=moment(event, f"{row['day']} {row['starts']}"),
        ends_at=moment(event, f"{row['day']} {row['ends']}"),
        venue=venue,
        point=ground.point(venue, row["point"]),
        external_key=row["key"],
        **{name: row[name] for name in ("title", "part", "dress", "audience")},
    )


def _welcome(event: Event, team: dict[str, Membership]) -> dict[str, Visit]:
    """Guests, delegations, visits and private data; all invented."""
    guests = {row["key"]: _guest(row, team) for row in sheet("forum/guests")}
    Guest.objects.bulk_create(guests.values())
    delegations = {
        row["key"]: Delegation(event=event, name=row["name"], country=row["country"])
        for row in sheet("forum/delegations")
    }
    Delegation.objects.bulk_create(delegations.values())
    hotels = Ground.of(event).venues
    visits = {
        row["guest"]: Visit(
            event=event,
            guest=guests[row["guest"]],
            delegation=delegations.get(row["delegation"]),
            hotel=hotels.get(row["hotel"]),
            photo_consent=row["photo"],
            press_consent=row["press"],
            external_key=f"{OURS}{row['guest']}",
            **{
                name: row[name]
                for name in ("level", "rank", "companions", "companions_note", "room", "arrival_note", "note")
            },
        )
        for row in sheet("forum/visits")
    }
    Visit.objects.bulk_create(visits.values())
    for row in sheet("forum/delegations"):
        delegations[row["key"]].head = visits[row["head"]]
    Delegation.objects.bulk_update(delegations.values(), ["head"])
    GuestPrivate.objects.bulk_create(
        GuestPrivate(guest=guests[row["guest"]], **{name: row[name] for name in list(row)[1:]})
        for row in sheet("forum/private")
    )
    return visits


def _guest(row: Row, team: dict[str, Membership]) -> Guest:
    as_written = (
        "name", "addressed_as", "native_name", "pronunciation", "office", "organisation", "country", "diet",
    )  # fmt: skip
    return Guest(
        honorific_before=row["before"],
        honorific_after=row["after"],
        languages=row["languages"].split(),
        introduced_by=team["ratna"].user,
        **{name: row[name] for name in as_written},
    )


def _assign(event: Event, visits: dict[str, Visit], team: dict[str, Membership]) -> None:
    """Leads and deputies for the whole stay; a deputy may begin later, and Madam Wang still waits for an officer."""
    lead, deputy = Assignment.Role.LEAD, Assignment.Role.DEPUTY
    rows = [
        _assignment(event, visits[row["guest"]], team, row[role], role)
        for row in sheet("forum/visits")
        for role in (lead, deputy)
        if row[role]
    ]
    withdrawn = _assignment(event, visits["wang"], team, "mei", lead)
    withdrawn.state = Assignment.State.WITHDRAWN
    Assignment.objects.bulk_create([*rows, withdrawn])


def _assignment(
    event: Event, visit: Visit, team: dict[str, Membership], who: str, role: Assignment.Role
) -> Assignment:
    """`who` is an officer's key, with the moment from which on, where that is not the whole stay."""
    officer, _space, later = who.partition(" ")
    return Assignment(
        visit=visit,
        officer=team[officer],
        role=role,
        starts_at=moment(event, later or _WHOLE_STAY[0]),
        ends_at=moment(event, _WHOLE_STAY[1]),
        state=Assignment.State.ASSIGNED if later else Assignment.State.CONFIRMED,
        override_reason=_TOO_MANY if later else "",
        assigned_by=team["ratna"].user,
    )


def _warn(event: Event, visits: dict[str, Visit]) -> None:
    """What courtesy asks, each with its source."""
    ProtocolNote.objects.bulk_create(
        ProtocolNote(
            event=event,
            guest=visits[row["guest"]].guest if row["guest"] else None,
            is_red_line=row["red_line"] == "yes",
            **{name: row[name] for name in ("country", "topic", "text", "source")},
        )
        for row in sheet("forum/notes")
    )
