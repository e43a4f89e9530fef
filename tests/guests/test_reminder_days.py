"""The mails of the morning: an officer's day, and what waits at the desk. (NOW is 09.00 WITA, 08.00 in Jakarta.)"""

from datetime import datetime, time

import pytest
from pytest_django import DjangoAssertNumQueries

from events.models import Event, Role
from guests.models import Assignment, ItineraryItem, Request
from guests.reminders.days import tell_the_day
from liaison.accounts.models import User
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_member, make_request, make_user, make_visit
from tests.guests.reminding import DAY, HOUR, MINUTE, Audience, What, rule

SIX = NOW - 2 * HOUR  # in Jakarta, where the cast's own clocks are


def told(kind: str, at: datetime) -> list[str]:
    """Who has got it by then."""
    tell_the_day(at=at)
    rows = Notice.objects.filter(kind=kind).order_by("recipient__name")
    return [row.recipient.get_short_name() for row in rows]


@pytest.mark.parametrize(
    ("at", "who"),
    [
        (SIX - MINUTE, []),
        (SIX, ["Bagus", "Sari"]),
        (SIX + 4 * HOUR - MINUTE, ["Bagus", "Sari"]),
        (SIX + 4 * HOUR, []),
    ],
)
def test_the_day_comes_in_the_morning_of_the_officers_own_zone(
    cast: Cast, at: datetime, who: list[str]
) -> None:
    ItineraryItem.objects.update(starts_at=NOW + 8 * HOUR, ends_at=None)
    assert told("agenda", at) == who


def test_who_lives_elsewhere_gets_it_there(cast: Cast) -> None:
    User.objects.filter(pk=cast.sari.pk).update(time_zone="Asia/Makassar")
    assert told("agenda", SIX - HOUR) == ["Sari"]
    assert told("agenda", SIX) == ["Bagus", "Sari"]


def test_one_mail_holds_all_guests_of_the_day_in_order_and_nothing_else(cast: Cast) -> None:
    make_assignment(cast.lim, cast.sari_officer, role=Assignment.Role.DEPUTY, ends_at=NOW + 6 * HOUR)
    make_item(cast.lim, "Lunch", starts_at=NOW + 3 * HOUR, state="tentative")
    make_item(cast.lim, "Dinner", starts_at=NOW + 8 * HOUR)  # after her duty
    make_item(cast.sato, "Tomorrow", starts_at=NOW + DAY)
    make_item(cast.sato, "Off", starts_at=NOW + 2 * HOUR, state="cancelled")
    assert told("agenda", SIX) == ["Bagus", "Sari"]
    payload = Notice.objects.get(recipient=cast.sari, kind="agenda").payload
    assert [(line["guest"], line["title"], line["unsure"]) for line in payload["items"]] == [
        ("Mr Sato", "Meeting of Sato", False),
        ("Ms Lim", "Meeting of Lim", False),
        ("Ms Lim", "Lunch", True),
    ]


