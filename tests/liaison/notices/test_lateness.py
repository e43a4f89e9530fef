"""What goes out long after its time says so, in the reader's language and on the event's clocks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from liaison.accounts.models import User
from liaison.notices.dispatch import dispatch
from liaison.notices.lateness import LATE
from liaison.notices.models import Delivery, Notice
from liaison.notices.wording import word
from tests.factories import make_event, make_user
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
TEN_PAST_NINE = datetime(2027, 5, 13, 2, 10, tzinfo=UTC)  # 09:10 WIB, 10:10 WITA


def late_notice(recipient: User, **fields: Any) -> Notice:
    event = make_event(time_zone="Asia/Jakarta")
    return make_notice(recipient, event_id=event.pk, due_at=TEN_PAST_NINE, **fields)


@pytest.mark.parametrize(("after", "is_late"), [(LATE, False), (LATE + SECOND, True), (-HOUR, False)])
def test_five_minutes_are_no_delay(after: timedelta, *, is_late: bool) -> None:
    words = word(late_notice(make_user()), at=TEN_PAST_NINE + after)
    for said in (words.subject, words.text, words.html):
        assert ("09:10 WIB" in said) == is_late


@pytest.mark.parametrize(
    ("language", "subject", "text"),
    [
        ("en", "Late, due 09:10 WIB: ", "Sent late, by 25 minutes: this was due at 09:10 WIB."),
        (
            "id",
            "Terlambat, seharusnya 09.10 WIB: ",
            "Terlambat dikirim, 25 menit: seharusnya 09.10 WIB.",
        ),
    ],
)
def test_it_says_how_late_and_when_it_was_due(language: str, subject: str, text: str) -> None:
    notice = late_notice(make_user(language=language))
    plain = word(notice)
    words = word(notice, at=TEN_PAST_NINE + 25 * MINUTE)
    assert words.subject == subject + plain.subject
    assert words.text == f"{text}\n\n{plain.text}"
    assert text in words.html


def test_on_another_day_the_day_is_said_and_without_an_event_the_clock_is_the_recipients() -> None:
    notice = make_notice(make_user(time_zone="Asia/Makassar"), due_at=TEN_PAST_NINE)
    words = word(notice, at=TEN_PAST_NINE + 20 * HOUR)
    assert words.text.startswith("Sent late, by 20 hours: this was due at Thu, 13 May 10:10 WITA.")


def test_what_was_asked_for_after_its_time_was_not_late() -> None:
    """A reminder for an officer who was assigned late."""
    notice = late_notice(make_user())
    Notice.objects.filter(pk=notice.pk).update(created_at=TEN_PAST_NINE + HOUR)
    notice.refresh_from_db()
    assert "Late" not in word(notice, at=TEN_PAST_NINE + HOUR + MINUTE).subject


def test_after_an_outage_what_is_of_use_says_it_is_late_and_the_rest_is_missed(
    mailoutbox: list[EmailMessage],
) -> None:
    """The dispatcher was away for an hour."""
    sari = make_user("Sari")
    useless = late_notice(sari, expires_at=TEN_PAST_NINE + 59 * MINUTE)
    late_notice(sari)
    fresh = make_notice(sari, due_at=TEN_PAST_NINE + 58 * MINUTE)
    while dispatch(at=TEN_PAST_NINE + HOUR):
        pass
    assert [mail.subject.startswith("Late, due 09:10 WIB:") for mail in mailoutbox] == [True, False]
    useless.refresh_from_db()
    fresh.refresh_from_db()
    assert (useless.state, fresh.state) == (Notice.State.MISSED, Notice.State.SENT)
    assert not Delivery.objects.filter(notice=useless).exists()


@pytest.mark.parametrize("notices", [1, 3])
def test_being_late_asks_nothing_more(
    mailoutbox: list[EmailMessage], django_assert_num_queries: DjangoAssertNumQueries, notices: int
) -> None:
    """As many queries as one notice in time."""
    sari = make_user("Sari")
    late_notice(sari)
    with CaptureQueriesContext(connection) as asked:
        dispatch(at=TEN_PAST_NINE)
    for _number in range(notices):
        late_notice(sari)
    with django_assert_num_queries(len(asked)):
        dispatch(at=TEN_PAST_NINE + HOUR)
    assert [mail.subject.startswith("Late") for mail in mailoutbox] == [False] + notices * [True]
