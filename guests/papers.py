"""The papers there are: for each kind what it says, as data, and how that is set. A new paper is a kind, its data, its page."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from guests import event_book, journeys
from guests.day_sheet import render_day_sheets
from guests.drives import drives
from guests.duty_day import duty_days
from guests.event_facts import event_books
from guests.handout import render_handouts
from guests.itinerary import itineraries
from guests.look import USUAL, Look
from guests.manifests import arrivals_title, render_manifests, transport_title
from guests.models import Print, Visit
from liaison.paper.pdf import Part, sitting


class Wish(NamedTuple):
    """A paper somebody wants: about whom and in which language; of a day sheet also for whom (a user) and of which day.

    One about a whole event names the event instead of a visit, and may be of one day.
    """

    visit: int | None
    language: str
    day: date | None = None
    holder: int | None = None
    event: int | None = None

    @classmethod
    def of(cls, version: Print) -> "Wish":
        """The wish of which a print is a version."""
        event = None if version.visit_id else version.event_id
        return cls(version.visit_id, version.language, version.day, version.holder_id, event)

    def as_json(self) -> list[Any]:
        """As lists of wishes are kept; the event stands last, and only where one is named."""
        told = [self.visit, self.language, self.day.isoformat() if self.day else None, self.holder]
        return [*told, self.event] if self.event else told

    @classmethod
    def of_json(cls, told: Sequence[Any]) -> "Wish":
        """The wish that `as_json` told of."""
        visit, language, day, holder, *event = told
        return cls(visit, language, date.fromisoformat(day) if day else None, holder, *event)


Data = dict[str, Any]


@dataclass(frozen=True)
class Paper:
    """What a kind of paper says, as JSON holds it, of many wishes at once; how one is called; and its pages."""

    tell: Callable[[Collection[Wish], datetime], Mapping[Wish, Data]]
    title: Callable[[Data], str]
    render: Callable[[Sequence[Print], Look, bool], Part]


def title_of(version: Print) -> str:
    """What a paper is called among others of its kind: by the guest, a day sheet by officer and guest, a list by its day."""
    return PAPERS[Print.Kind(version.kind)].title(version.data)


def render(versions: Sequence[Print], look: Look = USUAL, *, duplex: bool = True) -> Part:
    """Versions of one kind of paper in one PDF; the same bytes for the same rows. Raises `liaison.paper.pdf.PaperError`."""
    with sitting():
        return PAPERS[Print.Kind(versions[0].kind)].render(versions, look, duplex)


def _handouts_say(wishes: Collection[Wish], at: datetime) -> Mapping[Wish, Data]:
    told = itineraries(Visit.objects.filter(pk__in={wish.visit for wish in wishes}), at=at)
    data: dict[int | None, Data] = {key: itinerary.as_data() for key, itinerary in told.items()}
    return {wish: data[wish.visit] for wish in wishes if wish.visit in data}


def _day_sheets_say(wishes: Collection[Wish], at: datetime) -> Mapping[Wish, Data]:
    wanted = {
        wish: (wish.visit, wish.day, wish.holder)
        for wish in wishes
        if wish.visit and wish.day and wish.holder
    }
    told = duty_days(wanted.values())
    return {wish: told[key].as_data() for wish, key in wanted.items() if key in told}


def _books_say(wishes: Collection[Wish], at: datetime) -> Mapping[Wish, Data]:
    told = event_books({wish.event for wish in wishes if wish.event})
    data: dict[int | None, Data] = {key: book.as_data() for key, book in told.items()}
    return {wish: data[wish.event] for wish in wishes if wish.event in data}


def _arrivals_say(wishes: Collection[Wish], at: datetime) -> Mapping[Wish, Data]:
    return _manifests_say(journeys.arrivals, wishes)


def _transport_says(wishes: Collection[Wish], at: datetime) -> Mapping[Wish, Data]:
    return _manifests_say(drives, wishes)


def _manifests_say(
    tell: Callable[[Collection[journeys.Wanted]], Mapping[journeys.Wanted, journeys.Manifest]],
    wishes: Collection[Wish],
) -> Mapping[Wish, Data]:
    wanted = {wish: (wish.event, wish.day) for wish in wishes if wish.event}
    data = {key: manifest.as_data() for key, manifest in tell(set(wanted.values())).items()}
    return {wish: data[key] for wish, key in wanted.items() if key in data}


PAPERS: Mapping[Print.Kind, Paper] = {
    Print.Kind.HANDOUT: Paper(
        _handouts_say,
        lambda data: str(data["guest"]["name"]),
        lambda versions, look, duplex: render_handouts(versions, look, duplex=duplex),
    ),
    Print.Kind.DAY_SHEET: Paper(
        _day_sheets_say,
        lambda data: f"{data['officer']} – {data['called']}",
        lambda versions, _look, duplex: render_day_sheets(versions, duplex=duplex),
    ),
    Print.Kind.EVENT_BOOK: Paper(
        _books_say,
        event_book.title_of,
        lambda versions, look, duplex: event_book.render_event_books(versions, look, duplex=duplex),
    ),
    Print.Kind.ARRIVALS: Paper(
        _arrivals_say,
        arrivals_title,
        lambda versions, _look, duplex: render_manifests(versions, duplex=duplex),
    ),
    Print.Kind.TRANSPORT: Paper(
        _transport_says,
        transport_title,
        lambda versions, _look, duplex: render_manifests(versions, duplex=duplex),
    ),
}
