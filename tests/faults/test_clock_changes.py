"""Reminders in the nights in which clocks are changed: by the hour that passes, not by the hour that is shown."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMessage

from guests.reminders import plan_marked_visits
from liaison.notices.dispatch import dispatch
from liaison.notices.models import Notice
from tests.factories import make_assignment, make_event, make_item, make_member, make_user, make_visit

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
LEAD, SECOND = timedelta(minutes=30), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("starts", "shown"),
    [
        # Clocks go back at 01:00 UTC: it is half past two twice.
        ((datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)), ("02:30 CEST", "02:30 CET")),
        # Clocks go forward at 01:00 UTC: half past one is followed by three.
        ((datetime(2027, 3, 28, 0, 45, tzinfo=UTC), datetime(2027, 3, 28, 1, 15, tzinfo=UTC)), ("01:45 CET", "03:15 CEST")),
    ],
)  # fmt: skip
def test_each_item_is_reminded_of_once_half_an_hour_before(
    mailoutbox: list[EmailMessage], starts: tuple[datetime, datetime], shown: tuple[str, str]
) -> None:
    event = make_event(time_zone="Europe/Berlin")
    visit = make_visit(event)
    night = min(starts) - timedelta(hours=6)
    sari = make_member(make_user("Sari", language="en"), event)
    make_assignment(visit, sari, starts_at=night, ends_at=night + timedelta(days=1))
    for start in starts:
        make_item(visit, starts_at=start)
    plan_marked_visits(at=night)
    for number, start in enumerate(starts):
        dispatch(at=start - LEAD - SECOND)
        assert len(mailoutbox) == number
        dispatch(at=start - LEAD)
        assert shown[number] in mailoutbox[number].subject
    assert dispatch(at=max(starts)) == 0
    assert Notice.objects.filter(state=Notice.State.SENT).count() == len(mailoutbox) == 2
    # The control: by the clock on the wall the two are not as far apart as they are.
    first, second = (start.astimezone(BERLIN).replace(tzinfo=None) for start in starts)
    assert second - first != starts[1] - starts[0]
