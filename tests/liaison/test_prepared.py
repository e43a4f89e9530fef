"""Questions made into SQL once: they answer what the QuerySet answers, for whatever is given."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef

from guests.models import Assignment, GuestPrivate, ItineraryItem, Request, Visit
from liaison.prepared import Among, ModelQuestion, Question, given
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


def test_models_come_as_the_queryset_has_them(cast: Cast, django_assert_num_queries: Any) -> None:
    def duties() -> Any:
        found = Assignment.objects.filter(officer=given("officer")).select_related(
            "visit__guest", "visit__hotel"
        )
        return found.annotate(items=Count("visit__items")).only(
            "role", "visit__level", "visit__hotel", "visit__guest__name"
        )

    make_item(cast.sato, "Lunch")
    question = ModelQuestion(duties)
    with django_assert_num_queries(1):
        [found] = question.found(officer=cast.sari_leads.officer_id)
        said = (
            found.pk,
            found.role,
            found.visit.level,
            found.visit.guest.name,
            found.visit.hotel,
            found.items,
        )
    assert said == (
        cast.sari_leads.pk,
        "lead",
        cast.sato.level,
        cast.sato.guest.name,
        None,
        cast.sato.items.count(),
    )
    with django_assert_num_queries(1):
        assert (
            found.visit.status == cast.sato.status
        )  # a column that was left out is read when it is asked for
    found.role = Assignment.Role.DEPUTY
    found.save(update_fields=["role"])
    assert Assignment.objects.get(pk=found.pk).role == "deputy"
    assert question.found(officer=0) == []


def test_percent_signs_stand_for_themselves(cast: Cast) -> None:
    make_item(cast.sato, "Rise of 5 % in a year")
    make_item(cast.sato, "Rise of 5 years")
    question = Question(
        ("title",),
        lambda: ItineraryItem.objects.filter(
            title__contains="5 %", title__endswith="year", visit=given("visit")
        ),
    )
    assert question.rows(visit=cast.sato.pk) == [("Rise of 5 % in a year",)]


def test_what_is_asked_often_is_prepared(cast: Cast) -> None:
    question = Question(("pk",), lambda: Visit.objects.filter(level="vvip", event=given("event")))

    def prepared() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements")
            return sum("'vvip'" in text and "$1" in text for (text,) in cursor.fetchall())

    for times, known in ((1, 0), (3, 1), (3, 1)):
        for _time in range(times):
            question.rows(event=cast.event.pk)
        assert prepared() == known
    with connection.cursor() as cursor:  # a column more, as an upgrade brings while old processes still run
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE guests_visit ADD COLUMN shoe_size integer")
    question.rows(event=cast.event.pk)
