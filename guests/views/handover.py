"""Handing a guest over: the giver's form, and the offer as giver, receiver and coordinator read it."""

from collections.abc import Callable
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from guests.access import may_answer, may_withdraw, own_duty, receivers_of
from guests.assignment import AssignmentError
from guests.forms import HandoverForm
from guests.handover import (
    HandoverError,
    accept_handover,
    decline_handover,
    offer_handover,
    proposed_note,
    withdraw_handover,
)
from guests.hours import Hours
from guests.models import Handover
from guests.views import SignedIn
from guests.views.acting import action, own_visit
from liaison.wall import openly

_ROW = Handover.objects.select_related(
    "receiver__user", "assignment__officer__user", "assignment__visit__guest", "assignment__visit__event"
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)  # going back must not show a form that was already used
def hand_over(request: SignedIn, pk: int) -> HttpResponse:
    """Choose who takes over, look through the note, offer."""
    at = timezone.now()
    visit = own_visit(request.user, pk, at)
    duty = own_duty(request.user, visit, at=at)
    if duty is None:
        raise PermissionDenied
    is_sent = request.method == "POST"
    if not is_sent and (offer := Handover.objects.open().filter(assignment=duty).first()):
        return _to(offer)
    receivers = receivers_of(visit, giver=request.user, at=at)
    proposed = {} if is_sent else proposed_note(visit, at=at)
    form = HandoverForm(request.POST if is_sent else None, receivers=receivers, proposed=proposed)
    if is_sent and form.is_valid():
        receiver = form.cleaned_data["receiver"]
        uuid = form.action_uuid("hand over", pk, receiver.pk)
        try:
            offer = offer_handover(duty=duty, receiver=receiver, note=form.note, at=at, client_uuid=uuid)
        except HandoverError as error:
            form.add_error(None, str(error))
        else:
            said = {"guest": visit.guest.called, "officer": receiver}
            messages.success(request, _("Offered: %(officer)s can accept %(guest)s now.") % said)
            return _to(offer)
    page = {"visit": visit, "form": form}
    return render(request, "phone/hand_over.html", page, status=422 if is_sent else 200)


@login_required
@require_safe
def handover(request: SignedIn, pk: int) -> HttpResponse:
    """The note, and below it what the reader may do."""
    at = timezone.now()
    found = get_object_or_404(_ROW.visible_to(request.user, at=at), pk=pk)
    is_open = found.state == Handover.State.OFFERED
    page = {
        "handover": found,
        "visit": found.assignment.visit,
        "offered": Hours(found.assignment.visit.event.time_zone, at).say(found.offered_at),
        "may_answer": is_open and may_answer(request.user, found),
        "may_withdraw": is_open and may_withdraw(request.user, found),
        "client_uuid": uuid4(),
    }
    return render(request, "phone/handover.html", page)


@action
def accept(request: SignedIn, pk: int) -> HttpResponse:
    """The guest is the receiver's from now on."""
    return _settled(request, pk, accept_handover, may_answer, _("%(guest)s is yours now."))


@action
def decline(request: SignedIn, pk: int) -> HttpResponse:
    """The guest stays with the giver."""
    return _settled(request, pk, decline_handover, may_answer, _("Declined. %(guest)s stays with %(giver)s."))


@action
def withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """The giver takes the offer back."""
    return _settled(request, pk, withdraw_handover, may_withdraw, _("Taken back. %(guest)s stays with you."))


def _settled(
    request: SignedIn,
    pk: int,
    settle: Callable[..., None],
    may: Callable[..., bool],
    said: str,
) -> HttpResponse:
    """Answer an offer, which settles once however often it is tapped."""
    at = timezone.now()
    try:
        with (
            openly()
        ):  # a settled offer is no claim to the guest any more, and is answered with a word all the same
            found = get_object_or_404(_ROW.answered_by(request.user, at), pk=pk)
            if not may(request.user, found):
                raise PermissionDenied
            settle(handover=found, at=at)
    except (HandoverError, AssignmentError) as error:
        messages.warning(request, str(error))
        return HttpResponseRedirect(reverse("today"))
    visit = found.assignment.visit
    messages.success(request, said % {"guest": visit.guest.called, "giver": found.assignment.officer})
    return HttpResponseRedirect(f"{reverse('today')}#visit-{visit.pk}")


def _to(offer: Handover) -> HttpResponse:
    return HttpResponseRedirect(reverse("handover", args=[offer.pk]))
