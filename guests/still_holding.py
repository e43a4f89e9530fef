"""Whether papers that quote nearly everything still hold: day sheets, and papers about whole events.

To know it, a paper is made anew and compared: what was changed and changed back, or does not stand on it, puts none out of
date. That takes milliseconds for each, so the verdict is kept under words for the state of all it was made of, which the
database works out at once for hundreds; only where such a word has changed is a paper made anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.core.cache import cache

from events.models import Contact, Driver, Event, Membership, Point, Session, Vehicle, Venue
from guests.models import Assignment, Delegation, Guest, ItineraryItem, Print, ProtocolNote, Request, Visit
from guests.papers import PAPERS, Wish
from guests.prints import digest_of
from liaison.accounts.models import User
from liaison.fingerprints import fingerprints, fingerprints_of, shortened
from liaison.history import Watch

KEPT_FOR_S = 3600
_TAPPED = {"status", "status_at", "car_at_door_at", "updated_at"}
"""What officers tap all day, and stands on none of these papers."""

_SHARED = Watch(
    Event, Venue, Point, Session, Vehicle, Driver, User, Membership, Contact, ProtocolNote, Delegation, Assignment, Guest
)  # fmt: skip
"""Tables of which one row stands on many papers, and which are not written all day."""


def no_longer_hold(prints: Sequence[Print], *, at: datetime) -> list[int]:
    """The keys of those among these day sheets and papers about events that would say something else now.

    At most eight queries while nothing was written, whatever their number.
    """
    if not prints:
        return []
    keys = _keys(prints)
    kept = cache.get_many(keys.values())
    fresh = _judged([one for one in prints if keys[one.pk] not in kept], keys, at)
    cache.set_many(fresh, KEPT_FOR_S)
    verdicts = kept | fresh
    return [one.pk for one in prints if verdicts[keys[one.pk]]]


def _judged(prints: Iterable[Print], keys: Mapping[int, str], at: datetime) -> dict[str, bool]:
    """Whether each no longer holds, under its key; what is gone needs no printing and is never out of date."""
    by_kind: defaultdict[Print.Kind, list[Print]] = defaultdict(list)
    for one in prints:
        by_kind[Print.Kind(one.kind)].append(one)
    found = {}
    for kind, of_kind in by_kind.items():
        told = PAPERS[kind].tell([Wish.of(one) for one in of_kind], at)
        for one in of_kind:
            data = told.get(Wish.of(one))
            found[keys[one.pk]] = data is not None and digest_of(data) != one.digest
    return found


def _keys(prints: Sequence[Print]) -> dict[int, str]:
    """For each print the word under which its verdict is kept."""
    state = _SHARED.state()
    sheets = [one for one in prints if one.visit_id]
    papers = [one for one in prints if not one.visit_id]
    words = _of_visits(sheets) | _of_events(papers)
    return {one.pk: f"holds-{one.pk}-{shortened(f'{one.digest}-{state}-{words[one.pk]}')}" for one in prints}


def _of_visits(sheets: Sequence[Print]) -> dict[int, str]:
    """Of each sheet the state of the guest's stay, plan and requests, and of who belongs to which delegation."""
    if not sheets:
        return {}
    visits = {one.pk: one.visit_id or 0 for one in sheets}
    events = {one.event_id for one in sheets}
    stays = fingerprints(Visit.objects.filter(pk__in=visits.values()), "pk", but=_TAPPED)
    items = fingerprints(ItineraryItem.objects.filter(visit__in=visits.values()), "visit_id", but=_TAPPED)
    asked = fingerprints(Request.objects.filter(visit__in=visits.values()), "visit_id")
    fellows = fingerprints_of(Visit.objects.filter(event__in=events), "event_id", ["pk", "delegation_id"])
    return {
        one.pk: "-".join(str(found.get(key)) for found, key in (
            (stays, visits[one.pk]), (items, visits[one.pk]), (asked, visits[one.pk]), (fellows, one.event_id)
        ))
        for one in sheets
    }  # fmt: skip


def _of_events(papers: Sequence[Print]) -> dict[int, str]:
    """Of each paper the state of all stays and plans at its event."""
    if not papers:
        return {}
    events = {one.event_id for one in papers}
    stays = fingerprints(Visit.objects.filter(event__in=events), "event_id", but=_TAPPED)
    items = fingerprints(
        ItineraryItem.objects.filter(visit__event__in=events), "visit__event_id", but=_TAPPED
    )
    return {one.pk: f"{stays.get(one.event_id)}-{items.get(one.event_id)}" for one in papers}
