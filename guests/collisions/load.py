"""Too many guests at one time."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Membership
from guests.collisions.vocabulary import Collision, Kind
from guests.duties import Duty


def overloads(
    duties: Sequence[Duty], officer: Membership, held: Sequence[Duty], at: datetime
) -> list[Collision]:
    """The duties at whose busiest moment from `at` on the officer has more guests than fit."""
    load = _load([*duties, *held])
    moments = [moment for moment, _guests in load]
    found = []
    for duty in duties:
        begins = bisect_right(moments, max(duty.starts_at, at)) - 1
        during = load[begins : bisect_left(moments, duty.ends_at)]
        peak = max((guests for _moment, guests in during), default=0)
        if peak > officer.capacity:
            since = next(moment for moment, guests in during if guests > officer.capacity)
            found.append(_overload(duty, officer, peak, since))
    return found


def _load(duties: Sequence[Duty]) -> list[tuple[datetime, int]]:
    """Each moment at which the number of guests may change, in order, with how many there are from then on."""
    changes: dict[datetime, Counter[int]] = defaultdict(Counter)
    for duty in duties:
        changes[duty.starts_at][duty.visit.pk] += 1
        changes[duty.ends_at][duty.visit.pk] -= 1
    at_hand: Counter[int] = Counter()
    load = []
    for moment in sorted(changes):
        at_hand.update(changes[moment])
        load.append((moment, sum(1 for duties_of_guest in at_hand.values() if duties_of_guest)))
    return load


def _overload(duty: Duty, officer: Membership, guests: int, since: datetime) -> Collision:
    sentence = _("%(guest)s: %(officer)s would have %(guests)s at one time, and has room for %(room)s.") % {
        "guest": duty.visit.guest.titled_name,
        "officer": officer,
        "guests": ngettext("%d guest", "%d guests", guests) % guests,
        "room": officer.capacity,
    }
    return Collision(duty.visit, Kind.OVERLOAD, sentence, since)
