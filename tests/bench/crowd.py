"""A crowd on one server: officers' phones that look and tap, coordinators who click. One process, asyncio, loopback only.

Every question has a connection of its own, as behind a proxy that keeps none; the time includes waiting for a worker.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from tests.bench.load import Question, percentile

EVERY = 30.0  # seconds between two looks of an open phone, as in static/js/today.js
BOARD_EVERY = 3.0  # and of an open board, as in static/js/board.js
TAPS = 1 / 40  # of a phone's looks that come with a tap: one in twenty minutes
CLICK = (2.0, 6.0)  # seconds a coordinator reads before the next click
_PATIENCE = 60.0
_LOOK, _UNCHANGED, _TAP, _BOARD = (
    "a phone looks: a new page",
    "a phone looks: unchanged",
    "a status tap",
    "an open board looks",
)


@dataclass(frozen=True)
class Answer:
    """What came back, and when it was asked."""

    status: int
    headers: dict[str, str]
    at: float
    seconds: float


@dataclass
class Ledger:
    """What the crowd lived through: seconds by kind of page, what went wrong and when, and the taps that were answered."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[tuple[float, float, str]] = field(default_factory=list)  # asked, known, what
    taps: list[UUID] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return sum(map(len, self.seconds.values()))

    def p95(self, kind: str) -> float:
        return percentile(self.seconds[kind], 95)


@dataclass(frozen=True)
class Officer:
    """A phone: its cookies, and the visits that its owner may tap for."""

    session: str
    csrf: str
    visits: Sequence[int]


@dataclass(frozen=True)
class Coordinator:
    """A browser at the desk, and the pages its owner goes through: a name for each, and the address."""

    session: str
    pages: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Crowd:
    """Who asks the server; `board` is what an open board asks for, `tap_at` the address of a tap for a visit."""

    officers: Sequence[Officer]
    coordinators: Sequence[Coordinator]
    board: str
    tap_at: Callable[[int], str]


async def ask(port: int, question: Question) -> Answer:
    """Ask on a connection of its own and read to the end. Raises OSError or TimeoutError where no answer comes."""
    began = time.perf_counter()
    at = time.time()
    async with asyncio.timeout(_PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(question.text())
            text = await reader.read(-1)
        finally:
            writer.close()
    head = text.partition(b"\r\n\r\n")[0].decode("latin-1").splitlines()
    if not head:
        raise ConnectionError("The server closed the connection without an answer.")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    return Answer(int(head[0].split(" ")[1]), headers, at, time.perf_counter() - began)


@dataclass
class Visitor:
    """Asks, and notes in the ledger under the page's name how long it took or what went wrong."""

    port: int
    ledger: Ledger

    async def get(self, kind: str, path: str, cookie: str = "", headers: str = "") -> Answer | None:
        return await self._asked(kind, Question(path, cookie, headers), {200, 204, 304})

    async def post(self, kind: str, path: str, cookie: str, form: dict[str, str]) -> Answer | None:
        return await self._asked(kind, Question(path, cookie, form=urlencode(form)), {302})

    async def _asked(self, kind: str, question: Question, fine: set[int]) -> Answer | None:
        at = time.time()
        try:
            answer = await ask(self.port, question)
        except (OSError, TimeoutError) as problem:
            self.ledger.errors.append((at, time.time(), f"{kind}: {problem or type(problem).__name__}"))
            return None
        is_sign_in = answer.status == 302 and "/accounts/" in answer.headers.get("location", "")
        if answer.status not in fine or is_sign_in:
            self.ledger.errors.append((at, time.time(), f"{kind}: {answer.status}"))
            return None
        named = _UNCHANGED if kind == _LOOK and answer.status == 304 else kind
        self.ledger.seconds[named].append(answer.seconds)
        return answer


async def phone(
    visitor: Visitor, officer: Officer, tap_at: Callable[[int], str], dice: random.Random
) -> None:
    """Open today, then look every thirty seconds with what the last answer said; now and then tap."""
    cookie = f"{officer.session}; {officer.csrf}"
    await asyncio.sleep(dice.uniform(0, EVERY))
    mark = ""
    while True:
        began = time.monotonic()
        if dice.random() < TAPS:
            await tap(visitor, officer, tap_at, dice)
            mark = ""  # the page that answers a tap is shown, and the script forgets the mark
        headers = f"If-None-Match: {mark}" if mark else ""
        answer = await visitor.get(_LOOK, "/today/", cookie, headers)
        mark = answer.headers.get("etag", mark) if answer else mark
        await asyncio.sleep(max(0.0, EVERY - (time.monotonic() - began)))


async def tap(visitor: Visitor, officer: Officer, tap_at: Callable[[int], str], dice: random.Random) -> None:
    """Say where a guest is. The identifier under which the logbook keeps it is noted once it was answered."""
    uuid, visit = uuid4(), dice.choice(officer.visits)
    status = dice.choice(("in_car", "at_hotel", "at_venue"))
    token = officer.csrf.partition("=")[2]
    form = {"csrfmiddlewaretoken": token, "client_uuid": str(uuid), "status": status}
    cookie = f"{officer.session}; {officer.csrf}"
    if await visitor.post(_TAP, tap_at(visit), cookie, form):
        visitor.ledger.taps.append(uuid5(uuid, f"status/{visit}/{status}"))


async def click(visitor: Visitor, coordinator: Coordinator, dice: random.Random) -> None:
    """Go through the desk's pages, reading each for some seconds."""
    await asyncio.sleep(dice.uniform(*CLICK))
    while True:
        for kind, path in dice.sample(coordinator.pages, len(coordinator.pages)):
            await visitor.get(kind, path, coordinator.session)
            await asyncio.sleep(dice.uniform(*CLICK))


async def watch_board(visitor: Visitor, path: str) -> None:
    """Ask every few seconds whether the board that is shown is still true."""
    mark = '"unknown"'
    while True:
        answer = await visitor.get(_BOARD, path, headers=f"If-None-Match: {mark}")
        mark = answer.headers.get("etag", mark) if answer else mark
        await asyncio.sleep(BOARD_EVERY)


async def live(port: int, crowd: Crowd, ledger: Ledger, seconds: float) -> None:
    """Let all of them do what they do for that long."""
    visitor, dice = Visitor(port, ledger), random.Random(1)
    doing: list[Coroutine[Any, Any, None]] = [
        *(phone(visitor, one, crowd.tap_at, random.Random(dice.random())) for one in crowd.officers),
        *(click(visitor, one, random.Random(dice.random())) for one in crowd.coordinators),
        watch_board(visitor, crowd.board),
    ]
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*doing)
    except TimeoutError:
        return


async def alone(port: int, crowd: Crowd, ledger: Ledger, times: int) -> None:
    """Each kind of page so many times with nobody else about: what the crowd's times are compared with."""
    visitor, dice = Visitor(port, ledger), random.Random(2)
    for _time in range(times):
        for officer in crowd.officers[:2]:
            cookie = f"{officer.session}; {officer.csrf}"
            first = await visitor.get(_LOOK, "/today/", cookie)
            if first:
                await visitor.get(_LOOK, "/today/", cookie, f"If-None-Match: {first.headers['etag']}")
            await tap(visitor, officer, crowd.tap_at, dice)
        for kind, path in crowd.coordinators[0].pages:
            await visitor.get(kind, path, crowd.coordinators[0].session)
        await visitor.get(_BOARD, crowd.board, headers='If-None-Match: "unknown"')
