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

QUERIES: dict[str, int] = {}


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
    assert len(asked) == QUERIES.get(model.__name__, 0)


def test_every_list_has_its_number() -> None:
    assert sorted(QUERIES) == [model.__name__ for model in TABLES]
