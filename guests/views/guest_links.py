"""Links to a guest's own screen: made by whoever serves the guest, shown once with their code, listed, and revoked."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from guests.forms import GuestLinkForm
from guests.guest_links import make_link
from guests.models import GuestLink
from guests.views import SignedIn
from guests.views.acting import action, require_duty, visit_on_duty
from liaison.qr import qr_code


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)  # an address is shown once
def guest_links(request: SignedIn, pk: int) -> HttpResponse:
    """The guest's links that are open, and a new one, for those on duty."""
    at = timezone.now()
    found = visit_on_duty(request.user, pk, at)
    form = GuestLinkForm(request.POST if request.method == "POST" else None)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        lasts = GuestLink.Lasts(form.cleaned_data["lasts"])
        tap = form.action_uuid("guest link", pk, lasts)
        link, secret = make_link(visit=found, lasts=lasts, by=request.user, at=at, client_uuid=tap)
        if link.is_open(at):
            address = f"{settings.SITE_URL}{reverse('shared_screen', args=[secret])}"
            shown = {"link": link, "address": address, "code": qr_code(address, _("QR code of the link"))}
        form = GuestLinkForm()
    links = GuestLink.objects.filter(visit=found, expires_at__gt=at).open().select_related("made_by")
    page = {"visit": found, "form": form, "links": links, "client_uuid": uuid4(), **shown}
    return render(request, "guest/links.html", page, status=422 if form.is_bound else 200)


@action
def revoke_guest_link(request: SignedIn, pk: int) -> HttpResponse:
    """The link opens nothing any more."""
    at = timezone.now()
    links = GuestLink.objects.visible_to(request.user, at=at).select_related("visit__event")
    link = get_object_or_404(links, pk=pk)
    require_duty(request.user, link.visit, at)
    if link.revoked_at is None:
        link.revoke(at=at)
    messages.success(request, _("The link is revoked: it opens nothing any more."))
    return HttpResponseRedirect(reverse("guest_links", args=[link.visit_id]))
