"""Which printed handouts no longer say what holds: by everything they quote, and by nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import Event, Membership, Point, Session, Venue
from guests.models import Assignment, Guest, ItineraryItem, Movement, Print, PrintRun, Visit
from guests.outdated import outdated
from guests.papers import PAPERS, Paper
from guests.print_runs import render_next_print_run
from guests.prints import print_day_sheet, print_event_paper, print_handout
from liaison.accounts.models import User
from liaison.clock import day_of
from tests.cast import Cast, bring_to
from tests.factories import (
    make_assignment,
    make_contact,
    make_delegation,
    make_guest,
    make_item,
    make_note,
    make_request,
    make_session,
    make_user,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.desk import at, signed_in, words_of

LONG_AGO = timedelta(days=2)


@pytest.fixture
def now(cast: Cast) -> datetime:
    """History is kept by the database's clock, so these tests live by it, too."""
    moment = timezone.now()
    bring_to(cast, moment)
    today = day_of(moment, cast.event.time_zone)
    Event.objects.update(starts_on=today, ends_on=today + timedelta(days=2))
    return moment


@pytest.fixture
def printed(cast: Cast, now: datetime) -> Print:
    """Mr Sato's handout with all it can quote, printed before anything below happens."""
    hotel, hall = make_venue(cast.event, "Hotel"), make_venue(cast.event, "Hall")
    room = Point.objects.create(venue=hall, name="Room One", kind=Point.Kind.GATE)
    session = make_session(cast.event, "Opening", venue=hall, point=room, starts_at=now + timedelta(hours=4))
    Visit.objects.filter(pk=cast.sato.pk).update(hotel=hotel)
    make_item(cast.sato, "From the hotel", origin=hotel, point=room, starts_at=now + timedelta(hours=2))
    make_item(cast.sato, "The opening", session=session, starts_at=session.starts_at)
    make_item(cast.sato, "For officers", visibility="officers", starts_at=now + timedelta(hours=6))
    return _print(cast.sato, cast.ratna, now)


def _print(visit: Visit, by: User, now: datetime) -> Print:
    handout = print_handout(visit=visit, by=by, at=now)
    _begin_anew(handout)
    return handout


def _begin_anew(handout: Print) -> None:
    """As if all so far were written long ago: in one test transaction every row bears the same moment."""
    for model in (ItineraryItem, Assignment, Guest, Event, Venue, Point, Session, Membership, User, Visit):
        history: Any = getattr(model, "pgh_event_model")  # noqa: B009 (made by `tracked`, unknown to types)
        with pgtrigger.ignore():  # a history lets nobody rewrite it
            history.objects.update(pgh_created_at=timezone.now() - LONG_AGO)
    handout.printed_at = timezone.now() - LONG_AGO / 2
    handout.save(update_fields=["printed_at"])


def gone(now: datetime) -> list[int]:
    return outdated(Print.objects.all(), at=now)


def items(title: str) -> Any:
    return ItineraryItem.objects.filter(title=title)


QUOTED: dict[str, Callable[[Cast], object]] = {
    "item moved": lambda cast: items("From the hotel").update(leave_by_at=None, title="To the hall"),
    "item added": lambda cast: make_item(cast.sato, "Tea", starts_at=timezone.now() + timedelta(hours=9)),
    "item deleted": lambda cast: items("From the hotel").delete(),
    "item cancelled": lambda cast: items("The opening").update(state="cancelled"),
    "item shown": lambda cast: items("For officers").update(visibility="guest"),
    "guest": lambda cast: Guest.objects.filter(pk=cast.sato.guest_id).update(office="Chairman"),
    "event": lambda cast: Event.objects.filter(pk=cast.event.pk).update(host="The Host"),
    "hotel": lambda cast: Visit.objects.filter(pk=cast.sato.pk).update(hotel=Venue.objects.get(name="Hall")),
    "no hotel": lambda cast: Visit.objects.filter(pk=cast.sato.pk).update(hotel=None),
    "hotel's address": lambda cast: Venue.objects.filter(name="Hotel").update(address="1 Sea Road"),
    "hall": lambda cast: Venue.objects.filter(name="Hall").update(local_name="Balai"),
    "room": lambda cast: Point.objects.filter(name="Room One").update(name="Room Two"),
    "session's dress": lambda cast: Session.objects.filter(title="Opening").update(dress="Batik"),
    "officer": lambda cast: Assignment.objects.filter(pk=cast.sari_leads.pk).update(
        officer=cast.bagus_officer
    ),
    "officer's phone": lambda cast: User.objects.filter(pk=cast.sari.pk).update(phone="+6281234567890"),
    "who the officer is": lambda cast: Membership.objects.filter(pk=cast.sari_officer.pk).update(
        user=make_user("Citra")
    ),
}


