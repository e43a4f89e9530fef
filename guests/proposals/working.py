"""Proposals in the hands of a worker, who alone loads what solves them.

Crash semantics: nothing is written before the answer is there; then its lines and the end of the run go in one
transaction, so that a run begun anew starts from nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from guests.models import ProposalLine, ProposalRun
from guests.proposals.building import World, seen, world_of
from guests.proposals.explaining import Line, explain
from guests.proposals.keeping import Kept, solve_keeping
from guests.proposals.runs import NoProposalError
from guests.proposals.weights import Weights
from guests.runs import carry_out

SECONDS = 55.0
EVERY = timedelta(seconds=1)


def solve_next_proposal(*, clock: Callable[[], datetime], seconds: float = SECONDS) -> bool:
    """Work out the proposal that has waited longest, if none is under way; answers whether there was one."""
    run = ProposalRun.objects.take_next(clock(), "event", "previous")
    if run is None:
        return False
    with override(run.requested_by.language):
        carry_out(run, lambda: _work(run, clock, seconds), clock=clock, refusals=(NoProposalError,))
    return True


def _work(run: ProposalRun, clock: Callable[[], datetime], seconds: float) -> None:
    at = clock()
    visible = run.visits.visible_to(run.requested_by, at=at)
    world = world_of(
        event=run.event,
        visits=list(visible.values_list("pk", flat=True)),
        weights=Weights.from_json(run.weights),
        kept={int(visit): officer for visit, officer in run.kept.items()},
        before=_before(run),
        at=at,
    )
    if not world.duties:
        raise NoProposalError(
            _("Who leads these guests was divided among several officers by hand, and is left so.")
            if world.divided
            else _("The stays of all these guests are over.")
        )

    step = _teller(run, len(world.duties), clock)
    _keep(run, world, solve_keeping(world.problem, world.led, seconds=seconds, step=step), clock())


def _teller(run: ProposalRun, total: int, clock: Callable[[], datetime]) -> Callable[[str, float], None]:
    """Says on the row how much of the time is gone, at most once a second, and stops what was called off."""
    told: list[datetime] = []

    def step(_phase: str, share: float) -> None:
        at = clock()
        if not told or at - told[-1] >= EVERY:
            run.go_on(int(total * share), total, at=at)
            told.append(at)

    return step


def _before(run: ProposalRun) -> dict[int, int]:
    """Whom the proposal before this had found for each visit."""
    if run.previous is None:
        return {}
    lines = run.previous.lines.exclude(officer=None)
    return dict(lines.values_list("visit_id", "officer_id"))


def _keep(run: ProposalRun, world: World, found: Kept, at: datetime) -> None:
    answer = found.answer
    lines = explain(found.problem, answer.chosen, found.stays)
    with transaction.atomic():
        run.finish(
            cost=answer.cost,
            bound=answer.bound,
            done=len(lines),
            total=len(lines),
            without_lead=answer.chosen.count(None),
            at=at,
        )
        ProposalLine.objects.bulk_create([_row(run, world, line) for line in lines])


def _row(run: ProposalRun, world: World, line: Line) -> ProposalLine:
    duty, today = world.duties[line.stay], world.today.get(world.duties[line.stay].visit.pk)
    return ProposalLine(
        run=run,
        visit=duty.visit,
        officer=None if line.hand is None else world.officers[line.hand],
        today=today,
        starts_at=duty.starts_at,
        ends_at=duty.ends_at,
        seen=seen(today),
        reasons=line.points,
        stopped=line.stopped,
        second=None if line.second is None else world.officers[line.second],
        second_by=line.second_by,
        is_locked=world.problem.stays[line.stay].locked is not None,
    )
