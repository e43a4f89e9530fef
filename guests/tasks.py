"""What beat and pages ask of a worker. Thin: a task finds its rows and calls a workflow."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from guests.changes import tell_changes
from guests.erasing.due import erase_due
from guests.importing.runs import work_on_next_list
from guests.print_runs import remove_old_files, render_next_print_run
from guests.proposals.runs import solve_next_proposal
from guests.reminders import plan_marked_officers, plan_marked_visits
from guests.reminders.days import tell_the_day
from guests.reminders.escalating import escalate_unanswered
from liaison.notices.dispatch import BATCH, Ways, dispatch
from liaison.notices.models import Delivery
from liaison.queue import nudge
from liaison.stopping import is_stopping

_ROUNDS = 50
_LEASE = Delivery.LEASE.total_seconds()


@shared_task(name="guests.plan_and_dispatch", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def plan_and_dispatch(lease_seconds: float = _LEASE) -> None:
    """Plan what changed, tell what it is time to tell, and send what is due, until nothing is left; what is more waits."""
    has_help = False
    with Ways() as ways:
        for _round in range(_ROUNDS):
            at = timezone.now()
            planned = plan_marked_visits(at=at) + plan_marked_officers(at=at)
            told = tell_changes(at=at) + tell_the_day(at=at) + escalate_unanswered(at=at)
            sent = dispatch(at=at, lease=timedelta(seconds=lease_seconds), ways=ways)
            has_help = has_help or _ask_for_help(sent, lease_seconds)
            if is_stopping() or not (planned or told or sent):
                return


@shared_task(name="guests.send_at_once", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def send_at_once(lease_seconds: float = _LEASE) -> None:
    """Send what is due, for what cannot wait for the next tick, nor for the planning that a tick begins with."""
    _send_what_is_due(lease_seconds)


# Who gets no process to work in within that time is not needed any more: there is a next tick.
@shared_task(name="guests.help_to_send", soft_time_limit=120, time_limit=150, expires=5)  # type: ignore[untyped-decorator]
def help_to_send(lease_seconds: float) -> None:
    """Send what is due beside whoever found more than a batch of it."""
    _send_what_is_due(lease_seconds)


def _send_what_is_due(lease_seconds: float) -> None:
    has_help = False
    with Ways() as ways:
        for _round in range(_ROUNDS):
            sent = dispatch(at=timezone.now(), lease=timedelta(seconds=lease_seconds), ways=ways)
            has_help = has_help or _ask_for_help(sent, lease_seconds)
            if is_stopping() or not sent:
                return


def _ask_for_help(sent: int, lease_seconds: float) -> bool:
    """Ask for one more who sends, where there was a full batch to send; whether one was asked for."""
    if sent < BATCH:
        return False
    nudge(help_to_send, lease_seconds)
    return True


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
    while not is_stopping() and solve_next_proposal(clock=timezone.now):
        pass


@shared_task(name="guests.erase_due", soft_time_limit=1500, time_limit=1560)  # type: ignore[untyped-decorator]
def erase_what_is_due() -> None:
    """Erase what events' days of keeping say; what is left when time runs out, the next day carries on."""
    erase_due(at=timezone.now())