@pytest.mark.parametrize("what", QUOTED)
def test_a_change_of_what_it_quotes_puts_a_handout_out_of_date_until_it_is_printed_again(
    cast: Cast, printed: Print, now: datetime, what: str
) -> None:
    assert gone(now) == []
    QUOTED[what](cast)
    assert gone(now) == [printed.pk]
    again = _print(cast.sato, cast.ratna, now)
    assert again.version == printed.version + 1
    assert gone(now) == []


IRRELEVANT: dict[str, Callable[[Cast], object]] = {
    "car at the door": lambda cast: items("From the hotel").update(
        car_at_door_at=timezone.now(), note="Wait"
    ),
    "where the guest is": lambda cast: cast.sato.move_to(Movement.LANDED, at=timezone.now()),
    "officers' item": lambda cast: items("For officers").update(title="Still for officers"),
    "diet": lambda cast: Guest.objects.filter(pk=cast.sato.guest_id).update(diet="Vegetarian"),
    "another guest's item": lambda cast: make_item(cast.lim, "Tea"),
    "there and back": lambda cast: [
        items("The opening").update(state=state) for state in ("cancelled", "confirmed")
    ],
}


@pytest.mark.parametrize("what", IRRELEVANT)
def test_what_does_not_stand_on_it_leaves_a_handout_as_it_is(
    cast: Cast, printed: Print, now: datetime, what: str
) -> None:
    IRRELEVANT[what](cast)
    assert gone(now) == []


def test_time_that_passes_puts_nothing_out_of_date(cast: Cast, printed: Print, now: datetime) -> None:
    make_item(cast.sato, "For officers only", visibility="officers")  # so that the handout is looked at
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(state="confirmed")
    assert gone(now + timedelta(days=2, hours=1)) == []


def test_of_a_guest_who_has_left_nothing_is_out_of_date(cast: Cast, printed: Print, now: datetime) -> None:
    QUOTED["item moved"](cast)
    Visit.objects.filter(pk=cast.sato.pk).update(status="departed")
    assert gone(now) == []


@pytest.mark.parametrize("guests", [1, 3])
def test_asking_costs_the_same_for_1_and_3_handouts(
    cast: Cast, printed: Print, now: datetime, guests: int
) -> None:
    for _number in range(guests - 1):
        visit = make_visit(cast.event, make_guest())
        make_item(visit, "From the hotel", starts_at=now + timedelta(hours=2))
        _print(visit, cast.ratna, now)
    QUOTED["item moved"](cast)
    with CaptureQueriesContext(connection) as asked:
        assert len(gone(now)) == guests
    assert len(asked) == 8


def test_the_list_says_so_and_prints_again(cast: Cast, printed: Print, now: datetime) -> None:
    client = signed_in(cast.ratna)
    address = at(Print, "changelist")
    assert "out of date" not in words_of(client.get(address)).replace("Out of date", "")
    QUOTED["item moved"](cast)
    page = client.get(address, {"holds": "no"})
    assert [one.pk for one in page.context["cl"].result_list] == [printed.pk]
    assert "out of date" in words_of(page)
    chosen = {"action": "print_again", "_selected_action": [printed.pk]}
    assert "1 paper" in words_of(client.post(address, chosen))
    look = {"print": "1", "sheet": "a4", "pictures": "all", "output": "pdf"}
    answer = client.post(address, chosen | look, follow=True)
    assert "1 paper is being printed." in words_of(answer)
    run = PrintRun.objects.get()
    assert answer.redirect_chain == [(reverse("admin:guests_printrun_change", args=[run.pk]), 302)]
    assert (run.sheet, run.wishes, list(run.visits.all())) == (
        "a4", [[cast.sato.pk, printed.language, None, None]], [cast.sato],
    )  # fmt: skip
    assert render_next_print_run(clock=timezone.now)
    assert gone(now) == []
    run.refresh_from_db()
    run.file.delete()


