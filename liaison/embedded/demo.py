"""The demo: engines, web, worker and beat on this machine, with an invented event always under way."""

import errno
import fcntl
import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from liaison.embedded import environment, processes
from liaison.embedded.engines import ROOT
from liaison.embedded.errors import LocalRunError
from liaison.embedded.journal import Journal
from liaison.embedded.screen import box, say
from liaison.embedded.supervisor import Part, Supervisor

FIRST_PORT = 8000
_PORTS = 50
# Lines appear as they are written; and Celery need not warn of root on a machine where nobody else is.
_QUIET = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:You're running the worker with superuser"}


def run(folder: Path, outer: Mapping[str, str]) -> int:
    """Bring the demo up, show where it is, and keep it until a signal; answers the exit code."""
    with only_one(folder):
        port = next_free_port(FIRST_PORT)
        with environment.engines_for(folder, outer) as engines:
            env = _QUIET | environment.local(folder, outer, port=port) | engines.env
            say("PostgreSQL and Redis answer. Preparing tables, static files and the demo's events …")
            sign_ins = prepare(env, "--demo")
            with (folder / "log" / "demo.log").open("wb") as log:
                parts = _parts(port)
                return Supervisor(
                    parts,
                    env,
                    Journal(log, [part.name for part in parts]),
                    watched=engines.processes,
                    cwd=ROOT,
                    on_start=lambda children: _record(folder, port, children),
                    is_ready=lambda: answers(port),
                    on_ready=lambda: say(_welcome(env, sign_ins)),
                ).run()


def prepare(env: Mapping[str, str], *words: str) -> str:
    """Bring tables, static files and, with `--demo`, the demo data up to date; answers what it wrote."""
    command = [sys.executable, "-m", "liaison.embedded.prepare"]
    # Beside the tables, since both take long; the other one finds this done, or fails in the same way and says so.
    static_files = processes.start([*command, "--static"], env=env, cwd=ROOT, output=subprocess.DEVNULL)
    done = subprocess.run(  # noqa: S603 (our own module)
        [*command, *words],
        cwd=ROOT,
        env=dict(env),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=partial(processes.die_with, os.getpid()),
    )
    processes.stop(static_files)
    if done.returncode != 0:
        raise LocalRunError("The preparation failed; the lines above say why.")
    return done.stdout


def running_port(folder: Path) -> int | None:
    """The port of the demo that runs now, if one does."""
    record = _read_record(folder)
    return int(record["port"]) if record and processes.Identity(**record["supervisor"]).is_alive() else None


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's demo and end what a killed one left; raises LocalRunError while another has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            port = running_port(folder)
            where = f" at http://localhost:{port}" if port else ", and is just starting"
            raise LocalRunError(
                f"A demo of this folder is already running{where}. Stop it there with Ctrl-C."
            ) from None
        _end_left_over(folder)
        try:
            yield
        finally:
            (folder / "demo.json").unlink(missing_ok=True)


def next_free_port(first: int) -> int:
    """The first port from `first` on that nobody listens on; says so when it is another."""
    port = next((port for port in range(first, first + _PORTS) if _is_free(port)), None)
    if port is None:
        raise LocalRunError(f"All ports from {first} to {first + _PORTS - 1} are taken by other programs.")
    if port != first:
        say(f"Port {first} is taken by another program; using {port}.")
    return port


def answers(port: int) -> bool:
    """Whether the web process serves pages."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=1) as response:  # noqa: S310 (http to ourselves)
            return bool(response.status == 200)
    except OSError:
        return False


def _is_free(port: int) -> bool:
    """Tried on IPv6, too: browsers ask there first for `localhost` and would find somebody else."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as problem:
            if problem.errno in {errno.EADDRINUSE, errno.EACCES}:  # else: there is no IPv6 here
                return False
    return True


def _parts(port: int) -> list[Part]:
    python = [sys.executable, "-m"]
    gunicorn = ["gunicorn", "liaison.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    gunicorn += [
        "--no-control-socket",
        "--access-logfile",
        "-",
        "--logger-class",
        "liaison.weblog.RequestLog",
        "--access-logformat",
        "%(m)s %(U)s %(s)s %(M)s ms",
    ]
    celery = ["celery", "--quiet", "-A", "liaison"]
    return [
        Part("web", [*python, *gunicorn], "green", patience=15),
        Part(
            "worker",
            [*python, *celery, "worker", "--concurrency", "3", "--without-mingle", "--without-gossip"],
            "blue",
            patience=20,
        ),
        Part("beat", [*python, *celery, "beat"], "magenta", patience=5),
    ]


def _welcome(env: Mapping[str, str], sign_ins: str) -> str:
    mail = urlsplit(env["EMAIL_URL"])
    mails = unquote(mail.path) if mail.scheme == "file" else f"{mail.hostname}"
    lines = [f"Liaison is at {env['SITE_URL']}", "", *sign_ins.strip().splitlines(), ""]
    return "\n" + box([*lines, f"Mails go to {mails}", "Ctrl-C stops everything."]) + "\n"


def _record(folder: Path, port: int, children: Mapping[str, processes.Identity]) -> None:
    ourselves = processes.Identity.of(os.getpid())
    record = {
        "port": port,
        "supervisor": asdict(ourselves) if ourselves else None,
        "children": {name: asdict(identity) for name, identity in children.items()},
    }
    (folder / "demo.json").write_text(json.dumps(record), encoding="utf-8")


def _read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):  # none, or one whose writer was killed in the middle
        return None
    return record


def _end_left_over(folder: Path) -> None:
    record = _read_record(folder) or {"children": {}}
    for name, child in reversed(record["children"].items()):
        identity = processes.Identity(**child)
        if identity.is_alive():
            say(f"Ending {name} (process {identity.pid}), which a killed demo left behind.")
            identity.end()
