"""Proposals at the desk: asking, looking at the lines, accepting some, locking and asking again."""

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Membership
from guests.models import Assignment, ItineraryItem, ProposalLine, ProposalRun, Visit
from guests.proposals.weights import Weights
from guests.proposals.working import solve_next_proposal
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_delegation,
    make_guest,
    make_item,
    make_venue,
    make_visit,
)
from tests.guests.desk import at, signed_in, words_of

WEIGHTS = Weights().as_json()


@pytest.fixture(autouse=True)
def _while_the_forum_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def ratna(cast: Cast) -> Client:
    ItineraryItem.objects.all().delete()
    return signed_in(cast.ratna)


def work() -> ProposalRun:
    assert solve_next_proposal(clock=lambda: NOW, seconds=10)
    return ProposalRun.objects.latest("pk")


def propose_all(client: Client, cast: Cast, **given: Any) -> str:
    """Ask for leads for the whole event; the proposal's address."""
    address = reverse("admin:guests_proposalrun_add")
    form = client.get(address, {"event": cast.event.pk})
    assert form.context["form"].initial == WEIGHTS
    answer = client.post(address, WEIGHTS | {"event": cast.event.pk, "propose": "1"} | given)
    assert answer.status_code == 302
    return str(answer["Location"])


def test_from_the_first_page_to_assignments(cast: Cast, ratna: Client) -> None:
    free = make_visit(cast.event, make_guest("Free Guest", languages=["ja"]))
    home = ratna.get(reverse("admin:index")).content.decode()
    assert f'href="{reverse("admin:guests_proposalrun_add")}?event={cast.event.pk}"' in home
    address = propose_all(ratna, cast)
    waiting = ratna.get(address)
    assert 'http-equiv="refresh"' in waiting.content.decode()
    assert "Leads are being looked for, for 3 guests." in words_of(waiting)
    run = work()
    page = ratna.get(address)
    assert "This is the best there is, and that is proven." in words_of(page)
    assert [row.line.visit for row in page.context["changes"]] == [free]
    assert "nobody → Dewi Lestari has all room free" in words_of(page).replace("✓ ", "")
    assert "dearer by" in words_of(page)
    (line,) = page.context["changes"]
    done = ratna.post(address, WEIGHTS | {"chosen": "1", "accept": [line.line.pk]}, follow=True)
    assert "1 line was accepted." in words_of(done)
    assert Assignment.objects.get(visit=free).officer == cast.dewi_officer
    assert "accepted" in words_of(ratna.get(address))
    assert run.lines.filter(state="proposed").count() == 2


def test_chosen_guests_of_the_list_are_proposed_for(cast: Cast, ratna: Client) -> None:
    chosen = {"action": "propose_chosen", "_selected_action": [str(cast.sato.pk)]}
    page = ratna.post(at(Visit, "changelist"), chosen)
    assert "Forum Nusantara: 1 guest" in words_of(page)
    refused = ratna.post(at(Visit, "changelist"), chosen | WEIGHTS | {"propose": "1", "load": "11"})
    assert refused.context["form"].errors == {"load": ["Ensure this value is less than or equal to 10."]}
    answer = ratna.post(at(Visit, "changelist"), chosen | WEIGHTS | {"propose": "1", "load": "9"})
    run = ProposalRun.objects.get()
    assert answer["Location"] == reverse("admin:guests_proposalrun_change", args=[run.pk])
    assert (list(run.visits.all()), run.weights["load"]) == ([cast.sato], 9)


def test_who_gets_nobody_and_why_stands_first(cast: Cast, ratna: Client) -> None:
    Membership.objects.filter(event=cast.event).update(capacity=1)
    for number in range(2):
        make_visit(cast.event, make_guest(f"Free {number}"))
    address = propose_all(ratna, cast)
    work()
    page = words_of(ratna.get(address))
    assert "1 guest gets no lead." in page
    assert "3 have no room" in page


