"""Where one is signed in, and what one reads once it has ended."""

from typing import cast

from allauth.account.internal.flows.logout import logout
from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStage
from allauth.account.views import LoginView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from liaison.accounts.middleware import WIPE
from liaison.accounts.models import User


class SignedIn(HttpRequest):
    """A request of a person who has signed in."""

    user: User


class SignInView(LoginView):  # type: ignore[misc]  # allauth has no types
    """allauth's own, but that who asked for a code and then types a password signs in by the password."""

    def _redirect_to_pending_stage(
        self, request: HttpRequest, stage: LoginStage
    ) -> HttpResponseRedirect | None:
        """By GET to what is pending; what is sent begins anew, and what was pending with it."""
        if request.method != "POST":
            return cast("HttpResponseRedirect", super()._redirect_to_pending_stage(request, stage))
        clear_login(request)
        return None


@login_required
@require_POST
def end_session(request: SignedIn, pk: int) -> HttpResponse:
    """Sign one of one's own devices out; this one too, where it is the one."""
    session = get_object_or_404(UserSession, user=request.user, pk=pk)
    if session.is_current():
        return _leave(request)
    session.end()
    messages.success(request, _("That device is signed out."))
    return HttpResponseRedirect(reverse("usersessions_list"))


@login_required
@require_POST
def end_all_sessions(request: SignedIn) -> HttpResponse:
    """Sign out everywhere, here too."""
    for session in UserSession.objects.filter(user=request.user):
        session.end()
    return _leave(request)


def _leave(request: HttpRequest) -> HttpResponse:
    logout(request, show_message=False)
    return HttpResponseRedirect(reverse("account_login"))


@require_safe
def sign_in_over(request: HttpRequest) -> HttpResponse:
    """Tell somebody whose events are over that signing in has ended with them, and have the browser forget the rest."""
    response = render(request, "account/over.html")
    response["Clear-Site-Data"] = WIPE
    return response
