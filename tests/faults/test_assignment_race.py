"""Two coordinators give one guest a lead at the same moment."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model

from events.models import Membership, Role
from guests.assignment import AssignmentError, OverloadError, SecondLeadError, assign_officer
from guests.models import Assignment, Visit
from liaison.accounts.models import User
from tests.factories import NOW, make_event, make_guest, make_member, make_user, make_visit
from tests.guests.desk import at, day_and_time, fields_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

CONSTRAINT = next(
    constraint
    for constraint in Assignment._meta.constraints  # noqa: SLF001 (Django's own API)
    if constraint.name == "one_lead_per_visit_at_a_time"
)
PATIENCE = 60.0


class Stage:
    """A guest, two officers and a coordinator."""

    def __init__(self, capacity: int = 2) -> None:
        self.event = make_event()
        self.visit = make_visit(self.event, make_guest("Kenji Sato", addressed_as="Mr Sato"))
        self.ratna = make_user("Ratna Kusuma")
        make_member(self.ratna, self.event, Role.COORDINATOR)
        self.officers = [
            make_member(make_user(name), self.event, capacity=capacity) for name in ("Sari", "Bagus")
        ]

    def assign(self, officer: Membership, visit: Visit | None = None, by: User | None = None) -> str:
        """What one coordinator reads: nothing where it worked, else the sentence; on a connection of its own."""
        try:
            assign_officer(
                visit=Visit.objects.select_related("event", "guest").get(pk=(visit or self.visit).pk),
                officer=officer,
                role=Assignment.Role.LEAD,
                starts_at=NOW,
                ends_at=NOW.replace(hour=9),
                by=by or self.ratna,
                at=NOW,
            )
        except AssignmentError as refusal:
            return f"{type(refusal).__name__}: {refusal}"
        finally:
            connection.close()
        return ""


@contextmanager
def nobody_writes_yet(waiting: int, model: type[Model] = Assignment) -> Iterator[None]:
    """Let others read and judge, and hold all their writing until `waiting` of them stand at the door together."""
    opened = threading.Event()
    held = threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {model._meta.db_table} IN SHARE MODE")  # noqa: SLF001 (Django's own API)
            held.set()
            _until(lambda: _writers_waiting(model) >= waiting)
            opened.set()
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert held.wait(PATIENCE)
        yield
        holding.result(PATIENCE)
    assert opened.is_set()


def _writers_waiting(model: type[Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted",
            [model._meta.db_table],  # noqa: SLF001 (Django's own API)
        )
        return int(cursor.fetchone()[0])


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "the writers never came"
        time.sleep(0.01)


def race(stage: Stage) -> list[str]:
    """Both officers become Mr Sato's lead: both are judged before either is written."""
    with ThreadPoolExecutor(2) as pool:
        with nobody_writes_yet(waiting=2):
            running = [pool.submit(stage.assign, officer) for officer in stage.officers]
        return [each.result(PATIENCE) for each in running]


def test_of_two_leads_at_once_exactly_one_stands_and_the_other_reads_why() -> None:
    for _round in range(5):
        stage = Stage()
        said = race(stage)
        (winner,) = Assignment.objects.filter(visit=stage.visit)
        assert said.count("") == 1
        (refused,) = (sentence for sentence in said if sentence)
        assert refused == (
            f"SecondLeadError: Kenji Sato already has a lead: {winner.officer}, Thu, 13 May 09:00–17:00 WITA."
        )


def test_without_the_constraint_both_would_stand() -> None:
    """The control: the check alone does not see the other in time."""
    stage = Stage()
    with connection.schema_editor() as editor:
        editor.remove_constraint(Assignment, CONSTRAINT)
    try:
        assert race(stage) == ["", ""]
        assert Assignment.objects.filter(visit=stage.visit).count() == 2
    finally:
        Assignment.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Assignment, CONSTRAINT)


def test_two_guests_for_one_officer_at_once_are_judged_one_after_the_other() -> None:
    stage = Stage(capacity=1)
    (officer, _other) = stage.officers
    visits = [stage.visit, make_visit(stage.event, make_guest("Ana Lim"))]
    with ThreadPoolExecutor(2) as pool:
        with nobody_writes_yet(waiting=1):
            running = [pool.submit(stage.assign, officer, visit) for visit in visits]
        said = [each.result(PATIENCE) for each in running]
    assert said.count("") == 1
    assert sum(sentence.startswith(OverloadError.__name__) for sentence in said) == 1
    assert Assignment.objects.count() == 1


def test_at_the_desk_the_slower_coordinator_reads_the_sentence_at_the_field() -> None:
    stage = Stage()
    clients = [signed_in(stage.ratna), signed_in(stage.ratna)]
    typed = [fields_of(client, at(Assignment, "add")) for client in clients]

    def send(number: int) -> Any:
        span = day_and_time("starts_at", "2027-05-13", "09:00") | day_and_time(
            "ends_at", "2027-05-13", "17:00"
        )
        chosen = {"visit": stage.visit.pk, "officer": stage.officers[number].pk, "role": "lead"}
        try:
            return clients[number].post(at(Assignment, "add"), typed[number] | span | chosen)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        with nobody_writes_yet(waiting=2):
            running = [pool.submit(send, number) for number in range(2)]
        answers = [each.result(PATIENCE) for each in running]
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    (winner,) = Assignment.objects.filter(visit=stage.visit)
    (refused,) = (answer for answer in answers if answer.status_code == 200)
    assert refused.context["adminform"].form.errors == {
        "role": [f"Kenji Sato already has a lead: {winner.officer}, Thu, 13 May 09:00–17:00 WITA."]
    }


def test_the_sentence_names_the_error() -> None:
    """So that the races above cannot pass on another refusal."""
    stage = Stage()
    assert stage.assign(stage.officers[0]) == ""
    assert stage.assign(stage.officers[1]).startswith(SecondLeadError.__name__)
