"""What every test may rely on. Engines and environment come from liaison.embedded.pytest_plugin."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from liaison.accounts.mailing import send
from tests.cast import cast as cast  # the fixture, for every test


@pytest.fixture(scope="session", autouse=True)
def _quick_settings() -> Iterator[None]:
    """Static files under their own names, since hashed names need a collected folder; passwords hashed cheaply."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}, PASSWORD_HASHERS=quick):
        yield


@pytest.fixture(autouse=True)
def _codes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails with codes are sent before the page answers, so that a test finds them."""
    monkeypatch.setattr("liaison.accounts.mailing.send_beside", send)
