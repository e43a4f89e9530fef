"""Print runs: papers for many, rendered by a worker into one private file.

The row is the queue: a page writes a run, a worker finds it. Crash semantics: a worker leases a run and renews the lease
with every ten papers; killed at any moment, it leaves versions that stand (data is data), at worst a file that no row
names, and a lease that runs out. The next worker removes the file and begins anew; a worker that wakes up late finds the
run no longer its own and writes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from events.access import may_coordinate
from guests.look import USUAL, Look
from guests.models import Print, PrintRun, Visit
from guests.models.leased_run import TakenOverError
from guests.papers import render
from guests.prints import print_handouts
from guests.runs import carry_out
from liaison.accounts.models import User
from liaison.paper.pdf import PaperError, Part, merge

FOLDER = "prints/"  # in the private media
PAPERS_AT_ONCE = 10
MOST_GUESTS = 1000
GIVE_UP_AFTER = timedelta(hours=6)


class RunRefusedError(Exception):
    """A print run was not begun; the message tells a coordinator why."""


def request_print_run(
    *, visits: Sequence[Visit], by: User, at: datetime, language: str = "", look: Look = USUAL
) -> PrintRun:
    """Ask for the handouts of these visits, of one event, in one file; a worker renders it.

    Raises RunRefusedError with a sentence, and PermissionDenied for whoever does not run the event.
    """
    if not visits:
        raise RunRefusedError(_("Choose at least one guest."))
    if len(visits) > MOST_GUESTS:
        raise RunRefusedError(_("Choose at most %(most)d guests at a time.") % {"most": MOST_GUESTS})
    if len({visit.event_id for visit in visits}) > 1:
        raise RunRefusedError(_("Choose guests of one event only."))
    event = visits[0].event
    if not may_coordinate(by, event):
        raise PermissionDenied
    with transaction.atomic():
        run = PrintRun.objects.create(
            event=event, language=language, sheet=look.sheet, pictures=look.pictures, total=len(visits),
            requested_by=by, requested_at=at,
        )  # fmt: skip
        run.visits.set(visits)
    return run


def render_next_print_run(*, clock: Callable[[], datetime]) -> bool:
    """Render the run that has waited longest, if none is being rendered; answers whether there was one.

    One at a time, so that printing never keeps every worker from sending reminders. `clock` tells the time, since
    rendering takes some.
    """
    at = clock()
    _give_up_hopeless(at)
    run = PrintRun.objects.take_next(at, "event")
    if run is None:
        return False
    with override(run.requested_by.language):
        carry_out(run, lambda: _render(run, clock), clock=clock, refusals=(PaperError, RunRefusedError))
    return True


def _give_up_hopeless(at: datetime) -> None:
    """Fail what killed its workers for hours."""
    PrintRun.objects.abandoned(at).filter(requested_at__lt=at - GIVE_UP_AFTER).update(
        state=PrintRun.State.FAILED,
        error=_("Every attempt was cut off; print fewer guests at a time."),
        finished_at=at,
    )


def _render(run: PrintRun, clock: Callable[[], datetime]) -> None:
    _remove_left_overs(run)
    data = merge(_parts(run, clock), title=f"{run.get_kind_display()} – {run.event}")
    _keep(run, data, clock())


def _parts(run: PrintRun, clock: Callable[[], datetime]) -> Iterator[Part]:
    """The handouts in the order of precedence, ten to a part; each part renews the lease."""
    at = clock()
    visits = list(run.visits.visible_to(run.requested_by, at=at).values_list("pk", flat=True))
    if not visits:
        raise RunRefusedError(_("None of the guests is still in the reach of who asked for them."))
    handouts = print_handouts(visits=visits, by=run.requested_by, at=at, language=run.language)
    for papers in _batched(handouts, PAPERS_AT_ONCE):
        part = render(papers, Look(run.sheet, run.pictures))
        run.go_on(run.done + len(papers), at=clock())
        yield part


def _keep(run: PrintRun, data: bytes, at: datetime) -> None:
    """Write the file under a name nobody guesses, then name it in the row."""
    name = default_storage.save(f"{FOLDER}{run.pk}-{uuid4().hex}.pdf", ContentFile(data))
    try:
        run.finish(file=name, at=at)
    except TakenOverError:
        default_storage.delete(name)
        raise


def _remove_left_overs(run: PrintRun) -> None:
    """Files of attempts at this run that died before their row named them."""
    if default_storage.exists(FOLDER):
        for name in default_storage.listdir(FOLDER)[1]:
            if name.startswith(f"{run.pk}-"):
                default_storage.delete(f"{FOLDER}{name}")


def _batched(handouts: Sequence[Print], size: int) -> Iterator[list[Print]]:
    rest = iter(handouts)
    while batch := list(islice(rest, size)):
        yield batch
