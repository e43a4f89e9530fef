"""Logs as one JSON object a line: what happened, when, for which request; never what a person wrote or is called."""

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from liaison.watching.trace import request_id
from liaison.weblog import without_secrets

SPEAK_OF_MACHINES = (
    AttributeError, BrokerError, ImportError, ImproperlyConfigured, InterfaceError, NameError, OperationalError,
    OSError, RedisError,
)  # fmt: skip
"""Errors whose words never quote a row. Others may: PostgreSQL names the value that was there twice."""


class JsonLine(logging.Formatter):
    """A record as one line of JSON, with its `facts`; of an error its kind and where it arose."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if number := request_id() or getattr(getattr(record, "request", None), "request_id", ""):
            line["request_id"] = number
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line["error"] = told(record.exc_info[1])
            line["where"] = frames(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def told(error: BaseException) -> str:
    """The error's kind; its words only where they cannot hold anybody's data."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{kind}: {without_secrets(str(error))}" if isinstance(error, SPEAK_OF_MACHINES) else kind


def frames(trace: TracebackType | None) -> list[str]:
    """Where it arose, outermost first: file, line and function, without any value."""
    return [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(trace)]
