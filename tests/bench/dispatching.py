"""Notices told and mailed by a real worker, against bare Celery and against plain SMTP in the same run; and their planning.

The mail server is as far away as LATENCY: a server without any way to it would share two cores with its clients, and two
processes could not be told from one. It is measured twice, once as most servers are, and once taking one command at a time.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import mean, median

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guests.models import ItineraryItem, PlanMark
from guests.reminders import plan_marked_visits
from liaison.notices.dispatch import Ways, dispatch
from liaison.notices.models import Delivery, Notice
from liaison.notices.opening import keep_due
from tests.bench import piles, plain
from tests.bench.load import percentile
from tests.bench.server import cpu_seconds_of

INBOX_NEEDS, ONE_NEEDS, TWO_NEED = 5.0, 0.9, 1.7
_AT_ONCE = 1000
_MAILS_AT_ONCE, _KEPT_AT_ONCE = (25, 50, 100, 200, 500), (1000, 2500, 5000, 10_000)


@dataclass(frozen=True)
class Sizes:
    """How much is measured: rounds and notices for the app alone; mails, and those of a plain loop."""

    rounds: int
    pile: int
    mails: int
    slow_mails: int
    plain: int


FULL = Sizes(rounds=2, pile=10_000, mails=10_000, slow_mails=1000, plain=250)
QUICK = Sizes(rounds=1, pile=3000, mails=1000, slow_mails=500, plain=150)
Lines = Iterator[tuple[str, str]]
"""A line of the table, and the target it misses, if any; as soon as it is known."""


def inbox(sizes: Sizes) -> Lines:
    """Told in the app alone, by a worker of two processes, against as many tasks of bare Celery."""
    person = piles.nobody_mails()
    celery, told = [], []
    for _round in range(sizes.rounds):
        celery.append(plain.celery(sizes.pile))
        with piles.worker(1, 2):
            told.append(piles.told_per_second(sizes.pile, [person]))
    yield f"bare Celery, one task for each, drained by 2 processes: {median(celery):,.0f} tasks/s", ""
    ratios = [mine / theirs for mine, theirs in zip(told, celery, strict=True)]
    yield _judged(
        f"{sizes.pile:,} told in the app alone: {median(told):,.0f}/s", ratios, INBOX_NEEDS, "bare Celery"
    )


def mail(sizes: Sizes) -> Lines:
    """By one process and by two, against one that sends a mail after the other; to both kinds of server."""
    servers = (
        (True, "takes commands together", sizes.mails),
        (False, "takes one at a time", sizes.slow_mails),
    )
    for has_pipelining, manner, mails in servers:
        with piles.mail_server(has_pipelining=has_pipelining) as (port, process):
            before = plain.smtp(sizes.plain, piles.people())
            for count, needs in ((1, ONE_NEEDS), (2, TWO_NEED)):
                rate, busy = _mailed(mails, port, process, processes_in_it=count)
                after = plain.smtp(sizes.plain, piles.people())
                what = f"{mails:,} mails, {count} process{'es'[: 2 * (count - 1)]}, a server that {manner}"
                made, ready, worded = (
                    rate / mean([getattr(before, kind), getattr(after, kind)])
                    for kind in ("made", "ready", "worded")
                )
                line, missed = _judged(f"{what}: {rate:,.0f}/s", [made], needs, "plain SMTP")
                yield f"{line}; {ready:.2f} of ready-made, {worded:.2f} of worded in the loop", missed
                yield (
                    f"  plain: {after.made:,.0f}/s made, {after.ready:,.0f} ready, {after.worded:,.0f} worded; the server {busy:.0%} of a core",
                    "",
                )
                before = after


def _mailed(mails: int, port: int, process: str, *, processes_in_it: int) -> tuple[float, float]:
    """Mails per second, and how much of a core the mail server took meanwhile."""
    with piles.worker(port, processes_in_it):
        before, began = cpu_seconds_of(process), time.perf_counter()
        rate = piles.told_per_second(mails, piles.people())
        return rate, (cpu_seconds_of(process) - before) / (time.perf_counter() - began)


def _judged(told: str, ratios: list[float], needs: float, baseline: str) -> tuple[str, str]:
    ratio = median(ratios)
    rounds = f"rounds {min(ratios):.2f}–{max(ratios):.2f}; " if len(ratios) > 1 else ""
    missed = f"{told}: {ratio:.2f} × {baseline}, below {needs}" if ratio < needs else ""
    return f"{told}, {ratio:.2f} × {baseline} ({rounds}needs ≥ {needs})", missed


def lateness(_sizes: Sizes) -> Lines:
    """Of a thousand mails that are due in one moment, the most that a minute can hold; with a beat of its own."""
    to = piles.people()
    with piles.mail_server(has_pipelining=True) as (port, _process):
        with piles.worker(port, 2, "--beat", "--schedule", str(settings.DATA_DIR / "bench-schedule")):
            due_at = timezone.now() + timedelta(seconds=3)
            piles.make_due(_AT_ONCE, to, due_at)
            piles.wait(lambda: not Notice.objects.exclude(state=Notice.State.SENT).exists())
        moments = Delivery.objects.values_list("sent_at", flat=True)
        late = [(moment - due_at).total_seconds() for moment in moments if moment]
        half, most = percentile(late, 50), percentile(late, 99)
        yield (
            f"{_AT_ONCE:,} mails due in one moment, a tick each 5 s: half by {half:.1f} s, 99 % by {most:.1f} s after",
            "",
        )
        yield f"{_AT_ONCE:,} notices by mail took {_queries()} queries", ""


def _queries() -> int:
    at = timezone.now()
    piles.make_due(_AT_ONCE, piles.people(), at)
    with CaptureQueriesContext(connection) as queries:
        while dispatch(at=at):
            pass
    return len(queries)


def batches(sizes: Sizes) -> Lines:
    """What the size of a batch does, in this process alone: for mails, and for what stays in the app."""
    with piles.mail_server(has_pipelining=True), Ways() as ways:
        for batch in _MAILS_AT_ONCE:
            piles.make_due(_AT_ONCE, piles.people(), timezone.now())
            computed = time.process_time()
            spans = _spans(partial(_dispatch, batch, ways))
            cpu = (time.process_time() - computed) / _AT_ONCE * 1000
            yield (
                f"{_AT_ONCE:,} mails, {batch} at once: {_AT_ONCE / sum(spans):,.0f}/s, {cpu:.2f} ms CPU each, a batch lasts {max(spans):.2f} s",
                "",
            )
    for batch in _KEPT_AT_ONCE:
        piles.make_due(sizes.pile, [piles.nobody_mails()], timezone.now())
        spans = _spans(partial(_keep, batch))
        yield (
            f"{sizes.pile:,} in the app, {batch:,} at once: {sizes.pile / sum(spans):,.0f}/s, a batch lasts {max(spans):.2f} s",
            "",
        )


def _dispatch(batch: int, ways: Ways) -> int:
    return dispatch(at=timezone.now(), batch=batch, ways=ways)


def _keep(batch: int) -> int:
    return keep_due(at=timezone.now(), batch=batch)


def _spans(work: Callable[[], int]) -> list[float]:
    """How long each piece of work took until there was none."""
    spans, found = [], 1
    while found:
        began = time.perf_counter()
        found = work()
        spans.append(time.perf_counter() - began)
    return spans


def planning() -> list[str]:
    """What it costs to plan every visit of the big event, and one of them after a change."""
    at = timezone.now()
    visits = PlanMark.objects.count()
    whole = _timed(lambda: _plan_all(at))
    notices = Notice.objects.count()
    item = ItineraryItem.objects.filter(starts_at__gt=at + timedelta(hours=6)).earliest("pk")
    ItineraryItem.objects.filter(pk=item.pk).update(title="Another title")
    with CaptureQueriesContext(connection) as queries:
        once = _timed(lambda: _plan_all(at))
    told = (
        f"     {visits:,} visits with {notices:,} reminders: {whole:.1f} s, {whole / visits * 1000:.1f} ms each; "
        f"after one change {once * 1000:.0f} ms, {len(queries)} queries: 1/{whole / once:.0f}"
    )
    return [told]


def _plan_all(at: datetime) -> None:
    while plan_marked_visits(at=at):
        pass


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
