"""PostgreSQL and Redis as child processes, shared by those who use them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from redis import Redis as Client

from liaison.embedded import engines, machine
from liaison.embedded.engines import ROOT
from liaison.embedded.errors import LocalRunError
from liaison.embedded.postgres import Postgres
from liaison.embedded.processes import Identity
from liaison.embedded.redis import Redis

USER = """
import sys
import time
from pathlib import Path
from liaison.embedded.engines import running
with running(Path(sys.argv[1]), ["redis"], durable=False) as found:
    print(found["redis"].identity.pid, flush=True)
    sys.stdin.read()
"""


def _use(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 (the text above)
        [sys.executable, "-c", USER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_users_of_a_folder_share_its_engines_and_the_last_one_stops_them(tmp_path: Path) -> None:
    with _use(tmp_path) as first, _use(tmp_path) as second:
        pids = {_first_line(first), _first_line(second)}
        assert len(pids) == 1
        engine = Identity.of(int(pids.pop()))
        assert engine is not None

        first.communicate()
        assert engine.is_alive()

        second.communicate()
        assert not engine.is_alive()


def test_engines_do_not_outlive_a_killed_user(tmp_path: Path) -> None:
    with _use(tmp_path) as user:
        engine = Identity.of(int(_first_line(user)))
        user.kill()

    assert engine is not None
    until = time.monotonic() + 10
    while engine.is_alive() and time.monotonic() < until:
        time.sleep(0.01)
    assert not engine.is_alive()


def test_what_a_killed_keeper_left_is_ended_before_a_new_start(tmp_path: Path) -> None:
    with engines.running(tmp_path, ["redis"], durable=False) as found:
        engine = found["redis"].identity
        keeper = engines.state(tmp_path)
        assert keeper is not None
        os.kill(keeper[0].pid, signal.SIGKILL)
        while keeper[0].is_alive():
            time.sleep(0.01)

        with engines.running(tmp_path, ["redis"], durable=False) as again:
            assert not engine.is_alive()
            assert Client.from_url(again["redis"].url).ping()


def test_an_engine_that_died_under_its_users_is_named(tmp_path: Path) -> None:
    with engines.running(tmp_path, ["redis"], durable=False) as found:
        os.kill(found["redis"].identity.pid, signal.SIGKILL)
        while found["redis"].identity.is_alive():
            time.sleep(0.01)

        with (
            pytest.raises(LocalRunError, match="redis is not running, but another command still uses"),
            engines.running(tmp_path, ["redis"], durable=False),
        ):
            pass


def test_postgres_starts_again_after_a_kill_although_its_number_is_taken_by_another(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres", tmp_path / "log", durable=True)
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    lock = server.folder / "postmaster.pid"
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:  # where the killed server's number has gone
        lines = lock.read_text().splitlines()
        lock.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")

        server.start()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]
        server.stop()

        assert stranger.poll() is None
        stranger.kill()


def test_postgres_runs_in_a_deep_private_folder_with_any_name(tmp_path: Path) -> None:
    folder = tmp_path / ("tempat yang sangat dalam & jauh/" * 4) / "data"
    folder.parent.mkdir(parents=True)
    tmp_path.chmod(0o700)
    server = Postgres(folder, tmp_path / "log", durable=False)
    assert len(os.fsencode(folder)) > 107

    server.start()
    with psycopg.connect(server.url()) as connection:
        answer = connection.execute("SELECT current_user, current_database()").fetchone()
    server.stop()

    assert answer == ("liaison", "liaison")


@pytest.mark.parametrize("name", ["a, b", 'say "x"', "böse\\zeichen", "50%"])
def test_odd_folders(tmp_path: Path, name: str) -> None:
    server = Postgres(tmp_path / name / "pg", tmp_path / "log", durable=False)
    server.start()
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()

    broker = Redis(tmp_path / name / "redis", tmp_path / "log")
    broker.start()
    broker.stop()
    assert (tmp_path / name / "redis" / "appendonly.aof").exists()


def test_an_interrupted_first_start_leaves_nothing_half_made(tmp_path: Path) -> None:
    half_made = tmp_path / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    server = Postgres(tmp_path / "postgres", tmp_path / "log", durable=False)

    server.start()
    server.stop()

    assert not half_made.exists()


def test_queued_work_survives_a_restart_of_redis(tmp_path: Path) -> None:
    server = Redis(tmp_path / "redis", tmp_path / "log", durable=True)
    server.start()
    address = server.url()
    with Client.from_url(address) as client:
        client.lpush("queue", "work")
    server.stop()

    server.start()
    with Client.from_url(address) as client:
        assert client.lrange("queue", 0, -1) == [b"work"]
    server.stop()


def test_a_redis_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    (tmp_path / "redis" / "appendonly.aof").write_bytes(b"not an append-only file")
    server = Redis(tmp_path / "redis", tmp_path / "log", durable=True)

    with pytest.raises(LocalRunError, match="Bad file format reading the append only file"):
        server.start()


def test_what_the_machine_lacks_is_named_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no apt-get, no sudo
    lacking = machine.Need("libnothing0", lambda: False, "does nothing")
    present = machine.Need("libthere0", lambda: True, "is there")

    with pytest.raises(LocalRunError, match=r"apt-get install --no-install-recommends libnothing0$"):
        machine.ensure((lacking, present))


def test_run_without_a_python_says_what_to_install(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "cat", "cksum", "mkdir", "rm", "sed", "flock"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    (tmp_path / "run").symlink_to(ROOT / "run")
    (tmp_path / "requirements-dev.txt").touch()

    done = subprocess.run(  # noqa: S603 (our own script)
        ["/bin/sh", str(tmp_path / "run"), "demo"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Liaison needs Python 3.11 or newer" in done.stderr
    assert "sudo apt-get install python3 python3-venv" in done.stderr
