"""A guest's dossier as an officer reads it: who, the first 30 seconds, the days, courtesy, requests, what happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from babel.dates import format_date
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guests.contacts import Function, contacts_of
from guests.hours import Hours, hedged
from guests.models import (
    Assignment,
    Delegation,
    Document,
    ItineraryItem,
    LogbookEntry,
    Movement,
    ProtocolNote,
    Request,
    Visit,
)
from guests.naming import country_name, language_name
from guests.requests import OpenRequest, open_request
from liaison.accounts.models import User
from liaison.clock import day_of
from liaison.paper.scripts import marked
from liaison.phones import dialled

DONTS_AT_FIRST = 3
LOGBOOK_LINES = 20
REQUESTS, CLOSED_REQUESTS = 60, 5  # the open ones are read first


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the plan with all that an officer has to know of it."""

    pk: int
    kind_label: str
    title: str
    time: str
    place: str
    map: str
    is_tentative: bool
    plate: str
    phone: str
    phone_shown: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The entries that begin on one day; `label` says which, or that the time is not known yet."""

    label: str
    is_open: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A rule of courtesy, whom it is about and where it comes from."""

    topic: str
    topic_label: str
    text: str
    about: str
    source: str
    is_red_line: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the logbook, or a request that is over."""

    when: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that can be opened."""

    pk: int
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is not private. Facts are pairs of what and how it stands; what is not known is left out."""

    pk: int
    called: str
    titled_name: str
    native_name: SafeString
    pronunciation: str
    level: str
    is_vvip: bool
    status: str
    since: str
    about: str
    facts: tuple[tuple[str, str], ...]
    red_lines: tuple[str, ...]
    addressing: tuple[str, ...]
    greeting: tuple[str, ...]
    donts: tuple[str, ...]
    days: tuple[Day, ...]
    notes: tuple[Note, ...]
    requests: tuple[OpenRequest, ...]
    closed_requests: tuple[Line, ...]
    logbook: tuple[Line, ...]
    contacts: tuple[Function, ...]
    papers: tuple[Paper, ...]
    call: str
    duty_from: str
    can_hand_over: bool


def dossier_of(visit: Visit, *, reader: User, at: datetime, delegation: Sequence[Visit] = ()) -> Dossier:
    """The dossier of a visit that `reader` may see; it should come with guest, event, delegation and hotel.

    `delegation` are the others of the delegation whom the reader may see too. Eight queries, however much there is to tell.
    """
    hours, guest = Hours(visit.event.time_zone, at), visit.guest
    notes = tuple(_note(note) for note in ProtocolNote.objects.concerning([visit]))
    requests = list(
        Request.objects.filter(visit=visit)
        .with_owner_there(at)
        .order_by("-closed_at", "due_at", "raised_at")[:REQUESTS]
    )
    entries = list(ItineraryItem.objects.standing().filter(visit=visit).with_places())
    team = list(Assignment.objects.not_over(at).filter(visit=visit).select_related("officer__user"))
    own = [each for each in team if each.officer.user_id == reader.pk]
    return Dossier(
        pk=visit.pk,
        called=guest.called,
        titled_name=guest.titled_name if guest.titled_name != guest.called else "",
        native_name=marked(guest.native_name, guest.country),
        pronunciation=guest.pronunciation,
        level=visit.get_level_display(),
        is_vvip=visit.level == Visit.Level.VVIP,
        status=visit.get_status_display(),
        since=_("since %(time)s") % {"time": hours.say(visit.status_at)} if visit.status_at else "",
        about=" · ".join(filter(None, (guest.office, guest.organisation, country_name(guest.country)))),
        facts=_known(_facts(visit, hours)),
        red_lines=tuple(note.text for note in notes if note.is_red_line),
        addressing=_texts(notes, ProtocolNote.Topic.ADDRESS),
        greeting=_texts(notes, ProtocolNote.Topic.GREETING),
        donts=_texts(notes, ProtocolNote.Topic.DONT)[:DONTS_AT_FIRST],
        days=_days(entries, hours),
        notes=notes,
        requests=tuple(open_request(each, hours) for each in requests if each.is_open),
        closed_requests=_closed([each for each in requests if not each.is_open][:CLOSED_REQUESTS], hours),
        logbook=_logbook(visit, hours),
        contacts=contacts_of(
            visit, reader=reader, items=entries, team=team, delegation=delegation, hours=hours
        ),
        papers=_papers(visit),
        call=_phone_of_the_next_driver(entries, at),
        duty_from=_duty_from(own, hours),
        can_hand_over=any(each.starts_at <= at for each in own),
    )


def _known(facts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in facts if value)


def _texts(notes: Sequence[Note], topic: ProtocolNote.Topic) -> tuple[str, ...]:
    return tuple(note.text for note in notes if note.topic == topic)


def _facts(visit: Visit, hours: Hours) -> Iterable[tuple[str, str]]:
    guest = visit.guest
    yield _("Speaks"), ", ".join(language_name(code) for code in guest.languages)
    yield _("Diet"), guest.diet
    yield _("Arrives"), _coming_or_going(visit.arrives_at, visit.arrival_precision, visit.arrival_note, hours)
    yield (
        _("Departs"),
        _coming_or_going(visit.departs_at, visit.departure_precision, visit.departure_note, hours),
    )
    yield _("Hotel"), visit.hotel.name if visit.hotel else ""
    yield _("Room"), visit.room
    yield _("Delegation"), _delegation(visit, visit.delegation) if visit.delegation else ""
    yield _("Companions"), _companions(visit)
    yield _("Note for the team"), visit.note


def _coming_or_going(moment: datetime | None, precision: str, note: str, hours: Hours) -> str:
    said = hedged(hours.say(moment), precision) if moment else ""
    return f"{said} ({note})" if said and note else said or note


def _delegation(visit: Visit, delegation: Delegation) -> str:
    is_head = delegation.head_id == visit.pk
    return _("%(delegation)s, as its head") % {"delegation": delegation.name} if is_head else delegation.name


def _companions(visit: Visit) -> str:
    number = str(visit.companions) if visit.companions else ""
    return ": ".join(filter(None, (number, visit.companions_note)))


def _note(note: ProtocolNote) -> Note:
    about = _("this guest") if note.guest_id else country_name(note.country) or _("this event")
    return Note(
        topic=note.topic,
        topic_label=note.get_topic_display(),
        text=note.text,
        about=about,
        source=note.source,
        is_red_line=note.is_red_line,
    )


def _days(items: Sequence[ItineraryItem], hours: Hours) -> tuple[Day, ...]:
    """The plan by day, today's open; items that still await a time come last."""
    timed = [(day_of(item.starts_at, hours.zone_name), item) for item in items if item.starts_at]
    days = []
    for day, group in groupby(timed, key=lambda pair: pair[0]):
        label = format_date(day, "EEEE, d MMMM", locale=get_language() or "en")
        label = _("Today, %(day)s") % {"day": label} if day == hours.today else label
        days.append(Day(label, day == hours.today, tuple(_entry(item, hours) for _day, item in group)))
    if untimed := tuple(_entry(item, hours) for item in items if item.starts_at is None):
        days.append(Day(_("Time to be confirmed"), is_open=False, entries=untimed))
    return tuple(days)


