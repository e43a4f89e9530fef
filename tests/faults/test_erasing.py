"""Erasing that is broken off, and two workers at once."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from guests.erasing.due import erase_due
from guests.erasing.person import erase_guest
from guests.models import Erasure, Guest, ItineraryItem, Request
from tests.factories import NOW, make_event, make_guest, make_item, make_request, make_user, make_visit
from tests.faults.together import together
from tests.guests.erasing.planting import later, tables_with

pytestmark = pytest.mark.django_db(transaction=True)

WORD = "Zitronenfalter"
MANY = 12


@pytest.fixture
def full(db: None) -> None:
    event, raiser = make_event(), make_user("Sari")
    for number in range(MANY):
        visit = make_visit(event, make_guest(f"{WORD} {number}"), note=WORD)
        make_item(visit, WORD, starts_at=NOW + timedelta(hours=number))
        make_request(visit, raiser, WORD)


class KilledError(Exception):
    """The worker is gone."""


def killed_after(batches: int) -> Any:
    """Breaks off inside a batch, after so many whole ones."""
    add, seen = Erasure.add, []

    def break_off(self: Erasure, counted: Any) -> None:
        add(self, counted)
        seen.append(counted)
        if len(seen) > batches:
            raise KilledError

    return patch.object(Erasure, "add", break_off)


@pytest.mark.parametrize("batches", [0, 1, 5])
def test_what_a_dead_worker_began_is_carried_on_under_one_report(full: None, batches: int) -> None:
    whole = {"guests.Guest": MANY, "guests.Visit": MANY, "guests.ItineraryItem": MANY, "guests.Request": MANY}
    with killed_after(batches), pytest.raises(KilledError):
        erase_due(at=later(366), batch=5)
    assert tables_with(WORD) != set()
    erase_due(at=later(367), batch=5)
    assert tables_with(WORD) == set()
    report = Erasure.objects.get()
    assert {label: report.counts.get(label) for label in whole} == whole
    assert (report.started_at, report.finished_at) == (later(366), later(367))


def test_a_person_half_erased_is_carried_on_with_by_the_daily_round(full: None) -> None:
    guest = Guest.objects.earliest("pk")
    with killed_after(2), pytest.raises(KilledError):
        erase_guest(guest=guest, by=None, reason="By letter", at=NOW, batch=1)
    assert erase_due(at=NOW + timedelta(minutes=1)) == []  # who began may still be at it
    [report] = erase_due(at=NOW + timedelta(hours=2))
    assert (report.guest, report.reason) == (guest, "By letter")
    assert report.finished_at == NOW + timedelta(hours=2)
    guest.refresh_from_db()
    assert (guest.name, guest.visits.get().note) == (f"G-{guest.pk}", "—")
    assert Guest.objects.filter(name__startswith=WORD).count() == MANY - 1


def test_two_workers_erase_all_and_count_each_row_once(full: None) -> None:
    erase = lambda: erase_due(at=later(366), batch=3)  # noqa: E731 (said twice)
    together(erase, erase)
    assert tables_with(WORD) == set()
    reports = Erasure.objects.all()
    counted = {
        label: sum(report.counts.get(label, 0) for report in reports)
        for label in ("guests.ItineraryItem", "guests.Request")
    }
    assert counted == {
        "guests.ItineraryItem": ItineraryItem.objects.count(),
        "guests.Request": Request.objects.count(),
    }
    assert not reports.unfinished().exists()
