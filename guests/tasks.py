"""What beat and pages ask of a worker. Thin: a task finds its rows and calls a workflow."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from guests.importing.runs import work_on_next_list
from guests.print_runs import remove_old_files, render_next_print_run
from guests.proposals.runs import solve_next_proposal
from guests.reminders import plan_marked_visits
from liaison.notices.dispatch import dispatch
from liaison.notices.models import Delivery

_ROUNDS = 50


@shared_task(name="guests.plan_and_dispatch", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def plan_and_dispatch(lease_seconds: float = Delivery.LEASE.total_seconds()) -> None:
    """Plan what changed and send what is due, until there is nothing left; what is more waits for the next tick."""
    for _round in range(_ROUNDS):
        at = timezone.now()
        planned = plan_marked_visits(at=at)
        sent = dispatch(at=at, lease=timedelta(seconds=lease_seconds))
        if not planned and not sent:
            return


@shared_task(name="guests.send_at_once", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def send_at_once() -> None:
    """Send what is due, for what cannot wait for the next tick, nor for the planning that a tick begins with."""
    for _round in range(_ROUNDS):
        if not dispatch(at=timezone.now()):
            return


@shared_task(name="guests.render_prints", soft_time_limit=1500, time_limit=1560)  # type: ignore[untyped-decorator]
def render_prints() -> None:
    """Render the print runs that wait or were left by a worker that died, one after the other."""
    while render_next_print_run(clock=timezone.now):
        pass


@shared_task(name="guests.remove_old_prints", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def remove_old_prints() -> None:
    """Remove the files of print runs that were kept long enough."""
    remove_old_files(at=timezone.now())


@shared_task(name="guests.work_on_guest_lists", soft_time_limit=600, time_limit=630)  # type: ignore[untyped-decorator]
def work_on_guest_lists() -> None:
    """Check and apply the long guest lists that wait or were left by a worker that died, one after the other."""
    while work_on_next_list(clock=timezone.now):
        pass


@shared_task(name="guests.solve_proposals", soft_time_limit=300, time_limit=330)  # type: ignore[untyped-decorator]
def solve_proposals() -> None:
    """Work out the proposals that wait or were left by a worker that died, one after the other."""
    while solve_next_proposal(clock=timezone.now):
        pass
