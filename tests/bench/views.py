"""What a plain Django view costs here: behind the same middleware and sign-in, a bare template of 20 rows, or 100."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from events.models import Event, Membership
from guests.models import Visit
from guests.views import SignedIn
from liaison.notices.models import Notice

_ROWS = 20
_MANY = 100


@login_required
def five(request: SignedIn, event: int) -> HttpResponse:
    """Five light queries: two rows by key, a count, an existence, and the list."""
    return render(request, "bench/rows.html", _page(request, event, _ROWS))


@login_required
def hundred(request: SignedIn, event: int) -> HttpResponse:
    """The same five with a hundred rows, as a page of the desk's lists has."""
    return render(request, "bench/rows.html", _page(request, event, _MANY))


def _page(request: SignedIn, event: int, rows: int) -> dict[str, Any]:
    found = Event.objects.get(pk=event)
    return {
        "event": found,
        "member": Membership.objects.get(event=found, user=request.user),
        "team": Membership.objects.filter(event=found).count(),
        "has_news": Notice.objects.filter(recipient=request.user).exists(),
        "visits": _visits(event, rows),
    }


@login_required
def one(request: SignedIn, event: int) -> HttpResponse:
    """The list alone."""
    return render(request, "bench/rows.html", {"visits": _visits(event, _ROWS)})


def _visits(event: int, rows: int) -> QuerySet[Visit]:
    return Visit.objects.filter(event=event).select_related("guest").order_by("pk")[:rows]
