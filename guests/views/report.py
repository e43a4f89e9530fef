"""The report of the day: read what is proposed, correct it, sign."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from guests.access import own_duty
from guests.forms import ReportForm
from guests.hours import Hours
from guests.models import DayReport
from guests.reports import days_to_sign, proposed_report, sign_report
from guests.views import SignedIn
from guests.views.acting import own_visit


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
def report(request: SignedIn, pk: int) -> HttpResponse:
    """Today's report or yesterday's; once signed it can only be read."""
    at = timezone.now()
    visit = own_visit(request.user, pk, at)
    if own_duty(request.user, visit, at=at) is None:
        raise PermissionDenied
    days = days_to_sign(visit, at=at)
    day = _chosen(request.POST.get("day") or request.GET.get("day", ""), days)
    signed = DayReport.objects.filter(visit=visit, officer=request.user, day=day).first()
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _report, is_new = sign_report(
            visit=visit, officer=request.user, day=day, text=form.cleaned_data["text"], at=at
        )
        _say(request, is_new)
        return HttpResponseRedirect(f"{reverse('report', args=[pk])}?day={day}")
    page: dict[str, Any] = {
        "visit": visit,
        "day": day,
        "other": days[day == days[0]],
        "report": signed,
        "form": form,
    }
    if signed:
        page["signed"] = Hours(visit.event.time_zone, at).say(signed.signed_at)
    elif not form.is_bound:
        form.initial["text"] = proposed_report(visit, day=day, at=at)
    return render(request, "phone/report.html", page, status=422 if form.is_bound else 200)


def _chosen(asked: str, days: tuple[date, date]) -> date:
    return next((day for day in days if str(day) == asked), days[0])


def _say(request: SignedIn, is_new: bool) -> None:
    if is_new:
        messages.success(request, _("Signed. Your coordinator can read it now."))
    else:
        messages.warning(request, _("This day was signed before, and stays as it was."))
