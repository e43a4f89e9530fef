"""Events: who works at them, where, when, and with which cars."""

from events.models.contact import Contact
from events.models.event import Event
from events.models.movement import Movement
from events.models.programme import Session
from events.models.programme_file import ProgrammeFile, SessionAsListed
from events.models.staff import Gender, Membership, Role, Shift
from events.models.transport import Driver, Vehicle
from events.models.venue import Point, Venue, map_of

__all__ = [
    "Contact",
    "Driver",
    "Event",
    "Gender",
    "Membership",
    "Movement",
    "Point",
    "ProgrammeFile",
    "Role",
    "Session",
    "SessionAsListed",
    "Shift",
    "Vehicle",
    "Venue",
    "map_of",
]
