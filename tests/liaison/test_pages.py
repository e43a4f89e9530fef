"""Pages of long lists: in order, each row once, and only the page's rows worked out."""

from collections.abc import Sequence

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext

from events.models import Venue
from liaison.pages import KeysFirst
from tests.cast import Cast
from tests.factories import make_venue


@pytest.mark.parametrize(("number", "expected"), [(1, ["A", "B", "C"]), (2, ["D", "E", "F"]), (3, ["G"])])
def test_a_page_has_its_rows_in_order(cast: Cast, number: int, expected: Sequence[str]) -> None:
    Venue.objects.all().delete()
    for name in "GDAFCEB":
        make_venue(cast.event, name)
    rows = Venue.objects.order_by("name").annotate(loud=Upper("name"))
    assert [venue.loud for venue in KeysFirst(rows, 3).page(number)] == expected


def test_what_is_shown_is_worked_out_for_the_pages_rows_alone(cast: Cast) -> None:
    rows = Venue.objects.order_by("name").annotate(shown=Value("worked out"))
    with CaptureQueriesContext(connection) as asked:
        list(KeysFirst(rows, 3).page(1))
    _count, keys, shown = (query["sql"] for query in asked)
    assert ("worked out" in keys, "LIMIT" in keys) == (False, True)
    assert ("worked out" in shown, "LIMIT" in shown) == (True, False)


def test_an_empty_table_has_one_empty_page(cast: Cast) -> None:
    assert list(KeysFirst(Venue.objects.none().order_by("name"), 3).page(1)) == []
