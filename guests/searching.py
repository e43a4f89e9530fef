"""Search across what an officer may see: guests by any part of a name, and whatever was planned, asked or written for them.

Every word must be found: in the row itself, or in the guest the row is about; one at least in the row itself. Accents
and case do not count. A guest is also found by a name that is nearly right. Private data are never looked at.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from babel import Locale
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from events.models import Contact, Driver, Venue
from guests.hours import Hours
from guests.models import Document, ItineraryItem, LogbookEntry, ProtocolNote, Request, Visit
from liaison.accounts.models import User
from liaison.folding import folded, folded_columns

LONGEST = 100
MOST_WORDS = 6
MOST = 10  # of a kind
MOST_GUESTS = 2000  # among whom names are compared: a coordinator's whole event
_SHORTEST, _ALIKE = 4, 80  # letters of a word, and likeness of 100, for a name that is nearly right


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, where it leads, and whom one can call there."""

    text: str
    detail: str
    address: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What was found of one kind; `has_more` says that there is more than is shown."""

    name: str
    hits: tuple[Hit, ...]
    has_more: bool


@dataclass(frozen=True)
class Ground:
    """The guests among whom is searched, and which of them each word means."""

    visits: Mapping[int, Visit]
    meant: Mapping[str, set[int]]
    events: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, user: User, words: Sequence[str], at: datetime) -> "Ground":
        rows = Visit.objects.visible_to(user, at=at).select_related("guest", "event", "delegation", "hotel")
        visits = {visit.pk: visit for visit in rows[:MOST_GUESTS]}
        texts = {pk: _about(visit) for pk, visit in visits.items()}
        meant = {word: {pk for pk, text in texts.items() if word in text} for word in words}
        for word, found in meant.items():
            if not found and len(word) >= _SHORTEST:
                found |= {pk for pk, visit in visits.items() if _is_nearly(word, visit)}
        return cls(visits, meant, {visit.event_id for visit in visits.values()})


def found_for(user: User, query: str, *, at: datetime) -> tuple[Kind, ...]:
    """What the person may see and asks for, by kind; ten queries, one where they look after nobody."""
    words = words_of(query)
    ground = Ground.of(user, words, at) if words else Ground({}, {})
    if not ground.visits:
        return ()
    seen = {"user": user, "at": at}
    kinds = [
        _kind(_("guests"), _guests(ground)),
        _kind(_("itinerary"), _items(ground, words, seen)),
        _kind(_("requests"), _requests(ground, words, seen)),
        _kind(_("protocol"), _notes(ground, words, seen)),
        _kind(_("logbook"), _logbook(ground, words, seen)),
        _kind(_("documents"), _documents(ground, words, seen)),
        _kind(_("contacts"), _contacts(ground, words)),
        _kind(_("drivers"), _drivers(ground, words)),
        _kind(_("places"), _venues(ground, words, seen)),
    ]
    return tuple(kind for kind in kinds if kind.hits)


def words_of(query: str) -> list[str]:
    """What is looked for; nothing for less than two letters, but for scripts in which one is a word."""
    words = list(dict.fromkeys(folded(query[:LONGEST].replace("\x00", " ")).split()))[:MOST_WORDS]
    return words if len("".join(words)) > 1 or not "".join(words).isascii() else []


def _kind(name: str, hits: Iterable[Hit]) -> Kind:
    found = tuple(hits)
    return Kind(capfirst(name), found[:MOST], len(found) > MOST)


def _about(visit: Visit) -> str:
    """All by which a guest is known."""
    guest, delegation, hotel = visit.guest, visit.delegation, visit.hotel
    texts = [guest.titled_name, guest.addressed_as, guest.native_name, guest.office, guest.organisation]
    texts += [
        delegation.name if delegation else "",
        visit.companions_note,
        visit.note,
        hotel.name if hotel else "",
    ]
    texts += _countries(guest.country)
    return folded(" ".join(texts))


def _countries(code: str) -> list[str]:
    """The country in every language of the app."""
    languages = [Locale.parse(language) for language, _name in settings.LANGUAGES] if code else []
    return [str(language.territories.get(code, "")) for language in languages]


def _is_nearly(word: str, visit: Visit) -> bool:
    parts = folded(f"{visit.guest.name} {visit.guest.addressed_as}").split()
    return any(fuzz.ratio(word, part) >= _ALIKE for part in parts)


def _guests(ground: Ground) -> Iterator[Hit]:
    meant = set.intersection(*ground.meant.values())
    for visit in (visit for pk, visit in ground.visits.items() if pk in meant):
        guest = visit.guest
        said = (
            guest.titled_name if guest.addressed_as else "",
            guest.office,
            guest.organisation,
            visit.event.name,
        )
        yield Hit(guest.called, " · ".join(filter(None, said)), _dossier(visit.pk))


def _rows(
    rows: QuerySet[Any],
    words: Sequence[str],
    columns: Sequence[str],
    of_guests: Callable[[str], Q] = lambda word: Q(pk__in=()),
    choices: Mapping[str, Iterable[tuple[str, Any]]] | None = None,
) -> QuerySet[Any]:
    """The rows that say every word in these columns, as the name of a choice, or by their guest; one itself."""
    every, any_itself = Q(), Q(pk__in=())
    for word in words:
        itself = Q(searched__contains=word)
        for name, labels in (choices or {}).items():
            itself |= Q(**{f"{name}__in": [value for value, label in labels if word in folded(str(label))]})
        every &= itself | of_guests(word)
        any_itself |= itself
    found: QuerySet[Any] = rows.annotate(searched=folded_columns(*columns)).filter(every & any_itself)
    return found[: MOST + 1]


def _near(rows: QuerySet[Any], ground: Ground) -> QuerySet[Any]:
    """The rows of the guests that were found, by their keys: PostgreSQL else folds every text of the event first."""
    return rows.filter(visit__in=list(ground.visits))


def _of_visits(ground: Ground) -> Callable[[str], Q]:
    return lambda word: Q(visit__in=ground.meant[word])


def _items(ground: Ground, words: Sequence[str], seen: Mapping[str, Any]) -> Iterator[Hit]:
    rows = _near(ItineraryItem.objects.visible_to(**seen).standing(), ground).select_related(
        "venue", "vehicle"
    )
    columns = [
        "title", "flight_number", "venue__name", "venue__local_name", "point__name", "origin__name", "vehicle__plate",
        "vehicle__kind", "driver__name", "vehicle__driver__name", "greeter", "interpreter", "seat", "dress", "note",
    ]  # fmt: skip
    labels = {"kind": ItineraryItem.Kind.choices}
    for item in _rows(rows, words, columns, _of_visits(ground), labels):
        if visit := ground.visits.get(item.visit_id):
            hours = Hours(visit.event.time_zone, seen["at"])
            when = hours.say(item.starts_at) if item.starts_at else _("Time to be confirmed")
            plate = item.vehicle.plate if item.vehicle else ""
            said = (
                visit.guest.called,
                when,
                item.venue.name if item.venue else "",
                item.flight_number,
                plate,
            )
            yield Hit(item.title, " · ".join(filter(None, said)), f"{_dossier(visit.pk)}#item-{item.pk}")


def _requests(ground: Ground, words: Sequence[str], seen: Mapping[str, Any]) -> Iterator[Hit]:
    rows = _near(Request.objects.visible_to(**seen), ground).order_by(
        F("closed_at").desc(nulls_first=True), "-raised_at"
    )
    labels = {"category": Request.Category.choices, "state": Request.State.choices}
    for asked in _rows(rows, words, ["text"], _of_visits(ground), labels):
        if visit := ground.visits.get(asked.visit_id):
            said = f"{visit.guest.called} · {asked.get_state_display()}"
            yield Hit(str(asked), said, f"{_dossier(visit.pk)}#requests")


def _notes(ground: Ground, words: Sequence[str], seen: Mapping[str, Any]) -> Iterator[Hit]:
    """Each leads to the dossier of a guest for whom it holds."""

    def about(word: str) -> Q:
        guests = {visit.guest_id for pk, visit in ground.visits.items() if pk in ground.meant[word]}
        return Q(guest__in=guests)

    rows = ProtocolNote.objects.visible_to(**seen)
    for note in _rows(rows, words, ["text", "source"], about, {"topic": ProtocolNote.Topic.choices}):
        if visit := next((visit for visit in ground.visits.values() if note.holds_for(visit)), None):
            said = (visit.guest.called, note.get_topic_display(), note.source)
            yield Hit(note.text, " · ".join(filter(None, said)), f"{_dossier(visit.pk)}#notes")


def _logbook(ground: Ground, words: Sequence[str], seen: Mapping[str, Any]) -> Iterator[Hit]:
    rows = _near(LogbookEntry.objects.visible_to(**seen), ground).select_related("author")
    labels = {"status": LogbookEntry._meta.get_field("status").choices or ()}  # noqa: SLF001 (Django's own API)
    for entry in _rows(rows, words, ["text"], _of_visits(ground), labels):
        if visit := ground.visits.get(entry.visit_id):
            hours = Hours(visit.event.time_zone, seen["at"])
            said = f"{visit.guest.called} · {hours.say(entry.happened_at)} · {entry.author}"
            yield Hit(capfirst(str(entry)), said, f"{_dossier(visit.pk)}#logbook")


def _documents(ground: Ground, words: Sequence[str], seen: Mapping[str, Any]) -> Iterator[Hit]:
    rows = _near(Document.objects.visible_to(**seen), ground).filter(is_private=False)
    for paper in _rows(rows, words, ["title"], _of_visits(ground)):
        if visit := ground.visits.get(paper.visit_id):
            yield Hit(paper.title, visit.guest.called, reverse("document", args=[paper.pk]))


def _contacts(ground: Ground, words: Sequence[str]) -> Iterator[Hit]:
    """Of the events of the guests, as their dossiers name them."""
    rows = Contact.objects.filter(event__in=ground.events).select_related("venue")
    labels = {"function": Contact.Function.choices}
    for one in _rows(rows, words, ["name", "note", "venue__name"], choices=labels):
        said = (one.get_function_display(), one.venue.name if one.venue else "", one.note)
        yield Hit(one.name, " · ".join(filter(None, said)), _contacts_at(ground, one.event_id), one.phone)


def _drivers(ground: Ground, words: Sequence[str]) -> Iterator[Hit]:
    """Only who drives one of the guests."""
    items = ItineraryItem.objects.standing().filter(visit__in=ground.visits)
    at_the_wheel = Q(driver=OuterRef("pk")) | Q(driver=None, vehicle__driver=OuterRef("pk"))
    rows = Driver.objects.filter(Exists(items.filter(at_the_wheel)), event__in=ground.events)
    for driver in _rows(rows, words, ["name", "phone"]):
        yield Hit(driver.name, _("driver"), _contacts_at(ground, driver.event_id), driver.phone)


def _venues(ground: Ground, words: Sequence[str], seen: Mapping[str, Any]) -> Iterator[Hit]:
    rows = Venue.objects.visible_to(**seen).filter(event__in=ground.events)
    columns = ["name", "local_name", "address", "local_address"]
    for venue in _rows(rows, words, columns, choices={"kind": Venue.Kind.choices}):
        said = (venue.get_kind_display(), venue.local_address or venue.address)
        address = venue.map_address or _contacts_at(ground, venue.event_id)
        yield Hit(venue.name, " · ".join(filter(None, said)), address)


def _dossier(pk: int) -> str:
    return reverse("visit", args=[pk])


def _contacts_at(ground: Ground, event: int) -> str:
    """The contacts in the dossier of the first guest at that event."""
    first = next(visit for visit in ground.visits.values() if visit.event_id == event)
    return f"{_dossier(first.pk)}#contacts"
