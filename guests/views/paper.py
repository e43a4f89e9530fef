"""Paper: choosing what to print, looking at it first, reading it as PDF, and downloading what was printed for many."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language_info
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from guests import prints
from guests.handout import render_handout
from guests.look import Look, Pictures, Sheet
from guests.models import Print, PrintRun, Visit
from guests.views.acting import own_visit
from guests.wording import LANGUAGES, language_of
from liaison.accounts.models import User
from liaison.paper.pdf import PaperError


class SignedIn(HttpRequest):
    """A request of a person who has signed in."""

    user: User


@login_required
@require_safe
def papers(request: SignedIn, pk: int) -> HttpResponse:
    """What can be printed about a guest, and how."""
    visit = own_visit(request.user, pk, timezone.now())
    page = {
        "visit": visit,
        "languages": [(code, get_language_info(code)["name_local"]) for code in LANGUAGES],
        "language": language_of(visit.guest.languages),
        "sheets": Sheet.choices,
        "pictures": Pictures.choices,
    }
    return render(request, "phone/paper.html", page)


@login_required
@require_POST
def print_handout(request: SignedIn, pk: int) -> HttpResponse:
    """Make the handout's version that holds now, and lead to it; for coordinators, and officers from assignment to end.

    Whoever only wants to look is led to the preview, and nothing is made.
    """
    at = timezone.now()
    visit = get_object_or_404(Visit.objects.visible_to(request.user, at=at), pk=pk)
    language = _asked_language(request.POST.get("language", ""))
    look = Look.asked(request.POST.dict())
    if "preview" in request.POST:
        return _to("preview_handout", pk, look.as_words() | ({"language": language} if language else {}))
    version = prints.print_handout(visit=visit, by=request.user, at=at, language=language)
    return _to("handout", version.pk, look.as_words())


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def preview_handout(request: SignedIn, pk: int) -> HttpResponse:
    """The handout as it would be printed now; it says that it is a preview, and nothing is written."""
    at = timezone.now()
    visit = own_visit(request.user, pk, at)
    language = _asked_language(request.GET.get("language", "")) or language_of(visit.guest.languages)
    return _shown(request, prints.preview_handout(visit=visit, language=language, at=at))


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def handout(request: SignedIn, pk: int) -> HttpResponse:
    """One version as PDF, the same bytes each time; where it cannot be rendered, why."""
    shown = Print.objects.visible_to(request.user, at=timezone.now()).filter(kind=Print.Kind.HANDOUT)
    return _shown(request, get_object_or_404(shown.select_related("visit__guest", "visit__event"), pk=pk))


def _shown(request: SignedIn, version: Print) -> HttpResponse:
    """The version as PDF, as the address wants it to look."""
    try:
        data = render_handout(version, Look.asked(request.GET.dict()))
    except PaperError as error:
        return render(request, "handout/cannot.html", {"visit": version.visit, "error": error}, status=409)
    name = f"{version.visit.guest.name} – {version.visit.event} – {version.version}.pdf"
    named = {"Content-Disposition": content_disposition_header(as_attachment=False, filename=name) or ""}
    return HttpResponse(data, content_type="application/pdf", headers=named)


def _asked_language(asked: str) -> str:
    """The language asked for; empty, which means the guest's own, for what we have no words in."""
    return asked if asked in LANGUAGES else ""


def _to(page: str, pk: int, said: dict[str, str]) -> HttpResponse:
    query = f"?{urlencode(said)}" if said else ""
    return HttpResponseRedirect(f"{reverse(page, args=[pk])}{query}", status=303)


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
