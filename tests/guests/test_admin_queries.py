"""What each list of the desk asks of the database: a number for each, whatever the rows."""

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from events.models import Event, Membership, Role
from tests.cast import Cast
from tests.factories import make_event, make_member
from tests.guests.desk import at, signed_in
from tests.guests.desk_rows import fill
from tests.guests.test_admin import TABLES

# The session, the person, their events and kept lists, how many rows, the rows; the rest are choices of filters, or asked
# for a whole page.
QUERIES = {
    "Assignment": 6,
    "CalendarFeed": 6,
    "Contact": 6,
    "DayReport": 8,
    "Delegation": 6,
    "Delivery": 7,
    "Document": 6,
    "Driver": 6,
    "Erasure": 6,
    "Event": 6,
    "Export": 6,
    "Guest": 6,
    "GuestLink": 6,
    "GuestList": 6,
    "GuestPrivate": 6,
    "Handover": 6,
    "Incident": 6,
    "ItineraryItem": 6,
    "LogbookEntry": 6,
    "Membership": 6,
    "Notice": 8,
    "Point": 6,
    "Print": 14,
    "PrintRun": 6,
    "PrivateReading": 6,
    "ProgrammeFile": 6,
    "ProposalRun": 6,
    "ProtocolNote": 6,
    "ReminderRule": 7,
    "Request": 6,
    "RequestComment": 6,
    "RequestDeadline": 6,
    "RosterFile": 6,
    "Session": 6,
    "Shift": 6,
    "SpokenLanguage": 6,
    "User": 7,
    "Vehicle": 6,
    "Venue": 6,
    "Visit": 6,
}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_list_asks_the_same_questions_for_1_and_3_rows(
    cast: Cast, model: type[models.Model], rows: int
) -> None:
    event = make_event("Counted")
    Membership.objects.filter(user=cast.ratna, event=cast.event).delete()
    make_member(cast.ratna, event, Role.COORDINATOR)
    fill(event, cast.ratna, visits=rows)
    client = signed_in(cast.ratna)
    client.get(at(model, "changelist"))  # what a process asks once
    with CaptureQueriesContext(connection) as asked:
        page = client.get(at(model, "changelist"))
    assert len(page.context["cl"].result_list) >= (1 if model is Event else rows)
    assert len(asked) == QUERIES[model.__name__]


def test_every_list_has_its_number() -> None:
    assert sorted(QUERIES) == [model.__name__ for model in TABLES]
