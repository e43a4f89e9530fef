"""Print runs: papers for many, rendered by a worker into one private file that is kept for some days.

The row is the queue: a page writes a run, a worker finds it. Crash semantics: a worker leases a run and renews the lease
with every few papers; killed at any moment, it leaves versions that stand (data is data), at worst a file that no row
names, and a lease that runs out. The next worker removes the file and begins anew; a worker that wakes up late finds the
run no longer its own, or called off, and writes nothing. A paper that cannot be made is named with its reason, and the
rest is made.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from events.access import may_coordinate
from events.models import Event
from guests.look import USUAL, Look
from guests.models import Assignment, Print, PrintRun, Visit
from guests.models.leased_run import TakenOverError
from guests.papers import Wish
from guests.press_room import Failure, packed, rendered
from guests.prints import print_papers
from guests.runs import carry_out
from guests.wording import language_of
from liaison.accounts.models import User
from liaison.clock import day_bounds
from liaison.paper.pdf import PaperError, Part

FOLDER = "prints/"  # in the private media
PAPERS_AT_ONCE = 4
MOST_GUESTS = 1000
GIVE_UP_AFTER = timedelta(hours=6)
KEEP_FOR = timedelta(days=7)
PDF = PrintRun.Output.PDF


class RunRefusedError(Exception):
    """A print run was not begun; the message tells a coordinator why."""


def request_print_run(
    *,
    visits: Sequence[Visit],
    by: User,
    at: datetime,
    language: str = "",
    look: Look = USUAL,
    output: str = PDF,
) -> PrintRun:
    """Ask for the handouts of these visits, of one event, in one file; a worker renders it.

    An empty language prints for each guest in the guest's own. Raises RunRefusedError with a sentence, and
    PermissionDenied for whoever does not run the event.
    """
    event = _one_event(visits)
    spoken = Visit.objects.filter(pk__in=[visit.pk for visit in visits]).values_list("pk", "guest__languages")
    wishes = [Wish(key, language or language_of(languages)) for key, languages in spoken]
    return _request(Print.Kind.HANDOUT, event, wishes, by=by, at=at, look=look, output=output)


def request_day_sheets(
    *, visits: Sequence[Visit], day: date, by: User, at: datetime, output: str = PDF
) -> PrintRun:
    """Ask for the day sheets about these visits of all officers on duty that day, officer by officer; else as above."""
    event = _one_event(visits)
    since, until = day_bounds(day, event.time_zone)
    duties = Assignment.objects.not_over(at).overlapping(since, until).filter(visit__in=visits)
    found = duties.filter(officer__user__is_active=True).order_by(
        "officer__user__name", "officer", "visit__guest__name"
    )
    told = found.values_list("visit_id", "officer__user__language", "officer__user_id")
    wishes = [Wish(visit, language, day, holder) for visit, language, holder in told]
    if not wishes:
        raise RunRefusedError(_("No officer is on duty for these guests on that day."))
    return _request(Print.Kind.DAY_SHEET, event, list(dict.fromkeys(wishes)), by=by, at=at, output=output)


def request_event_papers(
    *,
    event: Event,
    kind: Print.Kind,
    language: str,
    days: Sequence[date | None] = (None,),
    by: User,
    at: datetime,
    look: Look = USUAL,
    output: str = PDF,
) -> PrintRun:
    """Ask for papers of one kind about a whole event, one for each of the days; None is the whole event. Raises as above."""
    if not days:
        raise RunRefusedError(_("Choose at least one day."))
    wishes = [Wish(None, language, day, event=event.pk) for day in days]
    return _request(kind, event, wishes, by=by, at=at, look=look, output=output)


def request_again(
    *, versions: Iterable[Print], by: User, at: datetime, look: Look = USUAL, output: str = PDF
) -> list[PrintRun]:
    """Ask for these papers as they would be now and for no others; a run for each kind and event."""
    wanted: defaultdict[tuple[Event, str], dict[Wish, None]] = defaultdict(dict)
    for version in versions:
        wanted[(version.event, version.kind)][Wish.of(version)] = None
    with transaction.atomic():
        return [
            _request(Print.Kind(kind), event, list(wishes), by=by, at=at, look=look, output=output)
            for (event, kind), wishes in wanted.items()
        ]


def retry(*, run: PrintRun, by: User, at: datetime) -> PrintRun:
    """Ask for what could not be printed in a run, as it looked there. Raises as above."""
    wishes = [Failure(*failure).wish for failure in run.failures]
    look = Look(run.sheet, run.pictures)
    return _request(Print.Kind(run.kind), run.event, wishes, by=by, at=at, look=look, output=run.output)


def _one_event(visits: Sequence[Visit]) -> Event:
    if not visits:
        raise RunRefusedError(_("Choose at least one guest."))
    if len({visit.event_id for visit in visits}) > 1:
        raise RunRefusedError(_("Choose guests of one event only."))
    return visits[0].event


def _request(
    kind: Print.Kind, event: Event, wishes: Sequence[Wish], *, by: User, at: datetime, look: Look = USUAL,
    output: str = PDF,
) -> PrintRun:  # fmt: skip
    visits = {wish.visit for wish in wishes if wish.visit}
    if not wishes:
        raise RunRefusedError(_("Choose at least one guest."))
    if len(visits) > MOST_GUESTS:
        raise RunRefusedError(_("Choose at most %(most)d guests at a time.") % {"most": MOST_GUESTS})
    if not may_coordinate(by, event):
        raise PermissionDenied
    with transaction.atomic():
        run = PrintRun.objects.create(
            event=event, kind=kind, sheet=look.sheet, pictures=look.pictures, output=output, total=len(wishes),
            wishes=[wish.as_json() for wish in wishes], requested_by=by, requested_at=at,
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


def remove_old_files(*, at: datetime) -> int:
    """Remove the files of runs that ended KEEP_FOR ago or more; the runs stay as a record. Answers how many."""
    old = list(PrintRun.objects.with_file_since_before(at - KEEP_FOR))
    for run in old:
        default_storage.delete(str(run.file.name))
        PrintRun.objects.filter(pk=run.pk).update(file="")
    return len(old)


def _give_up_hopeless(at: datetime) -> None:
    """Fail what killed its workers for hours."""
    PrintRun.objects.abandoned(at).filter(requested_at__lt=at - GIVE_UP_AFTER).update(
        state=PrintRun.State.FAILED,
        error=_("Every attempt was cut off; print fewer guests at a time."),
        finished_at=at,
    )


def _render(run: PrintRun, clock: Callable[[], datetime]) -> None:
    _remove_left_overs(run)
    run.failures = []
    parts = list(_parts(run, clock))
    if not parts:
        raise RunRefusedError(Failure(*run.failures[0]).why)
    title = f"{run.get_kind_display()} – {run.event}"
    _keep(run, packed(parts, title=title, as_zip=run.output == PrintRun.Output.ZIP), clock())


def _parts(run: PrintRun, clock: Callable[[], datetime]) -> Iterator[Part]:
    """The papers in the order of the wishes, a few to a part; each part renews the lease."""
    at = clock()
    wishes = _in_reach(run, at)
    if not wishes and not run.visits.exists():
        raise RunRefusedError(_("The event is no longer in the reach of who asked for its papers."))
    if not wishes:
        raise RunRefusedError(_("None of the guests is still in the reach of who asked for them."))
    versions = print_papers(Print.Kind(run.kind), wishes, by=run.requested_by, at=at)
    look, alone = Look(run.sheet, run.pictures), run.output == PrintRun.Output.ZIP
    for papers in _batched(versions, 1 if alone else PAPERS_AT_ONCE):
        parts, failures = rendered(papers, look)
        run.failures = [*run.failures, *failures]
        run.go_on(run.done + len(papers), at=clock(), failures=run.failures)
        yield from parts


def _in_reach(run: PrintRun, at: datetime) -> list[Wish]:
    """What whoever asked may still have: of guests in their reach; a day sheet, for who still looks after the guest.

    Papers about a whole event are for those who run it.
    """
    wishes = [Wish.of_json(told) for told in run.wishes]
    if any(wish.event for wish in wishes):
        runs_it = may_coordinate(run.requested_by, run.event)
        return [wish for wish in wishes if runs_it and wish.event == run.event_id]
    visible = set(run.visits.visible_to(run.requested_by, at=at).values_list("pk", flat=True))
    wishes = [wish for wish in wishes if wish.visit in visible]
    if run.kind != Print.Kind.DAY_SHEET:
        return wishes
    duties = Assignment.objects.not_over(at).filter(visit__in=visible, officer__user__is_active=True)
    serving = set(duties.values_list("visit_id", "officer__user_id"))
    own = run.requested_by_id
    return [wish for wish in wishes if wish.holder == own or (wish.visit, wish.holder) in serving]


def _keep(run: PrintRun, data: bytes, at: datetime) -> None:
    """Write the file under a name nobody guesses, then name it in the row."""
    name = default_storage.save(f"{FOLDER}{run.pk}-{uuid4().hex}.{run.output}", ContentFile(data))
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


def _batched(versions: Sequence[Print], size: int) -> Iterator[list[Print]]:
    rest = iter(versions)
    while batch := list(islice(rest, size)):
        yield batch
