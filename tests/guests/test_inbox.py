"""The inbox: everything sent to oneself, newest first, to be read again and acknowledged."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from guests.reminders import plan_marked_visits
from liaison.accounts.models import User
from liaison.notices.inbox import ON_A_PAGE
from liaison.notices.models import Notice
from liaison.notices.resending import send_again
from tests.cast import Cast
from tests.factories import NOW
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice

pytestmark = pytest.mark.usefixtures("now")
State = Notice.State


def sent(recipient: User, name: str = "E", **fields: Any) -> Notice:
    """An invitation to the event of that name, or another kind, that went out."""
    state = fields.pop("state", State.SENT)
    given = {"payload": {"event": name, "inviter": "Ratna", "role": "officer"}}
    notice = make_notice(recipient, **given | fields)
    Notice.objects.filter(pk=notice.pk).update(state=state)
    return notice


def reminder_of(cast: Cast) -> Notice:
    """Sari's reminder of Mr Sato's meeting, sent."""
    plan_marked_visits(at=NOW)
    rows = Notice.objects.filter(recipient=cast.sari)
    rows.update(state=State.SENT, due_at=NOW - 15 * MINUTE, finished_at=NOW - 15 * MINUTE)
    return rows.get()


def page_of(user: User, **asked: Any) -> str:
    return text_of(signed_in(user).get(reverse("inbox"), asked).content)


def subjects(user: User, **asked: Any) -> list[str]:
    inbox = signed_in(user).get(reverse("inbox"), asked).context["inbox"]
    return [entry.subject.removeprefix("Ratna invites you to the team of ") for entry in inbox.entries]


def got_it(client: Client, notice: Notice) -> Any:
    return client.post(reverse("acknowledge_notice", args=[notice.pk]), {"client_uuid": uuid4()})


def test_a_reminder_is_worded_as_in_the_mail_says_when_and_waits(cast: Cast) -> None:
    reminder_of(cast)
    page = page_of(cast.sari)
    for said in (
        "Thu, 13 May 10:00 WITA · Mr Sato: Meeting of Sato",
        "Thu, 13 May 08:45 WITA",
        "waits for your answer",
        "Place: Hall Sato",
        f'href="http://localhost:8000/visits/{cast.sato.pk}/"',
    ):
        assert said in page
    assert "/acknowledge/1" not in page.replace("/notices", "")  # the mail's key is the mail's


def test_it_is_in_the_readers_language(cast: Cast) -> None:
    User.objects.filter(pk=cast.sari.pk).update(language="id")
    reminder_of(cast)
    assert "Kam, 13 Mei 10.00 WITA · Mr Sato" in page_of(User.objects.get(pk=cast.sari.pk))


def test_newest_first_and_what_could_not_be_sent_is_read_here_at_least(cast: Cast) -> None:
    sent(cast.sari, "Older", due_at=NOW - HOUR)
    sent(cast.sari, "Failed", due_at=NOW - 30 * MINUTE, state=State.FAILED)
    sent(cast.sari, "Newest", due_at=NOW - MINUTE, state=State.SENDING)
    sent(cast.sari, "Missed", due_at=NOW - 45 * MINUTE, state=State.MISSED)
    for state in (State.PLANNED, State.CANCELLED):
        sent(cast.sari, f"Untold {state}", state=state)
    assert subjects(cast.sari) == ["Newest", "Failed", "Missed", "Older"]


def test_what_failed_or_was_missed_is_marked(cast: Cast) -> None:
    sent(cast.sari)
    page = page_of(cast.sari)
    assert "could not be sent to you" not in page
    assert "not sent: it was too late" not in page
    sent(cast.sari, "Failed", state=State.FAILED)
    assert "could not be sent to you" in page_of(cast.sari)
    Notice.objects.filter(state=State.FAILED).update(state=State.MISSED)
    assert "not sent: it was too late" in page_of(cast.sari)


def test_what_is_sent_again_does_not_vanish_meanwhile(cast: Cast) -> None:
    notice = sent(cast.sari, "Again", state=State.FAILED)
    Notice.objects.filter(pk=notice.pk).update(finished_at=NOW - MINUTE)
    assert send_again(notices=Notice.objects.all(), at=NOW) == 1
    assert Notice.objects.get(pk=notice.pk).state == State.PLANNED
    assert subjects(cast.sari) == ["Again"]


def test_only_ones_own_whoever_one_is(cast: Cast) -> None:
    root = User.objects.create_superuser("root@example.org", "x", name="Root")
    User.objects.update(language="en")
    reminder_of(cast)
    for other in (cast.bagus, cast.dewi, cast.ratna, cast.hendra, root):
        page = page_of(other)
        assert "Sato" not in page
        assert "Nothing has been sent to you yet." in page


def test_a_kind_that_is_no_more_breaks_nothing(cast: Cast) -> None:
    sent(cast.sari, kind="pigeon")
    sent(cast.sari, kind="reminder", payload={"guest": "Mr Sato"})  # as an older version may have written it
    sent(cast.sari, "Good")
    assert sorted(subjects(cast.sari)) == ["A notice that can no longer be shown"] * 2 + ["Good"]


def test_markup_in_what_people_wrote_stays_text(cast: Cast) -> None:
    sent(cast.sari, "<script>alert(1)</script> javascript:alert(2)")
    page = page_of(cast.sari)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert 'href="javascript' not in page


# --- got it --------------------------------------------------------------------------------------------------------


def test_one_tap_acknowledges_and_a_second_changes_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice, client = reminder_of(cast), signed_in(cast.sari)
    assert Notice.objects.unacknowledged(NOW).count() == 1
    assert got_it(client, notice).status_code == 302
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 5 * MINUTE)
    got_it(client, notice)
    notice.refresh_from_db()
    assert notice.acknowledged_at == NOW
    assert not Notice.objects.unacknowledged(NOW).exists()
    page = page_of(cast.sari)
    assert "Read Thu, 13 May 09:00 WITA" in page
    assert "waits for your answer" not in page


@pytest.mark.parametrize("who", ["bagus", "dewi", "ratna", "hendra"])
def test_somebody_elses_is_not_there_even_for_who_runs_the_event(cast: Cast, who: str) -> None:
    notice = reminder_of(cast)
    assert got_it(signed_in(getattr(cast, who)), notice).status_code == 404
    notice.refresh_from_db()
    assert notice.acknowledged_at is None


@pytest.mark.parametrize(
    "fields", [{}, {"kind": "reminder", "wants_acknowledgement": True, "state": State.PLANNED}]
)
def test_what_asks_for_no_answer_or_was_not_sent_takes_none(cast: Cast, fields: dict[str, Any]) -> None:
    notice = sent(cast.sari, **fields)
    assert got_it(signed_in(cast.sari), notice).status_code == 404
    notice.refresh_from_db()
    assert notice.acknowledged_at is None


def test_whoever_was_signed_out_is_told_that_it_did_not_count(cast: Cast) -> None:
    notice = reminder_of(cast)
    answer = got_it(Client(), notice)
    assert answer.url.startswith("/accounts/login/")
    notice.refresh_from_db()
    assert notice.acknowledged_at is None


def test_what_is_over_waits_no_more(cast: Cast) -> None:
    reminder_of(cast)
    Notice.objects.filter(recipient=cast.sari).update(expires_at=NOW)
    assert "waits for your answer" not in page_of(cast.sari)


# --- pages ---------------------------------------------------------------------------------------------------------


def test_a_page_holds_so_many_and_leads_to_the_others(cast: Cast) -> None:
    for number in range(ON_A_PAGE + 1):
        sent(cast.sari, f"E{number}", due_at=NOW - number * MINUTE)
    assert subjects(cast.sari) == [f"E{number}" for number in range(ON_A_PAGE)]
    assert subjects(cast.sari, page=2) == [f"E{ON_A_PAGE}"]
    first, second = page_of(cast.sari), page_of(cast.sari, page=2)
    assert ("?page=2" in first, "Newer" in first) == (True, False)
    assert ("?page=1" in second, "Older" in second) == (True, False)


@pytest.mark.parametrize("asked", ["0", "-1", "x", "²", "9" * 30])
def test_a_page_that_is_none_is_the_first(cast: Cast, asked: str) -> None:
    sent(cast.sari, "Only")
    assert subjects(cast.sari, page=asked) == ["Only"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_three_queries(
    cast: Cast, number: int, django_assert_num_queries: Any, now: datetime
) -> None:
    for _each in range(number):
        sent(cast.sari, event_id=cast.event.pk)
    client = signed_in(cast.sari)
    with django_assert_num_queries(3):  # session, person, what was sent with its event
        client.get(reverse("inbox"))
