"""What is measured, in which order, and the table it makes."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from events.models import Event
from guests.demo import volume
from liaison.accounts.models import User
from tests.bench import (
    crowded,
    desk,
    dispatching,
    importing,
    load,
    matching,
    paper,
    scale,
    screen,
    server,
    servers,
    soak,
)

# Those of the sending may be named by themselves; "dispatch" is all of them.
SENDING = {"inbox": dispatching.inbox, "mail": dispatching.mail, "lateness": dispatching.lateness}
PARTS = (
    "volume",
    "screen",
    "desk",
    "paper",
    "planning",
    "dispatch",
    *SENDING,
    "batches",
    "import",
    "matching",
)
APART = ("scale", "load", "servers", "soak")  # long, and so only where they are named
_OF_THE_BIG_EVENT = {"volume", "screen", "desk", "paper", "planning", "load", "servers"}
VOLUME_SECONDS = 60
_AT_ONCE = f"{load.CONNECTIONS} connections, gunicorn with {server.WORKERS} sync workers"
_FULL = {"visits": 1000, "officers": 300, "items": 20_000}
_QUICK = {"visits": 100, "officers": 30, "items": 2000}
_CROWD: dict[str, Any] = {"seconds": 300.0, "phones": 300}
_SMALL_CROWD: dict[str, Any] = {"seconds": 20.0, "phones": 30}
_SOAK: dict[str, Any] = {
    "seconds": 1800.0,
    "phones": 300,
    "coordinators": 20,
    "visits": 1000,
    "officers": 300,
}
_SHORT_SOAK: dict[str, Any] = {
    "seconds": 200.0,
    "phones": 60,
    "coordinators": 5,
    "visits": 200,
    "officers": 60,
}


def main(argv: list[str]) -> int:
    """Answer 0 where every stated target is met."""
    wanted = _arguments(argv)
    say = sys.stdout.write
    missed: list[str] = []
    with _own_database():
        if "scale" in wanted.parts:
            missed += _ten_times(wanted, timezone.now())
        if _OF_THE_BIG_EVENT & {*wanted.parts}:
            missed += _of_the_big_event(wanted, timezone.now())
        missed += _sending(wanted)
        if "import" in wanted.parts and not wanted.quick:
            measured = importing.measure()
            missed += [] if measured.is_good else ["a guest list of 10,000 rows"]
            say(f"Import\n     {measured}\n")
        if "matching" in wanted.parts:
            lines, more = _matching(is_quick=wanted.quick)
            missed += more
            say("\n".join(["Matching", *lines]) + "\n")
    if "soak" in wanted.parts:
        lines, more = soak.measure(**_SHORT_SOAK if wanted.quick else _SOAK)
        missed += more
        say("\n".join(["Soak", *lines]) + "\n")
    say("".join(f"MISSED: {target}\n" for target in missed) or "All stated targets are met.\n")
    return 1 if missed else 0


def _of_the_big_event(wanted: argparse.Namespace, at: datetime) -> list[str]:
    """Make it, and measure what is measured at it."""
    say = sys.stdout.write
    lines, missed = _volume(_QUICK if wanted.quick else _FULL, at)
    event = Event.objects.get(slug=volume.SLUG)
    say("\n".join(["Volume", *lines]) + "\n")
    if "screen" in wanted.parts:
        rounds, seconds = (6, 0.5) if wanted.quick else (40, 0.5)
        say(f"Screen ({rounds} rounds of {seconds:g} s each in turn, {_AT_ONCE})\n")
        lines, more = screen.measure(event, rounds=rounds, seconds=seconds)
        missed += more
        say("\n".join(lines) + "\n")
    if "desk" in wanted.parts:
        rounds, seconds = (4, 1) if wanted.quick else (20, 1)
        say(f"Desk ({rounds} rounds of {seconds:g} s each in turn, {_AT_ONCE})\n")
        lines, more = desk.measure(event, rounds=rounds, seconds=seconds)
        missed += more
        say("\n".join(lines) + "\n")
    if "paper" in wanted.parts:
        coordinator = User.objects.get(email=f"coordinator@{volume.DOMAIN}")
        sizes = {"handouts": 15, "run": 40} if wanted.quick else {"handouts": 40, "run": 1000}
        lines, more = paper.measure(event, by=coordinator, at=at, **sizes)
        missed += more
        say("\n".join(["Paper", *lines]) + "\n")
    if "servers" in wanted.parts:
        rounds, seconds = (2, 0.5) if wanted.quick else (12, 0.5)
        say(f"Servers ({rounds} rounds of {seconds:g} s each in turn, {load.CONNECTIONS} connections)\n")
        say("\n".join(servers.measure(event, rounds=rounds, seconds=seconds)) + "\n")
    if "load" in wanted.parts:
        lines, more = crowded.measure(event, **_SMALL_CROWD if wanted.quick else _CROWD)
        missed += more
        say("\n".join(["Load", *lines]) + "\n")
    if "planning" in wanted.parts:
        say("\n".join(["Planning", *dispatching.planning()]) + "\n")
    return missed


def _ten_times(wanted: argparse.Namespace, at: datetime) -> list[str]:
    """What costs how much more where the event is ten times as big."""
    sizes = scale.QUICK if wanted.quick else scale.FULL
    parts: dict[str, Callable[[], tuple[list[str], list[str]]]] = {
        "Scale": lambda: scale.measure(sizes, at, _zone_where_it_is_ten(at)),
        "Imports": lambda: scale.imports(sizes),
    }
    if not wanted.quick:
        parts["The largest matching"] = scale.largest_matching
    found = []
    for title, measure in parts.items():  # each as soon as it is known
        lines, missed = measure()
        sys.stdout.write("\n".join([title, *lines]) + "\n")
        sys.stdout.flush()
        found += missed
    return found


def _sending(wanted: argparse.Namespace) -> list[str]:
    """Each line as soon as it is known: a whole pile takes its time."""
    missed = []
    for part, measure in {**SENDING, "batches": dispatching.batches}.items():
        if part in wanted.parts:
            sys.stdout.write(f"{part.capitalize()}\n")
            for line, target in measure(dispatching.QUICK if wanted.quick else dispatching.FULL):
                sys.stdout.write(f"     {line}\n")
                sys.stdout.flush()
                missed += [target] if target else []
    return missed


def _matching(*, is_quick: bool) -> tuple[list[str], list[str]]:
    """Proposals at meetings of several sizes, the smallest only where it is to be quick, and beside a real team."""
    measured = matching.measure(matching.CASES[:1] if is_quick else matching.CASES)
    beside = matching.beside_the_real_team()
    missed = [f"matching {one.case.visits:,} guests" for one in measured if not one.is_good]
    missed += [] if beside.is_good else ["a proposal as good as the real team’s"]
    return [f"     {one}" for one in (*measured, beside)], missed


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench", description="Measure, and fail where a stated target is missed."
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the volume, short rounds")
    parser.add_argument("--scale", action="store_true", help="the same as the part “scale”")
    parser.add_argument(
        "parts",
        nargs="*",
        choices=[*PARTS, *APART, []],
        metavar="part",
        help=f"{', '.join(PARTS)}; all of these where none is named. Long: {', '.join(APART)}",
    )
    wanted = parser.parse_args(argv)
    wanted.parts += ["scale"] if wanted.scale else []
    wanted.parts = wanted.parts or list(PARTS)
    if "dispatch" in wanted.parts:
        wanted.parts += ["planning", *SENDING]
    return wanted


@contextmanager
def _own_database() -> Iterator[None]:
    """A database beside the one given, made for this run and dropped at its end."""
    given = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(given, verbosity=0)


def _volume(sizes: dict[str, int], at: datetime) -> tuple[list[str], list[str]]:
    """The big event, in a zone in which it is now forenoon, so that every run measures the same day."""
    began = time.perf_counter()
    volume.make(**sizes, at=at, zone_name=_zone_where_it_is_ten(at))
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    told = ", ".join(f"{number:,} {name}" for name, number in sizes.items())
    missed = (
        [] if seconds < VOLUME_SECONDS else [f"the volume took {seconds:.0f} s, more than {VOLUME_SECONDS}"]
    )
    return [f"     {told}: {seconds:.1f} s (needs < {VOLUME_SECONDS} s)"], missed


def _zone_where_it_is_ten(at: datetime) -> str:
    """An `Etc` zone; their names count backwards: Etc/GMT-8 is UTC+8."""
    ahead = (10 - at.astimezone(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"
