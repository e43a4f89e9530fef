"""What every test may rely on. Engines and environment come from liaison.embedded.pytest_plugin."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase, override_settings

from liaison.accounts.mailing import send
from tests.cast import cast as cast  # the fixture, for every test


@pytest.fixture(scope="session", autouse=True)
def _quick_settings() -> Iterator[None]:
    """Static files under their own names, since hashed names need a collected folder; passwords hashed cheaply.

    Each test client makes its middleware anew, and WhiteNoise would read the whole folder for each: 0.1 s.
    """
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES=settings.STORAGES | {"staticfiles": plain},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WHITENOISE_AUTOREFRESH=True,
    ):
        yield


@pytest.fixture(autouse=True)
def _codes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails with codes are sent before the page answers, so that a test finds them."""
    monkeypatch.setattr("liaison.accounts.mailing.send_beside", send)


@pytest.fixture(scope="session", autouse=True)
def _tests_may_empty_logs() -> Iterator[None]:
    """Tests that commit for real empty all tables afterwards, those too that the database otherwise keeps."""
    case_of_django: Any = TransactionTestCase
    empty = case_of_django._fixture_teardown  # noqa: SLF001 (there is no other place)

    def emptied(case: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # no trigger is asked
        try:
            empty(case)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET session_replication_role")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_of_django, "_fixture_teardown", emptied)
        yield
