"""What the tests of the officer's pages share: a clock that stands still, and a signed-in browser."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from liaison.accounts.models import User
from tests.factories import NOW


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """It is NOW, 09:00 WITA on the second day of the forum, for views and sessions alike."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return NOW


def headers_of(answer: Any) -> dict[str, str]:
    """All headers but the request's own number."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(html: bytes) -> str:
    """The page's source with each run of white space as one space."""
    return " ".join(html.decode().split())
