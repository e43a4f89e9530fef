"""The search page of the officer's phone."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from guests.searching import LONGEST, found_for, words_of
from guests.views import SignedIn


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def search(request: SignedIn) -> HttpResponse:
    """What the person may see and asks for, by kind."""
    query = " ".join(request.GET.get("q", "")[:LONGEST].split())
    page = {
        "query": query,
        "longest": LONGEST,
        "is_asked": bool(words_of(query)),
        "kinds": found_for(request.user, query, at=timezone.now()),
    }
    return render(request, "phone/search.html", page)
