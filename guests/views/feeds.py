"""Calendar addresses: the feed itself, which needs no sign-in, and the pages on which addresses are made and revoked."""

from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.access import may_coordinate
from events.models import Membership
from guests.access import may_serve
from guests.feeds import calendar_of, days_of, feed_behind, make_feed
from guests.models import CalendarFeed, Visit
from guests.views import SignedIn
from liaison.accounts.models import User
from liaison.wall import enter_as, enter_for, openly


@require_safe
@cache_control(private=True, no_cache=True)
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind the address; 404 alike for what never was, was revoked, or is over."""
    at = timezone.now()
    with openly():
        found = feed_behind(secret, at=at)
    if found is None:
        raise Http404
    if found.officer:
        enter_as(found.officer.user_id)
    else:
        enter_for(*filter(None, [found.visit_id]))
    found.note_fetch(at=at)
    calendar = calendar_of(days_of(found, at=at))
    etag = f'"{sha256(calendar).hexdigest()[:32]}"'
    headers = {"ETag": etag, "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers=headers)
    headers["Content-Disposition"] = 'inline; filename="liaison.ics"'
    return HttpResponse(calendar, content_type="text/calendar; charset=utf-8", headers=headers)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)  # an address is shown once
def own_calendars(request: SignedIn) -> HttpResponse:
    """An officer's calendar for each of their events: make an address, look whether it is fetched, revoke it."""
    at = timezone.now()
    officers = Membership.objects.visible_to(request.user, at=at).officers().filter(user=request.user)
    officers = officers.filter(event__ends_on__gte=at.date() - CalendarFeed.KEPT_FOR).select_related("event")
    if request.method == "POST":
        officer = get_object_or_404(officers, pk=_number(request.POST.get("officer", "")))
        _feed, secret = make_feed(by=request.user, at=at, officer=officer)
        return _page(
            request, CalendarFeed.objects.filter(officer__in=officers), officers=officers, secret=secret
        )
    return _page(request, CalendarFeed.objects.filter(officer__in=officers), officers=officers)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
def guest_calendar(request: SignedIn, pk: int) -> HttpResponse:
    """A guest's own calendar, made for the guest by whoever looks after them."""
    at = timezone.now()
    visits = Visit.objects.visible_to(request.user, at=at).select_related("guest", "event")
    visit = get_object_or_404(visits, pk=pk)
    feeds = CalendarFeed.objects.filter(visit=visit)
    if request.method == "POST":
        if not may_serve(request.user, visit, at=at):
            raise PermissionDenied
        _feed, secret = make_feed(by=request.user, at=at, visit=visit)
        return _page(request, feeds, visit=visit, secret=secret)
    return _page(request, feeds, visit=visit)


@login_required
@require_POST
def revoke_calendar(request: SignedIn, pk: int) -> HttpResponse:
    """No calendar fetches the address any more."""
    at = timezone.now()
    rows = CalendarFeed.objects.visible_to(request.user, at=at).select_related(
        "officer", "visit__event", "event"
    )
    found = get_object_or_404(rows, pk=pk)
    if not _may_revoke(request.user, found, at):
        raise PermissionDenied
    if found.revoked_at is None:
        found.revoke(at=at)
    back = reverse("guest_calendar", args=[found.visit_id]) if found.visit_id else reverse("own_calendars")
    return HttpResponseRedirect(back)


def _may_revoke(user: User, feed: CalendarFeed, at: datetime) -> bool:
    own = feed.officer is not None and feed.officer.user_id == user.pk
    serves = feed.visit is not None and may_serve(user, feed.visit, at=at)
    return own or serves or may_coordinate(user, feed.event)


def _page(request: SignedIn, feeds: object, secret: str = "", **about: object) -> HttpResponse:
    address = f"{settings.SITE_URL}{reverse('calendar_feed', args=[secret])}" if secret else ""
    return render(
        request,
        "feeds/calendars.html",
        {
            "feeds": feeds.open().select_related("event"),  # type: ignore[attr-defined]  # a QuerySet
            "address": address,
            "subscribe": address.replace("https:", "webcal:").replace("http:", "webcal:"),
            **about,
        },
    )


def _number(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 19 else 0
