"""Time as people read it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from liaison.clock import clock_time, day_bounds, day_of, validate_zone, zone_label

EVENING = datetime(2027, 5, 12, 16, 30, tzinfo=UTC)  # 23.30 WIB, 00.30 the next day in WITA


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        ("Asia/Jakarta", "WIB"),
        ("Asia/Makassar", "WITA"),
        ("Asia/Jayapura", "WIT"),
        ("America/Argentina/Salta", "UTC−3"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("Europe/Paris", "CEST"),
    ],
)
def test_a_zone_is_named_as_people_say_it(zone: str, label: str) -> None:
    assert zone_label(EVENING, zone) == label


def test_a_zone_with_summer_time_is_named_by_the_moment() -> None:
    assert zone_label(datetime(2027, 1, 1, tzinfo=UTC), "Europe/Paris") == "CET"


def test_the_same_moment_is_another_day_one_zone_further() -> None:
    assert day_of(EVENING, "Asia/Jakarta") == date(2027, 5, 12)
    assert day_of(EVENING, "Asia/Makassar") == date(2027, 5, 13)


def test_indonesian_writes_hours_with_a_dot() -> None:
    assert clock_time(EVENING, "Asia/Makassar", language="id") == "00.30"
    assert clock_time(EVENING, "Asia/Makassar", language="en") == "00:30"


def test_the_day_on_which_clocks_go_forward_has_23_hours() -> None:
    start, end = day_bounds(date(2027, 3, 28), "Europe/Paris")
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="Asia/Makasar"):
        validate_zone("Asia/Makasar")
