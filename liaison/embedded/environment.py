"""The environment of a local run. What is given from outside wins; secrets are made once and kept private."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from liaison.embedded.engines import ROOT, running
from liaison.embedded.processes import Identity
from liaison.notices.vapid import make_private_key

VAR = ROOT / "var"
_ENGINES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}


@dataclass(frozen=True)
class Engines:
    """Database and Redis as settings, and the processes of those that are ours."""

    env: dict[str, str]
    processes: dict[str, Identity]


@contextmanager
def engines_for(folder: Path, outer: Mapping[str, str], *, durable: bool = True) -> Iterator[Engines]:
    """Database and Redis: those given, or embedded ones that run in the folder meanwhile."""
    given = {variable: outer[variable] for variable in _ENGINES.values() if outer.get(variable, "").strip()}
    missing = [name for name, variable in _ENGINES.items() if variable not in given]
    with running(folder, missing, durable=durable) as engines:
        yield Engines(
            given | {_ENGINES[name]: engine.url for name, engine in engines.items()},
            {name: engine.identity for name, engine in engines.items()},
        )


def local(folder: Path, outer: Mapping[str, str], *, port: int = 8000) -> dict[str, str]:
    """The settings of a demo on this machine, whose data lie in `folder`; without the engines' addresses."""
    made = {
        "HTTPS": "no",
        "SITE_URL": f"http://localhost:{port}",
        "DATA_DIR": str(folder / "data"),
        "STATIC_ROOT": str(VAR / "static"),
        "EMAIL_URL": (folder / "mail").as_uri(),
        "SECOND_FACTOR_GRACE_DAYS": "365",  # a demo that is opened again after a month shows its desk
    }
    return _merged(made | _secrets(folder / "secrets"), outer)


def production_like() -> dict[str, str]:
    """Settings as strict as an installation's, for checks that touch no data."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "PRIVATE_DATA_KEYS": Fernet.generate_key().decode(),
        "DEBUG": "no",
        "HTTPS": "yes",
        "SITE_URL": "https://liaison.example",
        "ALLOWED_HOSTS": "liaison.example",
        "EMAIL_URL": "smtp://mail.example:587?tls=yes",
    }


def for_tests(folder: Path, urls: Mapping[str, str], outer: Mapping[str, str]) -> dict[str, str]:
    """Settings that are the same for every test run, whatever the person running them has set."""
    made = {
        "SECRET_KEY": "a key for tests that opens nothing, and long enough for the checks",
        "PRIVATE_DATA_KEYS": "bGlhaXNvbi10ZXN0cy1vcGVuLW5vdGhpbmctMDAwMDA=",
        "DEBUG": "no",
        "HTTPS": "no",
        "SITE_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "CSRF_TRUSTED_ORIGINS": "",
        "DATABASE_CONN_MAX_AGE": "600",
        "DATA_DIR": str(folder / "data"),
        "STATIC_ROOT": str(VAR / "static"),
        "EMAIL_URL": (folder / "mail").as_uri(),
        "PUSH_PRIVATE_KEY": "",
        "PUSH_CONTACT": "",
        "PUSH_SERVICES": "fcm.googleapis.com,push.services.mozilla.com",
        "APPRISE_GATEWAYS": "",
        "DEFAULT_FROM_EMAIL": "Liaison <liaison@localhost>",
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "line",
        "CELERY_LOG_LEVEL": "WARNING",
        "METRICS_TOKEN": "",
        "METRICS_DIR": str(folder / "metrics"),
        "SENTRY_DSN": "",
        "SECOND_FACTOR_GRACE_DAYS": "7",
        "SIGN_IN_ENDS_AFTER_DAYS": "36500",  # the cast's events have their days in the calendar, tests run on any
        "TRUSTED_PROXIES": "0",
        "SECOND_WALL": "yes",
    }
    return {**outer, **made, **urls}


def _merged(made: Mapping[str, str], outer: Mapping[str, str]) -> dict[str, str]:
    return {**made, **{name: value for name, value in outer.items() if value.strip() or name not in made}}


_MADE: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(64),
    "PRIVATE_DATA_KEYS": lambda: Fernet.generate_key().decode(),
    "PUSH_PRIVATE_KEY": make_private_key,
}


def _secrets(folder: Path) -> dict[str, str]:
    """The secrets of this checkout; each made at the first run that needs it, readable by their owner only."""
    path = folder / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if missing := [name for name in _MADE if name not in kept]:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        kept |= {name: _MADE[name]() for name in missing}
        draft = folder / "secrets.json.new"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(kept), encoding="utf-8")
        draft.replace(path)
    return kept
