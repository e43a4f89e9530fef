"""The web server's log of requests, without the secrets that stand in addresses."""

import re
from typing import Any

from gunicorn.glogging import Logger

_SECRETS = re.compile(r"(/(?:calendars|g|acknowledge)/|/search/\?)[^/?\s]+")


def without_secrets(text: str) -> str:
    """The text with the secret part of every address left out: a calendar's key, a mail's link, and whom somebody looks for."""
    return _SECRETS.sub(r"\1…", text)


class RequestLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own, but for what `without_secrets` leaves out."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        said = super().atoms(resp, req, environ, request_time)
        return {
            name: without_secrets(value) if isinstance(value, str) else value for name, value in said.items()
        }
