"""Pages, by who reads them."""

from django.http import HttpRequest

from liaison.accounts.models import User


class SignedIn(HttpRequest):
    """A request of a person who has signed in."""

    user: User
