"""When to leave for something: set by hand, or left to the way."""

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from guests.forms import LeaveByForm
from guests.hours import Hours
from guests.leaving import LeaveByError, Leaving, leaving_for, plan_of, set_leave_by
from guests.models import ItineraryItem, Visit
from guests.views import SignedIn
from guests.views.acting import to_today, visit_on_duty
from liaison.clock import zone, zone_label

_LONGEST_WAY = timedelta(hours=12)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)  # going back must not show a form that was already used
def leave_by(request: SignedIn, pk: int) -> HttpResponse:
    """When to leave for one item of the plan, and where that comes from; what was typed stays where it is refused."""
    at = timezone.now()
    found = visit_on_duty(request.user, pk, at)
    sent = request.POST if request.method == "POST" else None
    items = plan_of(found)
    wanted = (request.GET if sent is None else sent).get("item", "")
    item = next((item for item in items if str(item.pk) == wanted), None)
    if item is None or item.starts_at is None:
        raise Http404
    leaving = leaving_for(items, found)[item.pk]
    clocks = zone(found.event.time_zone)
    local = leaving and leaving.at.astimezone(clocks)
    form = LeaveByForm(
        sent, initial={"client_uuid": uuid4(), "item": item.pk, "time": local and local.time()}
    )
    if sent is not None and form.is_valid() and _is_set(request, form, item, clocks, at):
        messages.success(request, _("Noted: when to leave for %(title)s.") % {"title": item.title})
        return to_today(pk)
    page = _page(found, item, leaving, Hours(found.event.time_zone, at))
    return render(request, "phone/leave_by.html", page | {"form": form}, status=200 if sent is None else 422)


def _is_set(
    request: SignedIn, form: LeaveByForm, item: ItineraryItem, clocks: ZoneInfo, at: datetime
) -> bool:
    typed = form.cleaned_data
    wanted = None if typed["distance"] else _moment_before(item, typed["time"], clocks)
    action = form.action_uuid("leave by", item.pk, wanted)
    try:
        set_leave_by(item=item, leave_by_at=wanted, by=request.user, at=at, client_uuid=action)
    except LeaveByError as error:
        form.add_error("time", str(error))
        return False
    return True


def _moment_before(item: ItineraryItem, clock: time, zone: ZoneInfo) -> datetime:
    """That time on the day of the start; the evening before where it would else come hours after a start in the night."""
    assert item.starts_at is not None  # noqa: S101 (asked for above)
    moment = datetime.combine(item.starts_at.astimezone(zone).date(), clock, zone)
    eve = moment - timedelta(days=1)
    return eve if moment > item.starts_at and item.starts_at - eve <= _LONGEST_WAY else moment


def _page(visit: Visit, item: ItineraryItem, leaving: Leaving | None, hours: Hours) -> dict[str, object]:
    assert item.starts_at is not None  # noqa: S101 (asked for above)
    return {
        "visit": visit,
        "item": item,
        "starts": hours.start(item.starts_at, item.precision),
        "leaving": leaving,
        "leave_by": hours.say(leaving.at) if leaving else "",
        "zone": zone_label(item.starts_at, hours.zone_name),
    }
