"""The event the desk is about: all that one runs, or the one chosen at the top of every page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from events.models import Event

_KEPT = "desk_event"  # in the session


@dataclass(frozen=True)
class Desk:
    """The events a person runs, the latest first, and the one chosen; None for all of them."""

    events: tuple[Event, ...]
    chosen: Event | None

    @property
    def only(self) -> Event | None:
        """The one event all is about: the chosen one, or the only one there is."""
        return self.chosen or (self.events[0] if len(self.events) == 1 else None)


def desk_of(request: HttpRequest) -> Desk:
    """What the person's desk is about; one query a request. An event one no longer runs is no longer chosen."""
    if not hasattr(request, "desk"):
        user: Any = request.user
        events = tuple(Event.objects.coordinated_by(user)) if user.is_authenticated and user.is_staff else ()
        kept = request.session.get(_KEPT)
        request.desk = Desk(events, next((event for event in events if event.pk == kept), None))  # type: ignore[attr-defined]
    return request.desk  # type: ignore[attr-defined, no-any-return]


def chosen_event(request: HttpRequest) -> Event | None:
    """The event chosen at the top of the desk; None for all."""
    return desk_of(request).chosen


def zones_at_desk(request: HttpRequest) -> set[str]:
    """The zones of the events the person runs."""
    return {event.time_zone for event in desk_of(request).events}


def desk_for_templates(request: HttpRequest) -> dict[str, Any]:
    """The desk for the pages that show it; no query on those that do not."""
    return {"desk": SimpleLazyObject(lambda: desk_of(request))}


@require_POST
def choose_event(request: HttpRequest) -> HttpResponse:
    """Make the desk about one event, or about all of them again."""
    wanted, then = request.POST.get("desk_event", ""), request.POST.get("next", "")
    known = {str(event.pk): event.pk for event in desk_of(request).events}
    if wanted in known:
        request.session[_KEPT] = known[wanted]
    else:
        request.session.pop(_KEPT, None)
    if not url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure()):
        then = reverse("admin:index")
    return HttpResponseRedirect(then)
