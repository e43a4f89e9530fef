"""Proposals from rows to rows: what the worker writes, what accepting writes, and what no longer fits."""

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Membership, Role, Shift
from guests.models import Assignment, ItineraryItem, ProposalLine, ProposalRun, Visit
from guests.proposals.accepting import accept, set_locks
from guests.proposals.runs import NoProposalError, request_proposal
from guests.proposals.weights import Weights, last_weights
from guests.proposals.working import solve_next_proposal
from liaison.accounts.models import SpokenLanguage
from liaison.embedded.engines import ROOT
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_event,
    make_guest,
    make_item,
    make_member,
    make_user,
    make_venue,
    make_visit,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EARLIER = NOW - 10 * DAY  # while the forum is being prepared


def clock(at: datetime = EARLIER) -> Callable[[], datetime]:
    return lambda: at


@pytest.fixture
def team(cast: Cast) -> Cast:
    """The cast without items that collide, and without anybody's duties but Sari's for Mr Sato."""
    ItineraryItem.objects.all().delete()
    Assignment.objects.exclude(pk=cast.sari_leads.pk).delete()
    return cast


def asked(cast: Cast, *visits: Visit, **given: Any) -> ProposalRun:
    plan = {"visits": visits or list(Visit.objects.filter(event=cast.event)), "weights": Weights()}
    return request_proposal(**plan | {"by": cast.ratna, "at": EARLIER} | given)  # type: ignore[arg-type]


def solved(cast: Cast, *visits: Visit, **given: Any) -> ProposalRun:
    run = asked(cast, *visits, **given)
    assert solve_next_proposal(clock=clock(), seconds=10)
    run.refresh_from_db()
    assert run.state == ProposalRun.State.DONE, run.error
    return run


def line_of(run: ProposalRun, visit: Visit) -> ProposalLine:
    return run.lines.select_related("today", "officer").get(visit=visit)


def accepted(cast: Cast, run: ProposalRun, *lines: ProposalLine, at: datetime = EARLIER) -> list[str]:
    """The states after accepting these lines, or all."""
    keys = [line.pk for line in lines or run.lines.all()]
    return [row.state for row in accept(run=run, lines=keys, by=cast.ratna, at=at)]


# --- working it out -----------------------------------------------------------------------------------------------------


def test_a_proposal_finds_leads_keeps_todays_and_writes_no_assignment(team: Cast) -> None:
    SpokenLanguage.objects.create(user=team.bagus, language="zh", level=4)
    team.lim.guest.languages = ["zh-Hans"]
    team.lim.guest.save()
    run = solved(team)
    assert (run.is_best, run.without_lead, run.lines.count()) == (True, 0, 2)
    sato, lim = line_of(run, team.sato), line_of(run, team.lim)
    assert (sato.officer, sato.today, sato.is_change) == (team.sari_officer, team.sari_leads, False)
    assert (lim.officer, lim.today, lim.is_change) == (team.bagus_officer, None, True)
    assert lim.reasons["language"] == 0
    assert lim.second_by is not None
    assert lim.second_by >= 60  # the language, missed entirely, at weight 6
    assert Assignment.objects.count() == 1


def test_shifts_overlaps_and_capacity_are_rules(team: Cast) -> None:
    """Sari is full, Dewi is off shift, and Bagus would have to be at two places: Ms Lim gets nobody."""
    Membership.objects.filter(event=team.event).update(capacity=1)
    Membership.objects.filter(pk=team.bagus_officer.pk).update(capacity=5)
    hall, far = make_venue(team.event), make_venue(team.event)
    make_item(team.lim, "Talks", venue=hall)
    other = make_visit(team.event, make_guest("Other"))
    make_item(other, "Lunch", venue=far)
    make_assignment(other, team.bagus_officer)
    Shift.objects.create(membership=team.dewi_officer, starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR)
    run = solved(team, team.lim)
    line = line_of(run, team.lim)
    assert (run.without_lead, line.officer) == (1, None)
    assert line.stopped == {"capacity": 1, "shift": 1, "two places": 1}
    assert accepted(team, run) == []


