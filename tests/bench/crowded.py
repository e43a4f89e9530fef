"""Three hundred phones, twenty coordinators and the sending of mails at once, beside the same pages with nobody about."""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from events.models import Event
from guests.models import LogbookEntry
from guests.reminders import plan_marked_officers, plan_marked_visits
from liaison.accounts.models import User
from liaison.notices.models import Delivery, Notice
from tests.bench.crowd import Ledger, alone, live
from tests.bench.gathering import crowd_of, spread_mails
from tests.bench.house import House, open_house
from tests.bench.load import percentile
from tests.bench.server import cpu_seconds_of

MOST = 8.0  # times the p95 of the same page alone
SOON = 0.25  # seconds that nobody calls slow, however quick it is alone
MAILS_A_SECOND = 20
TIMES_ALONE = 15
_PATIENCE = Delivery.LEASE.total_seconds() + 60  # what a cut connection left leased comes after that


def measure(event: Event, *, seconds: float, phones: int) -> tuple[list[str], list[str]]:
    """The table's lines, and the targets that were missed."""
    crowd = crowd_of(event, phones=phones)
    plan_everything()
    quiet, busy = Ledger(), Ledger()
    with open_house() as house:
        asyncio.run(alone(house.web.port, crowd, Ledger(), 2))  # warm up
        asyncio.run(alone(house.web.port, crowd, quiet, TIMES_ALONE))
        mails, before = due_within(seconds), _cpu(house)
        asyncio.run(live(house.web.port, crowd, busy, seconds))
        used = {part: spent - before.get(part, 0.0) for part, spent in _cpu(house).items()}
        late = seconds_until_sent()
    told = ", ".join(f"{part} {100 * spent / seconds:.0f} %" for part, spent in used.items())
    lines = [
        (
            f"     {len(crowd.officers)} phones, {len(crowd.coordinators)} coordinators, {mails:,} mails due: "
            f"{busy.answered:,} answers, {len(busy.errors)} errors, {len(busy.taps)} taps"
        ),
        f"     of one core: {told}; the last mail {late:.0f} s after the last was due",
        *_table(quiet, busy),
    ]
    return lines, [*_wrong(busy), *_slow(quiet, busy)]


def plan_everything() -> None:
    """Reconcile every plan, so that what the worker does afterwards is what changed."""
    while plan_marked_visits(at=timezone.now()) + plan_marked_officers(at=timezone.now()):
        pass


def due_within(seconds: float) -> int:
    """Make mails due from now on for so long; how many."""
    people = User.objects.bulk_create(
        [User(email=f"{number}@dispatch.bench.example", name=f"Officer {number}", password="!") for number in range(50)],
        ignore_conflicts=True,
    )  # fmt: skip
    people = list(User.objects.filter(email__endswith="@dispatch.bench.example"))
    count, now = round(MAILS_A_SECOND * seconds), timezone.now()
    spread_mails(count, people, since=now, until=now + timedelta(seconds=seconds))
    return count


def unsent() -> int:
    """Notices that were due and of use, and wait still."""
    going = Notice.objects.filter(state__in=(Notice.State.PLANNED, Notice.State.SENDING))
    return going.filter(due_at__lte=timezone.now()).count()


def failed(since: datetime) -> list[str]:
    """Each notice due since then that was not sent in time or at all: what it was, when of use, what its mail met with."""
    ended = (Notice.State.FAILED, Notice.State.MISSED)
    rows = Notice.objects.filter(state__in=ended, due_at__gte=since).prefetch_related("deliveries")
    return [
        f"{row.kind} {row.state}, due {row.due_at:%X}, of use until {row.expires_at:%X}, done {row.finished_at:%X}: "
        + "; ".join(f"{one.state} after {one.attempts}: {one.error}" for one in row.deliveries.all())
        for row in rows
    ]


def seconds_until_sent() -> float:
    """How long it takes until nothing that is due waits. Raises TimeoutError where that does not come."""
    began = time.monotonic()
    while unsent():
        if time.monotonic() - began > _PATIENCE:
            raise TimeoutError(f"{unsent()} notices that were due have not been sent.")
        time.sleep(0.5)
    return time.monotonic() - began


def lost_taps(ledger: Ledger) -> int:
    """Taps that were answered as done and are in no logbook."""
    return len(ledger.taps) - LogbookEntry.objects.filter(client_uuid__in=ledger.taps).count()


def _wrong(busy: Ledger) -> Iterator[str]:
    for _asked, _known, what in busy.errors[:5]:
        yield f"an error under load: {what}"
    if lost := lost_taps(busy):
        yield f"{lost} taps were answered and are in no logbook"


def _table(quiet: Ledger, busy: Ledger) -> list[str]:
    head = f"     {'':<28} {'answers':>8} {'alone: p50':>11} {'p95 ms':>8} {'crowd: p50':>11} {'p95 ms':>8} {'p95 ×':>7}"
    return [head, *(_line(kind, quiet, busy) for kind in sorted(busy.seconds) if kind in quiet.seconds)]


def _line(kind: str, quiet: Ledger, busy: Ledger) -> str:
    alone_ms, crowd_ms = ([1000 * one for one in each.seconds[kind]] for each in (quiet, busy))
    return (
        f"     {kind:<28} {len(crowd_ms):8d} {percentile(alone_ms, 50):11.1f} {percentile(alone_ms, 95):8.1f} "
        f"{percentile(crowd_ms, 50):11.1f} {percentile(crowd_ms, 95):8.1f} {busy.p95(kind) / quiet.p95(kind):7.2f}"
    )


def _slow(quiet: Ledger, busy: Ledger) -> Iterator[str]:
    for kind in busy.seconds:
        if kind not in quiet.seconds or busy.p95(kind) <= SOON:
            continue
        if (ratio := busy.p95(kind) / quiet.p95(kind)) > MOST:
            yield f"{kind} takes {ratio:.1f} times as long under load, more than {MOST:g}"


def _cpu(house: House) -> dict[str, float]:
    """Seconds that each part has computed; of processes that ended meanwhile, nothing."""
    return {part: sum(cpu_seconds_of(str(pid)) for pid in pids) for part, pids in house.processes().items()}