# --- day sheets ----------------------------------------------------------------------------------------------------


@pytest.fixture
def sheet(cast: Cast, now: datetime) -> Print:
    """Sari's sheet of today about Mr Sato."""
    make_item(cast.sato, "Audience", starts_at=now)
    return print_day_sheet(visit=cast.sato, day=_today(cast, now), holder=cast.sari, by=cast.ratna, at=now)


def _today(cast: Cast, now: datetime) -> date:
    return day_of(now, cast.event.time_zone)


ON_A_SHEET: dict[str, Callable[[Cast], object]] = {
    "item": lambda cast: items("Audience").update(seat="Row 2"),
    "request": lambda cast: make_request(cast.sato, cast.sari, "Another tea"),
    "red line": lambda cast: make_note(cast.event, "Never alone", guest=cast.sato.guest, is_red_line=True),
    "contact": lambda cast: make_contact(cast.event),
    "companions": lambda cast: Visit.objects.filter(pk=cast.sato.pk).update(companions=3),
}


@pytest.mark.parametrize("what", ON_A_SHEET)
def test_a_day_sheet_is_out_of_date_until_it_is_printed_again(
    cast: Cast, sheet: Print, now: datetime, what: str
) -> None:
    assert gone(now) == []
    ON_A_SHEET[what](cast)
    assert gone(now) == [sheet.pk]
    print_day_sheet(visit=cast.sato, day=sheet.day or now.date(), holder=cast.sari, by=cast.ratna, at=now)
    assert gone(now) == []


def test_a_day_sheet_of_a_day_or_a_duty_that_is_over_is_never_out_of_date(
    cast: Cast, sheet: Print, now: datetime
) -> None:
    ON_A_SHEET["item"](cast)
    assert gone(now + timedelta(days=3)) == []
    cast.sari_leads.withdraw()
    assert gone(now) == []


def test_just_the_sheets_that_no_longer_hold_are_printed_again(
    cast: Cast, sheet: Print, now: datetime
) -> None:
    """Not those of a colleague on the same day about the same guest, which hold."""
    make_assignment(
        cast.lim, cast.bagus_officer, role="deputy", starts_at=now, ends_at=now + timedelta(hours=9)
    )
    print_day_sheet(visit=cast.lim, day=_today(cast, now), holder=cast.bagus, by=cast.ratna, at=now)
    ON_A_SHEET["item"](cast)
    client = signed_in(cast.ratna)
    listed = client.get(at(Print, "changelist"), {"holds": "no"}).context["cl"].result_list
    assert [one.pk for one in listed] == [sheet.pk]
    chosen = {"action": "print_again", "_selected_action": [one.pk for one in listed], "print": "1"}
    client.post(at(Print, "changelist"), chosen | {"sheet": "a5", "pictures": "all", "output": "pdf"})
    run = PrintRun.objects.get()
    assert (run.kind, run.total) == ("day_sheet", 1)
    assert render_next_print_run(clock=timezone.now)
    run.refresh_from_db()
    assert (run.state, Print.objects.filter(kind="day_sheet").count()) == ("done", 3)
    run.file.delete()


@pytest.mark.parametrize("sheets", [1, 3])
def test_asking_costs_the_same_for_1_and_3_day_sheets(
    cast: Cast, sheet: Print, now: datetime, sheets: int
) -> None:
    for _number in range(sheets - 1):
        visit = make_visit(cast.event, make_guest())
        make_assignment(visit, cast.sari_officer, starts_at=now, ends_at=now + timedelta(hours=9))
        print_day_sheet(visit=visit, day=_today(cast, now), holder=cast.sari, by=cast.ratna, at=now)
    with CaptureQueriesContext(connection) as asked:
        assert gone(now) == []
    first = len(asked)
    with CaptureQueriesContext(connection) as asked:
        assert gone(now) == []
    assert (first, len(asked)) == (16, 8)