def test_whom_nobody_else_can_lead_keeps_todays_lead_and_what_is_proposed_beside_it_fits(team: Cast) -> None:
    """Sari has to be at two places already, and Dewi is off shift: another guest at the one place goes to Bagus."""
    Membership.objects.filter(event=team.event).update(capacity=2)
    far = make_venue(team.event)
    make_assignment(team.lim, team.sari_officer)
    third = make_visit(team.event, make_guest("Third"))
    Shift.objects.create(membership=team.dewi_officer, starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR)
    make_assignment(team.lim, team.bagus_officer, role=Assignment.Role.DEPUTY)
    make_assignment(team.sato, team.bagus_officer, role=Assignment.Role.DEPUTY)
    for visit, place in ((team.sato, make_venue(team.event)), (team.lim, far), (third, far)):
        make_item(visit, "Talks", venue=place)
    run = solved(team, third, team.sato, team.lim)
    assert run.without_lead == 1  # Bagus is the others' deputy, and so at two places
    assert {line_of(run, visit).officer for visit in (team.sato, team.lim)} == {team.sari_officer}
    assert line_of(run, team.sato).is_bound
    assert line_of(run, team.lim).stopped == {"deputy": 1, "shift": 1}
    Assignment.objects.filter(role=Assignment.Role.DEPUTY, visit=team.sato).delete()
    again = solved(team, third, team.sato, team.lim)
    assert line_of(again, third).officer == team.bagus_officer
    assert accepted(team, again) == ["accepted"] * 3


def test_a_locked_assignment_and_a_lock_on_the_page_stay(team: Cast) -> None:
    Assignment.objects.update(is_locked=True)
    weights = Weights(load=10, change=0)
    run = solved(team, kept={team.lim.pk: team.dewi_officer.pk}, weights=weights)
    assert line_of(run, team.sato).officer == team.sari_officer
    assert (line_of(run, team.lim).officer, line_of(run, team.lim).is_locked) == (team.dewi_officer, True)
    assert last_weights(team.event.pk) == weights


def test_solving_again_after_accepting_all_changes_nothing(team: Cast) -> None:
    for number in range(4):
        make_visit(team.event, make_guest(f"Free {number}"))
    assert set(accepted(team, solved(team))) == {"accepted"}
    again = solved(team)
    assert [line.is_change for line in again.lines.select_related("today")] == [False] * 6


def test_a_visit_divided_by_hand_is_left_alone(team: Cast) -> None:
    make_assignment(
        team.sato, team.dewi_officer, starts_at=team.sari_leads.ends_at, ends_at=team.sari_leads.ends_at + DAY
    )
    assert not solved(team).lines.filter(visit=team.sato).exists()
    run = asked(team, team.sato)
    solve_next_proposal(clock=clock())
    run.refresh_from_db()
    assert (run.state, "by hand" in run.error) == ("failed", True)


def test_guests_whose_stays_are_over_are_said_to_be_so(team: Cast) -> None:
    Assignment.objects.all().delete()
    Visit.objects.update(arrives_at=EARLIER - 5 * DAY, departs_at=EARLIER - 2 * DAY)
    run = asked(team, team.sato)
    solve_next_proposal(clock=clock())
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "The stays of all these guests are over.")


def test_only_whoever_runs_the_event_asks_and_for_one_event(team: Cast) -> None:
    with pytest.raises(PermissionDenied):
        asked(team, by=team.hendra)
    with pytest.raises(PermissionDenied):
        asked(team, by=team.sari)
    with pytest.raises(NoProposalError, match="one event"):
        asked(team, team.sato, team.okafor)
    assert asked(team) == asked(team, team.sato)  # one is being worked out already


def test_a_proposal_called_off_writes_nothing(team: Cast) -> None:
    run = asked(team)

    looks: list[datetime] = []

    def calling_off_at_the_second_look() -> datetime:
        if looks:
            ProposalRun.objects.get(pk=run.pk).call_off(at=EARLIER)
        looks.append(EARLIER)
        return EARLIER

    solve_next_proposal(clock=calling_off_at_the_second_look)
    run.refresh_from_db()
    assert (run.state, run.lines.count()) == ("off", 0)
    assert not run.call_off(at=NOW)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_a_proposal_takes_the_same_queries_for_any_number(team: Cast, number: int) -> None:
    for _each in range(number):
        visit = make_visit(team.event)
        make_item(visit)
        make_assignment(visit, make_member(make_user(), team.event))
    asked(team)
    with CaptureQueriesContext(connection) as made:
        solve_next_proposal(clock=clock(), seconds=10)
    assert len(made) == 22


# --- accepting it -------------------------------------------------------------------------------------------------------


def test_accepting_all_gives_the_guests_to_the_officers_and_tells_each_once(team: Cast) -> None:
    for number in range(3):
        make_visit(team.event, make_guest(f"Free {number}"))
    run = solved(team)
    assert set(accepted(team, run)) == {"accepted"}
    leads = dict(Assignment.objects.standing().values_list("visit", "officer"))
    assert leads == dict(run.lines.values_list("visit", "officer"))
    told = Notice.objects.filter(kind="duties")
    changed = {line.officer_id for line in run.lines.select_related("today") if line.visit_id != team.sato.pk}
    assert told.count() == len(changed)
    assert sorted(name for notice in told for _key, name in notice.payload["gained"]) == [
        "Free 0", "Free 1", "Free 2", "Ms Lim",
    ]  # fmt: skip
    assert "You now look after:" in word(told[0]).text
    assert accepted(team, run) == []  # once is enough