def test_whom_nobody_else_can_lead_stays_and_is_told_apart(cast: Cast, ratna: Client) -> None:
    Membership.objects.update(capacity=5)
    for officer in (cast.bagus_officer, cast.dewi_officer):
        make_assignment(cast.sato, officer, role=Assignment.Role.DEPUTY)
    hall, far = make_venue(cast.event), make_venue(cast.event)
    other = make_visit(cast.event, make_guest("Other Guest"))
    for visit, place in ((cast.sato, hall), (other, far)):
        make_item(visit, "Talks", venue=place)
    for officer in (cast.bagus_officer, cast.dewi_officer):
        make_assignment(other, officer, role=Assignment.Role.DEPUTY)
    make_assignment(other, cast.sari_officer)
    address = propose_all(ratna, cast)
    run = work()
    page = ratna.get(address)
    assert run.without_lead == 0
    bound = page.context["bound"]
    assert {row.line.visit for row in bound} == {cast.sato, other}
    assert {(row.line.officer, row.stopped) for row in bound} == {
        (cast.sari_officer, "2 are the guest’s deputies")
    }
    assert "2 guests keep the leads of today, since the rules stop every other officer" in words_of(page)
    assert [row.line.visit for row in page.context["same"]] == [cast.lim]


def test_a_lock_holds_when_it_is_proposed_again(cast: Cast, ratna: Client) -> None:
    make_visit(cast.event, make_guest("Free Guest"))
    address = propose_all(ratna, cast)
    run = work()
    line = run.lines.get(visit__guest__name="Free Guest")
    ProposalLine.objects.filter(pk=line.pk).update(officer=cast.sari_officer)
    answer = ratna.post(address, WEIGHTS | {"again": "1", "lock": [line.pk], "load": "10"})
    again = work()
    assert answer["Location"] == reverse("admin:guests_proposalrun_change", args=[again.pk])
    assert (again.previous, again.weights["load"]) == (run, 10)
    locked = again.lines.get(visit=line.visit)
    assert (locked.officer, locked.is_locked) == (cast.sari_officer, True)
    assert "checked" in unescape(ratna.get(answer["Location"]).content.decode())


def test_a_proposal_is_called_off(cast: Cast, ratna: Client) -> None:
    address = propose_all(ratna, cast)
    off = ratna.post(address, {"off": "1"}, follow=True)
    assert "This proposal was called off; nothing was changed." in words_of(off)
    assert not solve_next_proposal(clock=lambda: NOW)


def test_looking_writes_nothing(cast: Cast, ratna: Client) -> None:
    address = propose_all(ratna, cast)
    work()
    before = list(ProposalLine.objects.values()), list(Assignment.objects.values())
    ratna.get(address)
    ratna.get(reverse("admin:guests_proposalrun_add"))
    assert (list(ProposalLine.objects.values()), list(Assignment.objects.values())) == before


def test_nobody_else_opens_or_accepts_a_proposal(cast: Cast, ratna: Client) -> None:
    address = propose_all(ratna, cast)
    run = work()
    keys = [line.pk for line in run.lines.all()]
    hendra = signed_in(cast.hendra)
    assert hendra.get(address).status_code == hendra.post(address, {"all": "1"}).status_code == 404
    for user in (cast.sari, cast.putri):
        assert signed_in(user).post(address, {"accept": keys}).status_code == 403
    foreign = WEIGHTS | {"event": cast.event.pk, "propose": "1"}
    assert hendra.post(reverse("admin:guests_proposalrun_add"), foreign).status_code == 200
    assert ProposalRun.objects.count() == 1
    assert set(run.lines.values_list("state", flat=True)) == {"proposed"}


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_page_takes_the_same_queries_for_any_number_of_lines(
    cast: Cast, ratna: Client, number: int
) -> None:
    delegation = make_delegation(cast.event)
    for _each in range(number):
        make_visit(cast.event, delegation=delegation)
    address = propose_all(ratna, cast)
    work()
    with CaptureQueriesContext(connection) as made:
        assert ratna.get(address).status_code == 200
    assert len(made) == 5
    with CaptureQueriesContext(connection) as made:
        assert ratna.get(at(ProposalRun, "changelist")).status_code == 200
    assert len(made) == 6
