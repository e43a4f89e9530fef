"""Incidents, complaints and alarms: what is kept, who is told what, and who takes note."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.urls import reverse
from kombu.exceptions import OperationalError

from events.models import Membership
from guests.models import Assignment, Incident, LogbookEntry
from guests.tasks import plan_and_dispatch, send_at_once
from liaison.accounts.models import User
from liaison.notices.channels import CHANNELS, Channel, Letter
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_venue
from tests.guests.desk import at
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

pytestmark = pytest.mark.usefixtures("now")
HOUR = timedelta(hours=1)


def send(cast: Cast, name: str, by: Any = None, **data: Any) -> Any:
    address = reverse(name, args=[cast.sato.pk])
    return signed_in(by or cast.sari).post(address, {"client_uuid": str(uuid4())} | data)


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def deputise(cast: Cast) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)


def test_an_incident_is_kept_and_the_team_is_told_without_its_words(cast: Cast) -> None:
    deputise(cast)
    response = send(cast, "incident", kind="complaint", severity="serious", text="Fainted in the lift")
    assert response["Location"] == f"/today/#visit-{cast.sato.pk}"
    assert told(response) == ["Noted, and the team knows: complaint."]
    kept = Incident.objects.get()
    assert (kept.visit, kept.kind, kept.severity, kept.raised_by, kept.raised_at) == (
        cast.sato, "complaint", "serious", cast.sari, NOW,
    )  # fmt: skip
    assert LogbookEntry.objects.get().text == "Incident: complaint: Fainted in the lift"
    assert {notice.recipient for notice in Notice.objects.filter(kind="incident", due_at=NOW)} == {
        cast.ratna,
        cast.bagus,
    }
    words = word(Notice.objects.get(recipient=cast.ratna))
    assert words.subject == "Complaint: Mr Sato"
    assert "It needs a decision." in words.text
    assert "Fainted" not in words.subject + words.text + words.html


@pytest.mark.parametrize("kind", ["security", "medical"])
def test_an_alarm_goes_to_everybody_concerned_at_once_with_the_place(cast: Cast, kind: str) -> None:
    deputise(cast)
    hall = make_venue(cast.event, "Grand Ballroom")
    make_item(cast.sato, starts_at=NOW - HOUR, ends_at=NOW + HOUR, venue=hall)
    assert 'value="Grand Ballroom"' in text_of(
        signed_in(cast.sari).get(reverse("sos", args=[cast.sato.pk])).content
    )
    response = send(cast, "sos", kind=kind, place="Grand Ballroom, stage left")
    assert told(response) == ["SOS sent to the team. Call as well where every minute counts."]
    kept = Incident.objects.alarms().get()
    assert (kept.kind, kept.place) == (kind, "Grand Ballroom, stage left")
    assert {notice.recipient for notice in Notice.objects.filter(kind="sos", due_at=NOW)} == {
        cast.ratna,
        cast.bagus,
    }
    words = word(Notice.objects.get(recipient=cast.bagus))
    assert words.subject == f"SOS, {kind}: Mr Sato"
    assert "Where: Grand Ballroom, stage left" in words.text
    assert "Grand Ballroom, stage left" in words.html


@pytest.mark.parametrize(
    ("name", "data"), [("sos", {"kind": "medical"}), ("incident", {"kind": "loss", "severity": "minor"})]
)
def test_a_double_tap_counts_once_and_another_kind_counts(
    cast: Cast, name: str, data: dict[str, str]
) -> None:
    form = str(uuid4())
    for kind in (data["kind"], data["kind"], "security"):
        send(cast, name, client_uuid=form, **data | {"kind": kind})
    assert list(Incident.objects.order_by("pk").values_list("kind", flat=True)) == [data["kind"], "security"]
    assert (LogbookEntry.objects.count(), Notice.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "other", "severity": "minor", "text": " "}, "Say what happened."),
        (
            {"kind": "loss", "severity": "minor", "text": "x" * 501},
            "Keep it to 500 characters; this has 501.",
        ),
        ({"kind": "loss", "severity": "sos", "text": "Kept words"}, "Select a valid choice."),
        ({"kind": "gold", "severity": "minor", "text": "Kept words"}, "Select a valid choice."),
    ],
)
def test_an_incident_that_fails_keeps_what_was_typed(cast: Cast, data: dict[str, str], said: str) -> None:
    response = send(cast, "incident", **data)
    page = text_of(response.content)
    assert response.status_code == 422
    assert said in page
    assert data["text"].strip() in page
    assert not Incident.objects.exists()


def test_a_mangled_alarm_says_that_it_was_not_sent(cast: Cast) -> None:
    response = send(cast, "sos", kind="fire", place="Lobby")
    page = text_of(response.content)
    assert response.status_code == 422
    assert "Not sent yet. Tap again." in page
    assert 'value="Lobby"' in page
    assert not Incident.objects.exists()


@pytest.mark.parametrize("name", ["incident", "sos"])
@pytest.mark.parametrize(
    ("who", "code"), [("bagus", 404), ("dewi", 404), ("putri", 404), ("hendra", 404), ("ratna", 302)]
)
def test_who_serves_the_guest_may(cast: Cast, name: str, who: str, code: int) -> None:
    response = send(cast, name, by=getattr(cast, who), kind="medical", severity="minor")
    assert response.status_code == code
    assert Incident.objects.exists() == (code == 302)


@pytest.mark.parametrize("name", ["incident", "sos"])
def test_before_duty_nobody_may(cast: Cast, name: str) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + HOUR)
    assert send(cast, name, kind="medical", severity="minor").status_code == 403
    assert not Incident.objects.exists()


def test_an_alarm_stands_on_the_coordinators_first_page_until_it_is_acknowledged(cast: Cast) -> None:
    send(cast, "sos", kind="medical")
    client = signed_in(cast.ratna)
    (board,) = client.get(reverse("admin:index")).context["boards"]
    assert (board.cards[0].title, board.cards[0].number, board.cards[0].is_urgent) == (
        "SOS not acknowledged",
        1,
        True,
    )
    assert len(client.get(board.cards[0].address).context["cl"].result_list) == 1
    (other,) = signed_in(cast.hendra).get(reverse("admin:index")).context["boards"]
    assert other.cards[0].number == 0
    alarm = Incident.objects.get()
    chosen = {"action": "acknowledge_chosen", "_selected_action": [alarm.pk]}
    assert client.post(at(Incident, "changelist"), chosen).status_code == 302
    alarm.refresh_from_db()
    assert (alarm.acknowledged_by, alarm.acknowledged_at) == (cast.ratna, NOW)
    (board,) = client.get(reverse("admin:index")).context["boards"]
    assert (board.cards[0].number, board.cards[0].is_urgent) == (0, False)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """A second way to reach people beside the mail, and what was handed to it."""
    handed: list[tuple[str, str]] = []

    class Flag(Channel):
        @staticmethod
        def addresses(recipient: User) -> list[str]:
            return [f"flag:{recipient.pk}"]

        def send(self, letter: Letter) -> None:
            handed.append((letter.address, letter.words.subject))

    monkeypatch.setitem(CHANNELS, "flag", Flag)
    return handed


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "subject"), [("sos", "SOS, medical: Mr Sato"), ("incident", "Incident: Mr Sato")]
)
def test_it_goes_out_at_once_by_every_way(
    cast: Cast, ways: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, name: str, subject: str
) -> None:
    """The page asks a worker to send, after the commit; what the worker then does is done here."""
    deputise(cast)
    monkeypatch.setattr(send_at_once, "apply_async", lambda _args: send_at_once())
    send(cast, name, kind="medical", severity="serious")
    assert sorted(ways) == sorted((f"flag:{user.pk}", subject) for user in (cast.ratna, cast.bagus))
    assert {tuple(letter.to) for letter in mail.outbox} == {(cast.ratna.email,), (cast.bagus.email,)}
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_a_dead_redis_delays_an_alarm_to_the_next_tick_and_loses_nothing(
    cast: Cast, ways: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(_args: Any) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(send_at_once, "apply_async", dead)
    response = send(cast, "sos", kind="security")
    assert told(response) == ["SOS sent to the team. Call as well where every minute counts."]
    assert ways == []
    assert Notice.objects.due(NOW).count() == 1
    plan_and_dispatch()
    alarms = [way for way in ways if way[1].startswith("SOS")]  # the tick tells more
    assert alarms == [(f"flag:{cast.ratna.pk}", "SOS, security: Mr Sato")]


def test_an_alarm_that_would_reach_nobody_reaches_the_administrators(cast: Cast) -> None:
    root = User.objects.create_superuser("root@example.org", name="Root")
    Membership.objects.filter(user=cast.ratna).delete()
    send(cast, "incident", kind="loss", severity="minor")
    assert not Notice.objects.exists()
    send(cast, "sos", kind="medical")
    assert Notice.objects.get().recipient == root


def test_somebody_elses_alarm_cannot_be_acknowledged(cast: Cast) -> None:
    send(cast, "sos", kind="medical")
    alarm = Incident.objects.get()
    chosen = {"action": "acknowledge_chosen", "_selected_action": [alarm.pk]}
    signed_in(cast.hendra).post(at(Incident, "changelist"), chosen)
    assert Incident.objects.alarms().exists()


@pytest.mark.parametrize(("name", "queries"), [("incident", 4), ("sos", 5)])
@pytest.mark.parametrize("number", [1, 3])
def test_queries(cast: Cast, name: str, queries: int, number: int, django_assert_num_queries: Any) -> None:
    for _each in range(number):
        make_item(cast.sato, starts_at=NOW - HOUR, ends_at=NOW + HOUR, venue=make_venue(cast.event))
    client = signed_in(cast.sari)
    with django_assert_num_queries(queries):  # session, person, visit, duty; of an alarm where the guest is
        client.get(reverse(name, args=[cast.sato.pk]))
