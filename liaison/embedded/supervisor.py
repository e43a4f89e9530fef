"""Runs child processes under one log, notices the death of any, and brings all of them down in order."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from liaison.embedded import processes
from liaison.embedded.journal import Journal

_TICK = 0.1  # seconds between two looks at the children
_IMPATIENT = 2  # signals after which nobody is waited for


@dataclass(frozen=True)
class Part:
    """One child: its command line, and how many seconds it gets to finish what it is doing."""

    name: str
    argv: Sequence[str]
    colour: str = "grey"
    patience: float = 10


@dataclass
class _Child:
    part: Part
    process: subprocess.Popen[bytes]
    unfinished: bytes = b""  # the beginning of a line whose end has not come yet


@dataclass
class Supervisor:
    """Parts are started in the given order and stopped in the reverse one.

    `watched` are processes of others (the engines) whose end is an end for us, too. A signal stops everything
    in order; a second one no longer waits.
    """

    parts: Sequence[Part]
    env: Mapping[str, str]
    journal: Journal
    watched: Mapping[str, processes.Identity] = field(default_factory=dict)
    cwd: Path | None = None
    on_start: Callable[[Mapping[str, processes.Identity]], None] = lambda _children: None
    is_ready: Callable[[], bool] = lambda: True
    on_ready: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._children: list[_Child] = []
        self._selector = selectors.DefaultSelector()
        self._signals = 0

    def run(self) -> int:
        """Run until a signal (answers 0) or until something ends by itself (1); nothing is left running."""
        signs = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        previous = {sign: signal.signal(sign, self._note) for sign in signs}
        try:
            for part in self.parts:
                self._start(part)
            self.on_start(self._identities())
            return self._watch()
        finally:
            for child in reversed(self._children):
                self._stop(child)
            self._selector.close()
            for sign, handler in previous.items():
                signal.signal(sign, handler)

    def _note(self, _sign: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _identities(self) -> dict[str, processes.Identity]:
        found = {child.part.name: processes.Identity.of(child.process.pid) for child in self._children}
        return {name: identity for name, identity in found.items() if identity is not None}

    def _start(self, part: Part) -> None:
        process = processes.start(part.argv, env=self.env, cwd=self.cwd, output=subprocess.PIPE)
        child = _Child(part, process)
        self._children.append(child)
        assert process.stdout is not None  # noqa: S101 (PIPE was asked for)
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, child)

    def _watch(self) -> int:
        waiting = True
        while not self._signals and self.journal.is_heard:
            self._pump()
            if dead := self._dead():
                self.journal.say(f"{dead}; stopping the rest. The lines above may say why.")
                return 1
            if waiting and self.is_ready():
                waiting = False
                self.on_ready()
        self.journal.say("Stopping …")
        return 0

    def _dead(self) -> str | None:
        for child in self._children:
            if child.process.poll() is not None:
                self._drain(child)
                return f"{child.part.name} ended by itself ({_reason(child.process.returncode)})"
        gone = (name for name, identity in self.watched.items() if not identity.is_alive())
        return next((f"{name} ended by itself" for name in gone), None)

    def _stop(self, child: _Child) -> None:
        """Ask, read its last words (a full pipe would block it), and kill its group at the deadline."""
        process, was_running = child.process, child.process.poll() is None
        if was_running:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        until = time.monotonic() + child.part.patience
        while process.poll() is None and time.monotonic() < until and self._signals < _IMPATIENT:
            self._pump()
        if process.poll() is None:
            self.journal.say(f"{child.part.name} did not stop in time and is killed.")
        processes.kill_group(process.pid)
        process.wait()
        self._drain(child)
        if was_running:
            self.journal.say(f"{child.part.name} has stopped ({_reason(process.returncode)})")
        self._forget(child)

    def _pump(self) -> None:
        """Pass on what the children say within one tick."""
        if not self._selector.get_map():
            time.sleep(_TICK)
            return
        for key, _events in self._selector.select(_TICK):
            if not self._read(key.data):
                self._selector.unregister(key.fileobj)

    def _read(self, child: _Child) -> bool:
        """Pass on the complete lines that are there; False when there is nothing to read, now or ever."""
        try:
            data = os.read(child.process.stdout.fileno(), 65536) if child.process.stdout else b""
        except BlockingIOError:
            return False
        *lines, child.unfinished = (child.unfinished + data).split(b"\n")
        for line in lines:
            self._pass_on(child.part, line)
        return bool(data)

    def _drain(self, child: _Child) -> None:
        while self._read(child):
            pass
        if child.unfinished:
            self._pass_on(child.part, child.unfinished)
            child.unfinished = b""

    def _pass_on(self, part: Part, line: bytes) -> None:
        self.journal.write(part.name, part.colour, line.decode(errors="replace").rstrip("\r"))

    def _forget(self, child: _Child) -> None:
        if child.process.stdout is not None:
            with suppress(KeyError):  # its stream had ended before
                self._selector.unregister(child.process.stdout)
            child.process.stdout.close()


def _reason(code: int) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
