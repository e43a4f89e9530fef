"""Who a session belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.utils import timezone

from liaison.accounts.models import User
from liaison.wall import with_entering


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's own, but that sessions end with the events their people work at.

    From that day on a session is nobody's, so every page answers as to a stranger, and it is the person's again should
    they join another event. The person is read with all that pages ask about signing in, in the same query, which also tells the second wall who reads.
    """

    def get_user(self, user_id: Any) -> User | None:
        user: User | None = with_entering(User.objects.with_standing()).filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user) or user.is_over(timezone.now()):
            return None
        return user
