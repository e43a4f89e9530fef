"""A real web server while Redis is away, and after its database connections were cut or PostgreSQL was restarted."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone

from tests.factories import (
    PASSWORD,
    make_assignment,
    make_event,
    make_guest,
    make_member,
    make_user,
    make_visit,
)
from tests.faults.engines import kill, own_postgres, own_redis
from tests.faults.processes import crew, cut_database_connections

pytestmark = pytest.mark.django_db(transaction=True)


def make_sari() -> str:
    """An officer on duty for Mr Sato; her address."""
    event, now = make_event(), timezone.now()
    sari = make_user("Sari")
    sari.password = PBKDF2PasswordHasher().encode(
        PASSWORD, "salt"
    )  # what a server outside of the tests understands
    sari.save()
    visit = make_visit(event, make_guest("Kenji Sato", addressed_as="Mr Sato"))
    day = timedelta(days=1)
    make_assignment(visit, make_member(sari, event), starts_at=now - day, ends_at=now + day)
    return sari.email


class Browser:
    """As much of a browser as a sign-in needs."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self._opener.open(self._address + path, timeout=20) as response:
            return str(response.read().decode())

    def post(self, path: str, **fields: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token
        body = urlencode(fields | {"csrfmiddlewaretoken": token[1]}).encode()
        with self._opener.open(self._address + path, body, timeout=20) as response:
            return str(response.read().decode())


def test_signing_in_and_reading_need_no_redis(tmp_path: Path) -> None:
    email = make_sari()
    with own_redis(tmp_path) as redis, crew(tmp_path, REDIS_URL=redis.url(), DEBUG="yes") as team:
        web, address = team.web()
        assert Browser(address).get("/healthz") == "ok"
        kill(redis)

        browser = Browser(address)
        browser.post("/accounts/login/", login=email, password=PASSWORD)
        assert "Mr Sato" in browser.get("/today/")
        assert web.has_said("The cache is unreachable")  # the control: Redis was asked for, and was away


def test_the_next_request_works_after_database_connections_were_cut(tmp_path: Path) -> None:
    email = make_sari()
    with crew(tmp_path, DEBUG="yes") as team:
        _web, address = team.web()
        browser = Browser(address)
        browser.post("/accounts/login/", login=email, password=PASSWORD)
        assert "Mr Sato" in browser.get("/today/")

        assert cut_database_connections() >= 1
        assert "Mr Sato" in browser.get("/today/")


def manage(*words: str, **settings: str) -> None:
    """A command of Django's in a process of its own."""
    subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "manage.py", *words], env=os.environ | settings, check=True, capture_output=True
    )


def test_the_next_request_works_after_postgresql_was_restarted(tmp_path: Path) -> None:
    with own_postgres(tmp_path) as postgres:
        settings = {"DATABASE_URL": postgres.url(), "DEBUG": "yes"}
        manage("migrate", **settings)
        admin = {"DJANGO_SUPERUSER_EMAIL": "admin@example.org", "DJANGO_SUPERUSER_NAME": "Admin"}
        manage("createsuperuser", "--noinput", **settings, **admin, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        with crew(tmp_path, **settings) as team:
            _web, address = team.web()
            browser = Browser(address)
            browser.post("/accounts/login/", login="admin@example.org", password=PASSWORD)
            assert "/accounts/logout/" in browser.get("/today/")

            postgres.stop()
            with pytest.raises(HTTPError):  # the control: the page needs the database, and it was away
                browser.get("/today/")
            postgres.start()
            assert "/accounts/logout/" in browser.get("/today/")
