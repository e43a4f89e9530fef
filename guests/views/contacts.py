"""The people an officer calls, for the phone's own address book."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from events.models import Event
from guests.exporting.contacts import cards_of_officer, vcards
from guests.models import Assignment
from guests.views import SignedIn


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def own_contacts(request: SignedIn) -> HttpResponse:
    """Who looks after, drives and coordinates the officer's own guests, now or later.

    A coordinator without guests is led to the desk, where it is kept who takes the event's contacts; others get 404.
    """
    at = timezone.now()
    if not Assignment.objects.duties_of(request.user, at).exists():
        if request.user.is_staff and Event.objects.coordinated_by(request.user).exists():
            return HttpResponseRedirect(reverse("admin:guests_export_events"))
        raise Http404
    cards = b"".join(vcards(cards_of_officer(request.user, at=at), at=at))
    named = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename="liaison.vcf") or ""
    }
    return HttpResponse(cards, content_type="text/vcard; charset=utf-8", headers=named)
