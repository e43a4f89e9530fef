"""Plain makers of rows: each makes what it is asked for and nothing by surprise."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from events.models import Contact, Driver, Event, Membership, Role, Session, Vehicle, Venue
from guests.documents import Sound
from guests.models import Assignment, Delegation, Document, Guest, ItineraryItem, ProtocolNote, Request, Visit
from liaison.accounts.models import User

NOW = datetime(2027, 5, 13, 1, 0, tzinfo=UTC)  # 09.00 WITA on the second day of the forum
PASSWORD = "kata-sandi-panjang"

_numbers = count(1)


def make_user(name: str = "", **fields: Any) -> User:
    number = next(_numbers)
    name = name or f"Person {number}"
    email = fields.pop("email", f"{name.split()[0].lower()}.{number}@example.org")
    return User.objects.create_user(
        email, fields.pop("password", PASSWORD), name=name, **{"language": "en"} | fields
    )


def make_event(name: str = "Forum Nusantara", **fields: Any) -> Event:
    given = {
        "slug": f"event-{next(_numbers)}",
        "city": "Labuan Bajo",
        "time_zone": "Asia/Makassar",
        "starts_on": date(2027, 5, 12),
        "ends_on": date(2027, 5, 14),
    }
    return Event.objects.create(name=name, **given | fields)


def make_member(user: User, event: Event, role: Role = Role.OFFICER, **fields: Any) -> Membership:
    if role == Role.COORDINATOR and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    return Membership.objects.create(user=user, event=event, role=role, **fields)


def make_venue(event: Event, name: str = "", **fields: Any) -> Venue:
    return Venue.objects.create(event=event, name=name or f"Venue {next(_numbers)}", **fields)


def make_guest(name: str = "", **fields: Any) -> Guest:
    return Guest.objects.create(name=name or f"Guest {next(_numbers)}", **fields)


def make_visit(event: Event, guest: Guest | None = None, **fields: Any) -> Visit:
    return Visit.objects.create(event=event, guest=guest or make_guest(), **fields)


def make_delegation(event: Event, name: str = "", **fields: Any) -> Delegation:
    return Delegation.objects.create(event=event, name=name or f"Delegation {next(_numbers)}", **fields)


def make_assignment(visit: Visit, officer: Membership, **fields: Any) -> Assignment:
    given = {"starts_at": NOW - timedelta(days=1), "ends_at": NOW + timedelta(days=2)}
    return Assignment.objects.create(visit=visit, officer=officer, **given | fields)


def make_item(visit: Visit, title: str = "Meeting", **fields: Any) -> ItineraryItem:
    given: dict[str, Any] = {"starts_at": NOW + timedelta(hours=1), "title": title}
    given |= fields
    if given["starts_at"] is not None:
        given.setdefault("ends_at", given["starts_at"] + timedelta(hours=1))
    return ItineraryItem.objects.create(visit=visit, **given)


def make_talks(officer: Membership, name: str, **fields: Any) -> Assignment:
    """A guest of that name who has an hour of talks at a hall of their own in an hour, and whom the officer leads."""
    visit = make_visit(officer.event, make_guest(name))
    make_item(visit, f"Talks of {name}", venue=make_venue(officer.event, f"{name} Hall"))
    return make_assignment(visit, officer, **fields)


def make_request(visit: Visit, raised_by: User, text: str = "Water without ice", **fields: Any) -> Request:
    return Request.objects.create(visit=visit, raised_by=raised_by, text=text, **{"raised_at": NOW} | fields)


def make_note(event: Event, text: str, **fields: Any) -> ProtocolNote:
    return ProtocolNote.objects.create(event=event, text=text, **fields)


def make_session(event: Event, title: str = "Plenary", **fields: Any) -> Session:
    given = {"starts_at": NOW + timedelta(hours=1), "ends_at": NOW + timedelta(hours=2)}
    return Session.objects.create(event=event, title=title, **given | fields)


def make_vehicle(event: Event, plate: str = "B 1234 XYZ", driver: str = "") -> Vehicle:
    who = Driver.objects.create(event=event, name=driver, phone="+628123456789") if driver else None
    return Vehicle.objects.create(event=event, plate=plate, kind="Toyota Alphard, black", driver=who)


def make_contact(event: Event, name: str = "Security desk", **fields: Any) -> Contact:
    given = {"function": Contact.Function.SECURITY, "phone": "+6281299990000"}
    return Contact.objects.create(event=event, name=name, **given | fields)


def make_document(
    visit: Visit, title: str = "Invitation", data: bytes = b"%PDF-1.7 only a stub", **fields: Any
) -> Document:
    """A row and its file, as they are kept; what is in it nobody looks at here."""
    sound = Sound(Document.Kind.PDF, data)
    given = {"file": sound.sealed(), "kind": sound.kind, "size": len(data)}
    return Document.objects.create(visit=visit, title=title, **given | fields)
