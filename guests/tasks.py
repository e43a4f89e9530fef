"""What beat and pages ask of a worker. Thin: a task finds its rows and calls a workflow."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial

from celery import shared_task
from django.utils import timezone

from guests.changes import tell_changes
from guests.erasing.due import erase_due
from guests.importing.runs import work_on_next_list
from guests.models import ProposalRun
from guests.print_runs import remove_old_files, render_next_print_run
from guests.reminders import plan_marked_officers, plan_marked_visits
from guests.reminders.days import tell_the_day
from guests.reminders.escalating import escalate_unanswered
from liaison.notices.dispatch import BATCH, Ways, dispatch
from liaison.notices.models import Delivery
from liaison.queue import nudge
from liaison.stopping import is_stopping

_LASTS = timedelta(seconds=60)  # then the next tick carries on
_PLAN_EVERY = timedelta(seconds=2)
_LEASE = Delivery.LEASE.total_seconds()


@shared_task(name="guests.plan_and_dispatch", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def plan_and_dispatch(lease_seconds: float = _LEASE) -> None:
    """Plan what changed, tell what it is time to tell, and send what is due, until nothing is left; what is more waits."""
    began = at = timezone.now()
    plan_again_at = began
    send = _sender(lease_seconds)
    with Ways() as ways:
        while at < began + _LASTS:
            found = _plan(at) if at >= plan_again_at else 0
            if at >= plan_again_at and not found:
                plan_again_at = at + _PLAN_EVERY  # a long pile is not held up by asking at each batch
            found += send(at, ways)
            if is_stopping() or not found:
                return
            at = timezone.now()


def _plan(at: datetime) -> int:
    """Put into the outbox what changed plans and the hour ask for; answers how much was found."""
    planned = plan_marked_visits(at=at) + plan_marked_officers(at=at)
    return planned + tell_changes(at=at) + tell_the_day(at=at) + escalate_unanswered(at=at)


@shared_task(name="guests.send_at_once", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def send_at_once(lease_seconds: float = _LEASE) -> None:
    """Send what is due, for what cannot wait for the next tick, nor for the planning that a tick begins with."""
    _send_what_is_due(lease_seconds)


# Who gets no process to work in within that time is not needed any more: there is a next tick.
@shared_task(name="guests.help_to_send", soft_time_limit=120, time_limit=150, expires=5)  # type: ignore[untyped-decorator]
def help_to_send(lease_seconds: float) -> None:
    """Send what is due beside whoever found a full batch of it."""
    _send_what_is_due(lease_seconds)


def _send_what_is_due(lease_seconds: float) -> None:
    began = at = timezone.now()
    send = _sender(lease_seconds)
    with Ways() as ways:
        while at < began + _LASTS and send(at, ways) and not is_stopping():
            at = timezone.now()


def _sender(lease_seconds: float) -> Callable[[datetime, Ways], int]:
    """Dispatches, and asks for one more who sends, once, as soon as there is a full batch to send."""
    ask_for_help = cache(partial(nudge, help_to_send, lease_seconds))
    lease = timedelta(seconds=lease_seconds)
    return lambda at, ways: dispatch(at=at, batch=BATCH, lease=lease, ways=ways, when_full=ask_for_help)


@shared_task(name="guests.render_prints", soft_time_limit=1500, time_limit=1560)  # type: ignore[untyped-decorator]
def render_prints() -> None:
    """Render the print runs that wait or were left by a worker that died, one after the other."""
    while not is_stopping() and render_next_print_run(clock=timezone.now):
        pass


@shared_task(name="guests.remove_old_prints", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def remove_old_prints() -> None:
    """Remove the files of print runs that were kept long enough."""
    remove_old_files(at=timezone.now())


@shared_task(name="guests.work_on_guest_lists", soft_time_limit=600, time_limit=630)  # type: ignore[untyped-decorator]
def work_on_guest_lists() -> None:
    """Check and apply the long guest lists that wait or were left by a worker that died, one after the other."""
    while not is_stopping() and work_on_next_list(clock=timezone.now):
        pass


@shared_task(name="guests.solve_proposals", soft_time_limit=300, time_limit=330)  # type: ignore[untyped-decorator]
def solve_proposals() -> None:
    """Work out the proposals that wait or were left by a worker that died, one after the other."""
    if not ProposalRun.objects.open().exists():
        return
    from guests.proposals.working import solve_next_proposal  # noqa: PLC0415 (only who solves loads the solvers)

    while not is_stopping() and solve_next_proposal(clock=timezone.now):
        pass


@shared_task(name="guests.erase_due", soft_time_limit=1500, time_limit=1560)  # type: ignore[untyped-decorator]
def erase_what_is_due() -> None:
    """Erase what events' days of keeping say; what is left when time runs out, the next day carries on."""
    erase_due(at=timezone.now())
