"""What needs a person: who is without a lead, which times are still a guess, whose word is missing."""

from datetime import timedelta
from typing import Any

import pytest

from guests.models import Assignment, ItineraryItem, Visit
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_visit

HOUR = timedelta(hours=1)
UNSURE = {"precision": "approximate"}


@pytest.mark.parametrize(
    ("item", "is_stale"),
    [
        ({"starts_at": NOW + HOUR, **UNSURE}, True),
        ({"starts_at": NOW + HOUR, "precision": "tbc"}, True),
        ({"starts_at": NOW + HOUR, **UNSURE, "estimate_at": NOW - 7 * HOUR}, True),
        ({"starts_at": NOW + HOUR, **UNSURE, "estimate_at": NOW - 5 * HOUR}, False),
        ({"starts_at": NOW + HOUR}, False),
        ({"starts_at": NOW + 25 * HOUR, **UNSURE}, False),
        ({"starts_at": NOW - HOUR, **UNSURE}, False),
        ({"starts_at": NOW + HOUR, **UNSURE, "state": "cancelled"}, False),
        ({"starts_at": None, "precision": "tbc"}, True),
    ],
)
def test_a_time_ahead_that_is_a_guess_is_stale_unless_somebody_just_said_it(
    cast: Cast, item: dict[str, Any], *, is_stale: bool
) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(arrives_at=NOW)
    made = make_item(cast.sato, **item)
    assert ItineraryItem.objects.stale_estimates(NOW).filter(pk=made.pk).exists() == is_stale
    assert Visit.objects.with_stale_estimates(NOW).filter(pk=cast.sato.pk).exists() == is_stale


@pytest.mark.parametrize(
    ("visit", "is_stale"),
    [
        ({"arrives_at": NOW + HOUR, "arrival_precision": "approximate"}, True),
        ({"departs_at": NOW + HOUR, "departure_precision": "tbc"}, True),
        ({"arrives_at": None, "arrival_precision": "tbc"}, True),
        ({"arrives_at": None, "arrival_precision": "tbc", "status": "landed"}, False),
        ({"arrives_at": NOW + HOUR}, False),
        ({"arrives_at": NOW + 25 * HOUR, "arrival_precision": "approximate"}, False),
        ({"arrives_at": NOW - HOUR, "arrival_precision": "approximate"}, False),
        ({"departs_at": NOW + HOUR, "departure_precision": "tbc", "status": "departed"}, False),
    ],
)
def test_an_arrival_or_departure_ahead_that_is_a_guess_is_stale(
    cast: Cast, visit: dict[str, Any], *, is_stale: bool
) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(**visit)
    assert Visit.objects.with_stale_estimates(NOW).filter(pk=cast.sato.pk).exists() == is_stale


@pytest.mark.parametrize(
    ("visit", "is_alone"),
    [
        ({}, True),
        ({"status": "departed"}, False),
        ({"departs_at": NOW - HOUR}, True),  # may be late
        ({"departs_at": NOW - 13 * HOUR}, False),
    ],
)
def test_a_guest_who_is_here_or_to_come_is_without_a_lead_once_the_last_is_over(
    cast: Cast, visit: dict[str, Any], *, is_alone: bool
) -> None:
    made = make_visit(cast.event, **visit)
    make_assignment(made, cast.sari_officer, ends_at=NOW)
    make_assignment(made, cast.bagus_officer, role="deputy")
    make_assignment(made, cast.sari_officer, state="withdrawn", ends_at=NOW + HOUR)
    assert Visit.objects.without_lead(NOW).filter(pk=made.pk).exists() == is_alone
    assert made.is_expected(NOW) == is_alone
    make_assignment(made, cast.sari_officer, starts_at=NOW + HOUR)
    assert not Visit.objects.without_lead(NOW).filter(pk=made.pk).exists()


@pytest.mark.parametrize(
    ("duty", "is_missing"),
    [
        ({}, True),
        ({"state": "confirmed"}, False),
        ({"state": "withdrawn"}, False),
        ({"starts_at": NOW + 23 * HOUR}, True),
        ({"starts_at": NOW + 25 * HOUR}, False),
        ({"ends_at": NOW}, False),
    ],
)
def test_a_duty_of_now_or_soon_misses_its_officers_word(
    cast: Cast, duty: dict[str, Any], *, is_missing: bool
) -> None:
    made = make_assignment(make_visit(cast.event), cast.sari_officer, **duty)
    assert Assignment.objects.confirmation_due(NOW).filter(pk=made.pk).exists() == is_missing
