"""The forum at a given moment: where its guests are, and what is about to happen to each of them."""

from datetime import datetime, timedelta

from django.db import transaction

from events.models import Event
from guests.demo.ground import Ground
from guests.demo.happenings import ask_again, note_whereabouts
from guests.demo.plan import OURS, Plan
from guests.demo.sheets import sheet
from guests.demo.team import OFFICERS, address_of
from guests.models import Assignment, ItineraryItem, Visit

SOON = timedelta(hours=1)
_PLACED = ("status", "status_at", "arrives_at", "arrival_precision", "departs_at")


def is_quiet(event: Event, *, at: datetime) -> bool:
    """Whether one of the three officers who sign in has nothing that begins within the hour."""
    soon = ItineraryItem.objects.standing().filter(starts_at__gt=at, starts_at__lte=at + SOON)
    leads = Assignment.objects.current(at).filter(visit__event=event, role=Assignment.Role.LEAD)
    busy = leads.filter(visit__in=soon.values("visit"), officer__user__email__in=map(address_of, OFFICERS))
    return busy.order_by().values("officer").distinct().count() < len(OFFICERS)


def set_scene(event: Event, *, at: datetime) -> None:
    """Plan the demo's guests anew around `at`: each is somewhere, and has something next and for hours ahead.

    Replaces the items that the demo itself has planned, whatever was done to them meanwhile; what people have added
    stays. The demo's requests that are still open are raised a little while ago.
    """
    with transaction.atomic():
        rows = {f"{OURS}{row['guest']}": row for row in sheet("forum/visits")}
        visits = list(
            Visit.objects.filter(event=event, external_key__in=rows).select_related("event", "guest", "hotel")
        )
        ItineraryItem.objects.filter(visit__in=visits, external_key__startswith=OURS).delete()
        ground = Ground.of(event)
        plans = [Plan(visit, rows[visit.external_key], ground, at) for visit in visits]
        ItineraryItem.objects.bulk_create(item for plan in plans for item in plan.make())
        Visit.objects.bulk_update(visits, _PLACED)
        note_whereabouts(visits)
        ask_again(event, at=at)
