"""Who may do what around a guest. Whether a row exists for a person at all is `visible_to`'s to say."""

from datetime import datetime

from events.access import may_coordinate
from guests.models import Assignment, Visit
from liaison.accounts.models import User


def may_serve(user: User, visit: Visit, *, at: datetime) -> bool:
    """Officers on duty for the visit at that moment, and those who run the event, act for the guest.

    An officer whose duty has not begun may read and prepare, not act.
    """
    on_duty = Assignment.objects.current(at).filter(visit=visit, officer__user=user)
    return user.is_active and (on_duty.exists() or may_coordinate(user, visit.event))
