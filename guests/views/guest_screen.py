"""The guest's own screen: on the officer's phone, under a secret link, and behind the code on the guest's paper."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, override
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from guests.access import may_serve
from guests.guest_links import link_behind
from guests.guest_screen import screen_of
from guests.itinerary import Itinerary, itineraries
from guests.models import Visit
from guests.print_links import end_of, print_behind
from guests.since_printed import changes_since
from guests.views import TOLD_TO_NOBODY, SignedIn
from guests.views.acting import own_visit
from guests.wording import LANGUAGES, WORDS, language_of, when
from liaison.wall import enter_for, openly


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def guest_screen(request: SignedIn, pk: int) -> HttpResponse:
    """A guest's own screen on the phone of whoever looks after them, to be shown to the guest."""
    at = timezone.now()
    found = own_visit(request.user, pk, at)
    page = {
        "visit": found,
        "may_share": may_serve(request.user, found, at=at),
        "reader_language": get_language(),
    }
    language = _language(request, found.guest.languages)
    with override(language):
        return _page(request, "guest/screen.html", language, page | {"screen": screen_of(found, at=at)})


@require_safe
@cache_control(no_store=True, private=True)
def shared_screen(request: HttpRequest, secret: str) -> HttpResponse:
    """The screen behind a link, for whoever has it; 404 alike for what never was, was revoked, or is over."""
    at = timezone.now()
    with openly():
        link = link_behind(secret, at=at)
    if link is None:
        return _gone(request)
    enter_for(link.visit_id)
    if request.method == "GET":
        link.note_opening(at=at)
    language = _language(request, link.visit.guest.languages)
    with override(language):
        page = {
            "screen": screen_of(link.visit, at=at),
            "valid_until": _until(link.expires_at, link.visit.event.time_zone),
        }
        return _page(request, "guest/screen.html", language, page)


@require_safe
@cache_control(no_store=True, private=True)
def since_printed(request: HttpRequest, secret: str) -> HttpResponse:
    """What has changed since a guest's paper was printed, and the plan as it stands; 404 as for a link that opens nothing."""
    at = timezone.now()
    with openly():
        version = print_behind(secret, at=at)
    if version is None:
        return _gone(request)
    visit = version.stay
    enter_for(visit.pk)
    now = itineraries(Visit.objects.filter(pk=visit.pk), at=at)[visit.pk]
    language = _language(request, [version.language])
    with override(language):
        page = {
            "screen": screen_of(visit, at=at),
            "valid_until": _until(end_of(version), visit.event.time_zone),
            "version": WORDS["version"] % {"number": version.version},
            "printed_at": when(version.printed_at, visit.event.time_zone),
            "changes": changes_since(Itinerary.of_data(version.data), now, at=at),
        }
        return _page(request, "guest/since_printed.html", language, page)


def _until(moment: datetime, zone_name: str) -> SafeString:
    return format_html(str(WORDS["valid_until"]), time=when(moment, zone_name))


def _gone(request: HttpRequest) -> HttpResponse:
    """Says in the browser's language that a link opens nothing; which guest's it was, if any, is not told."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    language = _language(request, [code for code, _quality in asked])
    with override(language):
        return _page(request, "guest/gone.html", language, {}, status=404)


def _language(request: HttpRequest, preferred: Iterable[str]) -> str:
    """The language chosen on the page, else the first of the preferred ones that we have."""
    asked = request.GET.get("lang", "")
    return asked if asked in LANGUAGES else language_of(preferred)


def _page(
    request: HttpRequest, template: str, language: str, page: dict[str, Any], status: int = 200
) -> HttpResponse:
    info = {code: get_language_info(code) for code in LANGUAGES}
    chosen = {
        "language": language,
        "is_rtl": info[language]["bidi"],
        "languages": [(code, each["name_local"]) for code, each in info.items()],
        "words": WORDS,
    }
    response = render(request, template, page | chosen, status=status)
    for name, value in (TOLD_TO_NOBODY | {"Content-Language": language}).items():
        response.headers[name] = value
    return response
