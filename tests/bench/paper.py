"""The guest's handout on A4: against WeasyPrint as one writes it down, beside other typesetters, in a long run, and what it weighs.

Processes are forked from one that has loaded the application, as a worker's are; a process's memory is what it holds
beside what it shares.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TypeVar

from django.conf import settings
from django.db.models import Max
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from events.models import Event
from guests.handout import STYLES, handout_html
from guests.look import Look, Sheet
from guests.models import ItineraryItem, Print, Visit
from guests.papers import render
from guests.print_runs import PAPERS_AT_ONCE
from guests.prints import print_handouts
from liaison.accounts.models import User
from liaison.paper.pdf import Part, merge
from tests.bench import typesetters
from tests.bench.memory import most_megabytes

LOOK = Look(Sheet.A4)
ITEMS = 25
PROCESSES = 2
FOR_MEMORY = 100  # handouts after which a process's memory is looked at
_STYLES = ("css/print-fonts.css", *STYLES[Sheet.A4])
Given = TypeVar("Given")


@dataclass
class Target:
    """A number that must not be more than another."""

    what: str
    number: float
    most: float
    unit: str = ""

    def __str__(self) -> str:
        return f"     {self.what}: {self.number:.2f}{self.unit} (needs ≤ {self.most:g}{self.unit})"


def measure(event: Event, *, by: User, at: datetime, handouts: int, run: int) -> tuple[list[str], list[str]]:
    """The lines to print, and the targets that were missed."""
    chosen = Visit.objects.filter(event=event).order_by("pk").values_list("pk", flat=True)
    visits = list(chosen[: max(run, handouts)])
    _fill(visits)
    lines, targets = _steady(visits[:handouts], by, at)
    more, found = _long(visits[:run], by, at)
    targets += found
    lines += [*more, *map(str, targets)]
    return lines, [target.what for target in targets if target.number > target.most]


def _fill(visits: Sequence[int]) -> None:
    """Give each guest ITEMS items: the first ones once more, late on the last day."""
    rows = ItineraryItem.objects.filter(visit__in=visits).order_by("visit", "starts_at")
    last = dict(rows.order_by().values_list("visit").annotate(Max("starts_at")))
    for visit, items in groupby(rows, key=lambda item: item.visit_id):
        held = list(items)
        for number, item in enumerate(held[: max(0, ITEMS - len(held))], 1):
            item.pk, item.ends_at = None, None
            item.starts_at = last[visit] + number * timedelta(minutes=5)
            item.save()


def _steady(visits: Sequence[int], by: User, at: datetime) -> tuple[list[str], list[Target]]:
    """Milliseconds for each way, taking turns at the same guests; the first of each, which loads fonts, left out.

    Ours asks its questions and prints for a few guests at once, as in a run.
    """
    with _workers(1) as fresh:
        [first] = print_handouts(visits=visits[:1], by=by, at=at, language="en")
        began = fresh.submit(_first, first).result()
    raw = _Raw()
    # made before the clock starts, so that the others pay for no query and no template
    pages = {visit: handout_html(_asked(visit, by, at)) for visit in visits}
    ways: dict[str, Callable[[Sequence[int]], object]] = {
        "alone": lambda visits: [_part([_asked(visit, by, at)]) for visit in visits],
        "ours": lambda visits: _part(print_handouts(visits=visits, by=by, at=at, language="en")),
        "raw": lambda visits: [raw(pages[visit]) for visit in visits],
        "tagged": lambda visits: [raw(pages[visit], pdf_variant="pdf/ua-1") for visit in visits],
        "naive": lambda visits: [_naive(pages[visit]) for visit in visits],
    }
    timed = [{name: _timed(way, some) / len(some) for name, way in ways.items()} for some in _by_few(visits)][
        1:
    ]
    alone, ours, plain, tagged, naive = (median(one[name] for one in timed) for name in ways)
    items = sum(len(day["items"]) for day in first.data["days"])
    [(_title, on)] = _part([first]).chapters
    others = (
        f"by WeasyPrint from the same page {plain:.0f} ms, tagged {tagged:.0f}, as one begins {naive:.0f}"
    )
    lines = [
        f"     a handout of {items} items on {on} pages with its queries {ours:.0f} ms, asked for alone {alone:.0f}; {others}",
        f"     the first in a fresh worker {began:.0f} ms",
    ]
    for name, package in (("Typst", "typst"), ("ReportLab", "reportlab")):
        if find_spec(package) is None:
            lines.append(f"     {name}: not measured, `{package}` is not installed (the group `bench`)")
            continue
        setting = getattr(typesetters, package)
        setting(first.data)
        spent = median(_timed(setting, first.data) for _ in visits)
        lines.append(f"     the same words by {name}, untagged: {spent:.0f} ms")
    return lines, [
        Target("ours against WeasyPrint on the same page", ours / plain, 1.15, "×"),
        Target("ours against naive use", ours / naive, 0.75, "×"),
    ]


def _long(visits: Sequence[int], by: User, at: datetime) -> tuple[list[str], list[Target]]:
    """A run from visits to one file, in one process and in two; each process that sets has set a few before."""
    with _workers(1) as one, _workers(PROCESSES) as two:
        prints = print_handouts(visits=visits[:PAPERS_AT_ONCE], by=by, at=at, language="en")
        for pool, times in ((one, 1), (two, PROCESSES)):
            list(pool.map(_part, [prints] * times))
        _run(one, visits[:FOR_MEMORY], by, at)
        most, held = one.submit(_memory).result()
        alone, _whole, _merging = _run(one, visits, by, at)
        together, whole, merging = _run(two, visits, by, at)
        peak, shared = one.submit(_memory).result()
    told = f"{len(visits)} handouts end to end {alone:.1f} s, on {PROCESSES} processes {together:.1f} s"
    return [
        f"     {told}; of that merging {merging:.2f} s",
        (
            f"     a process took {most:.0f} MB at most for {len(visits[:FOR_MEMORY])} handouts, of which it shares {held:.0f} MB "
            f"with the others; for {len(visits)} more {peak:.0f} and {shared:.0f} MB"
        ),
    ], [
        Target(f"on {PROCESSES} processes against one", together / alone, 0.55, "×"),
        Target(f"most memory of its own, after {len(visits[:FOR_MEMORY])} handouts", most - held, 130, " MB"),
        Target("a merged handout weighs", len(whole) / len(visits) / 1024, 10, " kB"),
    ]


def _run(
    pool: ProcessPoolExecutor, visits: Sequence[int], by: User, at: datetime
) -> tuple[float, bytes, float]:
    began = time.perf_counter()
    prints = print_handouts(visits=visits, by=by, at=at, language="en")
    parts = list(pool.map(_part, _by_few(prints)))
    set_after = time.perf_counter()
    whole = merge(parts, title="Handouts")
    ended = time.perf_counter()
    return ended - began, whole, ended - set_after


def _asked(visit: int, by: User, at: datetime) -> Print:
    [handout] = print_handouts(visits=[visit], by=by, at=at, language="en")
    return handout


class _Raw:
    """WeasyPrint with everything that can be kept between two pages."""

    def __init__(self) -> None:
        self._fonts = FontConfiguration()
        self._styles = _read_styles(self._fonts)

    def __call__(self, html: str, **options: str) -> bytes:
        pdf: bytes = HTML(string=html).write_pdf(stylesheets=self._styles, font_config=self._fonts, **options)
        return pdf


def _naive(html: str) -> bytes:
    """As one begins: everything read each time, columns as wide as what is in them."""
    fonts = FontConfiguration()
    styles = [*_read_styles(fonts), CSS(string="table { table-layout: auto }")]
    pdf: bytes = HTML(string=html).write_pdf(stylesheets=styles, font_config=fonts)
    return pdf


def _read_styles(fonts: FontConfiguration) -> list[CSS]:
    return [CSS(filename=settings.ROOT / "static" / name, font_config=fonts) for name in _STYLES]


@contextmanager
def _workers(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that have loaded what a worker loads and printed nothing."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", "tests.bench.setter"])
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield pool


def _by_few(rows: Sequence[Given]) -> list[Sequence[Given]]:
    return [rows[first : first + PAPERS_AT_ONCE] for first in range(0, len(rows), PAPERS_AT_ONCE)]


def _first(handout: Print) -> float:
    return _timed(_part, [handout])


def _part(handouts: Sequence[Print]) -> Part:
    return render(handouts, LOOK)


def _memory() -> tuple[float, float]:
    """Megabytes that this process held at most, and those of them that others hold too."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    shared = sum(int(line.split()[1]) for line in lines if line.startswith("Shared_"))
    return most_megabytes(), shared / 1024


def _timed(way: Callable[[Given], object], given: Given) -> float:
    began = time.perf_counter()
    way(given)
    return (time.perf_counter() - began) * 1000
