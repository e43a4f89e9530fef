"""Child processes that do not outlive their parent, and safe recognition of a process started earlier."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_POLL = 0.02


@dataclass(frozen=True)
class Identity:
    """One process for ever: its number is reused by others, its number with its start time is not."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """The identity of a running process; None when it is gone or only waits to be reaped."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return None
        fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
        state, ticks = fields[0], fields[19]
        return None if state in "ZX" else cls(pid, f"{_BOOT_ID.read_text().strip()}/{ticks}")

    def is_alive(self) -> bool:
        return Identity.of(self.pid) == self

    def end(self, *, sign: signal.Signals = signal.SIGTERM, deadline: float = 10) -> None:
        """End it: asked by the signal, and with its process group by SIGKILL after `deadline` seconds."""
        if self.is_alive():
            _signal(self.pid, sign)
        until = time.monotonic() + deadline
        while self.is_alive() and time.monotonic() < until:
            time.sleep(_POLL)
        if self.is_alive():
            kill_group(self.pid)


def start(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    output: IO[bytes] | int | None = None,
    own_group: bool = True,
) -> subprocess.Popen[bytes]:
    """Start a child that gets SIGTERM when we die, however we die; its errors join its output."""
    parent = os.getpid()

    def before_exec() -> None:
        die_with(parent)

    return subprocess.Popen(  # noqa: S603 (the arguments are our own)
        [str(word) for word in argv],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=own_group,
        preexec_fn=before_exec,  # noqa: PLW1509 (started from one thread only)
    )


def die_with(parent: int) -> None:
    """Ask the kernel for SIGTERM at our parent's death; leave at once if that death was quicker than we."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


def stop(
    process: subprocess.Popen[bytes], *, sign: signal.Signals = signal.SIGTERM, deadline: float = 10
) -> int:
    """End a child and all of its group, by SIGKILL after `deadline` seconds; answers its exit code."""
    if process.poll() is None:
        _signal(process.pid, sign)
        try:
            process.wait(deadline)
        except subprocess.TimeoutExpired:
            kill_group(process.pid)
    kill_group(
        process.pid
    )  # grandchildren that stayed behind; the group number is theirs as long as they live
    return process.wait()


def kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _signal(pid: int, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, sign)


def foreground(argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> int:
    """Run a command on our own terminal and answer its exit code, 128 + n for signal n as a shell does.

    Ctrl-C reaches it from the terminal; SIGTERM is passed on.
    """
    parent = os.getpid()
    with subprocess.Popen(  # noqa: S603
        [str(word) for word in argv],
        env=dict(env),
        cwd=cwd,
        preexec_fn=lambda: die_with(parent),  # noqa: PLW1509
    ) as child:
        handlers = {
            signal.SIGINT: lambda _sign, _frame: None,
            signal.SIGTERM: lambda sign, _frame: child.send_signal(sign),
        }
        previous = {sign: signal.signal(sign, handler) for sign, handler in handlers.items()}
        try:
            code = child.wait()
        finally:
            for sign, handler in previous.items():
                signal.signal(sign, handler)
    return code if code >= 0 else 128 - code
