"""The whole life of a request: written down, accepted, passed on, ended, opened again; and who is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from events.models import Membership, Role
from guests.models import Assignment, LogbookEntry, Request, RequestComment
from guests.requests import (
    RequestError,
    accept_request,
    close_request,
    comment_on_request,
    decline_request,
    give_request,
    log_request,
    reopen_request,
    set_deadline,
)
from liaison.accounts.models import User
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_member, make_request, make_user
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


def told() -> set[tuple[str, User]]:
    """What was told to whom, and by it whom it was not."""
    notices = Notice.objects.filter(kind="request").select_related("recipient")
    return {(notice.payload["did"], notice.recipient) for notice in notices}


def act(by: User, minute: int = 1) -> dict[str, Any]:
    return {"by": by, "at": NOW + timedelta(minutes=minute), "client_uuid": uuid4()}


@pytest.fixture
def deputy(cast: Cast) -> Membership:
    """Bagus helps Sari with Mr Sato."""
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    return cast.bagus_officer


def written(cast: Cast) -> list[str]:
    entries = LogbookEntry.objects.filter(visit=cast.sato, kind=LogbookEntry.Kind.REQUEST)
    return list(entries.order_by("pk").values_list("text", flat=True))


def test_who_writes_a_request_down_sees_to_it(cast: Cast) -> None:
    request = log(cast, "Still, no ice")
    assert (request.owner, request.raised_by, request.raised_at) == (cast.sari_officer, cast.sari, NOW)
    assert request.is_open
    assert written(cast) == ["Asked for: Still, no ice"]


def test_a_coordinators_request_is_the_leads_who_is_told(cast: Cast) -> None:
    request = log_request(
        visit=cast.sato, category=Request.Category.CAR, text="", by=cast.ratna, at=NOW, client_uuid=uuid4()
    )
    assert request.owner == cast.sari_officer
    assert told() == {("raised", cast.sari)}


def test_where_nobody_is_on_duty_the_other_coordinators_are_told(cast: Cast) -> None:
    cast.sari_leads.withdraw()
    tono = make_user("Tono")
    make_member(tono, cast.event, Role.COORDINATOR)
    request = log_request(
        visit=cast.sato, category=Request.Category.CAR, text="", by=cast.ratna, at=NOW, client_uuid=uuid4()
    )
    assert request.owner is None
    assert told() == {("raised", tono)}


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


def test_who_accepts_owns_it_and_who_raised_it_is_told(cast: Cast, deputy: Membership) -> None:
    request = log(cast, "Tea")
    accept_request(request=request, **act(cast.bagus))
    request.refresh_from_db()
    assert (request.state, request.accepted_by, request.accepted_at, request.owner) == (
        "accepted", cast.bagus, NOW + timedelta(minutes=1), deputy,
    )  # fmt: skip
    assert written(cast) == ["Asked for: Tea", "Accepted: Tea"]
    assert told() == {("accepted", cast.sari)}


def test_accepted_by_two_the_first_has_it(cast: Cast, deputy: Membership) -> None:
    request = log(cast, "Tea")
    accept_request(request=request, **act(cast.bagus))
    accept_request(request=request, **act(cast.bagus, 2))
    with pytest.raises(RequestError, match="Bagus Pratama has accepted this already"):
        accept_request(request=request, **act(cast.sari, 3))
    request.refresh_from_db()
    assert (request.owner, request.accepted_at) == (deputy, NOW + timedelta(minutes=1))
    assert written(cast) == ["Asked for: Tea", "Accepted: Tea"]


def test_a_coordinator_who_accepts_sees_to_it_in_person(cast: Cast) -> None:
    request = log(cast, "Tea")
    accept_request(request=request, **act(cast.ratna))
    request.refresh_from_db()
    assert request.owner == Membership.objects.get(user=cast.ratna)
    assert not Request.objects.without_owner(NOW).filter(pk=request.pk).exists()


def test_declined_it_says_why_and_those_concerned_are_told_without_its_words(
    cast: Cast, deputy: Membership
) -> None:
    request = log(cast, "Insulin")
    decline_request(request=request, reason="100% sold out", **act(cast.bagus))
    request.refresh_from_db()
    assert (request.state, request.decline_reason, request.closed_by) == (
        "declined", "100% sold out", cast.bagus,
    )  # fmt: skip
    assert written(cast)[-1] == "Declined: Insulin (100% sold out)"
    assert told() == {("declined", cast.sari), ("declined", cast.ratna)}
    words = word(Notice.objects.get(recipient=cast.sari))
    assert words.subject == "Declined: water, Mr Sato"
    for part in (words.subject, words.text, words.html):
        assert "Insulin" not in part
        assert "sold out" not in part
    assert f"/requests/{request.pk}/" in words.text
    assert f"/requests/{request.pk}/" in words.html


def test_what_is_told_is_in_the_readers_language_and_stays_text(cast: Cast, deputy: Membership) -> None:
    User.objects.filter(pk=cast.sari.pk).update(language="id")
    cast.sato.guest.addressed_as = "Mr <b>Sato</b>"
    cast.sato.guest.save()
    request = log(cast, "Tea")
    close_request(request=request, **act(cast.bagus))
    words = word(Notice.objects.get(recipient=cast.sari))
    assert "air minum" in words.subject or "air" in words.subject
    assert "Mr <b>Sato</b>" in words.subject
    assert "Mr &lt;b&gt;Sato&lt;/b&gt;" in words.html
    assert "<b>Sato" not in words.html


def test_the_database_refuses_to_decline_without_a_reason(cast: Cast) -> None:
    request = log(cast, "Tea")
    with pytest.raises(IntegrityError, match="request_is_declined_with_a_reason"):
        decline_request(request=request, reason="", **act(cast.sari))


def test_what_is_declined_is_not_done_by_a_late_tap(cast: Cast, deputy: Membership) -> None:
    request = log(cast, "Tea")
    decline_request(request=request, reason="No time", **act(cast.bagus))
    late: list[tuple[Any, dict[str, Any]]] = [
        (close_request, {}),
        (accept_request, {}),
        (give_request, {"owner": deputy}),
        (set_deadline, {"due_at": NOW}),
        (decline_request, {"reason": "Other"}),
    ]
    for workflow, more in late:
        with pytest.raises(RequestError, match="already declined: Bagus Pratama, 09:01 WITA"):
            workflow(request=request, **act(cast.sari, 2), **more)
    request.refresh_from_db()
    assert request.decline_reason == "No time"
    assert len(written(cast)) == 2


def test_what_was_closed_by_mistake_waits_again_as_it_did(cast: Cast, deputy: Membership) -> None:
    request = log(cast, "Tea")
    accept_request(request=request, **act(cast.sari))
    close_request(request=request, **act(cast.bagus, 2))
    reopen_request(request=request, **act(cast.sari, 3))
    reopen_request(request=request, **act(cast.sari, 4))
    request.refresh_from_db()
    assert (request.state, request.closed_at, request.closed_by, request.owner) == (
        "accepted", None, None, cast.sari_officer,
    )  # fmt: skip
    assert written(cast)[-1] == "Open again: Tea"
    assert told() == {("done", cast.sari), ("reopened", cast.bagus)}


def test_a_request_is_given_and_taken_over_and_both_are_told(cast: Cast, deputy: Membership) -> None:
    request = log(cast, "Tea")
    give_request(request=request, owner=deputy, **act(cast.ratna))
    request.refresh_from_db()
    assert request.owner == deputy
    assert written(cast)[-1] == "Now with Bagus Pratama: Tea"
    assert told() == {("given", cast.sari), ("given", cast.bagus)}


def test_a_deadline_is_changed_and_written_down(cast: Cast) -> None:
    request = log(cast, "Tea")
    set_deadline(request=request, due_at=NOW + timedelta(minutes=30), **act(cast.sari))
    set_deadline(request=request, due_at=None, **act(cast.sari, 2))
    request.refresh_from_db()
    assert request.due_at is None
    assert written(cast)[1:] == [
        "Deadline changed: Tea, 09:30 WITA",
        "Deadline changed: Tea, no deadline",
    ]


def test_a_word_on_it_counts_once_and_reaches_who_raised_and_owns_it(cast: Cast, deputy: Membership) -> None:
    request = log(cast, "Tea")
    once = act(cast.bagus)
    for _tap in range(2):
        comment_on_request(request=request, text="Only green left", **once)
    assert RequestComment.objects.get().author == cast.bagus
    assert told() == {("commented", cast.sari)}


def test_each_action_counts_once_by_its_client_made_id(cast: Cast, deputy: Membership) -> None:
    """A retry after a lost answer comes when the request may stand elsewhere already."""
    request = log(cast, "Tea")
    done, again = act(cast.sari), act(cast.sari, 2)
    close_request(request=request, **done)
    reopen_request(request=request, **again)
    close_request(request=request, **done)
    request.refresh_from_db()
    assert request.is_open
    assert written(cast) == ["Asked for: Tea", "Done: Tea", "Open again: Tea"]


def left(minute: int = 0) -> set[str]:
    return {str(each) for each in Request.objects.without_owner(NOW + timedelta(minutes=minute))}


def test_nothing_gets_lost_between_officers(cast: Cast, deputy: Membership) -> None:
    """A request is without an owner as soon as nobody named is with the guest, and no longer than that."""
    Request.objects.all().delete()
    make_request(cast.sato, cast.sari, "Owned", owner=cast.sari_officer)
    make_request(cast.sato, cast.sari, "Deputy's", owner=deputy)
    make_request(cast.sato, cast.ratna, "Ratna's", owner=Membership.objects.get(user=cast.ratna))
    make_request(cast.sato, cast.sari, "Nobody's")
    make_request(cast.sato, cast.sari, "Dewi's", owner=cast.dewi_officer)
    make_request(cast.lim, cast.bagus, "Wrong guest's", owner=cast.sari_officer)
    make_request(cast.sato, cast.sari, "Over", state="done", closed_at=NOW, closed_by=cast.sari)
    assert left() == {"Nobody's", "Dewi's", "Wrong guest's"}
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(ends_at=NOW + timedelta(minutes=5))
    assert left(4) == {"Nobody's", "Dewi's", "Wrong guest's"}
    assert left(5) == {"Nobody's", "Dewi's", "Wrong guest's", "Owned"}
    User.objects.filter(pk=cast.bagus.pk).update(is_active=False)
    assert left() == {"Nobody's", "Dewi's", "Wrong guest's", "Deputy's"}


def test_whoever_has_left_the_guest_is_told_nothing_more(cast: Cast, deputy: Membership) -> None:
    request = make_request(cast.sato, cast.dewi, "Tea", owner=cast.dewi_officer)
    give_request(request=request, owner=deputy, **act(cast.sari))
    decline_request(request=request, reason="No", **act(cast.sari, 2))
    assert told() == {("given", cast.bagus), ("declined", cast.bagus), ("declined", cast.ratna)}