def test_accepting_some_leaves_the_rest_open(team: Cast) -> None:
    run = solved(team)
    assert accepted(team, run, line_of(run, team.lim)) == ["accepted"]
    assert line_of(run, team.sato).state == "proposed"


def test_a_lead_on_duty_is_cut_short_and_the_next_follows_without_a_gap(team: Cast) -> None:
    run = solved(team, team.sato)
    ProposalLine.objects.filter(run=run).update(officer=team.bagus_officer)
    at = NOW + timedelta(minutes=3, seconds=20)
    assert accepted(team, run, at=at) == ["accepted"]
    sari, bagus = Assignment.objects.standing().filter(visit=team.sato).order_by("starts_at")
    assert (sari.officer, sari.ends_at) == (team.sari_officer, NOW + timedelta(minutes=3))
    assert (bagus.officer, bagus.starts_at, bagus.ends_at) == (
        team.bagus_officer, NOW + timedelta(minutes=3), team.sari_leads.ends_at,
    )  # fmt: skip
    assert {notice.recipient for notice in Notice.objects.filter(kind="duties")} == {team.sari, team.bagus}


def test_what_changed_since_is_refused_line_by_line(team: Cast) -> None:
    run = solved(team, team.sato, team.lim)
    make_assignment(team.lim, team.dewi_officer)
    rows = accept(run=run, lines=[line.pk for line in run.lines.all()], by=team.ratna, at=EARLIER)
    assert [(row.visit, row.state) for row in rows] == [(team.sato, "accepted"), (team.lim, "refused")]
    assert rows[1].refusal == "Ana Lim’s lead has changed since: Dewi Lestari."
    assert Assignment.objects.standing().filter(visit=team.lim).count() == 1


def test_no_room_because_others_were_not_accepted_is_said(team: Cast) -> None:
    """Bagus gives a guest away and takes another: accepting only the taking leaves him with two, and room for one."""
    Membership.objects.filter(pk=team.bagus_officer.pk).update(capacity=1)
    make_assignment(team.lim, team.bagus_officer)
    run = solved(team, team.sato, team.lim)
    ProposalLine.objects.filter(run=run, visit=team.sato).update(officer=team.bagus_officer)
    ProposalLine.objects.filter(run=run, visit=team.lim).update(officer=team.dewi_officer)
    rows = accept(run=run, lines=[line_of(run, team.sato).pk], by=team.ratna, at=EARLIER)
    assert [row.state for row in rows] == ["refused"]
    assert rows[0].refusal == "Kenji Sato: Bagus Pratama would have 2 guests at one time, and has room for 1."
    ProposalLine.objects.filter(run=run).update(state="proposed")
    assert accepted(team, run) == ["accepted", "accepted"]


def test_an_officer_who_left_is_refused(team: Cast) -> None:
    run = solved(team, team.lim)
    line = line_of(run, team.lim)
    assert line.officer is not None
    line.officer.user.is_active = False
    line.officer.user.save()
    assert accepted(team, run) == ["refused"]
    assert not Assignment.objects.filter(visit=team.lim).exists()


def test_a_lock_on_a_line_is_kept_on_the_assignment(team: Cast) -> None:
    run = solved(team)
    set_locks(run=run, locked=[line_of(run, team.lim).pk, line_of(run, team.sato).pk])
    accepted(team, run)
    assert set(Assignment.objects.standing().values_list("is_locked", flat=True)) == {True}


def test_nobody_else_sees_a_proposal(team: Cast) -> None:
    run = solved(team)
    make_member(team.putri, make_event("Third"), Role.COORDINATOR)
    for user in (team.sari, team.putri, team.hendra):
        assert not ProposalRun.objects.visible_to(user, at=NOW).exists()
        assert not ProposalLine.objects.visible_to(user, at=NOW).exists()
    assert ProposalRun.objects.visible_to(team.ratna, at=NOW).get() == run
    assert ProposalLine.objects.visible_to(team.ratna, at=NOW).count() == 2


def test_only_who_solves_loads_the_solvers() -> None:
    """Else every process of the web would hold them, too."""
    asked = "import django; django.setup(); import liaison.urls, guests.tasks, sys; print({'numba', 'highspy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 (our own code)
    assert done.stdout.split("\n")[-2] == "set()"
