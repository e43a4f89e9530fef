"""The timeline of duties at the desk: officers or guests down, hours or days across; and the page that fills a gap."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TypeVar, cast

from django.contrib.admin import site
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from events.admin.chosen import desk_of
from events.models import Event
from guests.admin.assigning import Span, assign_page
from guests.models import Delegation, Visit
from guests.timeline import OFFERED, Asked, Down, Only, draw
from liaison.choices import could_be_key
from liaison.clock import day_of

ALL_DAYS = "all"
_AROUND = timedelta(days=366)  # so far from the event moments are believed
_WORDS = {
    Only.ALL: gettext_lazy("All"),
    Only.TROUBLE: gettext_lazy("Only with a gap or a collision"),
    Only.UNLED: gettext_lazy("Only without a lead"),
    Only.FREE: gettext_lazy("Only without a guest"),
}
_Choice = TypeVar("_Choice", bound=Enum)


@require_safe
def timelines(request: HttpRequest) -> HttpResponse:
    """The events the person runs; straight on where the desk is about one."""
    desk = desk_of(request)
    if desk.only:
        return HttpResponseRedirect(reverse("timeline", args=[desk.only.slug]))
    context = site.each_context(request) | {"title": _("Timeline"), "events": desk.events}
    return TemplateResponse(request, "admin/guests/timeline/events.html", context)


@require_safe
def timeline(request: HttpRequest, slug: str) -> HttpResponse:
    """Who looks after whom, when; what of it does not go together, and who has nobody. Everything on it is a link."""
    event, at = _event(request, slug), timezone.now()
    asked = _asked(request, event, at)
    drawn = draw(event, asked, at=at)
    context = site.each_context(request) | {
        "title": _("Timeline"), "subtitle": event.name, "event": event, "asked": asked, "timeline": drawn,
        "is_of_guests": asked.down is Down.GUESTS,
        "only": [(only.value, _WORDS[only]) for only in OFFERED[asked.down]],
        "before": _beside(drawn.days, asked.day, -1), "after": _beside(drawn.days, asked.day, 1),
        "previous_page": drawn.page - 1, "next_page": drawn.page + 1,
    }  # fmt: skip
    return TemplateResponse(request, "admin/guests/timeline/timeline.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def fill_gap(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Assign somebody to one guest over the span that is asked for, and go back to the timeline."""
    event = _event(request, slug)
    visits = Visit.objects.filter(event=event, pk=pk)
    get_object_or_404(visits)
    then = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure()):
        then = reverse("timeline", args=[slug])
    table = site.get_model_admin(Visit)
    page = assign_page(table, request, visits, [str(pk)], span=_span(request, event), then=then)
    return cast("HttpResponse", page)  # there is none only for guests of several events


def _event(request: HttpRequest, slug: str) -> Event:
    """One of those the person runs."""
    for event in desk_of(request).events:
        if event.slug == slug:
            return event
    raise Http404


def _asked(request: HttpRequest, event: Event, at: datetime) -> Asked:
    """What the address asks for; what it does not say, or not so that it can be read, is as on the first visit."""
    given = request.GET
    down = _chosen(Down, given.get("by", ""), Down.OFFICERS)
    only = _chosen(Only, given.get("only", ""), Only.ALL)
    delegation = given.get("delegation", "")
    return Asked(
        down=down,
        day=_day(given.get("day", ""), event, at),
        only=only if only in OFFERED[down] else Only.ALL,
        delegation=int(delegation) if could_be_key(Delegation, delegation) else None,
        words=given.get("q", "").strip(),
        page=given.get("page", "1"),
    )


def _chosen(choices: type[_Choice], value: str, otherwise: _Choice) -> _Choice:
    with suppress(ValueError):
        return choices(value)
    return otherwise


def _day(value: str, event: Event, at: datetime) -> date | None:
    """The day as written; without one today, or the event's first day where today is none of it."""
    if value == ALL_DAYS:
        return None
    with suppress(ValueError):
        day = date.fromisoformat(value)
        if _is_around(event, day):
            return day
    today = day_of(at, event.time_zone)
    return today if event.starts_on <= today <= event.ends_on else event.starts_on


def _is_around(event: Event, day: date) -> bool:
    return event.starts_on - _AROUND <= day <= event.ends_on + _AROUND


def _beside(days: tuple[date, ...], day: date | None, step: int) -> date | None:
    """The day before or after, where anything is on then."""
    beside = day + timedelta(days=step) if day else None
    return beside if beside in days else None


def _span(request: HttpRequest, event: Event) -> Span | None:
    """The gap that is to be filled; None where the address names none."""
    with suppress(ValueError):
        starts_at, ends_at = (
            datetime.fromisoformat(request.GET.get(name, "")) for name in ("starts_at", "ends_at")
        )
        is_known = all(moment.tzinfo and _is_around(event, moment.date()) for moment in (starts_at, ends_at))
        if is_known and starts_at < ends_at:
            return starts_at, ends_at
    return None
