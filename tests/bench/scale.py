"""What ten times the event costs: every page a person opens should cost the same, and work on everything ten times as much.

Two databases, one with an event of 1,000 visits and one with 10,000. A cost is what this process and its database's
process compute, so that what else the machine does hardly counts; questions that PostgreSQL would deal among several
processes it answers in one here.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from guests.collisions.standing import standing_collisions
from guests.demo import volume
from guests.handout import render_handout
from guests.models import Assignment, ItineraryItem
from guests.prints import print_handouts
from guests.reminders import plan_marked_visits
from guests.reminders.days import tell_the_day
from liaison.accounts.models import User
from liaison.notices.dispatch import dispatch
from tests.bench import importing, matching
from tests.bench.gathering import pages_of_the_desk, spread_mails
from tests.bench.server import cpu_seconds_of

MOST_FLAT = 1.3
UNNOTICED_MS = 50.0
"""So much more is flat as well: a person notices a tenth of a second, and the system's clock counts in hundredths."""

MOST_LINEAR = 1.3  # times the ratio of the sizes
LEADS = 3
_GROWING = frozenset({"judging collisions", "the morning's mails", "planning every visit"})
"""What is done for every guest of the event."""

_BY_OFFICER = "the timeline"
"""A row is as high as the guests an officer has, who are more where there are fewer officers to a guest."""


@dataclass(frozen=True)
class Size:
    """An event of so many visits, with twenty items each."""

    visits: int
    officers: int

    @property
    def items(self) -> int:
        return 20 * self.visits

    @property
    def guests_each(self) -> float:
        """How many guests an officer has."""
        return self.visits / self.officers

    def __str__(self) -> str:
        return f"{self.visits:,} visits × {self.officers:,} officers"


FULL = (Size(1000, 300), Size(10_000, 2000))
QUICK = (Size(60, 20), Size(600, 200))


@dataclass(frozen=True)
class Cost:
    """Milliseconds of computing and of waiting, and queries, of doing something once."""

    cpu: float
    wall: float
    queries: int


@dataclass(frozen=True)
class Work:
    """Something whose cost is compared, and how often it is done."""

    name: str
    do: Callable[[], object]
    times: int = 20


@dataclass
class World:
    """A database with one event, and what its work costs."""

    database: str
    size: Size
    loading: float = 0.0
    costs: dict[str, Cost] = field(default_factory=dict)


def measure(sizes: Sequence[Size], at: datetime, zone_name: str) -> tuple[list[str], list[str]]:
    """The table's lines, and what grows faster than it should."""
    worlds = [World(f"{connection.settings_dict['NAME']}_{size.visits}", size) for size in sizes]
    given = connection.settings_dict["NAME"]
    try:
        for world in worlds:
            _copy(given, world.database)
            with _in(world.database):
                _load(world, at, zone_name)
                for work in chain(_pages(at), _batches(at)):
                    world.costs[work.name] = _cost(work)
    finally:
        for world in worlds:
            _drop(world.database)
    return _told(worlds)


def imports(sizes: Sequence[Size]) -> tuple[list[str], list[str]]:
    """What a guest list of as many rows takes a worker, and whether it grows faster than the list."""
    done = [importing.measure(size.visits) for size in sizes]
    small, big = (one.check_seconds + one.apply_seconds for one in (done[0], done[-1]))
    times, ratio = big / small, sizes[-1].visits / sizes[0].visits
    most = MOST_LINEAR * ratio
    lines = [f"     {one}" for one in done] + [
        f"     the longer takes {times:.1f} times as long (needs ≤ {most:.1f})"
    ]
    return lines, [
        f"a list of {ratio:.0f} times the rows takes {times:.1f} times as long"
    ] if times > most else []


def largest_matching() -> tuple[list[str], list[str]]:
    """Proposals for more guests than any list of the bench has: that they come in time, and how good they are proven to be."""
    [measured] = matching.measure([matching.LARGEST])
    late = measured.solving > measured.case.seconds
    return [f"     {measured}"], [f"matching {measured.case.visits:,} guests takes too long"] if late else []


