"""What did not get through, at the desk: why, and sending it again."""

from datetime import datetime
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from events.models import Role
from liaison.notices.dispatch import dispatch
from liaison.notices.models import Delivery, Notice
from tests.cast import Cast
from tests.factories import NOW, make_member
from tests.guests.desk import at, signed_in, words_of
from tests.guests.phone import now as now
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice

pytestmark = pytest.mark.usefixtures("now")
LIST = at(Notice, "changelist")
REASON = "The other side refuses the address or the message: 550 no such user"


def failed(cast: Cast, **fields: Any) -> Notice:
    """A notice to Sari that the mail server refused a minute ago."""
    notice = make_notice(cast.sari, **{"event_id": cast.event.pk} | fields)
    Notice.objects.filter(pk=notice.pk).update(state="failed", finished_at=NOW - MINUTE)
    Delivery.objects.create(
        notice=notice, channel="email", address=cast.sari.email, message_id="<the-same@localhost>", state="failed",
        trouble="refused", error="550 no such user", next_attempt_at=NOW,
    )  # fmt: skip
    return notice


def again(notice: Notice) -> str:
    return reverse("admin:notices_notice_send_again", args=[notice.pk])


def state_of(notice: Notice) -> str:
    return Notice.objects.get(pk=notice.pk).state


def chosen(client: Client, *notices: Notice) -> Any:
    return client.post(
        LIST,
        {"action": "send_chosen_again", "_selected_action": [notice.pk for notice in notices]},
        follow=True,
    )


def test_list_and_page_say_why_and_offer_to_send_again(cast: Cast) -> None:
    notice = failed(cast)
    client = signed_in(cast.ratna)
    for address in (LIST, at(Notice, "change", notice.pk)):
        page = client.get(address)
        assert REASON in words_of(page)
        assert again(notice) in page.content.decode()


def test_the_button_of_a_row_sends_the_lists_token(cast: Cast) -> None:
    """It stands in the list's own form, without scripts."""
    notice, client = failed(cast), Client(enforce_csrf_checks=True)
    client.force_login(cast.ratna)
    page = client.get(LIST).content.decode()
    form = page[page.index('<form id="changelist-form"') :]
    form = form[: form.index("</form>")]
    assert f'formaction="{again(notice)}"' in form
    token = form.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert client.post(again(notice)).status_code == 403
    assert client.post(again(notice), {"csrfmiddlewaretoken": token}).status_code == 302
    assert state_of(notice) == "planned"


def test_nothing_is_offered_where_nothing_helps(cast: Cast) -> None:
    useless, sent = failed(cast, expires_at=NOW - MINUTE), failed(cast)
    Notice.objects.filter(pk=sent.pk).update(state="sent")
    client = signed_in(cast.ratna)
    for notice in (useless, sent):
        for address in (LIST, at(Notice, "change", notice.pk)):
            assert again(notice) not in client.get(address).content.decode()
        assert "Nothing there has failed" in words_of(client.post(again(notice), follow=True))
    assert (state_of(useless), state_of(sent)) == ("failed", "sent")


@pytest.mark.parametrize("way", ["row", "action"])
def test_from_the_tap_to_the_mail_and_once_for_two_taps(
    cast: Cast, mailoutbox: list[EmailMessage], way: str
) -> None:
    notice, client = failed(cast), signed_in(cast.ratna)
    for said in ("1 notice is sent again.", "Nothing there has failed and is still of use."):
        page = client.post(again(notice), follow=True) if way == "row" else chosen(client, notice)
        assert said in words_of(page)
    while dispatch(at=NOW):
        pass
    (mail,) = mailoutbox
    assert (mail.to, mail.extra_headers["Message-ID"]) == ([cast.sari.email], "<the-same@localhost>")
    assert state_of(notice) == "sent"
    assert REASON not in words_of(client.get(LIST))


def test_only_coordinators_of_the_event(cast: Cast) -> None:
    notice = failed(cast)
    for person, answer in ((cast.hendra, 404), (cast.sari, 403), (cast.bagus, 403), (cast.putri, 403)):
        client = signed_in(person)
        assert client.post(again(notice)).status_code == answer
        chosen(client, notice)
    assert Client().post(again(notice)).status_code == 302
    assert signed_in(cast.ratna).get(again(notice)).status_code == 405
    assert state_of(notice) == "failed"


def test_ones_own_notice_of_an_event_one_does_not_run_is_left_to_others(cast: Cast) -> None:
    make_member(cast.sari, cast.other_event, Role.COORDINATOR)
    notice, client = failed(cast), signed_in(cast.sari)
    page = client.post(again(notice), follow=True)
    assert "Nothing there has failed" in words_of(page)
    chosen(client, notice)
    assert state_of(notice) == "failed"


def test_an_administrator_sends_again_what_is_of_no_event(cast: Cast, now: datetime) -> None:
    notice = failed(cast, event_id=None)
    cast.hendra.is_superuser = True
    cast.hendra.save()
    signed_in(cast.hendra).post(again(notice))
    assert state_of(notice) == "planned"


@pytest.mark.parametrize(("answer", "shown"), [("failed", {"failed"}), ("missed", {"missed"})])
def test_what_did_not_get_through_is_found_while_it_matters(cast: Cast, answer: str, shown: set[str]) -> None:
    for state in ("failed", "missed", "sent", "planned"):
        Notice.objects.filter(pk=failed(cast).pk).update(state=state)
    gone = [failed(cast, expires_at=NOW - MINUTE, due_at=NOW - 2 * HOUR) for _number in range(2)]
    Notice.objects.filter(pk__in=[one.pk for one in gone]).update(finished_at=NOW - 25 * HOUR)
    Notice.objects.filter(pk=gone[0].pk).update(state="missed")
    rows = signed_in(cast.ratna).get(LIST, {"trouble": answer}).context["cl"].result_list
    assert [row.state for row in rows] == sorted(shown)
