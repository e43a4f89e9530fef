"""What a person was sent: their inbox, and saying “got it” there or by the link in a mail."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from guests.forms import ActionForm
from guests.views import TOLD_TO_NOBODY, SignedIn
from guests.views.acting import action, not_understood
from liaison.notices.acknowledging import acknowledge, notice_behind
from liaison.notices.inbox import inbox_of, said_at
from liaison.notices.models import Notice


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def inbox(request: SignedIn) -> HttpResponse:
    """Everything the person was sent, a page at a time."""
    asked = request.GET.get("page", "")
    page = int(asked) if asked.isdecimal() and len(asked) < 5 else 1
    found = inbox_of(request.user, page=page, at=timezone.now())
    return render(request, "phone/inbox.html", {"inbox": found, "client_uuid": uuid4()})


@action
def acknowledge_notice(request: SignedIn, pk: int) -> HttpResponse:
    """The person has read what they were sent; a second tap changes nothing."""
    notice = get_object_or_404(Notice.objects.told_to(request.user), pk=pk)
    if not notice.wants_acknowledgement:
        raise Http404
    if not ActionForm(request.POST).is_valid():
        return not_understood(request)
    acknowledge(notice=notice, at=timezone.now())
    messages.success(request, _("Noted. Your coordinators see that you have read it."))
    return HttpResponseRedirect(reverse("inbox"))


# No cookie is asked for: the link is the authority, and whoever could forge the form would have to know it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
def acknowledge_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """One button for whoever has the mail; opening the page writes nothing, since scanners of mail open every link."""
    at = timezone.now()
    notice = notice_behind(secret, at=at)
    if notice is None:
        return _page(request, "acknowledge/gone.html", {}, status=404)
    if request.method == "POST":
        acknowledge(notice=notice, at=at)
        return _told_to_nobody(HttpResponseRedirect(request.path))
    language = notice.recipient.language
    with override(language):
        said = notice.acknowledged_at
        page = {
            "event": notice.event.name if notice.event else "",
            "sent": said_at(notice.due_at, notice),
            "acknowledged": said_at(said, notice) if said else "",
        }
        response = _page(request, "acknowledge/acknowledge.html", page)
    response.headers["Content-Language"] = language
    return response


def _page(request: HttpRequest, template: str, page: dict[str, Any], status: int = 200) -> HttpResponse:
    """Without the messages that wait for whoever is signed in: showing them would use them up."""
    return _told_to_nobody(render(request, template, page | {"messages": ()}, status=status))


def _told_to_nobody(response: HttpResponse) -> HttpResponse:
    for name, value in TOLD_TO_NOBODY.items():
        response.headers[name] = value
    return response
