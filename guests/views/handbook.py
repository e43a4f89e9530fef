"""The quick starts on the screen, where other pages point into them, and as two pages to print."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from guests.handbook import COORDINATORS, OFFICERS, Guide, quick_start
from guests.views import SignedIn


@login_required
@require_safe
def officers_help(request: SignedIn) -> HttpResponse:
    """How an officer works with the app."""
    return _page(request, OFFICERS)


@login_required
@require_safe
def desk_help(request: SignedIn) -> HttpResponse:
    """How a coordinator works at the desk."""
    return _page(request, COORDINATORS)


@login_required
@require_safe
def officers_quick_start(request: SignedIn) -> HttpResponse:
    """The same on paper, in the reader's language."""
    return _paper(OFFICERS)


@login_required
@require_safe
def desk_quick_start(request: SignedIn) -> HttpResponse:
    """The same on paper, in the reader's language."""
    return _paper(COORDINATORS)


def _page(request: SignedIn, guide: Guide) -> HttpResponse:
    return render(request, "handbook/screen.html", {"guide": guide, "officers": OFFICERS})


def _paper(guide: Guide) -> HttpResponse:
    named = content_disposition_header(as_attachment=False, filename=f"{guide.title}.pdf") or ""
    headers = {"Content-Disposition": named}
    return HttpResponse(
        quick_start(guide, get_language() or "en"), content_type="application/pdf", headers=headers
    )
