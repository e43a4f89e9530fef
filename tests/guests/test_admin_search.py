"""Search at the desk: whatever a list shows of a row finds the row, and nothing of another event."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import override

from events.models import Membership
from guests.models import Guest, Visit
from liaison.accounts.models import User
from liaison.searching import words_in
from tests.cast import Cast
from tests.factories import NOW, make_item, make_vehicle
from tests.guests.desk import at, signed_in
from tests.guests.desk_rows import forum as forum  # the fixture
from tests.guests.test_admin import TABLES

_CELL = re.compile(r'<(t[dh])[^>]* class="desk-cell field-(\w+)"[^>]*>(.*?)</\1>', re.DOTALL)
_NOT_OF_THE_ROW = {
    "outcome",  # counts, worded anew from a summary
    "open",  # “Open” and “Download” are links
    "file_shown",
    "progress",  # “2 of 5”
    "is_active",  # signs, not words
    "is_red_line",
    "with_private",
    "is_private",
    "holds",  # is found out by printing, not by searching
    "opened",  # “Open” is a link
    "weight",  # “20 bytes” is a measure
    "age",  # and this passes
}


def cells_of(page: Any) -> list[dict[str, str]]:
    """What each row of a list shows, by column, as text."""
    rows = page.content.decode().split('<tbody class="desk-row">')[1:]
    return [
        {
            name: " ".join(unescape(strip_tags(html.replace("<", " <"))).split())
            for _tag, name, html in _CELL.findall(row)
            if name not in _NOT_OF_THE_ROW
        }
        for row in rows
    ]


def found(model: type[models.Model], page: Any, typed: str) -> set[int]:
    """The keys that the search of the page's table finds."""
    table, request = site.get_model_admin(model), page.wsgi_request
    rows = table.for_list(table.narrowed(table.get_queryset(request), request), request)  # type: ignore[attr-defined]
    keys = [row.pk for row in table.get_search_results(request, rows, typed)[0]]
    assert len(keys) == len(set(keys)), "found twice"
    return set(keys)


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_all_that_a_row_shows_finds_the_row(forum: Cast, model: type[models.Model], language: str) -> None:
    """Cell by cell, and so word by word, since a search wants every word."""
    forum.ratna.language = language
    forum.ratna.save()
    page = signed_in(forum.ratna).get(at(model, "changelist"))
    rows, shown = list(page.context["cl"].result_list), cells_of(page)
    assert len(shown) == len(rows) > 0
    missing = set()
    with override(language):
        for row, cells in zip(rows, shown, strict=True):
            assert cells
            for text in cells.values():
                if row.pk not in found(model, page, text):
                    missing |= {word for word in words_in(text) if row.pk not in found(model, page, word)}
    assert missing == set()


def guests_found(cast: Cast, typed: str) -> set[str]:
    page = signed_in(cast.ratna).get(at(Visit, "changelist"), {"q": typed})
    names = [visit.guest.name for visit in page.context["cl"].result_list]
    assert len(names) == len(set(names))
    return set(names)


@pytest.fixture
def told(cast: Cast) -> Cast:
    """Mr Sato with much that can be asked for; Ms Lim and, at another event, Mr Okafor with the same."""
    for visit in (cast.sato, cast.okafor):
        Guest.objects.filter(pk=visit.guest_id).update(diet="Vegetarian", languages=["ja"])
        make_item(
            visit, "Flight home", flight_number="GA 451", vehicle=make_vehicle(visit.event, "B 1234 XYZ")
        )
        make_item(visit, "Flight out", flight_number="SQ 12")
    Visit.objects.filter(pk=cast.sato.pk).update(arrives_at=NOW)
    Guest.objects.filter(pk=cast.lim.guest_id).update(diet="Halal", languages=["zh"])
    return cast


@pytest.mark.parametrize(
    "typed",
    [
        "vegetarian",
        "sato vegetarian",
        "VEGETARIAN japan",
        "GA 451",
        "ga451",
        '"GA 451"',
        "451 SQ",  # two words in two rows that hang on the visit
        "B1234XYZ",
        "B 1234",
        "VVIP",
        "vvip sari tea",
        "13 May",
        "13 may 09:00 WITA",
        "Thursday 09.00",
        "2027-05-13",
        "13/5/2027",
        "japanese",
        "Sato, (vegetarian)",
    ],
)
def test_words_of_any_field_find_the_guest(told: Cast, typed: str) -> None:
    assert guests_found(told, typed) == {"Kenji Sato"}


@pytest.mark.parametrize(
    "typed", ["okafor", "sato halal", "13 April", "10:00", "summit", "nigeria", "GA 452"]
)
def test_what_no_row_of_ones_own_shows_finds_nothing(told: Cast, typed: str) -> None:
    assert guests_found(told, typed) == set()


@pytest.mark.parametrize("typed", ["", "  ", "–", "( )", "'", '"'])
def test_signs_alone_ask_nothing(told: Cast, typed: str) -> None:
    assert guests_found(told, typed) == {"Kenji Sato", "Ana Lim"}


def test_a_phone_is_found_however_it_is_grouped(cast: Cast) -> None:
    User.objects.filter(pk=cast.sari.pk).update(phone="+6281234567890")
    client = signed_in(cast.ratna)
    for typed in ("0812-3456-7890", "+6281234567890", "81234567"):
        page = client.get(at(Membership, "changelist"), {"q": typed})
        assert [member.pk for member in page.context["cl"].result_list] == [cast.sari_officer.pk], typed


@pytest.mark.parametrize("words", [1, 3])
def test_a_search_asks_as_many_queries_for_any_number_of_words(told: Cast, words: int) -> None:
    client = signed_in(told.ratna)
    typed = " ".join(["sato", "vegetarian", "451"][:words])
    client.get(at(Visit, "changelist"), {"q": typed})  # what a process asks once
    with CaptureQueriesContext(connection) as asked:
        assert len(client.get(at(Visit, "changelist"), {"q": typed}).context["cl"].result_list) == 1
    assert len(asked) == 6


@pytest.mark.parametrize("typed", ["\0", "sa\0to", "Sato\0"])
def test_a_sign_that_the_database_does_not_take_is_no_error(cast: Cast, typed: str) -> None:
    client = signed_in(cast.ratna)
    asked = {"app_label": "guests", "model_name": "visit", "field_name": "guest", "term": typed}
    answers = [
        client.get(reverse("admin:autocomplete"), asked),
        client.get(at(Guest, "changelist"), {"q": typed}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Kenji Sato" in answer.content.decode() for answer in answers)
