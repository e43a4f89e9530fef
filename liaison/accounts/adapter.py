"""Sign-in rules on top of allauth: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Invitation only: coordinators and administrators invite, the invited sign in by a code and may set a password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
