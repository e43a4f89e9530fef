"""What a plain Django view costs here: behind the same middleware and sign-in, a bare template of 20 rows."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from events.models import Event, Membership
from guests.models import Visit
from guests.views import SignedIn
from liaison.notices.models import Notice

_ROWS = 20


@login_required
def five(request: SignedIn, event: int) -> HttpResponse:
    """Five light queries: two rows by key, a count, an existence, and the list."""
    found = Event.objects.get(pk=event)
    page = {
        "event": found,
        "member": Membership.objects.get(event=found, user=request.user),
        "team": Membership.objects.filter(event=found).count(),
        "has_news": Notice.objects.filter(recipient=request.user).exists(),
        "visits": _visits(event),
    }
    return render(request, "bench/rows.html", page)


@login_required
def one(request: SignedIn, event: int) -> HttpResponse:
    """The list alone."""
    return render(request, "bench/rows.html", {"visits": _visits(event)})


def _visits(event: int) -> QuerySet[Visit]:
    return Visit.objects.filter(event=event).select_related("guest").order_by("pk")[:_ROWS]
