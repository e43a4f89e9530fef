"""Sessions as itinerary items follow them; a proxy, so that the programme knows nothing of guests."""

from events.models import Session
from guests.models.following import is_followed_by_items


class FollowedSession(Session):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [is_followed_by_items()]
