"""The officer's phone. Every page starts at the rows the officer may see; every action asks whether they are on duty."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.messages import get_messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from guests.access import may_serve
from guests.dossier import DOSSIERS, dossier_of
from guests.forms import ActionForm, MovementForm
from guests.hours import countdown_words
from guests.models import Document, Movement
from guests.movement import CannotTakeBackError, note_movement, take_back_movement
from guests.privacy import read_private as read_private_data
from guests.today import state_of_today, todays_screen
from guests.views import SignedIn
from guests.views.acting import action, not_understood, own_visit, to_today, visit_on_duty
from guests.views.press import events_for_press
from liaison.encryption import UndecipherableError

DELEGATION = 40  # guests of one delegation that a dossier names


@login_required
@require_safe
def home(request: SignedIn) -> HttpResponse:
    """Everybody's own first page: officers' today, the coordinators' desk, the press page, or what to do next."""
    user, at = request.user, timezone.now()
    if user.memberships.officers().exists():
        return HttpResponseRedirect(reverse("today"))
    if user.is_staff:
        return HttpResponseRedirect(reverse("admin:index"))
    events = events_for_press(user, at).order_by("starts_on")
    if len(events) == 1:
        return HttpResponseRedirect(reverse("press", args=[events[0].slug]))
    return render(request, "phone/home.html", {"events": events})


@login_required
@require_safe
def today(request: SignedIn) -> HttpResponse:
    """The officer's guests today, by who moves next; 304 while the page a browser has is still true.

    A page with a message of the moment is kept nowhere. One that is used again carries the identifier of its taps with
    it: no tap on it has counted, since each that counts changes the state.
    """
    at, said = timezone.now(), request.GET.get("undo", "")
    undo = int(said) if said.isdecimal() and len(said) < 20 else None
    is_passing = len(get_messages(request)) > 0
    get_token(request)  # the page's forms carry it, hidden anew each time; what it hides is part of the state
    etag = quote_etag(state_of_today(request.user, at, undo, request.META["CSRF_COOKIE"]))
    if not is_passing and (unchanged := get_conditional_response(request, etag=etag)):
        return unchanged
    screen = todays_screen(user=request.user, at=at, undo=undo)
    page = {"today": screen, "words": countdown_words(), "client_uuid": uuid4()}
    response = render(request, "phone/today.html", page)
    if is_passing:
        patch_cache_control(response, no_store=True, private=True)
    else:
        response.headers["ETag"] = etag
    return response


@login_required
@require_safe
def visit(request: SignedIn, pk: int) -> HttpResponse:
    """The dossier of one guest."""
    at = timezone.now()
    own_first = list(DOSSIERS.visible_to(request.user, at=at).travelling_with(pk)[:DELEGATION])
    if not own_first or own_first[0].pk != pk:
        raise Http404
    found, *others = own_first
    context = {
        "dossier": dossier_of(found, reader=request.user, at=at, delegation=others),
        "can_act": may_serve(request.user, found, at=at),
        "client_uuid": uuid4(),
    }
    return render(request, "phone/visit.html", context)


@action
@cache_control(no_store=True, private=True)
def read_private(request: SignedIn, pk: int) -> HttpResponse:
    """The guest's private data, for those on duty; that they were read is kept."""
    at = timezone.now()
    found = own_visit(request.user, pk, at)
    try:
        private, is_lost = read_private_data(visit=found, by=request.user, at=at), False
    except UndecipherableError:
        private, is_lost = None, True
    papers = Document.objects.filter(visit=found, is_private=True)
    page = {"visit": found, "private": private, "is_lost": is_lost, "papers": papers}
    return render(request, "phone/private.html", page)


@action
def set_status(request: SignedIn, pk: int) -> HttpResponse:
    """Where the guest is, in one tap."""
    at = timezone.now()
    found = visit_on_duty(request.user, pk, at)
    form = MovementForm(request.POST, used=found.event.used_movements)
    if form.has_error("status", "unused"):
        messages.warning(request, " ".join(map(str, form.errors["status"])))
        return to_today(pk)
    if not form.is_valid():
        return not_understood(request)
    status: Movement = form.cleaned_data["status"]
    action = form.action_uuid("status", pk, status)
    note_movement(visit=found, status=status, by=request.user, at=at, client_uuid=action)
    return HttpResponseRedirect(f"{reverse('today')}?undo={pk}#visit-{pk}")


@action
def undo_status(request: SignedIn, pk: int) -> HttpResponse:
    """The last tap is taken back."""
    at = timezone.now()
    found = visit_on_duty(request.user, pk, at)
    form = ActionForm(request.POST)
    if not form.is_valid():
        return not_understood(request)
    try:
        take_back_movement(visit=found, by=request.user, at=at, client_uuid=form.action_uuid("undo", pk))
    except CannotTakeBackError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Taken back."))
    return to_today(pk)
