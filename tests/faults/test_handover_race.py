"""A handover is accepted twice, taken back or overtaken by the desk at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import pgtrigger
import pytest
from django.db import connection, models

from guests.assignment import AssignmentError, assign_officer, withdraw
from guests.handover import HandoverError, accept_handover, withdraw_handover
from guests.models import Assignment, Handover, LogbookEntry
from guests.requests import RequestError
from tests.factories import NOW, make_assignment, make_member, make_user
from tests.faults.test_assignment_race import PATIENCE, Stage, nobody_writes_yet
from tests.faults.together import together

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(minutes=1)


class Offer(Stage):
    """Sari has offered Mr Sato to Bagus; a third officer stands by."""

    def __init__(self, role: Assignment.Role = Assignment.Role.LEAD) -> None:
        super().__init__()
        sari, self.bagus = self.officers
        self.tono = make_member(make_user("Tono"), self.event)
        self.duty = make_assignment(self.visit, sari, role=role)
        self.handover = Handover.objects.create(assignment=self.duty, receiver=self.bagus, offered_at=NOW)

    def accept(self) -> str:
        return said(lambda: accept_handover(handover=self.handover, at=LATER))

    def take_back(self) -> str:
        return said(lambda: withdraw_handover(handover=self.handover, at=LATER))

    def reassign(self) -> str:
        """The coordinator takes Sari off the guest and gives the guest to Tono."""

        def swap() -> None:
            withdraw(assignments=[self.duty], at=LATER)
            assign_officer(
                visit=self.visit, officer=self.tono, role=Assignment.Role.LEAD, starts_at=LATER,
                ends_at=NOW + timedelta(hours=8), by=self.ratna, at=LATER,
            )  # fmt: skip

        return said(swap)

    def on_duty(self) -> list[object]:
        rows = Assignment.objects.current(LATER).filter(visit=self.visit)
        return [row.officer for row in rows.select_related("officer__user")]


def said(call: Callable[[], None]) -> str:
    """What one of them reads: nothing where it worked, else the kind of refusal; on a connection of its own."""
    try:
        call()
    except (HandoverError, AssignmentError, RequestError) as refusal:
        return type(refusal).__name__
    finally:
        connection.close()
    return ""


def race(waiting: int, *calls: Callable[[], str], model: type[models.Model] = Assignment) -> list[str]:
    """Make the calls, all judged before any is written."""
    with ThreadPoolExecutor(len(calls)) as pool:
        with nobody_writes_yet(waiting=waiting, model=model):
            running = [pool.submit(call) for call in calls]
        return [each.result(PATIENCE) for each in running]


@contextmanager
def nothing_is_held() -> Iterator[None]:
    """The control: rows are read without being held."""

    def unheld(rows: models.QuerySet[models.Model], **_how: object) -> models.QuerySet[models.Model]:
        return rows.all()

    with patch.object(models.QuerySet, "select_for_update", unheld):
        yield


def test_accepted_twice_at_once_the_guest_passes_once() -> None:
    stage = Offer(Assignment.Role.DEPUTY)  # of leads the database would refuse a second one anyway
    assert race(1, stage.accept, stage.accept) == ["", ""]
    assert stage.on_duty() == [stage.bagus]
    assert LogbookEntry.objects.count() == 1


def test_without_holding_the_offer_it_would_pass_twice() -> None:
    """The control: both see an open offer."""
    stage = Offer(Assignment.Role.DEPUTY)
    with pgtrigger.ignore("guests.LogbookEntry:logbook_is_not_torn_out"):
        LogbookEntry.objects.all().delete()
    with nothing_is_held(), patch("guests.handover._write_down"):
        assert race(2, stage.accept, stage.accept) == ["", ""]
    assert stage.on_duty() == [stage.bagus, stage.bagus]


def test_accepted_while_it_is_taken_back_exactly_one_holds() -> None:
    for _round in range(5):
        stage = Offer()
        accepted, taken_back = together(stage.accept, stage.take_back)
        stage.handover.refresh_from_db()
        assert sorted([accepted, taken_back]) == ["", "HandoverError"]
        assert stage.handover.state == ("accepted" if accepted == "" else "withdrawn")
        assert stage.on_duty() == ([stage.bagus] if accepted == "" else [stage.officers[0]])


def test_accepted_while_the_coordinator_reassigns_there_is_one_lead() -> None:
    for _round in range(5):
        stage = Offer()
        accepted, reassigned = together(stage.accept, stage.reassign)
        stage.handover.refresh_from_db()
        assert [accepted, reassigned].count("") == 1
        assert stage.on_duty() == ([stage.bagus] if accepted == "" else [stage.tono])
        assert stage.handover.state == ("accepted" if accepted == "" else "withdrawn")
