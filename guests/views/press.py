"""The press officer's page: public facts and consents, and nothing that is private."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from babel.dates import format_date
from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.models import Event, Role, Session
from events.models.staff import events_of
from guests.hours import Hours
from guests.itinerary import may_be_told, where
from guests.models import Guest, ItineraryItem, Visit
from guests.naming import country_name
from guests.views import SignedIn
from liaison.accounts.models import User
from liaison.clock import day_of
from liaison.paper.scripts import marked

# Only these columns leave the database for this page: nothing else can be shown by mistake.
_PUBLIC = (
    "guest__name", "guest__honorific_before", "guest__honorific_after", "guest__native_name", "guest__office",
    "guest__organisation", "guest__country", "photo_consent", "press_consent",
)  # fmt: skip
_LOOKS: dict[str, tuple[str, str]] = {
    Visit.Consent.GIVEN: ("check", "green"),
    Visit.Consent.REFUSED: ("hand", "red"),
    Visit.Consent.UNKNOWN: ("clock", "amber"),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """What a guest agreed to or not, said with a word, an icon and a colour."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class PublicGuest:
    """What the press may know of a guest."""

    name: str
    native_name: SafeString
    about: str
    consents: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """When and where a guest may be photographed or interviewed."""

    time: str
    what: str
    icon: str
    guest: str
    title: str
    place: str
    is_tentative: bool


@dataclass(frozen=True, slots=True)
class WindowDay:
    """The windows of a day; those whose time is open come last."""

    label: str
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class PublicSession:
    """An item of the public programme."""

    time: str
    title: str
    part: str
    place: str


@dataclass(frozen=True, slots=True)
class PublicDay:
    """A day of the public programme."""

    label: str
    sessions: tuple[PublicSession, ...]


@login_required
@require_safe
def press(request: SignedIn, slug: str) -> HttpResponse:
    """Who may be photographed or interviewed, and the public programme; for the event's press officers."""
    at = timezone.now()
    event = get_object_or_404(events_for_press(request.user, at), slug=slug)
    hours = Hours(event.time_zone, at)
    context = {
        "event": event,
        "guests": _guests(event),
        "window_days": _windows(event, hours),
        "days": _programme(event, hours),
    }
    return render(request, "press/press.html", context)


def events_for_press(user: User, at: datetime) -> models.QuerySet[Event]:
    """The events whose press page the person may read: as press officer, coordinator or administrator."""
    events = Event.objects.visible_to(user, at=at)
    if user.is_superuser:
        return events
    return events.filter(pk__in=events_of(user, Role.PRESS, Role.COORDINATOR))


def _guests(event: Event) -> list[PublicGuest]:
    rows = Visit.objects.filter(event=event).order_by("guest__name", "pk").values_list(*_PUBLIC)
    photo_said, interview_said = _("Photo: %(consent)s"), _("Interview: %(consent)s")
    return [
        PublicGuest(
            name=Guest(name=name, honorific_before=before, honorific_after=after).titled_name,
            native_name=marked(native, country),
            about=" · ".join(filter(None, (office, organisation, country_name(country)))),
            consents=(_permission(photo_said, photo), _permission(interview_said, interview)),
        )
        for name, before, after, native, office, organisation, country, photo, interview in rows
    ]


def _permission(said: str, consent: str) -> Permission:
    icon, tone = _LOOKS[consent]
    return Permission(said % {"consent": Visit.Consent(consent).label}, icon, tone)


def _windows(event: Event, hours: Hours) -> list[WindowDay]:
    items = ItineraryItem.objects.for_press().filter(visit__event=event)
    rows = items.select_related("visit__guest", "venue", "point__venue", "session__venue", "session__point")
    return [
        WindowDay(label, tuple(_window(item, hours) for item in group))
        for label, group in groupby(rows, key=lambda item: _day_of(item.starts_at, event.time_zone))
    ]


def _window(item: ItineraryItem, hours: Hours) -> Window:
    venue, point = where(item)
    told = point if point and may_be_told(point, item.visit) else None
    return Window(
        time=hours.span(item.starts_at, item.ends_at, item.precision) if item.starts_at else "",
        what=capfirst(item.get_press_display()),
        icon="camera" if item.press == ItineraryItem.Press.PHOTO else "microphone",
        guest=item.visit.guest.titled_name,
        title=item.title,
        place=", ".join(place.name for place in (told, venue) if place),
        is_tentative=item.state == ItineraryItem.State.TENTATIVE,
    )


def _day_of(moment: datetime | None, zone_name: str) -> str:
    if moment is None:
        return _("time to be confirmed")
    return format_date(day_of(moment, zone_name), "EEEE, d MMMM", locale=get_language() or "en")


def _programme(event: Event, hours: Hours) -> list[PublicDay]:
    sessions = Session.objects.standing().filter(event=event).select_related("venue", "point")
    return [
        PublicDay(label, tuple(_public(session, hours) for session in group))
        for label, group in groupby(sessions, key=lambda session: _day_of(session.starts_at, event.time_zone))
    ]


def _public(session: Session, hours: Hours) -> PublicSession:
    places = [place.name for place in (session.point, session.venue) if place]
    return PublicSession(
        time=hours.span(session.starts_at, session.ends_at),
        title=session.title,
        part=session.part,
        place=", ".join(places),
    )
