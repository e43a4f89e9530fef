"""Something went wrong: an incident or a complaint, or an alarm."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from guests.forms import AlarmForm, IncidentForm
from guests.incidents import report_incident, whereabouts
from guests.models import Incident
from guests.tasks import send_at_once
from guests.views import SignedIn
from guests.views.acting import to_today, visit_on_duty
from liaison.queue import nudge


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)  # going back must not show a form that was already used
def incident(request: SignedIn, pk: int) -> HttpResponse:
    """What went wrong, in one tap on its kind; what was typed stays where something is missing."""
    at = timezone.now()
    visit = visit_on_duty(request.user, pk, at)
    form = IncidentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = form.cleaned_data
        kind, severity = Incident.Kind(typed["kind"]), Incident.Severity(typed["severity"])
        report_incident(
            visit=visit, kind=kind, severity=severity, text=typed["text"], by=request.user, at=at,
            client_uuid=form.action_uuid("incident", pk, kind, typed["text"]),
        )  # fmt: skip
        nudge(send_at_once)
        messages.success(request, _("Noted, and the team knows: %(what)s.") % {"what": kind.label})
        return to_today(pk)
    kinds = Incident.Kind.choices
    page = {"visit": visit, "form": form, "kinds": kinds}
    return render(request, "phone/incident.html", page, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
def sos(request: SignedIn, pk: int) -> HttpResponse:
    """Call for help: one tap says which, and sends it."""
    at = timezone.now()
    visit = visit_on_duty(request.user, pk, at)
    form = AlarmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        kind = Incident.Kind(form.cleaned_data["kind"])
        report_incident(
            visit=visit, kind=kind, severity=Incident.Severity.SOS, place=form.cleaned_data["place"],
            by=request.user, at=at, client_uuid=form.action_uuid("sos", pk, kind),
        )  # fmt: skip
        nudge(send_at_once)
        messages.warning(request, _("SOS sent to the team. Call as well where every minute counts."))
        return to_today(pk)
    page: dict[str, Any] = {"visit": visit, "form": form, "client_uuid": uuid4()}
    page["place"] = form["place"].value() if form.is_bound else whereabouts(visit, at=at)
    return render(request, "phone/sos.html", page, status=422 if form.is_bound else 200)
