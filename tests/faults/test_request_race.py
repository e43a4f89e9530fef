"""A request is accepted, declined and closed by several people at the same moment."""

from uuid import uuid4

import pytest

from guests.models import Assignment, LogbookEntry, Request
from guests.requests import accept_request, close_request, decline_request, reopen_request
from liaison.accounts.models import User
from tests.factories import NOW, make_assignment, make_request
from tests.faults.test_assignment_race import Stage
from tests.faults.test_handover_race import nothing_is_held, race, said
from tests.faults.together import together

pytestmark = pytest.mark.django_db(transaction=True)


class Asked(Stage):
    """Mr Sato asks for tea; Sari leads, Bagus helps, Ratna coordinates."""

    def __init__(self) -> None:
        super().__init__()
        sari, bagus = self.officers
        self.sari, self.bagus = sari.user, bagus.user
        make_assignment(self.visit, sari)
        make_assignment(self.visit, bagus, role=Assignment.Role.DEPUTY)
        self.request = make_request(self.visit, self.sari, "Tea", owner=sari)

    def close(self, by: User | None = None) -> str:
        who = by or self.sari
        return said(lambda: close_request(request=self.request, by=who, at=NOW, client_uuid=uuid4()))

    def decline(self) -> str:
        return said(
            lambda: decline_request(
                request=self.request, reason="None left", by=self.bagus, at=NOW, client_uuid=uuid4()
            )
        )

    def accept(self, by: User | None = None) -> str:
        who = by or self.ratna
        return said(lambda: accept_request(request=self.request, by=who, at=NOW, client_uuid=uuid4()))

    def reopen(self) -> str:
        return said(lambda: reopen_request(request=self.request, by=self.sari, at=NOW, client_uuid=uuid4()))

    def state(self) -> str:
        self.request.refresh_from_db()
        return self.request.state

    def written(self) -> list[str]:
        lines = LogbookEntry.objects.filter(visit=self.visit).order_by("pk").values_list("text", flat=True)
        return [line.split(":")[0] for line in lines]


def test_closed_and_declined_at_once_exactly_one_holds() -> None:
    stage = Asked()
    answers = race(1, stage.close, stage.decline, model=Request)
    assert sorted(answers) == ["", "RequestError"]
    assert stage.written() == [{"done": "Done", "declined": "Declined"}[stage.state()]]


def test_without_holding_the_request_both_would_hold() -> None:
    """The control: both see an open request, and the logbook says that it was done and that it was declined."""
    stage = Asked()
    with nothing_is_held():
        assert race(2, stage.close, stage.decline, model=Request) == ["", ""]
    assert sorted(stage.written()) == ["Declined", "Done"]


def test_accepted_by_two_at_once_the_first_has_it() -> None:
    stage = Asked()
    answers = race(1, stage.accept, lambda: stage.accept(stage.bagus), model=Request)
    assert sorted(answers) == ["", "RequestError"]
    stage.request.refresh_from_db()
    assert stage.request.owner is not None
    assert stage.request.owner.user == stage.request.accepted_by
    assert stage.written() == ["Accepted"]


def test_whatever_comes_at_once_the_logbook_ends_where_the_request_stands() -> None:
    for _round in range(5):
        stage = Asked()
        together(stage.accept, stage.close, stage.decline, stage.reopen)
        last = {"open": "Open again", "accepted": "Accepted", "done": "Done", "declined": "Declined"}
        written = stage.written()
        if stage.state() == "accepted" and written[-1] == "Open again":
            assert "Accepted" in written  # it waits again as what it was
        else:
            assert written[-1] == last[stage.state()]
