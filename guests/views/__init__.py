"""Pages, by who reads them."""

from django.http import HttpRequest

from liaison.accounts.models import User

TOLD_TO_NOBODY = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
"""Headers of a page under a secret address: it names itself to no other site and in no index."""


class SignedIn(HttpRequest):
    """A request of a person who has signed in."""

    user: User
