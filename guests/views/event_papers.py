"""Papers about a whole event as PDF: one version, or how it would be printed now; for those who run the event."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from events.models import Event
from guests import papers
from guests.look import Look
from guests.models import Print
from guests.papers import Wish
from guests.prints import preview
from guests.side_by_side import LANGUAGES
from guests.views import SignedIn
from liaison.paper.pdf import PaperError

KINDS = (Print.Kind.EVENT_BOOK, Print.Kind.ARRIVALS, Print.Kind.TRANSPORT)


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def preview_event_paper(request: SignedIn, slug: str, kind: str) -> HttpResponse:
    """The paper as it would be printed now; it says that it is a preview, and nothing is written."""
    event = get_object_or_404(Event.objects.coordinated_by(request.user), slug=slug)
    if kind not in KINDS:
        raise Http404
    asked = request.GET.get("language", "")
    language = asked if asked in LANGUAGES else "en"
    wish = Wish(None, language, _asked_day(request, event, Print.Kind(kind)), event=event.pk)
    return _shown(request, preview(Print.Kind(kind), wish, at=timezone.now()), event)


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def event_paper(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    """One version as PDF, the same bytes each time; where it cannot be rendered, why."""
    shown = Print.objects.visible_to(request.user, at=timezone.now()).filter(kind=kind, visit=None)
    version = get_object_or_404(shown.select_related("event"), pk=pk)
    return _shown(request, version, version.event)


def _asked_day(request: SignedIn, event: Event, kind: Print.Kind) -> date | None:
    """The day asked for; where none can be read, the whole event, or its first day for a paper that is always of a day."""
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        day = None
    if kind == Print.Kind.EVENT_BOOK:
        return None
    return day or (event.starts_on if kind == Print.Kind.TRANSPORT else None)


def _shown(request: SignedIn, version: Print, event: Event) -> HttpResponse:
    """The version as PDF, as the address wants it to look."""
    try:
        data = papers.render([version], Look.asked(request.GET.dict()), duplex=False).data
    except PaperError as error:
        return render(request, "handout/cannot.html", {"event": event, "error": error}, status=409)
    day = [version.day.isoformat()] if version.day else []
    name = " – ".join([str(event), str(version.get_kind_display()), *day, str(version.version)])
    named = content_disposition_header(as_attachment=False, filename=f"{name}.pdf") or ""
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": named})
