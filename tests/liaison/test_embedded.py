"""The supervisor and the demo's guards, with real child processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from liaison.embedded import demo
from liaison.embedded.engines import ROOT
from liaison.embedded.errors import LocalRunError
from liaison.embedded.processes import Identity

# Children say where they are, so that a test waits for what it needs and for no length of time.
CATCH = "import signal,sys,time;signal.signal(15,lambda *_:(print('bye'),sys.exit(0)));"
POLITE = f"{CATCH}print('hello');time.sleep(60)"
STUBBORN = "import signal,time;signal.signal(15,signal.SIG_IGN);print('hello');time.sleep(60)"
PARENT = f"import subprocess,sys;subprocess.run([sys.executable,'-uc',{STUBBORN!r}])"

DRIVER = """
import json, os, sys
from pathlib import Path
from liaison.embedded.journal import Journal
from liaison.embedded.processes import Identity
from liaison.embedded.supervisor import Part, Supervisor
given = json.loads(sys.argv[1])
patience = given["patience"]
parts = [Part(name, [sys.executable, "-uc", code], patience=patience) for name, code in given["parts"]]
watched = {name: Identity.of(pid) for name, pid in given["watched"].items()}
def record(children):
    print("CHILDREN", json.dumps([identity.pid for identity in children.values()]), flush=True)
with Path(given["log"]).open("wb") as log:
    journal = Journal(log, [part.name for part in parts])
    sys.exit(Supervisor(parts, os.environ, journal, watched=watched, on_start=record).run())
"""


class Run:
    """A supervisor in a process of its own, whose output is read line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self.children: list[int] = []

    def read_until(self, end: str, *, times: int = 1) -> None:
        assert self.process.stdout is not None
        while times:
            line = self.process.stdout.readline()
            assert line, f"{end!r} never came; there was:\n{''.join(self.lines)}"
            self._take(line)
            times -= end in line

    def finish(self) -> int:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._take(line)
        return self.process.wait(20)

    def _take(self, line: str) -> None:
        if line.startswith("CHILDREN"):
            self.children = json.loads(line.removeprefix("CHILDREN"))
        else:
            self.lines.append(line.rstrip())


