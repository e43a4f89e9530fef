"""What bears on whether an officer's duties collide, as a word for each officer: alike while none of it is written anew."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from events.models import Membership, Point, Shift, Venue
from guests.models import Assignment, ItineraryItem
from liaison.accounts.models import SpokenLanguage
from liaison.fingerprints import fingerprints, fingerprints_of, row_word, shortened

_OF_A_DUTY = (
    "pk", "starts_at", "ends_at", "role", "override_reason", "officer__role", "officer__capacity",
    "visit__arrives_at", "visit__arrival_precision", "visit__departs_at", "visit__departure_precision", "visit__guest__languages",
    "visit__event__time_zone", "visit__event__travel_kmh", "visit__event__travel_buffer_minutes", "visit__event__rest_hours",
)  # fmt: skip
_OF_AN_ITEM = (
    "pk",
    "kind",
    "starts_at",
    "ends_at",
    "precision",
    "origin_id",
    "venue_id",
    "point_id",
    "vehicle_id",
)


def bearing_on_duties(
    events: Collection[int], *, at: datetime, officers: Collection[int] | None = None
) -> dict[int, dict[int, str]]:
    """By event and officer, of all, or of these, who have duties that are not over; six queries, however many."""
    duties = Assignment.objects.not_over(at).filter(visit__event__in=events).order_by("pk")
    items = ItineraryItem.objects.standing().filter(visit__event__in=events)
    columns = ("visit__event_id", "officer_id", "officer__user_id", "visit_id", row_word(*_OF_A_DUTY))
    if officers is None:
        rows = list(duties.values_list(*columns))
    else:
        rows = list(duties.filter(officer__in=officers).values_list(*columns))
        # As keys: PostgreSQL finds a query within dearer than reading all items, with row-level security on both.
        items = items.filter(visit__in={visit for _event, _officer, _user, visit, _word in rows})
    of_visit = fingerprints_of(items, "visit_id", _OF_AN_ITEM)
    of_officer = fingerprints(Shift.objects.filter(membership__event__in=events), "membership_id")
    team = Membership.objects.filter(event__in=events)
    of_user = fingerprints(SpokenLanguage.objects.filter(user__in=team.values("user")), "user_id")
    venues = fingerprints_of(
        Venue.objects.filter(event__in=events), "event_id", ("pk", "latitude", "longitude")
    )
    points = fingerprints_of(
        Point.objects.filter(venue__event__in=events), "venue__event_id", ("pk", "venue_id")
    )
    words: defaultdict[tuple[int, int], list[str | None]] = defaultdict(list)
    for event, officer, user, visit, word in rows:
        if (event, officer) not in words:
            words[event, officer] = [
                venues.get(event),
                points.get(event),
                of_officer.get(officer),
                of_user.get(user),
            ]
        words[event, officer].append(f"{visit}.{word}.{of_visit.get(visit)}")
    found: dict[int, dict[int, str]] = {event: {} for event in events}
    for (event, officer), said in words.items():
        found[event][officer] = shortened("-".join(map(str, said)))
    return found
