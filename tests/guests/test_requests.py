"""Writing requests down and closing them."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from guests.models import LogbookEntry, Request
from guests.requests import close_request, log_request
from tests.cast import Cast
from tests.factories import NOW
from tests.guests.test_movement import at_once


def log(
    cast: Cast,
    text: str = "",
    category: Request.Category = Request.Category.WATER,
    client_uuid: UUID | None = None,
) -> Request:
    return log_request(
        visit=cast.sato,
        category=category,
        text=text,
        by=cast.sari,
        at=NOW,
        client_uuid=client_uuid or uuid4(),
    )


def written(cast: Cast) -> list[str]:
    entries = LogbookEntry.objects.filter(visit=cast.sato, kind=LogbookEntry.Kind.REQUEST)
    return list(entries.order_by("pk").values_list("text", flat=True))


def test_who_writes_a_request_down_sees_to_it(cast: Cast) -> None:
    request = log(cast, "Still, no ice")
    assert (request.owner, request.raised_by, request.raised_at) == (cast.sari_officer, cast.sari, NOW)
    assert request.is_open
    assert written(cast) == ["Asked for: Still, no ice"]


def test_a_coordinator_writes_one_down_that_nobody_sees_to_yet(cast: Cast) -> None:
    request = log_request(
        visit=cast.sato, category=Request.Category.CAR, text="", by=cast.ratna, at=NOW, client_uuid=uuid4()
    )
    assert request.owner is None


def test_the_same_request_counts_once(cast: Cast) -> None:
    before, uuid = Request.objects.count(), uuid4()
    assert log(cast, client_uuid=uuid) == log(cast, client_uuid=uuid)
    assert Request.objects.count() == before + 1
    assert written(cast) == ["Asked for: water"]


def test_what_the_database_refuses_is_not_taken_for_a_repetition(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="request_says_what_is_needed"):
        log(cast, "", Request.Category.OTHER)


def test_closing_ends_a_request_and_says_so_once(cast: Cast) -> None:
    request = log(cast, "Tea")
    for minute in (1, 2):
        close_request(request=request, by=cast.sari, at=NOW + timedelta(minutes=minute), client_uuid=uuid4())
    request.refresh_from_db()
    assert (request.state, request.closed_at) == ("done", NOW + timedelta(minutes=1))
    assert written(cast) == ["Asked for: Tea", "Done: Tea"]


@pytest.mark.django_db(transaction=True)
def test_a_double_tap_at_once_logs_one_request(cast: Cast) -> None:
    uuid = uuid4()
    raised = at_once(*[lambda: log(cast, "Tea", client_uuid=uuid)] * 4)
    assert raised == []
    assert Request.objects.filter(text="Tea").count() == 1
    assert written(cast) == ["Asked for: Tea"]


@pytest.mark.django_db(transaction=True)
def test_a_request_closed_twice_at_once_is_written_down_once(cast: Cast) -> None:
    request = log(cast, "Tea")
    raised = at_once(*[lambda: close_request(request=request, by=cast.sari, at=NOW, client_uuid=uuid4())] * 4)
    assert raised == []
    assert written(cast) == ["Asked for: Tea", "Done: Tea"]
