"""Pages that belong to no guest and no event."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from liaison.watching.trace import code_for_templates


def fell_over(request: HttpRequest) -> HttpResponse:
    """The page for an error of ours; it asks nothing of anybody and tells the code by which the log finds it."""
    return HttpResponseServerError(render_to_string("500.html", code_for_templates(request)))


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The part of the app that a browser wakes for a notice. At the root, so that it serves every page."""
    return render(request, "sw.js", content_type="text/javascript")


@require_safe
@cache_control(max_age=3600, public=True)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone has to know to put Liaison on its Home Screen; the same for everybody."""
    kinds = [
        ("app-192.png", "192x192", "any"),
        ("app-512.png", "512x512", "any"),
        ("app-maskable.png", "512x512", "maskable"),
    ]
    icons = [
        {"src": static(f"icons/{name}"), "sizes": size, "type": "image/png", "purpose": purpose}
        for name, size, purpose in kinds
    ]
    told = {
        "id": "/", "name": "Liaison", "short_name": "Liaison", "start_url": "/", "scope": "/",
        "display": "standalone", "background_color": "#fbf9f4", "theme_color": "#10243e", "icons": icons,
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Change the reader's language: on the person where signed in, in a cookie otherwise."""
    language, then = request.POST.get("language", ""), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure()):
        then = "/"
    response = HttpResponseRedirect(then)
    if language not in dict(settings.LANGUAGES) or not check_for_language(language):
        return response
    if request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
    else:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response
