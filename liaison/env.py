"""Typed readers of the environment. An absent required setting or an unknown word is refused, never guessed."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def text(name: str, default: str | None = None) -> str:
    """The setting as written; without a default it must be given."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"{name} must be set; .env.example says what it is for.")
    return value


def secret(name: str) -> str:
    """A setting that has no default in any installation."""
    return text(name)


def flag(name: str, *, default: bool) -> bool:
    """A yes/no setting; anything but a known word is refused."""
    word = os.environ.get(name, "").strip().lower()
    if not word:
        return default
    if word not in _WORDS:
        raise ImproperlyConfigured(f"{name}={word!r} is neither yes nor no.")
    return _WORDS[word]


def one_of(name: str, *known: str) -> str:
    """One of the known words, the first where none is given; any other is refused."""
    word = os.environ.get(name, "").strip().lower() or known[0]
    if word not in known:
        raise ImproperlyConfigured(f"{name}={word!r} is none of {', '.join(known)}.")
    return word


def number(name: str, default: int) -> int:
    """A whole number of at least zero."""
    word = os.environ.get(name, "").strip()
    if not word:
        return default
    if not word.isdecimal():
        raise ImproperlyConfigured(f"{name}={word!r} is not a whole number.")
    return int(word)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without its blanks."""
    value = os.environ.get(name, "").strip() or default
    return [word.strip() for word in value.split(",") if word.strip()]


def named(name: str) -> dict[str, str]:
    """Addresses with a name each, as `name=address`, separated by blanks."""
    pairs = [word.partition("=") for word in os.environ.get(name, "").split()]
    if any(not key.isidentifier() or not value for key, _sign, value in pairs):
        raise ImproperlyConfigured(f"{name} is not a list of name=address.")
    return {key: value for key, _sign, value in pairs}


def database(name: str, *, prepare_after: int) -> dict[str, object]:
    """A libpq connection URI as Django's database settings (unix sockets through `?host=/folder`).

    Every trigger of pgtrigger asks for the setting `pgtrigger.ignore` and, where it is missing, breaks off a
    subtransaction, for which PostgreSQL walks over all foreign keys still to be checked: bulk writes took twelve times
    as long. So it is there from the start, and ignores none.

    A connection keeps its busiest questions prepared (`liaison.prepared`) once it has put them `prepare_after` times;
    0 is never, for poolers that give each transaction another connection.
    """
    info = {key: value for key, value in conninfo_to_dict(secret(name)).items() if value is not None}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": info.pop("dbname", ""),
        "USER": info.pop("user", ""),
        "PASSWORD": info.pop("password", ""),
        "HOST": info.pop("host", ""),
        "PORT": info.pop("port", ""),
        "OPTIONS": info
        | {"prepare_threshold": prepare_after or None}
        | {"options": f"{info.get('options', '')} -c pgtrigger.ignore={{}}".strip()},
    }


def mail(name: str) -> dict[str, object]:
    """A mail URL as Django's e-mail settings.

    `smtp://user:password@host:587?tls=yes`, `smtps://…:465`, or `file:///folder`, which writes readable files.
    """
    url = urlsplit(secret(name))
    if url.scheme == "file":
        return {"EMAIL_BACKEND": "liaison.embedded.mail.EmailBackend", "EMAIL_FILE_PATH": unquote(url.path)}
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise ImproperlyConfigured(f"{name} must start with smtp://host, smtps://host or file:///folder.")
    tls = parse_qs(url.query).get("tls", ["no"])[0]
    if tls not in _WORDS:
        raise ImproperlyConfigured(f"{name}: tls={tls!r} is neither yes nor no.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or (465 if url.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_USE_TLS": _WORDS[tls],
    }
