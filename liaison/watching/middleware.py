"""Numbers every request, and says of each what it was and how long it took: one line in the log, one count."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from liaison.watching import counting
from liaison.watching.trace import HEADER, number_for, numbered

logger = logging.getLogger("liaison.requests")
_PROBES = {"/healthz", "/readyz"}
_METHODS = {"GET", "HEAD", "OPTIONS", "POST"}


@dataclass(frozen=True)
class Seen:
    """What is told of a request: the name of its route and never its address, the person's number and never a name."""

    route: str
    method: str
    status: int
    ms: float
    queries: int
    user: int | None


class TraceMiddleware:
    """Stands before all others, so that files, refusals and errors are numbered and counted as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started, tally = time.perf_counter(), _Tally()
        with ExitStack() as stack:
            number = stack.enter_context(numbered(number_for(request.headers.get(HEADER, ""))))
            stack.enter_context(connection.execute_wrapper(tally))
            request.request_id = number  # type: ignore[attr-defined]  # for what Django logs after us
            response = self.get_response(request)
            response.headers[HEADER] = number
            seen = Seen(
                route=_route_of(request),
                method=request.method if request.method in _METHODS else "OTHER",
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
                queries=tally.number,
                user=_user_of(request),
            )
            logger.info("%s %s %d", seen.method, seen.route, seen.status, extra={"facts": asdict(seen)})
            counting.count(seen.route, seen.method, seen.status, seen.ms / 1000, seen.queries)
        return response


class ProbesMiddleware:
    """Answers what machines ask before anything looks at the host or the database.

    A load balancer calls by address instead of a name, and whether the process lives is no matter of the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path not in _PROBES or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        request.resolver_match = resolve(request.path)
        return request.resolver_match.func(request)  # type: ignore[no-any-return]


class _Tally:
    """Counts the queries that pass through."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


def _route_of(request: HttpRequest) -> str:
    if request.resolver_match:
        return request.resolver_match.view_name or "unnamed"
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"


def _user_of(request: HttpRequest) -> int | None:
    """Who was known to have asked; nobody is looked up for this."""
    user = getattr(request, "_cached_user", None)
    return user.pk if user else None
