"""The people to call, as vCards (RFC 6350, version 4): officers, drivers, and the event's contacts. Nothing about any guest is in them.

A coordinator has those of the event; an officer those of the days of the officer's own guests. What the event lists by
function (security, the transport desk) goes to both; venues keep no phone, so they have no card.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db.models import Q
from django.utils.translation import gettext as _
from icalendar import vText
from icalendar.parser import Contentline, Parameters

from events.models import Contact, Driver, Event, Membership, Role
from guests.exporting.asked import Asked
from guests.models import Assignment, ItineraryItem
from liaison.accounts.models import User

_line: Any = Contentline


@dataclass(frozen=True)
class Card:
    """One person: `key` stays the same from file to file, so that a phone replaces the card it has."""

    key: str
    name: str
    organisation: str
    title: str
    phone: str = ""
    language: str = ""
    note: str = ""


def cards_of_event(asked: Asked) -> Iterator[Card]:
    """Everybody of the event's team and its drivers, for those who run it."""
    members = asked.rows(Membership).filter(event=asked.event, user__is_active=True).select_related("user")
    yield from _of_team(members.order_by("user__name", "pk"), asked.event)
    drivers = asked.rows(Driver).filter(event=asked.event).select_related("event")
    yield from _of_drivers(drivers.prefetch_related("vehicles"))
    yield from _of_contacts(asked.rows(Contact).filter(event=asked.event).select_related("event", "venue"))


def cards_of_officer(user: User, *, at: datetime) -> Iterator[Card]:
    """Those who look after the officer's own guests, who drive them, and who runs the event."""
    visits = Assignment.objects.duties_of(user, at).values("visit_id")
    events = Assignment.objects.duties_of(user, at).values("visit__event_id")
    beside = Assignment.objects.not_over(at).filter(visit__in=visits).values("officer_id")
    team = Membership.objects.filter(Q(pk__in=beside) | Q(event__in=events, role=Role.COORDINATOR))
    members = team.filter(user__is_active=True).exclude(user=user).select_related("user", "event")
    for member in members.order_by("user__name", "pk"):
        yield from _of_team([member], member.event)
    items = ItineraryItem.objects.standing().filter(visit__in=visits)
    drivers: Any = Driver.objects.filter(
        Q(pk__in=items.exclude(driver=None).values("driver_id"))
        | Q(pk__in=items.filter(driver=None, vehicle__driver__isnull=False).values("vehicle__driver_id"))
    )
    yield from _of_drivers(drivers.select_related("event").prefetch_related("vehicles"))
    yield from _of_contacts(Contact.objects.filter(event__in=events).select_related("event", "venue"))


def _of_team(members: Iterable[Membership], event: Event) -> Iterator[Card]:
    for member in members:
        person = member.user
        title = member.get_role_display()
        yield Card(
            f"person/{person.pk}/{event.pk}/{member.role}", person.name, event.name, title, person.phone, person.language
        )  # fmt: skip


def _of_drivers(drivers: Iterable[Driver]) -> Iterator[Card]:
    for driver in drivers:
        cars: Any = driver.vehicles.all()
        plates = ", ".join(car.plate for car in cars)
        note = _("Usually drives %(plates)s") % {"plates": plates} if plates else ""
        yield Card(
            f"driver/{driver.pk}", driver.name, driver.event.name, _("driver"), driver.phone, note=note
        )


def _of_contacts(contacts: Iterable[Contact]) -> Iterator[Card]:
    for one in contacts:
        where = ", ".join(filter(None, (one.venue.name if one.venue else "", one.note)))
        yield Card(
            f"contact/{one.pk}", one.name, one.event.name, one.get_function_display(), one.phone, note=where
        )


def vcards(cards: Iterable[Card], *, at: datetime) -> Iterator[bytes]:
    """Each card as a vCard; lines end in CRLF and are folded at 75 octets, between characters."""
    for card in cards:
        yield b"".join(line.to_ical() + b"\r\n" for line in _lines(card, at))


def _lines(card: Card, at: datetime) -> Iterator[Any]:
    revised = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    yield _line("BEGIN:VCARD")
    yield _line("VERSION:4.0")
    yield _line(f"UID:urn:uuid:{uuid5(NAMESPACE_URL, f'liaison/{card.key}')}")
    yield _line(f"REV:{revised}")
    yield _text("FN", card.name)
    yield _line(f"N:{_escaped(card.name)};;;;")  # which part is the family's is not known, and not guessed
    yield _text("ORG", card.organisation)
    yield _text("TITLE", card.title)
    if card.phone:
        parameters = Parameters({"TYPE": ["work", "cell"], "VALUE": "uri"})
        yield _line.from_parts("TEL", parameters, f"tel:{card.phone}")
    if card.language:
        yield _line(f"LANG:{card.language}")
    if card.note:
        yield _text("NOTE", card.note)
    yield _line("END:VCARD")


def _text(name: str, text: str) -> Any:
    return _line(f"{name}:{_escaped(text)}")


def _escaped(text: str) -> str:
    """The text without control characters but for line ends, its commas, semicolons and backslashes escaped."""
    plain = "".join(char for char in text.replace("\r\n", "\n") if char == "\n" or char.isprintable())
    return str(vText(plain).to_ical().decode())
