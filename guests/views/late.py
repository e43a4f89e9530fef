"""The guest runs late: look at what follows, then tell the team."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from guests.delays import PlanChangedError, consequences, foresee, may_be_late, report_delay
from guests.forms import DelayForm
from guests.hours import Hours, length
from guests.models import ItineraryItem, Visit
from guests.views import SignedIn
from guests.views.acting import to_today, visit_on_duty
from liaison.accounts.models import User

PRESETS = (5, 15, 30)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)  # going back must not show a form that was already used
def late(request: SignedIn, pk: int) -> HttpResponse:
    """How late, what follows from it, and one tap to send it."""
    at = timezone.now()
    found = visit_on_duty(request.user, pk, at)
    items = may_be_late(found, at=at)
    is_sent = request.method == "POST"
    form = DelayForm(request.POST if is_sent else request.GET if "minutes" in request.GET else None)
    if is_sent and form.is_valid():
        return _send(request, found, form, at)
    wanted = (request.POST if is_sent else request.GET).get("item", "")
    chosen = next((item for item in items if str(item.pk) == wanted), items[0] if items else None)
    page = {
        "visit": found,
        "form": form,
        "items": _named(items, found, at),
        "chosen": chosen,
        "presets": PRESETS,
    }
    if chosen and form.is_valid():
        page |= _preview(found, chosen, form.cleaned_data["minutes"], at, request.user)
    return render(request, "phone/late.html", page, status=422 if is_sent else 200)


def _named(items: list[ItineraryItem], visit: Visit, at: datetime) -> list[tuple[ItineraryItem, str]]:
    hours = Hours(visit.event.time_zone, at)
    return [(item, hours.start(item.starts_at, item.precision)) for item in items if item.starts_at]


def _preview(
    visit: Visit, item: ItineraryItem, minutes: int, at: datetime, reader: User
) -> dict[str, object]:
    delay = foresee(visit=visit, item=item, by=timedelta(minutes=minutes), at=at)
    return {
        "delay": delay,
        "minutes": minutes,
        "length": length(delay.by),
        "consequences": consequences(delay, Hours(visit.event.time_zone, at), reader=reader),
        "client_uuid": uuid4(),
    }


def _send(request: SignedIn, visit: Visit, form: DelayForm, at: datetime) -> HttpResponse:
    typed = form.cleaned_data
    item, minutes = typed["item"] or 0, typed["minutes"]
    try:
        report_delay(
            visit=visit, item_key=item, minutes=minutes, seen=typed["seen"], by=request.user, at=at,
            client_uuid=form.action_uuid("late", visit.pk, item, minutes),
        )  # fmt: skip
    except PlanChangedError as error:
        messages.warning(request, str(error))
        asked = urlencode({"item": item, "minutes": minutes})
        return HttpResponseRedirect(f"{reverse('late', args=[visit.pk])}?{asked}")
    said = {"guest": visit.guest.called, "length": length(timedelta(minutes=minutes))}
    messages.success(request, _("The team knows: %(guest)s is %(length)s late.") % said)
    return to_today(visit.pk)
