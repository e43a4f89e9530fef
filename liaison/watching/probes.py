"""What machines ask: whether the process lives, whether all parts work, and the numbers."""

from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from liaison.watching.vitals import PARTS, Vitals


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; asks nothing of database or broker."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 where all parts work, 503 where one does not; which one is told only to whoever has METRICS_TOKEN.

    `?only=database,migrations` asks after these only, as a load balancer does: pages go on without Redis and beat.
    """
    names = tuple(request.GET["only"].split(",")) if "only" in request.GET else tuple(PARTS)
    if not set(names) <= PARTS.keys():
        return HttpResponseBadRequest(f"Parts are: {', '.join(PARTS)}.", content_type="text/plain")
    parts = Vitals(timezone.now()).parts(names)
    told = {"ready": all(parts.values())} | ({"parts": parts} if _knows_token(request) else {})
    return JsonResponse(told, status=200 if told["ready"] else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All numbers as text, for whoever has METRICS_TOKEN; to everybody else there is nothing here."""
    if not _knows_token(request):
        raise Http404
    from liaison.watching.metrics import exposed  # noqa: PLC0415 (only where somebody asks)

    return HttpResponse(exposed(timezone.now()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _knows_token(request: HttpRequest) -> bool:
    """Whether the request brings METRICS_TOKEN; nobody does where none is set."""
    kind, _blank, given = request.headers.get("Authorization", "").partition(" ")
    token = settings.METRICS_TOKEN
    return bool(token) and kind == "Bearer" and compare_digest(given.encode(), token.encode())