@pytest.mark.parametrize("what", ON_A_SHEET)
def test_what_was_judged_once_is_judged_anew_once_something_was_written(
    cast: Cast, sheet: Print, now: datetime, what: str
) -> None:
    """The first verdict is kept; none of these may hide behind it."""
    assert gone(now) == []
    with made_anew() as made:
        assert gone(now) == []
        assert made == []
        cast.sato.move_to(Movement.LANDED, at=timezone.now())  # taps come all day
        items("Audience").update(car_at_door_at=timezone.now())
        assert gone(now) == []
        assert made == []
        ON_A_SHEET[what](cast)
        assert gone(now) == [sheet.pk]
        assert made == ["day_sheet"]


def test_of_many_sheets_only_those_are_made_anew_whose_guests_plan_was_written(
    cast: Cast, sheet: Print, now: datetime
) -> None:
    print_day_sheet(visit=cast.lim, day=_today(cast, now), holder=cast.bagus, by=cast.ratna, at=now)
    make_assignment(
        cast.lim, cast.bagus_officer, role="deputy", starts_at=now, ends_at=now + timedelta(hours=9)
    )
    assert gone(now) == []
    ON_A_SHEET["item"](cast)
    with made_anew() as made:
        assert gone(now) == [sheet.pk]
    assert made == ["day_sheet"]


def test_who_joins_the_delegation_is_noticed_on_the_others_sheets(
    cast: Cast, sheet: Print, now: datetime
) -> None:
    delegation = make_delegation(cast.event)
    Visit.objects.filter(pk=cast.sato.pk).update(delegation=delegation)
    make_assignment(
        cast.lim, cast.sari_officer, role="deputy", starts_at=now, ends_at=now + timedelta(hours=9)
    )
    again = print_day_sheet(visit=cast.sato, day=_today(cast, now), holder=cast.sari, by=cast.ratna, at=now)
    assert gone(now) == []
    Visit.objects.filter(pk=cast.lim.pk).update(delegation=delegation)
    assert gone(now) == [again.pk]


def test_without_the_cache_they_are_made_anew_each_time(
    cast: Cast, sheet: Print, now: datetime, settings: Any
) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "liaison.cache.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    assert gone(now) == []
    ON_A_SHEET["item"](cast)
    assert gone(now) == [sheet.pk]


@contextmanager
def made_anew() -> Iterator[list[str]]:
    """The kinds of the papers that are made anew meanwhile, one for each call and paper."""
    made: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        judged = {kind: replace(paper, tell=_noting(made, kind, paper)) for kind, paper in PAPERS.items()}
        patch.setattr("guests.still_holding.PAPERS", judged)
        yield made


def _noting(made: list[str], kind: Print.Kind, paper: Paper) -> Any:
    def tell(wishes: Any, at: datetime) -> Any:
        made.extend([kind.value] * len(wishes))
        return paper.tell(wishes, at)

    return tell


# --- papers about events -------------------------------------------------------------------------------------------

ON_EVENT_PAPERS: dict[str, tuple[set[str], Callable[[Cast], object]]] = {
    "guest": ({"event_book", "arrivals", "transport"}, lambda cast: Guest.objects.filter(pk=cast.sato.guest_id).update(name="Kenji Satō")),
    "session": ({"event_book"}, lambda cast: make_session(cast.event, "Extra")),
    "contact": ({"event_book"}, lambda cast: make_contact(cast.event)),
    "gate": ({"event_book"}, lambda cast: Point.objects.create(venue=Venue.objects.filter(event=cast.event)[0], name="Gate", kind="gate")),
    "arrival": ({"arrivals"}, lambda cast: Visit.objects.filter(pk=cast.sato.pk).update(arrives_at=timezone.now())),
    "ride": ({"arrivals", "transport"}, lambda cast: items("Ride").update(title="Ride", driver=make_vehicle(cast.event, "B 9", "Ketut").driver)),
    "officer": ({"event_book", "arrivals", "transport"}, lambda cast: User.objects.filter(pk=cast.sari.pk).update(name="Sari W.")),
    "rank": ({"event_book"}, lambda cast: Visit.objects.filter(pk=cast.sato.pk).update(rank=1)),
}  # fmt: skip