def test_officers_are_read_some_at_a_time_and_none_is_forgotten(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guests.reminders.days.AT_ONCE", 1)
    assert told("agenda", SIX) == ["Bagus", "Sari"]
    days = Notice.objects.filter(kind="agenda").order_by("recipient__name").values_list("payload", flat=True)
    assert [[line["guest"] for line in day["items"]] for day in days] == [["Ms Lim"], ["Mr Sato"]]


def test_once_a_day_and_again_tomorrow(cast: Cast) -> None:
    make_item(cast.sato, starts_at=NOW + DAY)
    for minutes in (0, 1, 60):
        assert told("agenda", SIX + minutes * MINUTE).count("Sari") == 1
    assert told("agenda", SIX + DAY).count("Sari") == 2


def test_who_is_assigned_at_seven_gets_it_at_seven(cast: Cast) -> None:
    told("agenda", SIX)
    make_assignment(cast.sato, cast.dewi_officer, role=Assignment.Role.DEPUTY)
    assert told("agenda", SIX + HOUR) == ["Bagus", "Dewi", "Sari"]


def test_nothing_planned_is_no_mail(cast: Cast) -> None:
    ItineraryItem.objects.filter(visit=cast.sato).delete()
    assert told("agenda", SIX) == ["Bagus"]


@pytest.mark.parametrize(
    "change", [{"state": "closed"}, {"starts_on": "2027-06-01", "ends_on": "2027-06-02"}]
)
def test_an_event_that_is_not_on_tells_nobody(cast: Cast, change: dict[str, str]) -> None:
    Event.objects.filter(pk=cast.event.pk).update(**change)
    assert told("agenda", SIX) == []


def test_quiet_hours_hold_the_morning_back(cast: Cast) -> None:
    Event.objects.filter(pk=cast.event.pk).update(
        quiet_from=time(22), quiet_until=time(8)
    )  # 07.00 in Jakarta
    assert told("agenda", SIX) == []
    assert told("agenda", SIX + HOUR) == ["Bagus", "Sari"]


def test_a_rule_sets_the_hour_and_where_none_asks_nobody_is_told(cast: Cast) -> None:
    rule(cast.event, What.AGENDA, Audience.CONCERNED, clock=time(7, 30))
    assert told("agenda", SIX + 89 * MINUTE) == []
    assert told("agenda", SIX + 90 * MINUTE) == ["Bagus", "Sari"]
    assert told("digest", SIX + 90 * MINUTE) == ["Hendra"]  # of another event, by the usual rules


def test_coordinators_get_the_desks_counts_of_their_own_event(cast: Cast) -> None:
    Request.objects.all().delete()
    for visit, number in ((cast.sato, 2), (cast.okafor, 5)):
        for _one in range(number):
            make_request(visit, cast.ratna, due_at=SIX - HOUR)
    assert told("digest", SIX + HOUR) == ["Hendra", "Ratna"]
    counts = dict(Notice.objects.get(recipient=cast.ratna, kind="digest").payload["counts"])
    assert counts["Requests overdue"] == 2
    assert "Guests without a lead" not in counts  # none, so not said
    assert told("digest", SIX + 2 * HOUR) == ["Hendra", "Ratna"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Mr Sato: Meeting of Sato, Hall Sato"), ("id", "Mr Sato: Meeting of Sato, Hall Sato")],
)
def test_the_day_in_words(cast: Cast, language: str, said: str) -> None:
    User.objects.filter(pk=cast.sari.pk).update(language=language)
    told("agenda", SIX)
    words = word(Notice.objects.select_related("recipient").get(recipient=cast.sari, kind="agenda"))
    assert said in words.text
    assert ("10.00 WITA" if language == "id" else "10:00 WITA") in words.text
    assert "Got it" not in words.html


@pytest.mark.parametrize("officers", [1, 3])
def test_asking_costs_the_same_for_one_and_three(
    cast: Cast, officers: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tell_the_day(at=SIX)
    for _number in range(officers):
        visit = make_visit(cast.event)
        make_assignment(visit, make_member(make_user(), cast.event))
        make_item(visit)
    with django_assert_num_queries(11):  # of them four that open and close savepoints
        assert tell_the_day(at=SIX + MINUTE) == officers
    with django_assert_num_queries(4):
        assert tell_the_day(at=SIX + 2 * MINUTE) == 0
    Event.objects.update(state=Event.State.CLOSED)
    with django_assert_num_queries(1):
        assert tell_the_day(at=SIX + 3 * MINUTE) == 0


def test_a_coordinator_who_is_an_officer_too_gets_both(cast: Cast) -> None:
    make_member(cast.sari, cast.event, Role.COORDINATOR)
    assert "Sari" in told("agenda", SIX + HOUR)
    assert "Sari" in told("digest", SIX + HOUR)
