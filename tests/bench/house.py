"""Everything an installation runs beside its engines: web as in the image, worker and beat as in docker-compose.yml."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from liaison.embedded import processes
from liaison.embedded.engines import ROOT
from tests.bench import piles, server

_CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "liaison"]
_WORKER = ["worker", "--concurrency", "3", "--max-tasks-per-child", "200", "--loglevel", "WARNING"]


@dataclass(frozen=True)
class House:
    """The web server, and the processes that do the rest, by name."""

    web: server.Server
    parts: Mapping[str, int]

    def processes(self) -> dict[str, list[int]]:
        """All that run now, by their part; children come under a name of their own."""
        found = {}
        for name, pid in {"web": self.web.pid, **self.parts}.items():
            found[name] = [pid]
            if children := _children(pid):
                found[f"{name}'s processes"] = children
        return found


@contextmanager
def open_house() -> Iterator[House]:
    """Web, worker, beat and a mail server that keeps nothing, over the engines that this process uses."""
    with ExitStack() as stack:
        port, _pid = stack.enter_context(piles.mail_server(has_pipelining=True))
        env = server.environment() | {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "PYTHONWARNINGS": "ignore"}
        web = stack.enter_context(server.running(server.of_the_image, env=env, log=server.log_of("web")))
        parts = {"worker": [*_CELERY, *_WORKER], "beat": [*_CELERY, "beat", "--loglevel", "WARNING"]}
        yield House(web, {name: _start(stack, name, command, env) for name, command in parts.items()})


def _start(stack: ExitStack, name: str, command: list[str], env: Mapping[str, str]) -> int:
    with server.log_of(name).open("ab") as log:
        process = processes.start(command, env=env, cwd=ROOT, output=log)
    stack.callback(partial(processes.stop, process, deadline=30))
    return process.pid


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except FileNotFoundError:
        return []
    return [int(word) for word in text.split()]


def megabytes_of(pid: int) -> float:
    """What the process has in memory, shared pages too: what a fork shares changes hands; 0 where it has just ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Rss:")) / 1024