Supervise = Callable[..., Run]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    started: list[subprocess.Popen[str]] = []

    def start(*parts: tuple[str, str], patience: float = 10, **watched: int) -> Run:
        given = {"parts": parts, "patience": patience, "watched": watched, "log": str(tmp_path / "log")}
        process = subprocess.Popen(  # noqa: S603 (the driver above)
            [sys.executable, "-c", DRIVER, json.dumps(given)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return Run(process)

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _none_is_left(pids: list[int], deadline: float = 10) -> bool:
    until = time.monotonic() + deadline
    while any(Identity.of(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(Identity.of(pid) for pid in pids)


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *_descendants(child))]


def test_every_line_carries_the_name_of_its_writer(supervise: Supervise, tmp_path: Path) -> None:
    run = supervise(
        (
            "web",
            "import sys,time;print('é');sys.stderr.write('half a line');sys.stderr.flush();time.sleep(1)",
        ),
        ("longest", POLITE),
    )

    run.finish()

    assert "web     | é" in run.lines
    assert "web     | half a line" in run.lines
    assert (tmp_path / "log").read_text().splitlines() == run.lines


def test_a_child_that_dies_is_reported_and_brings_the_rest_down_in_order(
    supervise: Supervise, tmp_path: Path
) -> None:
    now = str(tmp_path / "now")
    dying = f"import os,sys,time\nwhile not os.path.exists({now!r}): time.sleep(0.01)\nsys.exit(7)"
    run = supervise(("web", POLITE), ("worker", dying), ("beat", POLITE))
    run.read_until("hello", times=2)

    Path(now).touch()
    code = run.finish()

    ours = [line for line in run.lines if line.startswith("run ")]
    assert code == 1
    assert ours == [
        "run    | worker ended by itself (exit code 7); stopping the rest. The lines above may say why.",
        *[f"run    | {name} has stopped (exit code 0)" for name in ("beat", "web")],
    ]
    assert _none_is_left(run.children)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_in_order(supervise: Supervise, sign: signal.Signals) -> None:
    run = supervise(("web", POLITE), ("beat", POLITE))
    run.read_until("hello", times=2)

    run.process.send_signal(sign)
    code = run.finish()

    assert code == 0
    assert [line for line in run.lines if "bye" in line] == ["beat | bye", "web  | bye"]
    assert _none_is_left(run.children)


def test_who_ignores_the_signal_is_killed_with_its_children(supervise: Supervise) -> None:
    run = supervise(("web", STUBBORN), ("worker", PARENT), patience=0.3)
    run.read_until("hello", times=2)
    everyone = _descendants(run.process.pid)
    assert len(everyone) == 3

    run.process.terminate()
    run.finish()

    assert "run    | web did not stop in time and is killed." in run.lines
    assert _none_is_left(everyone)


def test_a_second_signal_waits_for_nobody(supervise: Supervise) -> None:
    run = supervise(("web", STUBBORN), patience=60)
    run.read_until("hello")

    run.process.terminate()
    run.read_until("Stopping")
    run.process.terminate()

    assert run.finish() == 0
    assert _none_is_left(run.children)


def test_a_killed_supervisor_takes_its_children_along(supervise: Supervise) -> None:
    run = supervise(("web", POLITE), ("worker", POLITE))
    run.read_until("hello", times=2)

    run.process.kill()

    assert _none_is_left(run.children)


def test_the_end_of_an_engine_is_the_end_of_all(supervise: Supervise) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as engine:
        run = supervise(("web", POLITE), redis=engine.pid)
        run.read_until("hello")
        engine.kill()

        code = run.finish()

    assert code == 1
    assert "run | redis ended by itself; stopping the rest. The lines above may say why." in run.lines


def test_a_busy_port_gives_a_message_and_the_next_free_one(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        chosen = demo.next_free_port(port)

    assert chosen > port
    assert capsys.readouterr().out == f"Port {port} is taken by another program; using {chosen}.\n"


def test_a_second_demo_is_refused_with_the_address_of_the_first(tmp_path: Path) -> None:
    _write_record(tmp_path, {}, supervisor=os.getpid())

    with demo.only_one(tmp_path):
        _write_record(tmp_path, {}, supervisor=os.getpid())
        with (
            pytest.raises(LocalRunError, match="already running at http://localhost:8123"),
            demo.only_one(tmp_path),
        ):
            pass

    with demo.only_one(tmp_path):
        assert demo.running_port(tmp_path) is None


def test_what_a_killed_demo_left_is_ended_and_nobody_else(tmp_path: Path) -> None:
    with (
        subprocess.Popen(["/bin/sleep", "60"]) as left_over,
        subprocess.Popen(["/bin/sleep", "60"]) as stranger,
    ):
        recycled = Identity(stranger.pid, "an earlier start with the same number")
        children = {"web": Identity.of(left_over.pid), "worker": recycled}
        _write_record(tmp_path, children, supervisor=stranger.pid)

        with demo.only_one(tmp_path):
            left_over.wait(5)

        assert left_over.returncode == -signal.SIGTERM
        assert stranger.poll() is None
        stranger.kill()


def test_an_unknown_command_shows_the_known_ones() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "liaison.embedded", "dmeo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "./run COMMAND" in done.stdout
    assert "  demo " in done.stdout


def test_failing_tests_fail_the_command() -> None:
    command = [sys.executable, "-m", "liaison.embedded", "test", "tests/liaison/no_such_test.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 1
    assert "FAILED: tests (pytest)" in done.stdout


def _write_record(folder: Path, children: dict[str, Identity | None], *, supervisor: int) -> None:
    record = {
        "port": 8123,
        "supervisor": asdict(Identity.of(supervisor) or Identity(0, "")),
        "children": {name: asdict(identity) for name, identity in children.items() if identity},
    }
    (folder / "demo.json").write_text(json.dumps(record))
