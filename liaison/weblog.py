"""Logs of requests, the web server's and Django's, without the secrets that stand in addresses."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from gunicorn.glogging import Logger

_SECRETS = re.compile(r"(/(?:calendars|g|p|acknowledge|stop)/|/search/\?)[^/?\s]+")


def without_secrets(text: str) -> str:
    """The text with the secret part of every address left out: a calendar's key, a mail's or a paper's link, and whom somebody looks for."""
    return _SECRETS.sub(r"\1…", text)


class WithoutSecrets(logging.Filter):
    """Leaves them out of every line, also of those that Django writes about a request it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_secrets(_said(record)), ()
        return True


def _said(record: logging.LogRecord) -> str:
    """What the record says; of a failed task, into whose sentence Celery puts the error's words, only the error's kind."""
    if not (isinstance(record.args, Mapping) and "exc" in record.args):
        return record.getMessage()
    error = record.exc_info[1] if record.exc_info else None
    kind = type(error).__qualname__ if error else "an error"
    return str(record.msg) % {**record.args, "exc": kind, "traceback": ""}


class RequestLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own, but for what `without_secrets` leaves out."""

    def __init__(self, cfg: Any) -> None:
        super().__init__(cfg)
        self.error_log.addFilter(WithoutSecrets())
        if settings.LOG_FORMAT == "json":
            from liaison.watching.logs import JsonLine  # noqa: PLC0415 (which needs what stands above)

            for handler in self.error_log.handlers:
                handler.setFormatter(JsonLine())

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        said = super().atoms(resp, req, environ, request_time)
        return {
            name: without_secrets(value) if isinstance(value, str) else value for name, value in said.items()
        }
