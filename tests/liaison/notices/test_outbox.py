"""Wishes become notices: once, in bulk, never for the past."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from liaison.accounts.models import User
from liaison.notices import outbox
from liaison.notices.models import Notice
from tests.factories import NOW, make_user
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice, make_wish

State = Notice.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def sari(db: None) -> User:
    return make_user("Sari")


def reconcile(*wishes: outbox.Wish, at: Any = NOW) -> None:
    outbox.reconcile(plan_keys=["visit:1"], wishes=wishes, at=at)


def wish(sari: User, key: str = "a", **fields: Any) -> outbox.Wish:
    given = {"dedupe_key": key, "plan_key": "visit:1", "due_at": NOW + HOUR, "expires_at": NOW + 2 * HOUR}
    return make_wish(sari, **given | fields)


def states() -> dict[str, str]:
    return dict(Notice.objects.order_by("dedupe_key").values_list("dedupe_key", "state"))


def test_one_thing_is_put_once_and_the_first_wording_stays(sari: User) -> None:
    first = make_notice(sari, dedupe_key="a", payload={"event": "first"})
    second = make_notice(sari, dedupe_key="a", payload={"event": "second"})
    assert first == second
    assert second.payload == {"event": "first"}


def test_what_is_put_goes_with_its_transaction(sari: User) -> None:
    with transaction.atomic():
        make_notice(sari)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_what_has_expired_when_it_is_put_is_missed(sari: User) -> None:
    notice = make_notice(sari, due_at=NOW - HOUR, expires_at=NOW)
    assert (notice.state, notice.finished_at) == (State.MISSED, NOW)


def test_a_wish_cannot_expire_before_it_is_due(sari: User) -> None:
    with pytest.raises(IntegrityError, match="notice_expires_after_it_is_due"):
        make_notice(sari, due_at=NOW + HOUR, expires_at=NOW + MINUTE)


def test_reconciling_creates_keeps_and_cancels(sari: User) -> None:
    reconcile(wish(sari, "a"), wish(sari, "b"))
    reconcile(wish(sari, "b"), wish(sari, "c"))
    assert states() == {"a": State.CANCELLED, "b": State.PLANNED, "c": State.PLANNED}


def test_other_plans_are_left_alone(sari: User) -> None:
    make_notice(sari, dedupe_key="other", plan_key="visit:11")
    make_notice(sari, dedupe_key="unplanned")
    reconcile()
    assert states() == {"other": State.PLANNED, "unplanned": State.PLANNED}


@pytest.mark.parametrize("state", [State.PLANNED, State.SENDING])
def test_what_is_not_sent_yet_is_moved_and_reworded(sari: User, state: Notice.State) -> None:
    reconcile(wish(sari))
    Notice.objects.update(state=state)
    reconcile(wish(sari, due_at=NOW, expires_at=NOW + HOUR, payload={"event": "new"}))
    notice = Notice.objects.get()
    assert (notice.due_at, notice.expires_at, notice.payload) == (NOW, NOW + HOUR, {"event": "new"})
    assert notice.state == state


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.MISSED])
def test_what_is_settled_stays_as_it_is(sari: User, state: Notice.State) -> None:
    reconcile(wish(sari), wish(sari, "b"))
    Notice.objects.update(state=state)
    reconcile(wish(sari, payload={"event": "new"}))
    assert states() == {"a": state, "b": state}
    assert Notice.objects.get(dedupe_key="a").payload == wish(sari).payload


def test_what_was_cancelled_is_revived(sari: User) -> None:
    reconcile(wish(sari))
    reconcile()
    reconcile(wish(sari, payload={"event": "new"}))
    notice = Notice.objects.get()
    assert (notice.state, notice.finished_at, notice.payload) == (State.PLANNED, None, {"event": "new"})


def test_what_is_overdue_but_of_use_is_created(sari: User) -> None:
    reconcile(wish(sari, due_at=NOW - HOUR, expires_at=NOW + MINUTE))
    assert states() == {"a": State.PLANNED}


def test_the_past_is_neither_created_nor_revived(sari: User) -> None:
    past = {"due_at": NOW - HOUR, "expires_at": NOW}
    reconcile(wish(sari, "old", expires_at=NOW + HOUR))
    reconcile()
    reconcile(wish(sari, "new", **past), wish(sari, "old", **past))
    assert states() == {"old": State.CANCELLED}


def test_what_expired_unsent_is_the_dispatchers_to_call_missed(sari: User) -> None:
    reconcile(wish(sari))
    reconcile(at=NOW + 2 * HOUR)
    assert states() == {"a": State.PLANNED}


def test_a_wish_that_became_of_use_for_longer_is_still_told_once(sari: User) -> None:
    reconcile(wish(sari, due_at=NOW, expires_at=NOW + MINUTE))
    Notice.objects.update(state=State.SENT)
    reconcile(wish(sari, due_at=NOW, expires_at=NOW + HOUR), at=NOW + 5 * MINUTE)
    assert states() == {"a": State.SENT}


@pytest.mark.parametrize("count", [1, 3, 30])
def test_reconciling_costs_the_same_however_much_there_is(
    sari: User, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    def wishes(letter: str, shift: timedelta = timedelta()) -> list[outbox.Wish]:
        return [wish(sari, f"{letter}{number}", due_at=NOW + HOUR + shift) for number in range(count)]

    reconcile(*wishes("a"), *wishes("b"))
    with django_assert_num_queries(6):  # two savepoint statements, read, change, cancel, create
        reconcile(*wishes("b", MINUTE), *wishes("c"))
    assert sorted(set(states().values())) == [State.CANCELLED, State.PLANNED]
