"""Quiet hours: what falls into them waits, comes before, or is left out. (NOW is 09.00 WITA.)"""

from datetime import UTC, datetime, time

import pytest
from django.db import IntegrityError, transaction

from events.models import Event
from guests.models import ItineraryItem, Visit
from guests.reminders.quiet import QuietHours
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import NOW, make_item
from tests.guests.reminding import DAY, HOUR, MINUTE, Audience, What, plan, planned, rule

NIGHT = QuietHours("Asia/Makassar", time(22), time(6))
NOON = QuietHours("Asia/Makassar", time(12), time(14))
EVENING = datetime(2027, 5, 13, 14, tzinfo=UTC)  # 22.00 WITA
MORNING = datetime(2027, 5, 13, 22, tzinfo=UTC)  # 06.00 WITA of the next day


@pytest.mark.parametrize(
    ("moment", "is_quiet"),
    [
        (EVENING - MINUTE, False),
        (EVENING, True),
        (EVENING + 3 * HOUR, True),  # over midnight
        (MORNING - MINUTE, True),
        (MORNING, False),
    ],
)
def test_a_night_goes_over_midnight(moment: datetime, is_quiet: bool) -> None:
    assert NIGHT.around(moment) == ((EVENING, MORNING) if is_quiet else None)


def test_hours_of_one_day_end_on_it() -> None:
    assert NOON.around(NOW + 4 * HOUR) == (NOW + 3 * HOUR, NOW + 5 * HOUR)
    assert NOON.around(NOW + 5 * HOUR) is None


@pytest.mark.parametrize(
    ("day", "hours"),
    [((2027, 3, 27), 7), ((2027, 10, 30), 9), ((2027, 6, 1), 8)],  # the clocks go on, go back, do neither
)
def test_a_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer(
    day: tuple[int, int, int], hours: int
) -> None:
    berlin = QuietHours("Europe/Berlin", time(22), time(6))
    quiet = berlin.around(datetime(*day, 23, tzinfo=UTC))
    assert quiet is not None
    assert quiet[1] - quiet[0] == hours * HOUR


def test_what_is_due_in_the_hour_that_comes_twice_waits_for_the_end() -> None:
    berlin = QuietHours("Europe/Berlin", time(22), time(2, 30))
    second = datetime(2027, 10, 31, 0, 20, tzinfo=UTC)  # 02.20, the first time
    end = berlin.heard_at(second, expires_at=second + DAY, at=NOW)
    assert end == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expires_at", "at", "heard_at"),
    [
        (MORNING + HOUR, NOW, MORNING),
        (MORNING, NOW, EVENING - MINUTE),  # of no use afterwards: before they begin
        (MORNING, EVENING + MINUTE, None),  # they have begun
        (MORNING + HOUR, EVENING + MINUTE, MORNING),
    ],
)
def test_what_falls_into_them_waits_or_comes_before_or_is_left_out(
    expires_at: datetime, at: datetime, heard_at: datetime | None
) -> None:
    assert NIGHT.heard_at(EVENING + 2 * HOUR, expires_at=expires_at, at=at) == heard_at


def test_what_is_overdue_falls_where_now_does() -> None:
    due_at = EVENING - HOUR
    assert NIGHT.heard_at(due_at, expires_at=MORNING + HOUR, at=EVENING - MINUTE) == due_at
    assert NIGHT.heard_at(due_at, expires_at=MORNING + HOUR, at=EVENING) == MORNING


@pytest.fixture
def night(cast: Cast) -> Cast:
    """Quiet from 22.00 to 06.00, one reminder an hour before; Ms Lim and Mr Sato, a VVIP, meet somebody at 05.00."""
    Event.objects.filter(pk=cast.event.pk).update(quiet_from=time(22), quiet_until=time(6))
    ItineraryItem.objects.all().delete()
    rule(cast.event, What.ITEM, Audience.LEAD, 60)
    for visit in (cast.sato, cast.lim):
        make_item(visit, starts_at=MORNING - HOUR)
    return cast


def test_a_vvip_guest_knows_no_quiet_hours(night: Cast) -> None:
    plan()
    assert planned() == [
        ("reminder", "Bagus", EVENING - MINUTE),
        ("reminder", "Sari", MORNING - 2 * HOUR),
    ]


def test_changed_hours_are_planned_anew_and_the_row_moves(night: Cast) -> None:
    plan()
    before = set(Notice.objects.values_list("pk", flat=True))
    Event.objects.filter(pk=night.event.pk).update(quiet_from=None, quiet_until=None)
    plan()
    assert planned(recipient=night.bagus) == [("reminder", "Bagus", MORNING - 2 * HOUR)]
    assert set(Notice.objects.values_list("pk", flat=True)) == before
    Visit.objects.filter(pk=night.lim.pk).update(level=Visit.Level.VVIP)
    Event.objects.filter(pk=night.event.pk).update(quiet_from=time(22), quiet_until=time(6))
    plan()
    assert planned(recipient=night.bagus) == [("reminder", "Bagus", MORNING - 2 * HOUR)]


@pytest.mark.parametrize("hours", [(time(22), None), (None, time(6)), (time(6), time(6))])
def test_quiet_hours_have_two_ends(cast: Cast, hours: tuple[time | None, time | None]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=cast.event.pk).update(quiet_from=hours[0], quiet_until=hours[1])
