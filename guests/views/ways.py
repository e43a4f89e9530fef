"""By which ways notices reach a person: this phone, other devices, e-mail and what else is set up."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from guests.forms import ActionForm
from guests.tasks import send_at_once
from guests.views import TOLD_TO_NOBODY, SignedIn
from guests.views.acting import action, action_on_many, not_understood
from liaison.accounts.models import User
from liaison.clock import moment_text
from liaison.notices.choosing import stop_mails as stop
from liaison.notices.devices import COOKIE, COOKIE_LASTS, device_of, mark_of, try_device, turn_on
from liaison.notices.forms import DeviceForm, WaysForm
from liaison.notices.stopping import STOPPABLE, person_and_kind
from liaison.notices.vapid import public_key
from liaison.queue import nudge


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
def ways(request: SignedIn) -> HttpResponse:
    """How one is reached, and what one does without."""
    form = WaysForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        form.keep()
        messages.success(request, _("Kept."))
        return _back()
    page = {
        "form": form,
        "push_key": public_key(),
        "devices": _devices(request) if public_key() else [],
        "client_uuid": uuid4(),
    }
    return render(request, "phone/ways.html", page, status=422 if form.is_bound else 200)


def _devices(request: SignedIn) -> list[dict[str, Any]]:
    """The person's devices with their moments in words, this one first."""
    this, zone = device_of(request), request.user.time_zone
    rows = request.user.push_subscriptions.all()
    return [
        {
            "pk": row.pk,
            "name": row.device,
            "is_this": row.pk == this,
            "since": moment_text(row.created_at, zone),
            "reached": moment_text(row.succeeded_at, zone) if row.succeeded_at else "",
        }
        for row in sorted(rows, key=lambda row: row.pk != this)
    ]


@action_on_many
def turn_on_device(request: SignedIn) -> HttpResponse:
    """Show notices in this browser from now on; the browser's own address makes a second tap the same."""
    form = DeviceForm(request.POST)
    if not public_key() or not form.is_valid():
        said = next(iter(form.errors.values()), [_("Notices on devices are not set up here.")])
        messages.error(request, str(said[0]))
        return _back()
    agent = request.headers.get("User-Agent", "")
    device = turn_on(user=request.user, user_agent=agent, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Notices appear on this device from now on."))
    response = _back()
    response.set_cookie(
        COOKIE, mark_of(device), max_age=COOKIE_LASTS, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
    return response


@action
def remove_device(request: SignedIn, pk: int) -> HttpResponse:
    """Send nothing to that device any more; what is removed already stays so."""
    if not ActionForm(request.POST).is_valid():
        return not_understood(request)
    get_object_or_404(request.user.push_subscriptions, pk=pk).delete()
    messages.success(request, _("That device gets no notices any more."))
    return _back()


@action
def test_device(request: SignedIn, pk: int) -> HttpResponse:
    """Send a test to that device."""
    device, form = get_object_or_404(request.user.push_subscriptions, pk=pk), ActionForm(request.POST)
    if not form.is_valid():
        return not_understood(request)
    try_device(device=device, client_uuid=form.action_uuid("test", pk), at=timezone.now())
    nudge(send_at_once)
    messages.success(request, _("A test is on its way to %(device)s.") % {"device": device.device})
    return _back()


# No cookie is asked for: the link is the authority, and mail programs post to it without one (RFC 8058).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
def stop_mails(request: HttpRequest, secret: str) -> HttpResponse:
    """One button that ends a kind of e-mail; opening the page writes nothing, since scanners of mail open every link."""
    found = person_and_kind(secret)
    user = User.objects.filter(pk=found[0], is_active=True).first() if found else None
    if found is None or user is None:
        return _told_to_nobody(render(request, "acknowledge/gone.html", {"messages": ()}, status=404))
    kind = found[1]
    if request.method == "POST":
        stop(user=user, kind=kind)
    with override(user.language):
        page = {"kind": STOPPABLE[kind], "stopped": request.method == "POST", "messages": ()}
        response = render(request, "acknowledge/stop.html", page)
    response.headers["Content-Language"] = user.language
    return _told_to_nobody(response)


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("notice_ways"))


def _told_to_nobody(response: HttpResponse) -> HttpResponse:
    for name, value in TOLD_TO_NOBODY.items():
        response.headers[name] = value
    return response
