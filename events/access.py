"""Who may do what at an event. Whether a row exists for a person at all is `visible_to`'s to say."""

from events.models import Event, Membership, Role
from liaison.accounts.models import User


def may_coordinate(user: User, event: Event) -> bool:
    """Coordinators of the event and administrators run it."""
    return user.is_active and (
        user.is_superuser or Membership.objects.held_by(user, Role.COORDINATOR).filter(event=event).exists()
    )
