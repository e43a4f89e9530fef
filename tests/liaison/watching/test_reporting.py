"""Errors told elsewhere: nothing unless it is asked for, and then nothing that anybody wrote or is called."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from liaison.embedded.engines import ROOT
from liaison.watching.reporting import scrubbed

WORD = "Kryptonit"

FALLS_OVER = f"""
import json, django
django.setup()
import sys
print(json.dumps(sorted({{"sentry_sdk", "prometheus_client"}} & set(sys.modules))))
from django.conf import settings
if settings.SENTRY_DSN:
    import sentry_sdk
    from sentry_sdk.transport import Transport
    class Prints(Transport):
        def capture_envelope(self, envelope):
            for item in envelope.items:
                print(json.dumps(item.payload.json or {{}}, default=str))
    client = sentry_sdk.get_client()
    client.transport = Prints(client.options)
    from django.urls import path
    from django.test import Client
    from django.http import HttpResponseServerError
    def fall_over(request, guest):
        raise ValueError(guest)
    class Urls:
        urlpatterns = [path("<str:guest>/", fall_over)]
        handler500 = lambda request: HttpResponseServerError()
    settings.ROOT_URLCONF = Urls
    client = Client(raise_request_exception=False)
    client.cookies["kept"] = "{WORD}"
    client.post("/{WORD}/?q={WORD}", {{"name": "{WORD}"}}, headers={{"User-Agent": "{WORD}"}})
"""


def run(dsn: str) -> list[Any]:
    env = os.environ | {"SENTRY_DSN": dsn, "ALLOWED_HOSTS": "testserver", "DJANGO_SETTINGS_MODULE": "liaison.settings"}  # fmt: skip
    found = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", FALLS_OVER], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_without_an_address_nothing_of_it_is_loaded() -> None:
    assert run("") == [[]]


def test_an_error_is_told_without_what_people_wrote() -> None:
    loaded, *events = run("http://key@127.0.0.1:9/1")
    assert "sentry_sdk" in loaded
    (event,) = [event for event in events if "exception" in event]
    (error,) = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "")
    assert error["stacktrace"]["frames"][-1]["function"] == "fall_over"
    assert event["transaction"] == "/{guest}/"
    assert "request" not in event
    assert len(event["tags"]["request_id"]) == 32
    assert WORD not in json.dumps(events)


@pytest.mark.parametrize(
    ("error", "told"),
    [(OSError("no room left on /g/secret/"), "no room left on /g/…/"), (ValueError(WORD), "")],
)
def test_only_words_of_machines_are_told(error: Exception, told: str) -> None:
    event = {"exception": {"values": [{"value": str(error)}]}, "user": {"name": WORD}}
    (said,) = scrubbed(event, {"exc_info": (type(error), error, None)})["exception"]["values"]
    assert said["value"] == told
    assert "user" not in event
