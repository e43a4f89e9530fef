"""Papers about a whole event: their versions, the runs that print them, and the desk, which asks for them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse

from events.models import Event, Point, Role
from guests import print_runs
from guests.models import Assignment, ItineraryItem, Print, PrintRun
from guests.papers import Wish, render
from guests.print_runs import RunRefusedError, render_next_print_run, request_event_papers
from guests.prints import print_event_paper, print_papers
from guests.side_by_side import BOTH
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_delegation,
    make_guest,
    make_item,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.desk import at as desk_at
from tests.guests.phone import now as now
from tests.guests.phone import signed_in
from tests.guests.phone import text_of as html_of
from tests.guests.test_event_papers import full as full  # the fixture
from tests.guests.test_prints import queries_of
from tests.paper import pages_of, text_of

HOUR = timedelta(hours=1)
DAY = date(2027, 5, 13)
BOOK, ARRIVALS, TRANSPORT = Print.Kind.EVENT_BOOK, Print.Kind.ARRIVALS, Print.Kind.TRANSPORT


@pytest.fixture(autouse=True)
def _no_files_left() -> Iterator[None]:
    yield
    for name in files():
        default_storage.delete(f"{print_runs.FOLDER}{name}")


def files() -> list[str]:
    return default_storage.listdir(print_runs.FOLDER)[1] if default_storage.exists(print_runs.FOLDER) else []


def paper_of(cast: Cast, kind: Print.Kind, *, day: date | None = None, language: str = "en") -> Print:
    return print_event_paper(kind, event=cast.event, by=cast.ratna, at=NOW, language=language, day=day)


# --- versions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "day"), [(BOOK, None), (ARRIVALS, None), (ARRIVALS, DAY), (TRANSPORT, DAY)])
def test_the_same_data_is_the_same_version_and_the_same_bytes(
    full: Cast, kind: Print.Kind, day: date | None
) -> None:
    first = paper_of(full, kind, day=day)
    again = print_event_paper(
        kind, event=full.event, by=full.sari, at=NOW + 90 * HOUR, language="en", day=day
    )
    assert (again, first.version, first.visit_id) == (first, 1, None)
    stored = Print.objects.get(pk=first.pk)
    assert render([first]).data == render([stored]).data
    assert paper_of(full, kind, day=day, language="id").version == 1
    full.sato.guest.name = "Kenji Satō"
    full.sato.guest.save()
    assert paper_of(full, kind, day=day).version == 2


def test_each_day_counts_its_own_versions(full: Cast) -> None:
    papers = [
        paper_of(full, ARRIVALS),
        paper_of(full, ARRIVALS, day=DAY),
        paper_of(full, ARRIVALS, day=date(2027, 5, 14)),
    ]
    assert [paper.version for paper in papers] == [1, 1, 1]
    assert len({paper.pk for paper in papers}) == 3


def test_a_paper_is_about_what_its_kind_is(full: Cast) -> None:
    for wrong in (
        {"kind": BOOK, "day": DAY}, {"kind": BOOK, "visit": full.sato}, {"kind": TRANSPORT}, {"kind": "handout"},
        {"kind": ARRIVALS, "holder": full.sari},
    ):  # fmt: skip
        given = {
            "event": full.event,
            "language": "en",
            "version": 7,
            "data": {},
            "digest": "d",
            "printed_at": NOW,
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            Print.objects.create(**given | wrong)


def test_a_print_of_the_release_before_gets_its_visits_event(full: Cast) -> None:
    made = Print.objects.create(
        visit=full.sato, language="en", version=1, data={}, digest="d", printed_at=NOW
    )
    made.refresh_from_db()
    assert made.event == full.event


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("kind", "asked"), [(BOOK, 13), (ARRIVALS, 9), (TRANSPORT, 9)])
def test_printing_takes_as_many_queries_for_many_guests_and_days_as_for_one(
    full: Cast, kind: Print.Kind, asked: int, number: int
) -> None:
    days = [DAY + timedelta(days=one) for one in range(number)] if kind != BOOK else [None]
    for one in range(number):
        visit = make_visit(
            full.event, make_guest(), delegation=make_delegation(full.event), arrives_at=NOW + one * HOUR
        )
        make_assignment(visit, full.bagus_officer)
        make_item(
            visit, kind="transfer", starts_at=NOW + one * HOUR, vehicle=make_vehicle(full.event, f"B {one}")
        )
        Point.objects.create(venue=make_venue(full.event), name="Gate", kind="gate")
    wishes = [Wish(None, "en", day, event=full.event.pk) for day in days]
    assert queries_of(lambda: print_papers(kind, wishes, by=full.ratna, at=NOW)) == asked


# --- runs ----------------------------------------------------------------------------------------------------------


def asked_for(cast: Cast, kind: Print.Kind = ARRIVALS, **more: Any) -> PrintRun:
    given: dict[str, Any] = {"event": cast.event, "kind": kind, "language": "en", "by": cast.ratna, "at": NOW}
    return request_event_papers(**given | more)


def test_a_run_prints_every_day_into_one_private_file(full: Cast) -> None:
    run = asked_for(full, days=[DAY, date(2027, 5, 14), date(2027, 5, 15)])
    assert (run.kind, run.total, run.wishes[0]) == (
        "arrivals",
        3,
        [None, "en", "2027-05-13", None, full.event.pk],
    )
    assert render_next_print_run(clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.state, run.done, run.failures, run.error) == ("done", 3, [], "")
    with pikepdf.open(run.file.path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [
            f"Arrivals and departures – {day}"
            for day in ("Thursday, 13 May 2027", "Friday, 14 May 2027", "Saturday, 15 May 2027")
        ]
    assert print_runs.remove_old_files(at=NOW + print_runs.KEEP_FOR + HOUR) == 1
    assert files() == []


def test_a_book_printed_alone_keeps_its_outline(full: Cast) -> None:
    run = asked_for(full, BOOK)
    assert render_next_print_run(clock=lambda: NOW)
    run.refresh_from_db()
    with pikepdf.open(run.file.path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root][:2] == ["Contents", "Programme"]


def test_only_who_runs_the_event_gets_a_run_of_it(full: Cast) -> None:
    for person in (full.sari, full.hendra):
        with pytest.raises(PermissionDenied):
            asked_for(full, by=person)
    with pytest.raises(RunRefusedError, match="at least one day"):
        asked_for(full, days=[])
    run = asked_for(full)
    full.ratna.memberships.all().delete()
    assert render_next_print_run(clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.state, bool(run.file), Print.objects.count()) == ("failed", False, 0)
    assert "The event is no longer in the reach" in run.error


def test_a_failed_book_is_named_and_printed_again(full: Cast) -> None:
    full.event.logo.save("logo.png", ContentFile(b"no picture"))
    try:
        run = asked_for(full, BOOK)
        assert render_next_print_run(clock=lambda: NOW)
        run.refresh_from_db()
        assert run.state == "failed"
        assert [called for _told, called, _why in run.failures] == ["Event book – Forum Nusantara"]
    finally:
        full.event.logo.delete()
    again = print_runs.retry(run=run, by=full.ratna, at=NOW)
    assert render_next_print_run(clock=lambda: NOW)
    again.refresh_from_db()
    assert (again.kind, again.state) == ("event_book", "done")


# --- the desk ------------------------------------------------------------------------------------------------------

pages = pytest.mark.usefixtures("now")


def source_of(answer: Any) -> str:
    return html_of(answer.content)


def page_of(event: Event) -> str:
    return reverse("event_papers", args=[event.slug])


@pages
def test_the_desk_offers_them_at_the_event_and_at_its_movements(full: Cast) -> None:
    client = signed_in(full.ratna)
    assert client.get(reverse("event_papers_of"))["Location"] == page_of(full.event)
    assert page_of(full.event) in source_of(client.get(desk_at(Event, "change", full.event.pk)))
    for model in (ItineraryItem, Print, PrintRun):
        assert reverse("event_papers_of") in source_of(client.get(desk_at(model, "changelist")))
    page = source_of(client.get(page_of(full.event)))
    for words in (
        "Event book",
        "Arrivals and departures",
        "Transport manifest",
        "side by side",
        'value="2027-05-13"',
    ):
        assert words in page, words


@pages
def test_one_is_looked_at_opened_or_printed(full: Cast) -> None:
    client, address = signed_in(full.ratna), page_of(full.event)
    wanted = {"kind": "arrivals", "language": BOTH, "first_day": "2027-05-13", "output": "pdf"}
    shown = client.post(address, wanted | {"preview": "1"})
    assert shown["Location"].endswith("/papers/arrivals/preview.pdf?language=id%2Ben&day=2027-05-13")
    answer = client.get(shown["Location"])
    assert "Preview" in text_of(answer.content) or "Pratinjau" in text_of(answer.content)
    assert answer["Cache-Control"] == "no-store, private"
    assert not Print.objects.exists()
    opened = client.post(address, wanted | {"open": "1"})
    paper = Print.objects.get()
    assert (opened["Location"], paper.day, paper.language) == (f"/prints/{paper.pk}/arrivals.pdf", DAY, BOTH)
    assert client.get(opened["Location"]).content.startswith(b"%PDF-")
    printed = client.post(address, wanted | {"print": "1", "last_day": "2027-05-15"}, follow=True)
    assert "3 papers are being printed." in source_of(printed)
    assert PrintRun.objects.get().total == 3


@pages
def test_the_book_is_printed_on_the_sheet_that_was_chosen(full: Cast) -> None:
    client = signed_in(full.ratna)
    wanted = {"kind": "event_book", "language": "id", "sheet": "large", "pictures": "all", "output": "pdf"}
    opened = client.post(page_of(full.event), wanted | {"open": "1"})
    assert opened["Location"].endswith("/event-book.pdf?sheet=large")
    assert round(pages_of(client.get(opened["Location"]).content)[0][0]) == 595
    assert client.post(page_of(full.event), wanted | {"sheet": "a6", "open": "1"}).status_code == 422


@pages
def test_what_cannot_be_asked_is_said_beside_the_field(full: Cast) -> None:
    client, address = signed_in(full.ratna), page_of(full.event)
    usual = {"kind": "transport", "language": "en", "output": "pdf", "open": "1"}
    refused = {
        "Give the day.": {"first_day": ""},
        "Give the first day as well.": {"kind": "arrivals", "last_day": "2027-05-13"},
        "must not come before": {"first_day": "2027-05-13", "last_day": "2027-05-12"},
        "at most 31 days": {"first_day": "2027-05-13", "last_day": "2027-07-12"},
        "One day at a time": {"first_day": "2027-05-13", "last_day": "2027-05-14"},
    }
    for words, given in refused.items():
        answer = client.post(address, usual | given)
        assert (answer.status_code, words in source_of(answer)) == (422, True), words
    assert client.post(address, usual | {"kind": "handout"}).status_code == 404
    assert not Print.objects.exists()
    assert not PrintRun.objects.exists()


@pages
@pytest.mark.parametrize(
    ("who", "status"), [("ratna", 303), ("hendra", 404), ("sari", 403), ("putri", 403), ("dewi", 403)]
)
def test_only_who_runs_the_event_prints_of_it(full: Cast, who: str, status: int) -> None:
    wanted = {
        "kind": "event_book",
        "language": "en",
        "sheet": "a5",
        "pictures": "all",
        "output": "pdf",
        "open": "1",
    }
    assert signed_in(getattr(full, who)).post(page_of(full.event), wanted).status_code == status
    assert Print.objects.exists() == (status == 303)


@pages
def test_a_broken_paper_says_why(full: Cast) -> None:
    full.event.logo.save("logo.png", ContentFile(b"no picture"))
    try:
        paper = paper_of(full, BOOK)
        answer = signed_in(full.ratna).get(reverse("event_book", args=[paper.pk]))
        assert (answer.status_code, "cannot be printed" in source_of(answer)) == (409, True)
        assert page_of(full.event) in source_of(answer)
    finally:
        full.event.logo.delete()


@pages
def test_the_list_of_prints_names_the_event_and_opens_them(full: Cast) -> None:
    for kind, language in ((BOOK, BOTH), (TRANSPORT, "en")):
        paper_of(full, kind, language=language, day=DAY if kind == TRANSPORT else None)
    listed = source_of(signed_in(full.ratna).get(desk_at(Print, "changelist")))
    for paper in Print.objects.all():
        assert reverse(paper.kind, args=[paper.pk]) in listed
    assert "Indonesian, English" in listed
    assert "Forum Nusantara" in listed
    assert "Forum Nusantara" not in source_of(signed_in(full.hendra).get(desk_at(Print, "changelist")))


def test_an_event_paper_is_its_coordinators_and_a_visit_paper_stays_who_it_was(full: Cast) -> None:
    paper = paper_of(full, BOOK)
    seen = {
        who: Print.objects.visible_to(getattr(full, who), at=NOW).filter(pk=paper.pk).exists()
        for who in ("sari", "bagus", "dewi", "putri", "hendra", "ratna")
    }
    assert seen == dict.fromkeys(seen, False) | {"ratna": True}
    assert Assignment.objects.exists()
    assert Role.COORDINATOR in full.ratna.memberships.values_list("role", flat=True)
