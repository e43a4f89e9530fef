"""The officer answers: what changed was seen, a duty is confirmed, or cannot be."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from guests.confirming import TermsChangedError, confirm_duties, say_cannot
from guests.forms import CannotForm, SeenForm
from guests.hours import Hours
from guests.looking import note_look
from guests.models import Assignment
from guests.views import SignedIn
from guests.views.acting import action, action_on_many, not_understood, own_visit, to_today


@action
def seen(request: SignedIn, pk: int) -> HttpResponse:
    """What had changed around the guest up to the page's own moment was seen."""
    at = timezone.now()
    found = own_visit(request.user, pk, at)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return not_understood(request)
    note_look(visit=found, user=request.user, seen_at=min(form.cleaned_data["at"], at))
    return to_today(pk)


@action_on_many
def confirm(request: SignedIn) -> HttpResponse:
    """The duties read on the page are confirmed: one, or all of them."""
    at = timezone.now()
    try:
        duties = confirm_duties(user=request.user, read=request.POST.get("read", "").split(), at=at)
    except TermsChangedError:
        messages.warning(
            request, _("It has changed since you read it. Nothing was confirmed; please read it again.")
        )
        return HttpResponseRedirect(reverse("today"))
    if not duties:
        raise Http404
    said = ngettext("Confirmed: %(guest)s", "Confirmed: %(number)d guests", len(duties))
    messages.success(request, said % {"guest": duties[0].visit.guest.called, "number": len(duties)})
    return HttpResponseRedirect(reverse("today"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)  # going back must not show a form that was already used
def cannot(request: SignedIn, pk: int) -> HttpResponse:
    """Why the officer cannot; what was typed stays where it cannot be taken."""
    at = timezone.now()
    own = Assignment.objects.duties_of(request.user, at).select_related("visit__guest", "visit__event")
    duty = get_object_or_404(own, pk=pk)
    form = CannotForm(request.POST if request.method == "POST" else None, initial={"client_uuid": uuid4()})
    if not form.is_valid():
        hours = Hours(duty.visit.event.time_zone, at)
        span = hours.say(duty.starts_at), hours.say(duty.ends_at)
        page = {"duty": duty, "form": form, "starts": span[0], "ends": span[1]}
        return render(request, "phone/cannot.html", page, status=422 if form.is_bound else 200)
    because = form.cleaned_data["because"]
    say_cannot(duty=duty, because=because, at=at, client_uuid=form.action_uuid("cannot", pk, because))
    messages.success(
        request,
        _("Your coordinators know that you cannot look after %(guest)s. Until they act the guest is yours.")
        % {"guest": duty.visit.guest.called},
    )
    return to_today(duty.visit_id)
