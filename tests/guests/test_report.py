"""The report of the day: what is proposed, that it is signed once, and who reads it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import DatabaseError, transaction
from django.urls import reverse

from guests.models import Assignment, DayReport, LogbookEntry
from guests.reports import proposed_report
from liaison.accounts.models import User
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_request
from tests.guests.desk import at
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

pytestmark = pytest.mark.usefixtures("now")
HOUR = timedelta(hours=1)
TODAY = date(2027, 5, 13)


def sign(cast: Cast, text: str = "A calm day", by: User | None = None, **data: object) -> Any:
    return signed_in(by or cast.sari).post(reverse("report", args=[cast.sato.pk]), {"text": text} | data)


def page(cast: Cast, day: str = "") -> str:
    return signed_in(cast.sari).get(reverse("report", args=[cast.sato.pk]), {"day": day}).content.decode()


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def happened(cast: Cast, ago: timedelta, **fields: Any) -> None:
    LogbookEntry.objects.create(visit=cast.sato, author=cast.sari, happened_at=NOW - ago, **fields)


def test_it_tells_the_day_as_the_logbook_does(cast: Cast) -> None:
    happened(cast, 10 * HOUR, text="Yesterday at eleven")
    happened(cast, HOUR, kind="incident", text="Incident: complaint: cold soup")
    happened(cast, 8 * HOUR, kind="status", status="landed")
    happened(cast, 2 * HOUR, kind="undo", status="expected")
    happened(cast, timedelta(), kind="handover", text="Handed over: Dewi → Sari")
    LogbookEntry.objects.create(visit=cast.lim, author=cast.bagus, happened_at=NOW, text="Of Ms Lim")
    make_request(cast.sato, cast.sari, "Umbrella")
    assert proposed_report(cast.sato, day=TODAY, at=NOW).split("\n") == [
        "Times in WITA.",
        "01:00 Landed",
        "07:00 Taken back: expected again",
        "08:00 Incident: complaint: cold soup",
        "09:00 Handed over: Dewi → Sari",
        "Still open: Tea for Sato; Umbrella",
    ]
    assert "Landed</textarea>" not in page(cast, "2027-05-12")
    assert "23:00 Yesterday at eleven" in page(cast, "2027-05-12")
    assert "01:00 Landed" in page(cast, "2020-01-01")


def test_what_was_corrected_is_signed_and_can_only_be_read_then(cast: Cast) -> None:
    response = sign(cast, "Corrected\r\ntwice")
    assert response["Location"] == f"/visits/{cast.sato.pk}/report/?day=2027-05-13"
    assert told(response) == ["Signed. Your coordinator can read it now."]
    signed = DayReport.objects.get()
    assert (signed.visit, signed.officer, signed.day, signed.text, signed.signed_at) == (
        cast.sato, cast.sari, TODAY, "Corrected\ntwice", NOW,
    )  # fmt: skip
    shown = page(cast)
    assert "Signed by Sari Wulandari, 09:00 WITA" in shown
    assert "Corrected<br>twice" in shown
    assert "<textarea" not in shown


def test_signed_twice_the_first_stays(cast: Cast) -> None:
    sign(cast, "First")
    assert told(sign(cast, "Second"))[-1] == "This day was signed before, and stays as it was."
    assert DayReport.objects.get().text == "First"


def test_the_database_refuses_to_rewrite_it(cast: Cast) -> None:
    sign(cast)
    with pytest.raises(DatabaseError, match="report_is_not_rewritten"), transaction.atomic():
        DayReport.objects.update(text="Better")


def test_yesterday_may_be_signed_too(cast: Cast) -> None:
    sign(cast, day="2027-05-12")
    sign(cast)
    assert set(DayReport.objects.values_list("day", flat=True)) == {date(2027, 5, 12), TODAY}


def test_each_officer_signs_for_themselves(cast: Cast) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    sign(cast, "Of the lead")
    assert told(sign(cast, "Of the deputy", by=cast.bagus)) == ["Signed. Your coordinator can read it now."]
    assert DayReport.objects.count() == 2


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001])
def test_what_cannot_be_signed_is_kept(cast: Cast, text: str) -> None:
    response = sign(cast, text)
    assert response.status_code == 422
    assert "Not signed yet. What you wrote is still here." in text_of(response.content)
    assert text.strip() in response.content.decode()
    assert not DayReport.objects.exists()


@pytest.mark.parametrize(
    ("who", "code"), [("bagus", 404), ("dewi", 404), ("putri", 404), ("hendra", 404), ("ratna", 403)]
)
def test_nobody_else_signs(cast: Cast, who: str, code: int) -> None:
    assert sign(cast, by=getattr(cast, who)).status_code == code
    assert not DayReport.objects.exists()


def test_before_duty_nothing_is_signed(cast: Cast) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + HOUR)
    assert sign(cast).status_code == 403


def test_the_coordinator_reads_it_at_the_desk(cast: Cast) -> None:
    sign(cast, "A calm day by the sea")
    address = at(DayReport, "change", DayReport.objects.get().pk)
    assert "A calm day by the sea" in text_of(signed_in(cast.ratna).get(address).content)
    assert signed_in(cast.hendra).get(address).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_it_takes_seven_queries_however_long_the_day(
    cast: Cast, number: int, django_assert_num_queries: Any
) -> None:
    for _each in range(number):
        happened(cast, HOUR, text="Well")
        make_request(cast.sato, cast.sari)
    client = signed_in(cast.sari)
    with django_assert_num_queries(7):  # session, person, visit, duty, signed; logbook, requests
        client.get(reverse("report", args=[cast.sato.pk]))