@pytest.fixture
def event_papers(cast: Cast, now: datetime) -> list[Print]:
    """The book, the list of today, and the manifest of today."""
    make_item(
        cast.sato, "Ride", kind="transfer", starts_at=now, vehicle=make_vehicle(cast.event, "B 1", "Made")
    )
    Visit.objects.filter(pk=cast.sato.pk).update(
        arrives_at=now, departs_at=now + timedelta(days=3), level="vip"
    )
    kinds = {Print.Kind.EVENT_BOOK: None, Print.Kind.ARRIVALS: None, Print.Kind.TRANSPORT: _today(cast, now)}
    asked: Any = {"event": cast.event, "by": cast.ratna, "at": now, "language": "en"}
    return [print_event_paper(kind, **asked, day=day) for kind, day in kinds.items()]


@pytest.mark.parametrize("what", ON_EVENT_PAPERS)
def test_papers_of_an_event_are_out_of_date_until_they_are_printed_again(
    cast: Cast, event_papers: list[Print], now: datetime, what: str
) -> None:
    assert gone(now) == []
    kinds, change = ON_EVENT_PAPERS[what]
    change(cast)
    found = Print.objects.filter(pk__in=gone(now))
    assert {paper.kind for paper in found} == kinds
    for paper in found:
        asked: Any = {"event": cast.event, "by": cast.ratna, "at": now, "language": "en", "day": paper.day}
        print_event_paper(Print.Kind(paper.kind), **asked)
    assert gone(now) == []


def test_taps_and_other_events_leave_papers_of_an_event_as_they_are(
    cast: Cast, event_papers: list[Print], now: datetime
) -> None:
    assert gone(now) == []
    cast.sato.move_to(Movement.LANDED, at=timezone.now())
    make_item(cast.okafor, "Elsewhere", kind="transfer", starts_at=now)
    make_request(cast.sato, cast.sari, "More tea")
    with made_anew() as made:
        assert gone(now) == []
    assert made == []


def test_of_an_event_or_a_day_that_is_over_no_paper_is_out_of_date(
    cast: Cast, event_papers: list[Print], now: datetime
) -> None:
    ON_EVENT_PAPERS["guest"][1](cast)
    assert len(gone(now)) == 3
    book, arrivals, transport = event_papers
    over_everywhere = (transport.day or now.date()) + timedelta(days=2)
    assert set(gone(datetime.combine(over_everywhere, time(), UTC))) == {book.pk, arrivals.pk}
    assert gone(now + timedelta(days=9)) == []


def test_the_desk_names_them_and_prints_just_them_again(
    cast: Cast, event_papers: list[Print], now: datetime
) -> None:
    ON_EVENT_PAPERS["session"][1](cast)
    client = signed_in(cast.ratna)
    assert "Prints out of date" in words_of(client.get("/admin/"))
    listed = client.get(at(Print, "changelist"), {"holds": "no"}).context["cl"].result_list
    assert [one.kind for one in listed] == ["event_book"]
    chosen = {"action": "print_again", "_selected_action": [one.pk for one in listed], "print": "1"}
    client.post(at(Print, "changelist"), chosen | {"sheet": "a4", "pictures": "all", "output": "pdf"})
    run = PrintRun.objects.get()
    assert (run.kind, run.sheet, run.wishes) == (
        "event_book",
        "a4",
        [[None, "en", None, None, cast.event.pk]],
    )
    assert render_next_print_run(clock=timezone.now)
    assert gone(now) == []
    run.refresh_from_db()
    run.file.delete()


@pytest.mark.parametrize("number", [1, 3])
def test_asking_costs_the_same_for_1_and_3_papers_of_an_event(
    cast: Cast, event_papers: list[Print], now: datetime, number: int
) -> None:
    for one in range(number):
        asked: Any = {"event": cast.event, "by": cast.ratna, "at": now, "language": "id"}
        print_event_paper(Print.Kind.ARRIVALS, **asked, day=_today(cast, now) + timedelta(days=one))
    assert gone(now) == []
    with CaptureQueriesContext(connection) as queries:
        assert gone(now) == []
    assert len(queries) == 6
