"""Documents of a guest's stay: read by those who look after the guest, a private one by a tap that is written down."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from guests.models import Document
from guests.privacy import read_private_document
from guests.views import SignedIn
from guests.views.acting import action
from liaison.encryption import UndecipherableError

_TYPES = {
    Document.Kind.PDF: "application/pdf",
    Document.Kind.JPEG: "image/jpeg",
    Document.Kind.PNG: "image/png",
}


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def document(request: SignedIn, pk: int) -> HttpResponse:
    """A document that is not private; 404 for whoever does not look after the guest."""
    rows = Document.objects.visible_to(request.user, at=timezone.now()).filter(is_private=False)
    found = get_object_or_404(rows.select_related("visit__guest"), pk=pk)
    try:
        return _given(found, found.content())
    except FileNotFoundError as error:
        raise Http404 from error
    except UndecipherableError:
        return _lost(request, found)


@action
@cache_control(no_store=True, private=True)
def private_document(request: SignedIn, pk: int) -> HttpResponse:
    """A private document, for those on duty; that it was read is kept."""
    at = timezone.now()
    rows = Document.objects.visible_to(request.user, at=at).filter(is_private=True)
    found = get_object_or_404(rows.select_related("visit__guest", "visit__event"), pk=pk)
    try:
        return _given(found, read_private_document(document=found, by=request.user, at=at))
    except FileNotFoundError as error:
        raise Http404 from error
    except UndecipherableError:
        return _lost(request, found)


def _given(found: Document, content: bytes) -> HttpResponse:
    """The file for the browser to show, under its title, and as nothing but what it is."""
    name = content_disposition_header(as_attachment=False, filename=f"{found.title}.{found.kind}") or ""
    headers = {"Content-Disposition": name, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=_TYPES[Document.Kind(found.kind)], headers=headers)


def _lost(request: SignedIn, found: Document) -> HttpResponse:
    return render(request, "phone/private.html", {"visit": found.visit, "is_lost": True}, status=409)