def _entry(item: ItineraryItem, hours: Hours) -> Entry:
    driver = item.car_driver
    phone = driver.phone if driver else ""
    return Entry(
        pk=item.pk,
        kind_label=item.get_kind_display(),
        title=f"{item.title} · {item.flight_number}" if item.flight_number else item.title,
        time=hours.span(item.starts_at, item.ends_at, item.precision) if item.starts_at else "",
        place=", ".join(str(place) for place in (item.point and item.point.name, item.venue) if place),
        map=item.venue.map_address if item.venue else "",
        is_tentative=item.state == ItineraryItem.State.TENTATIVE,
        plate=item.vehicle.plate if item.vehicle else "",
        phone=phone,
        phone_shown=dialled(phone),
        facts=_known(_item_facts(item, hours)),
    )


def _item_facts(item: ItineraryItem, hours: Hours) -> Iterable[tuple[str, str]]:
    yield _("Leave by"), hours.say(item.leave_by_at) if item.leave_by_at else ""
    yield _("From"), item.origin.name if item.origin else ""
    yield _("Car"), item.vehicle.kind if item.vehicle else ""
    yield _("Driver"), item.car_driver.name if item.car_driver else ""
    yield _("Met by"), item.greeter
    yield _("Seat"), item.seat
    yield _("Interpreter"), item.interpreter
    yield _("Dress"), item.dress
    yield _("Gift"), item.gift
    said_at = [hours.say(item.estimate_at)] if item.estimate_at else []
    yield _("Time according to"), ", ".join([item.estimate_by, *said_at] if item.estimate_by else said_at)
    yield _("Note"), item.note


def _phone_of_the_next_driver(items: Sequence[ItineraryItem], at: datetime) -> str:
    """Whom to call about the car: who drives now or next."""
    for item in items:
        is_over = item.starts_at is None or (item.ends_at or item.starts_at) < at
        if not is_over and item.car_driver and item.car_driver.phone:
            return item.car_driver.phone
    return ""


def _closed(requests: Sequence[Request], hours: Hours) -> tuple[Line, ...]:
    return tuple(
        Line(hours.say(each.closed_at), str(each), each.get_state_display())
        for each in requests
        if each.closed_at
    )


def _logbook(visit: Visit, hours: Hours) -> tuple[Line, ...]:
    entries = LogbookEntry.objects.filter(visit=visit).select_related("author")[:LOGBOOK_LINES]
    return tuple(
        Line(hours.say(each.happened_at), _what_happened(each), str(each.author)) for each in entries
    )


def _what_happened(entry: LogbookEntry) -> str:
    if entry.kind == LogbookEntry.Kind.UNDO:
        return _("Taken back: %(status)s again") % {"status": Movement(entry.status).label}
    return str(entry)


def _papers(visit: Visit) -> tuple[Paper, ...]:
    """What is not private of the documents."""
    rows = Document.objects.filter(visit=visit, is_private=False)
    return tuple(Paper(one.pk, one.title, f"{one.kind.upper()} · {filesizeformat(one.size)}") for one in rows)


def _duty_from(own: Sequence[Assignment], hours: Hours) -> str:
    """From when the reader looks after the guest, where that has not begun."""
    starts = [assignment.starts_at for assignment in own]
    return hours.say(min(starts)) if starts and min(starts) > hours.at else ""
