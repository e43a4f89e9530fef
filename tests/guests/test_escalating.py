"""What nobody answers goes to the deputy, then to the coordinators, each once. (NOW is 09.00 WITA.)"""

from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from events.models import Event, Role
from guests.models import Assignment, ItineraryItem
from guests.reminders.escalating import escalate_unanswered
from guests.tasks import plan_and_dispatch
from liaison.notices.acknowledging import acknowledge
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_member, make_user
from tests.guests.reminding import HOUR, MINUTE, plan

DEPUTY = Assignment.Role.DEPUTY
SENT_AT = NOW + 30 * MINUTE  # the item is at 10.00


@pytest.fixture
def unanswered(cast: Cast) -> Notice:
    """Sari's reminder of Mr Sato's meeting at 10.00, sent at 09.30 by the usual rules; Mr Sato is a VVIP."""
    plan()
    rows = Notice.objects.filter(recipient=cast.sari, kind="reminder")
    rows.update(state=Notice.State.SENT, finished_at=SENT_AT)
    return rows.get()


def with_deputy(cast: Cast) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=DEPUTY)


def passed_on(at: datetime) -> list[tuple[str, timedelta]]:
    """To whom it was passed on by then, and how long after it was sent."""
    escalate_unanswered(at=at)
    rows = Notice.objects.filter(kind="escalation").order_by("due_at", "recipient__name")
    return [(row.recipient.get_short_name(), row.due_at - SENT_AT) for row in rows]


def test_first_the_deputy_then_the_coordinator_each_once(cast: Cast, unanswered: Notice) -> None:
    with_deputy(cast)
    assert passed_on(SENT_AT + 9 * MINUTE) == []
    for minutes in (10, 11, 19):
        assert passed_on(SENT_AT + minutes * MINUTE) == [("Bagus", 10 * MINUTE)]
    for minutes in (20, 21, 29):
        assert passed_on(SENT_AT + minutes * MINUTE) == [("Bagus", 10 * MINUTE), ("Ratna", 20 * MINUTE)]


def test_without_a_deputy_the_coordinator_is_told_at_once_and_once(cast: Cast, unanswered: Notice) -> None:
    for minutes in (10, 20, 29):
        assert passed_on(SENT_AT + minutes * MINUTE) == [("Ratna", 10 * MINUTE)]


@pytest.mark.parametrize("change", [{"role": "lead"}, {"state": "withdrawn"}, {"starts_at": NOW + 5 * HOUR}])
def test_only_a_deputy_on_duty_is_one(cast: Cast, unanswered: Notice, change: dict[str, object]) -> None:
    with_deputy(cast)
    if change == {"role": "lead"}:
        Assignment.objects.filter(pk=cast.sari_leads.pk).update(role=DEPUTY)
    Assignment.objects.filter(officer=cast.bagus_officer, visit=cast.sato).update(**change)
    assert [who for who, _after in passed_on(SENT_AT + 10 * MINUTE)] == ["Ratna"]


def test_whoever_answers_in_time_is_not_passed_over(cast: Cast, unanswered: Notice) -> None:
    with_deputy(cast)
    acknowledge(notice=unanswered, at=SENT_AT + 9 * MINUTE)
    assert passed_on(SENT_AT + 20 * MINUTE) == []


def test_the_deputys_answer_is_enough(cast: Cast, unanswered: Notice) -> None:
    with_deputy(cast)
    passed_on(SENT_AT + 10 * MINUTE)
    acknowledge(notice=Notice.objects.get(kind="escalation"), at=SENT_AT + 12 * MINUTE)
    assert [who for who, _after in passed_on(SENT_AT + 25 * MINUTE)] == ["Bagus"]


def test_what_is_over_is_passed_on_no_more(cast: Cast, unanswered: Notice) -> None:
    with_deputy(cast)
    assert passed_on(unanswered.expires_at) == []


@pytest.mark.parametrize("state", [Notice.State.PLANNED, Notice.State.FAILED, Notice.State.CANCELLED])
def test_only_what_was_sent_is_passed_on(cast: Cast, unanswered: Notice, state: str) -> None:
    Notice.objects.filter(pk=unanswered.pk).update(state=state)
    assert passed_on(SENT_AT + 10 * MINUTE) == []


@pytest.mark.parametrize(("after", "minutes"), [(None, None), (0, None), (3, 3)])
def test_of_other_guests_only_where_a_rule_says_so(
    cast: Cast, after: int | None, minutes: int | None
) -> None:
    cast.event.reminder_rules.create(minutes_before=30, escalate_after=after)
    plan()
    assert Notice.objects.get(recipient=cast.bagus).escalate_after == minutes


def test_a_rule_may_pass_on_nothing_of_a_vvip_guest(cast: Cast) -> None:
    cast.event.reminder_rules.create(minutes_before=30, escalate_after=0)
    plan()
    assert Notice.objects.get(recipient=cast.sari).escalate_after is None


def test_coordinators_of_another_event_are_not_told(cast: Cast, unanswered: Notice) -> None:
    make_member(make_user("Intan"), cast.event, Role.COORDINATOR)
    assert [who for who, _after in passed_on(SENT_AT + 10 * MINUTE)] == ["Intan", "Ratna"]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "No answer from Sari Wulandari · Thu, 13 May 10:00 WITA · Mr Sato: <b>")]
)
def test_it_says_who_is_silent_and_about_what(
    cast: Cast, unanswered: Notice, language: str, said: str
) -> None:
    payload = unanswered.payload | {"title": "<b>"}
    Notice.objects.filter(pk=unanswered.pk).update(payload=payload)
    escalate_unanswered(at=SENT_AT + 10 * MINUTE)
    notice = Notice.objects.select_related("recipient").get(kind="escalation")
    words = word(notice)
    assert words.subject == said
    assert "<b>" not in words.html
    assert (notice.is_urgent, notice.wants_acknowledgement, notice.escalate_after) == (True, True, None)


@pytest.mark.parametrize("guests", [1, 3])
def test_it_costs_the_same_for_one_and_three(
    cast: Cast, unanswered: Notice, guests: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):  # two of them open and close a savepoint
        escalate_unanswered(at=SENT_AT)
    for number in range(guests - 1):
        fields = {name: getattr(unanswered, name) for name in ("event", "kind", "payload", "expires_at")}
        Notice.objects.create(
            recipient=cast.bagus, dedupe_key=f"n{number}", due_at=NOW, state="sent", finished_at=SENT_AT,
            wants_acknowledgement=True, escalate_after=10, **fields,
        )  # fmt: skip
    with django_assert_num_queries(8):
        assert escalate_unanswered(at=SENT_AT + 10 * MINUTE) == guests


@pytest.mark.django_db(transaction=True)
def test_the_tick_does_it_all(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    ItineraryItem.objects.all().delete()
    make_item(cast.sato, starts_at=NOW + HOUR)
    with_deputy(cast)
    cast.event.reminder_rules.create(minutes_before=30)
    Event.objects.exclude(pk=cast.event.pk).update(state=Event.State.CLOSED)
    for minutes in (30, 41, 52, 53):
        monkeypatch.setattr(timezone, "now", lambda at=NOW + minutes * MINUTE: at)
        plan_and_dispatch()
    about = [(mail.to[0].split(".")[0], mail.subject.split(" ")[0]) for mail in mailoutbox]
    assert about == [("sari", "Thu,"), ("bagus", "No"), ("ratna", "No")]
