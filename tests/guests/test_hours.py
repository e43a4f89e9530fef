"""Moments as the phone says them."""

from datetime import timedelta

import pytest
from django.utils import translation

from guests.hours import Hours, countdown, countdown_words, length
from tests.factories import NOW

WITA = Hours("Asia/Makassar", NOW)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 min"), (59, "59 min"), (-59, "59 min"), (60, "1 h 0 min"), (85, "1 h 25 min"),
        (24 * 60 - 1, "23 h 59 min"), (24 * 60, "1 day"), (71 * 60, "2 days"),
    ],
)  # fmt: skip
def test_a_length_is_said_as_people_say_it(minutes: int, said: str) -> None:
    with translation.override("en"):
        assert length(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(59, "now"), (-59, "now"), (60, "in 1 min"), (-60, "1 min ago"), (5400, "in 1 h 30 min")],
)
def test_a_countdown_says_on_which_side_of_now_it_is(seconds: int, said: str) -> None:
    with translation.override("en"):
        assert countdown(NOW + timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_pages_own_countdown_says_the_same(language: str) -> None:
    with translation.override(language):
        words = countdown_words()
        counted = words["hours"].replace("{h}", "1").replace("{m}", "25")
        assert words["coming"].replace("{length}", counted) == countdown(NOW + timedelta(minutes=85), NOW)
        counted = words["minutes"].replace("{m}", "12")
        assert words["past"].replace("{length}", counted) == countdown(NOW - timedelta(minutes=12), NOW)


def test_the_day_is_said_where_it_is_not_today() -> None:
    with translation.override("en"):
        assert WITA.say(NOW + timedelta(hours=14, minutes=59)) == "23:59 WITA"
        assert WITA.say(NOW + timedelta(hours=15)) == "Fri, 14 May 00:00 WITA"
        assert WITA.say(NOW - timedelta(hours=10)) == "Wed, 12 May 23:00 WITA"


def test_a_span_says_its_zone_once_and_its_end_s_day_where_it_is_another() -> None:
    with translation.override("id"):
        assert WITA.span(NOW, NOW + timedelta(hours=1)) == "09.00–10.00 WITA"
        assert WITA.span(NOW, NOW + timedelta(hours=16)) == "09.00 – Jum, 14 Mei 01.00 WITA"
        assert WITA.span(NOW, None, "approximate") == "~09.00 WITA"
