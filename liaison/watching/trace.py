"""One number for all that belongs to one request: from the proxy through page and log to the tasks it asks for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")
_SPOKEN = 8  # characters that a person reads out
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The number of the request, or of the one that asked for the task, that is being worked on; empty elsewhere."""
    return _current.get()


def number_for(offered: str) -> str:
    """The number that the proxy gave, where it is 8 to 64 letters, digits, - and _; a new one otherwise."""
    return offered if _SANE.fullmatch(offered) else uuid4().hex


@contextmanager
def numbered(number: str) -> Iterator[str]:
    """All that is done and logged within belongs to that number."""
    token = _current.set(number)
    try:
        yield number
    finally:
        _current.reset(token)


def code_for_templates(request: HttpRequest) -> dict[str, str]:
    """The end of the number, for pages that say what went wrong: a person reads it out, and the log holds it."""
    return {"request_code": request_id()[-_SPOKEN:]}
