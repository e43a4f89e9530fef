"""What all actions of the officer's phone share: who may tap, and where a tap leads."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guests.access import may_serve
from guests.models import Visit
from guests.views import SignedIn
from liaison.accounts.models import User

Act = Callable[[SignedIn, int], HttpResponse]


def action(view: Act) -> Act:
    """A tap of somebody signed in; whoever was signed out meanwhile is told that it did not count."""

    @require_POST
    @wraps(view)
    def answered(request: SignedIn, pk: int) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, pk)
        messages.warning(request, _("You were signed out, so that tap did not count. Sign in and tap again."))
        return redirect_to_login(reverse("today"))

    return answered


def action_on_many(view: Callable[[SignedIn], HttpResponse]) -> Callable[[SignedIn], HttpResponse]:
    """The same for a tap that is about several rows."""

    @action
    @wraps(view)
    def about(request: SignedIn, _pk: int) -> HttpResponse:
        return view(request)

    @wraps(view)
    def answered(request: SignedIn) -> HttpResponse:
        return about(request, 0)

    return answered


def own_visit(user: User, pk: int, at: datetime) -> Visit:
    """The visit, or 404 for whoever does not look after the guest."""
    rows = Visit.objects.visible_to(user, at=at).select_related("guest", "event", "hotel")
    return get_object_or_404(rows, pk=pk)


def visit_on_duty(user: User, pk: int, at: datetime) -> Visit:
    """The visit, or 404 for whoever does not look after the guest, and 403 where their duty has not begun."""
    found = own_visit(user, pk, at)
    require_duty(user, found, at)
    return found


def require_duty(user: User, visit: Visit, at: datetime) -> None:
    """Refuse whoever may see the guest and not act for them."""
    if not may_serve(user, visit, at=at):
        raise PermissionDenied


def to_today(pk: int) -> HttpResponse:
    """Back to the guest's card."""
    return HttpResponseRedirect(f"{reverse('today')}#visit-{pk}")


def not_understood(request: SignedIn) -> HttpResponse:
    """Back to today with a word on a tap that arrived mangled."""
    messages.error(request, _("That did not reach us whole, and nothing was changed. Please tap again."))
    return HttpResponseRedirect(reverse("today"))
