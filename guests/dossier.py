"""A guest's dossier as an officer reads it: who, the first 30 seconds, the days, courtesy, requests, what happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guests.contacts import Function, contacts_of
from guests.days import Day, days_of, items_of, phone_of_the_next_driver
from guests.hours import Hours, hedged
from guests.models import (
    Assignment,
    Delegation,
    Document,
    LogbookEntry,
    Movement,
    ProtocolNote,
    Request,
    Visit,
)
from guests.naming import country_name, language_name, words_of
from guests.requests import OpenRequest, open_request, what_of
from liaison.accounts.models import User
from liaison.paper.scripts import marked
from liaison.prepared import Question, given

DONTS_AT_FIRST = 3
LOGBOOK_LINES = 20
REQUESTS, CLOSED_REQUESTS = 60, 5  # the open ones are read first

# Not yet a query, and built once: naming the columns takes longer than asking for them.
DOSSIERS: Any = Visit.objects.select_related("guest", "event", "delegation", "hotel").only(
    "level", "status", "status_at", "arrives_at", "arrival_precision", "arrival_note", "departs_at",
    "departure_precision", "departure_note", "room", "companions", "companions_note", "note", "event__time_zone",
    "event__travel_kmh", "event__travel_buffer_minutes", "event__country", "delegation__name", "delegation__head",
    "hotel__name", "hotel__kind", "hotel__address", "hotel__local_address", "hotel__latitude", "hotel__longitude",
    "guest__name", "guest__honorific_before", "guest__honorific_after", "guest__addressed_as", "guest__native_name",
    "guest__pronunciation", "guest__country", "guest__office", "guest__organisation", "guest__languages", "guest__diet",
)  # fmt: skip
"""Visits with all that `dossier_of` asks of them."""
_NOTES = Question(
    ("topic", "text", "guest_id", "country", "source", "is_red_line"),
    lambda: ProtocolNote.objects.holding_for(
        event=given("event"), guest=given("guest"), country=given("country")
    ),
)
_REQUESTS = Question(
    ("pk", "category", "text", "state", "raised_at", "due_at", "closed_at", "owner_is_there"),
    lambda: (
        Request.objects.filter(visit=given("visit"))
        .with_owner_there(given("at"))
        .order_by("-closed_at", "due_at", "raised_at")[:REQUESTS]
    ),
)
_TEAM = Question(
    ("role", "starts_at", "ends_at", "officer__user_id", "officer__user__name", "officer__user__phone"),
    lambda: Assignment.objects.not_over(given("at")).filter(visit=given("visit")),
)
_LOGBOOK = Question(
    ("kind", "status", "text", "happened_at", "author__name", "author__email"),
    lambda: LogbookEntry.objects.filter(visit=given("visit"))[:LOGBOOK_LINES],
)
_PAPERS = Question(
    ("pk", "title", "kind", "size"), lambda: Document.objects.filter(visit=given("visit"), is_private=False)
)


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
    """The dossier of a visit that `reader` may see; it should be one of `DOSSIERS`.

    `delegation` are the others of the delegation whom the reader may see too. Eight queries, however much there is to tell.
    """
    hours, guest, language = Hours(visit.event.time_zone, at), visit.guest, get_language() or "en"
    rows = _NOTES.rows(event=visit.event_id, guest=visit.guest_id, country=guest.country)
    topics = words_of(ProtocolNote.Topic, language)
    notes = tuple(_note(row, topics) for row in rows)
    requests = _REQUESTS.rows(visit=visit.pk, at=at)
    items = items_of(visit)
    team = _TEAM.rows(visit=visit.pk, at=at)
    own = [each.starts_at for each in team if each.officer__user_id == reader.pk]
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
        days=days_of(items, visit, hours),
        notes=notes,
        requests=tuple(open_request(each, hours) for each in requests if each.closed_at is None),
        closed_requests=_closed([each for each in requests if each.closed_at][:CLOSED_REQUESTS], hours),
        logbook=_logbook(visit, hours),
        contacts=contacts_of(
            visit, reader=reader, items=items, team=team, delegation=delegation, hours=hours
        ),
        papers=_papers(visit),
        call=phone_of_the_next_driver(items, at),
        duty_from=hours.say(min(own)) if own and min(own) > at else "",
        can_hand_over=any(starts_at <= at for starts_at in own),
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


def _note(row: Any, topics: Mapping[str, str]) -> Note:
    about = _("this guest") if row.guest_id else country_name(row.country) or _("this event")
    return Note(row.topic, topics[row.topic], row.text, about, row.source, row.is_red_line)


def _closed(requests: Sequence[Any], hours: Hours) -> tuple[Line, ...]:
    states = words_of(Request.State, get_language() or "en")
    return tuple(Line(hours.say(each.closed_at), what_of(each), states[each.state]) for each in requests)


def _logbook(visit: Visit, hours: Hours) -> tuple[Line, ...]:
    return tuple(
        Line(hours.say(each.happened_at), _what_happened(each), each.author__name or each.author__email)
        for each in _LOGBOOK.rows(visit=visit.pk)
    )


def _what_happened(row: Any) -> str:
    language = get_language() or "en"
    if row.kind == LogbookEntry.Kind.UNDO:
        return _("Taken back: %(status)s again") % {"status": Movement(row.status).label}
    moved = words_of(Movement, language).get(row.status, "")
    return row.text or moved or words_of(LogbookEntry.Kind, language)[row.kind]


def _papers(visit: Visit) -> tuple[Paper, ...]:
    """What is not private of the documents."""
    rows = _PAPERS.rows(visit=visit.pk)
    return tuple(Paper(one.pk, one.title, f"{one.kind.upper()} · {filesizeformat(one.size)}") for one in rows)
