"""Questions made into SQL once: they answer what the QuerySet answers, for whatever is given."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Exists, OuterRef

from guests.models import Assignment, GuestPrivate, ItineraryItem, Request, Visit
from liaison.prepared import Among, Question, given
from tests.cast import Cast
from tests.factories import NOW, make_item, make_venue

COLUMNS = ("pk", "title", "starts_at", "visit__guest__languages", "venue__latitude")


def test_the_answer_is_what_the_queryset_says(cast: Cast, django_assert_num_queries: Any) -> None:
    make_item(cast.sato, "Lunch", venue=make_venue(cast.event, latitude="-8.5", longitude="119.9"))
    question = Question(COLUMNS, lambda: ItineraryItem.objects.standing().filter(visit=given("visit")))
    for visit in (cast.sato, cast.lim):
        with django_assert_num_queries(1):
            found = question.rows(visit=visit.pk)
        rows: Any = ItineraryItem.objects.standing().filter(visit=visit)
        assert found == list(rows.values_list(*COLUMNS))
        assert found[0].title == rows.first().title
    assert question.rows(visit=0) == []


def test_values_may_stand_in_subqueries_and_more_than_once(cast: Cast) -> None:
    def on_duty() -> Any:
        duties = Assignment.objects.current(given("at")).filter(visit=OuterRef("pk"))
        return Visit.objects.filter(Exists(duties), event=given("event")).order_by("pk")

    question = Question(("pk",), on_duty)
    assert (cast.sato.pk,) in question.rows(event=cast.event.pk, at=NOW)
    assert question.rows(event=cast.event.pk, at=NOW + timedelta(days=400)) == []
    assert question.rows(event=0, at=NOW) == []


def test_keys_are_named_together(cast: Cast) -> None:
    question = Question(("visit_id",), lambda: Request.objects.filter(Among("visit", "visits")))
    assert {row.visit_id for row in question.rows(visits=[cast.sato.pk, 0])} == {cast.sato.pk}
    assert question.rows(visits=[]) == []


def test_what_is_not_given_is_an_error(cast: Cast) -> None:
    question = Question(("pk",), lambda: Visit.objects.filter(event=given("event")))
    with pytest.raises(KeyError):
        question.rows()


def test_a_column_that_python_has_to_read_is_refused(cast: Cast) -> None:
    question = Question(("health",), lambda: GuestPrivate.objects.filter(guest=given("guest")))
    with pytest.raises(TypeError):
        question.rows(guest=cast.sato.guest_id)
