"""Paper: asking for a version of a handout, reading it as PDF, and downloading what was printed for many."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from guests import prints
from guests.handout import render_handout
from guests.models import Print, PrintRun, Visit
from liaison.accounts.models import User
from liaison.paper.pdf import PaperError


class SignedIn(HttpRequest):
    """A request of a person who has signed in."""

    user: User


@login_required
@require_POST
def print_handout(request: SignedIn, pk: int) -> HttpResponse:
    """Make the handout's version that holds now, and lead to it; for coordinators, and officers from assignment to end."""
    at = timezone.now()
    visit = get_object_or_404(Visit.objects.visible_to(request.user, at=at), pk=pk)
    asked = request.POST.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else ""
    version = prints.print_handout(visit=visit, by=request.user, at=at, language=language)
    return HttpResponseRedirect(reverse("handout", args=[version.pk]), status=303)


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def handout(request: SignedIn, pk: int) -> HttpResponse:
    """One version as PDF, the same bytes each time; where it cannot be rendered, why."""
    shown = Print.objects.visible_to(request.user, at=timezone.now()).filter(kind=Print.Kind.HANDOUT)
    version = get_object_or_404(shown.select_related("visit__guest", "visit__event"), pk=pk)
    try:
        data = render_handout(version)
    except PaperError as error:
        return render(request, "handout/cannot.html", {"visit": version.visit, "error": error}, status=409)
    name = f"{version.visit.guest.name} – {version.visit.event} – {version.version}.pdf"
    named = {"Content-Disposition": content_disposition_header(as_attachment=False, filename=name) or ""}
    return HttpResponse(data, content_type="application/pdf", headers=named)


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def print_run_file(request: SignedIn, pk: int) -> FileResponse:
    """The file of a finished run, for those who run the event."""
    runs = PrintRun.objects.visible_to(request.user, at=timezone.now())
    run = get_object_or_404(runs.select_related("event"), pk=pk, state=PrintRun.State.DONE)
    try:
        file = run.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{run.get_kind_display()} – {run.event} – {run.requested_at:%Y-%m-%d}.pdf"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/pdf")
