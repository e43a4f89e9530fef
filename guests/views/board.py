"""The live board of an event, for its coordinators: on a laptop, and on a wall screen that nobody touches."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.models import Event
from guests.board import live_board, state_of_the_board
from guests.hours import countdown_words
from guests.views import SignedIn

_signer = signing.TimestampSigner(salt="board")
_ASKING_FOR = timedelta(days=1)


@login_required
@require_safe
def board(request: SignedIn, slug: str) -> HttpResponse:
    """Everyone who has not departed, by who moves next. `?lines` answers the lines alone, for a page that is open."""
    event = get_object_or_404(Event.objects.coordinated_by(request.user), slug=slug)
    at = timezone.now()
    context = {
        "event": event,
        "state": state_of_the_board(at),
        "board": live_board(event, at=at),
        "countdown": countdown_words(),
        "is_wall": "wall" in request.GET,
        "asking": _signer.sign(slug),
    }
    return render(request, "board/lines.html" if "lines" in request.GET else "board/board.html", context)


@require_safe
def board_state(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether a board that is open is still true: 304 while it is. One query, since the page asks every few seconds.

    Asked without a cookie, by the signed word that the page came with; it tells nothing but that something changed.
    """
    try:
        asked = _signer.unsign(request.GET.get("asking", ""), max_age=_ASKING_FOR)
    except signing.BadSignature as error:
        raise Http404 from error
    if asked != slug:
        raise Http404
    state = f'"{state_of_the_board(timezone.now())}"'
    if request.headers.get("If-None-Match") == state:
        return HttpResponseNotModified(headers={"ETag": state})
    return HttpResponse(status=204, headers={"ETag": state})