def _copy(given: str, name: str) -> None:
    """A database like the given one, which is empty but for its tables."""
    _drop(name)
    connection.close()
    with connection._nodb_cursor() as cursor:  # noqa: SLF001 (as Django makes its test databases)
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{given}"')


def _drop(name: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:  # noqa: SLF001 (as Django makes its test databases)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _in(database: str) -> Iterator[None]:
    """Let this process's questions go to the database, on one connection that answers alone."""
    given = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    cache.clear()
    try:
        _tell_alone()
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = given


def _tell_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")


def _load(world: World, at: datetime, zone_name: str) -> None:
    began = time.perf_counter()
    size = world.size
    volume.make(visits=size.visits, officers=size.officers, items=size.items, at=at, zone_name=zone_name)
    world.loading = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _pages(at: datetime) -> Iterator[Work]:
    """What people open and do, after the plans were planned: what should cost the same however big the event is."""
    event = Event.objects.get(slug=volume.SLUG)
    officer, visits = _officer_of(event)
    yield Work(
        "planning every visit", partial(_planned, at), times=1
    )  # writing the plans has marked them all
    phone, desk = Client(headers={"host": "localhost"}), Client(headers={"host": "localhost"})
    phone.force_login(officer)
    desk.force_login(User.objects.get(email=f"coordinator@{volume.DOMAIN}"))

    def page(client: Client, path: str, **headers: str) -> Callable[[], object]:
        return lambda: _shown(client.get(path, headers=headers))

    today, first = reverse("today"), visits[0]
    yield Work("today's screen", page(phone, today))
    yield Work("a dossier", page(phone, reverse("visit", args=[first])))
    yield Work("the guest's screen", page(phone, reverse("guest_screen", args=[first])))
    yield Work("search on the phone", page(phone, f"{reverse('search')}?q=minister"))
    yield Work("a status tap", partial(_tapped, phone, first))
    for name, path in pages_of_the_desk(event):
        yield Work(name, page(desk, path), times=6)
    by_guest = f"{reverse('timeline', args=[event.slug])}?by=guests"
    yield Work("the timeline by guest", page(desk, by_guest), times=6)
    marked = ItineraryItem.objects.filter(visit=first, starts_at__gt=at + timedelta(hours=6)).earliest("pk")
    yield Work("planning after one change", partial(_replanned, marked.pk, at))
    first_page = page(desk, reverse("admin:index"))
    yield Work("the first page after that", partial(_after_a_change, marked.pk, first_page), times=6)
    yield Work("a handout as PDF", partial(_printed, first, at), times=4)
    _forget_notices()
    yield Work("500 mails due", partial(_sent, event, at), times=1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _batches(at: datetime) -> Iterator[Work]:
    """What is done for every guest of the event."""
    event = Event.objects.get(slug=volume.SLUG)
    yield Work("judging collisions", lambda: standing_collisions([event], at=at), times=3)
    yield Work("the morning's mails", partial(_morning, at), times=1)


def _officer_of(event: Event) -> tuple[User, list[int]]:
    """An officer who leads just as many guests in every size, and those guests."""
    rows = Assignment.objects.filter(visit__event=event).order_by("pk")
    held: dict[int, list[Assignment]] = {}
    for row in rows.select_related("officer__user"):
        held.setdefault(row.officer_id, []).append(row)
    mine = next(own for own in held.values() if sum(row.role == Assignment.Role.LEAD for row in own) >= LEADS)
    kept = [row for row in mine if row.role == Assignment.Role.LEAD][:LEADS]
    rows.filter(pk__in=[row.pk for row in mine]).exclude(pk__in=[row.pk for row in kept]).delete()
    rows.filter(pk__in=[row.pk for row in kept]).update(state=Assignment.State.CONFIRMED)
    return kept[0].officer.user, [row.visit_id for row in kept]


def _shown(response: Any) -> None:
    if response.status_code != 200:
        raise AssertionError(f"{response.request['PATH_INFO']} answered {response.status_code}.")


def _tapped(phone: Client, visit: int) -> None:
    response: Any = phone.post(reverse("set_status", args=[visit]), {"status": "in_car"})
    if response.status_code != 302:
        raise AssertionError(f"The tap was answered with {response.status_code}.")


def _replanned(item: int, at: datetime) -> None:
    _retitled(item)
    plan_marked_visits(at=at)


def _after_a_change(item: int, do: Callable[[], object]) -> None:
    _retitled(item)
    do()


def _retitled(item: int) -> None:
    ItineraryItem.objects.filter(pk=item).update(title=f"Another title {time.monotonic()}")


def _printed(visit: int, at: datetime) -> None:
    by = User.objects.get(email=f"coordinator@{volume.DOMAIN}")
    [handout] = print_handouts(visits=[visit], by=by, at=at, language="en")
    render_handout(handout)


def _forget_notices() -> None:
    """Those planned before, of which more are due where the event is bigger."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notices_notice CASCADE")


def _sent(event: Event, at: datetime) -> None:
    """Mails that are worded and go to a mail server that is this process's own dummy."""
    people = list(User.objects.filter(memberships__event=event).order_by("pk")[:50])
    spread_mails(500, people, since=at - timedelta(minutes=1), until=at)
    while dispatch(at=at):
        pass


def _morning(at: datetime) -> None:
    with transaction.atomic():
        tell_the_day(at=at)


def _planned(at: datetime) -> None:
    while plan_marked_visits(at=at):
        pass


def _cost(work: Work) -> Cost:
    """Done once unmeasured, unless it is done once only; then so often, of which the dearest does not count.

    In it what is kept for five minutes may have been worked out anew, or memory collected.
    """
    if work.times > 1:
        work.do()
    with CaptureQueriesContext(connection) as queries:
        first = _once(work.do)
    asked = len(queries)  # the next request forgets them
    more = [_once(work.do) for _time in range(work.times - 1)]
    done = [first, *more]
    counted = sorted(cpu for cpu, _wall in done)[: max(1, len(done) - 1)]
    cpu = sum(counted) / len(counted)
    return Cost(1000 * cpu, 1000 * min(wall for _cpu, wall in done), asked)


def _once(do: Callable[[], object]) -> tuple[float, float]:
    pid = str(connection.connection.info.backend_pid)
    before, began = _computed(pid), time.perf_counter()
    do()
    return _computed(pid) - before, time.perf_counter() - began


def _computed(backend: str) -> float:
    """Seconds computed here and by the database's process, where it is one of this machine's."""
    is_ours = (
        Path(f"/proc/{backend}").exists()
        and not connection.settings_dict["HOST"].strip("/").replace(".", "").isdigit()
    )
    return time.process_time() + (cpu_seconds_of(backend) if is_ours else 0.0)


def _told(worlds: Sequence[World]) -> tuple[list[str], list[str]]:
    small, big = worlds[0], worlds[-1]
    ratio = big.size.visits / small.size.visits
    lines = [f"     {world.size}: loaded in {world.loading:.0f} s" for world in worlds]
    lines.append(
        f"     {'':<28} {'CPU ms':>9} {'→':^3} {'CPU ms':<9} {'×':>6}   {'ms':>7} → {'ms':<7}   queries"
    )
    missed = []
    for name, before in small.costs.items():
        after = big.costs[name]
        times = after.cpu / before.cpu
        grows = name in _GROWING
        more_on_it = big.size.guests_each / small.size.guests_each if name == _BY_OFFICER else 1
        flat = MOST_FLAT * more_on_it
        needs = f"≤ {MOST_LINEAR * ratio:.1f}" if grows else f"≤ {flat:.1f} or + {UNNOTICED_MS:.0f} ms"
        lines.append(
            f"     {name:<28} {before.cpu:9.1f} {'→':^3} {after.cpu:<9.1f} {times:6.2f}   {before.wall:7.0f} → {after.wall:<7.0f}"
            f"   {before.queries} → {after.queries}   (needs {needs})"
        )
        is_flat = times <= flat or after.cpu - before.cpu <= UNNOTICED_MS
        if not (times <= MOST_LINEAR * ratio if grows else is_flat):
            missed.append(f"{name} costs {times:.1f} times as much at {ratio:.0f} times the size")
        if not grows and after.queries > before.queries:
            missed.append(f"{name} makes {after.queries} queries instead of {before.queries}")
    return lines, missed
