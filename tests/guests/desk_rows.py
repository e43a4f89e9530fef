"""Two rows of the forum in every table, to be looked for where they should be and where they must not be."""

from datetime import timedelta
from uuid import uuid4

import pytest

from events.models import Driver, Event, Membership, Point, ProgrammeFile, Shift, Vehicle
from guests.models import (
    CalendarFeed,
    DayReport,
    Erasure,
    Export,
    Guest,
    GuestLink,
    GuestList,
    GuestPrivate,
    Handover,
    Incident,
    ItineraryItem,
    LogbookEntry,
    Print,
    PrintRun,
    PrivateReading,
    ProposalLine,
    ProposalRun,
    ProtocolNote,
    ReminderRule,
    Request,
    RequestComment,
    RequestDeadline,
    RosterFile,
    Visit,
)
from liaison.accounts.models import SpokenLanguage, User
from liaison.notices.models import Delivery, Notice
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_contact,
    make_delegation,
    make_document,
    make_guest,
    make_item,
    make_member,
    make_note,
    make_request,
    make_session,
    make_user,
    make_venue,
    make_visit,
)

MARK = "Forumonly"  # stands in a visible field of every row made here


@pytest.fixture
def forum(cast: Cast) -> Cast:
    """The cast, with the mark in what every row of the forum shows."""
    Event.objects.filter(pk=cast.event.pk).update(name=f"{MARK} event")
    for visit, officer in ((cast.sato, cast.sari_officer), (cast.lim, cast.bagus_officer)):
        _mark_the_guest(visit)
        _place(visit)
        _staff(officer)
        _record(visit, officer, cast.ratna)
        _tell(officer)
    return cast


def fill(event: Event, ratna: User, *, visits: int) -> None:
    """So many visits at the event, each with a row of its own in every table."""
    for number in range(visits):
        officer = make_member(make_user(f"Officer {number}"), event)
        visit = make_visit(event, make_guest(f"Guest {number}", languages=["ja"]))
        make_assignment(visit, officer)
        make_item(visit, "Meeting")
        make_request(visit, officer.user)
        make_note(event, "No nuts", guest=visit.guest, is_red_line=True)
        _mark_the_guest(visit)
        _place(visit)
        _staff(officer)
        _record(visit, officer, ratna)
        _tell(officer)


def _mark_the_guest(visit: Visit) -> None:
    name = f"{MARK} {visit.guest.name}"
    Guest.objects.filter(pk=visit.guest_id).update(name=name, addressed_as=name)
    ItineraryItem.objects.filter(visit=visit).update(title=f"{MARK} item")
    ProtocolNote.objects.filter(guest=visit.guest).update(text=f"{MARK} note")
    Request.objects.filter(visit=visit).update(text=f"{MARK} request")
    GuestPrivate.objects.create(guest=visit.guest, health="Secretword")


def _place(visit: Visit) -> None:
    event, number = visit.event, visit.pk
    venue = make_venue(event, f"{MARK} venue {number}")
    make_contact(event, f"{MARK} contact", phone=f"+62812000{number:05d}", venue=venue)
    point = Point.objects.create(venue=venue, name=f"{MARK} point")
    make_session(event, f"{MARK} session", venue=venue, point=point)
    driver = Driver.objects.create(event=event, name=f"{MARK} driver")
    vehicle = Vehicle.objects.create(event=event, plate=f"{MARK} {number}", driver=driver)
    delegation = make_delegation(event, f"{MARK} delegation {number}", head=visit)
    Visit.objects.filter(pk=visit.pk).update(delegation=delegation, note=MARK, hotel=venue, arrives_at=NOW)
    ItineraryItem.objects.filter(visit=visit).update(venue=venue, point=point, vehicle=vehicle, driver=driver)
    ReminderRule.objects.create(event=event, minutes_before=number)
    kinds = Request.Category.values
    RequestDeadline.objects.create(event=event, category=kinds[number % len(kinds)], minutes=15)


def _staff(officer: Membership) -> None:
    User.objects.filter(pk=officer.user_id).update(name=f"{MARK} {officer.user.name}")
    SpokenLanguage.objects.create(user=officer.user, language="ar")
    Shift.objects.create(membership=officer, starts_at=NOW, ends_at=NOW + timedelta(hours=8))


def _record(visit: Visit, officer: Membership, ratna: User) -> None:
    make_document(visit, f"{MARK} document", added_by=ratna)
    author = officer.user
    PrivateReading.objects.create(guest=visit.guest, reader=author, read_at=NOW)
    assignment = visit.assignments.get(officer=officer)
    Handover.objects.create(assignment=assignment, receiver=officer, offered_at=NOW)
    Incident.objects.create(visit=visit, kind="loss", text=MARK, raised_by=author, raised_at=NOW)
    DayReport.objects.create(visit=visit, officer=author, day=NOW.date(), text=MARK, signed_at=NOW)
    LogbookEntry.objects.create(visit=visit, text=MARK, author=author, happened_at=NOW)
    request = Request.objects.get(visit=visit)
    Request.objects.filter(pk=request.pk).update(owner=officer)
    RequestComment.objects.create(request=request, author=author, text=f"{MARK} comment", written_at=NOW)
    Print.objects.create(
        visit=visit, language="en", version=1, data={}, digest="d", printed_by=ratna, printed_at=NOW
    )
    run = PrintRun.objects.create(event=visit.event, requested_by=ratna, requested_at=NOW)
    run.visits.add(visit)
    CalendarFeed.objects.create(
        event=visit.event, visit=visit, secret_digest=f"d{visit.pk}", made_by=ratna, made_at=NOW
    )
    GuestLink.objects.create(
        visit=visit, client_uuid=uuid4(), secret_digest=f"d{visit.pk}", made_by=ratna, made_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )  # fmt: skip
    Export.objects.create(
        event=visit.event, kind="guests", format="xlsx", rows=1, taken_by=ratna, taken_at=NOW
    )
    Erasure.objects.create(
        stage="person", event=visit.event, guest=visit.guest, asked_by=ratna, reason=MARK, started_at=NOW, finished_at=NOW
    )  # fmt: skip
    ProgrammeFile.objects.create(
        event=visit.event, filename=f"{MARK}.csv", uploaded_by=ratna, uploaded_at=NOW
    )
    proposal = ProposalRun.objects.create(
        event=visit.event, state="done", requested_by=ratna, requested_at=NOW, cost=1, bound=1
    )
    ProposalLine.objects.create(
        run=proposal, visit=visit, officer=officer, starts_at=NOW, ends_at=NOW + timedelta(hours=1)
    )
    GuestList.objects.create(event=visit.event, filename=f"{MARK}.xlsx", uploaded_by=ratna, uploaded_at=NOW)
    RosterFile.objects.create(event=visit.event, filename=f"{MARK}.csv", uploaded_by=ratna, uploaded_at=NOW)


def _tell(officer: Membership) -> None:
    notice = Notice.objects.create(
        recipient=officer.user, event=officer.event, kind="reminder", dedupe_key=f"k{officer.pk}",
        due_at=NOW, expires_at=NOW,
    )  # fmt: skip
    Delivery.objects.create(
        notice=notice, channel="email", address=f"{MARK}@example.org", message_id="m", next_attempt_at=NOW
    )
