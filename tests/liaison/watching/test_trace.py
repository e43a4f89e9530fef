"""A request's number: taken from the proxy where it is sane, on every answer, and as a code on pages that went wrong."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import path, reverse

from liaison.urls import handler500 as handler500
from liaison.urls import urlpatterns as ours
from liaison.watching.trace import number_for, numbered, request_id
from tests.cast import Cast
from tests.liaison.watching.logged import logged, of_requests
from tests.test_routes import client_of

OFFERED = "5f0c2f0c-77a9-4f0e-9d58-52a6f6b7c9d1"


def fall_over(request: Any) -> Any:
    raise RuntimeError("The page falls over.")


urlpatterns = [*ours, path("falls-over/", fall_over, name="falls_over")]


@pytest.mark.parametrize("offered", [OFFERED, "a1b2c3d4", "Req_2026-01", "x" * 64])
def test_a_sane_number_is_kept(offered: str) -> None:
    assert number_for(offered) == offered


@pytest.mark.parametrize(
    "offered",
    ["", "short", "x" * 65, "two words here", "<script>alert(1)</script>", "a1b2c3d4\nX: y", "../../etc/x", "-a1b2c3d4", "١٢٣٤٥٦٧٨"],
)  # fmt: skip
def test_any_other_gets_a_new_one(offered: str) -> None:
    made = number_for(offered)
    assert made != offered
    assert re.fullmatch(r"[0-9a-f]{32}", made)


def test_a_number_ends_with_its_request() -> None:
    with numbered(OFFERED):
        assert request_id() == OFFERED
    assert request_id() == ""


@pytest.mark.parametrize("address", ["/accounts/login/", "/nothing/", "/today", "/healthz"])
def test_every_answer_carries_it(db: None, address: str) -> None:
    assert Client().get(address, headers={"X-Request-ID": OFFERED})["X-Request-ID"] == OFFERED
    first, second = (Client().get(address)["X-Request-ID"] for _once in range(2))
    assert first != second


def test_pages_that_went_wrong_tell_the_code_by_which_the_log_finds_them(cast: Cast, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.liaison.watching.test_trace"
    client = client_of(cast, "sari")
    client.raise_request_exception = False
    strict = client_of(cast, "sari")
    strict.handler.enforce_csrf_checks = True
    with logged() as lines:
        answers = {
            500: client.get("/falls-over/"),
            404: client.get("/nothing/"),
            403: strict.post(reverse("set_language"), {"language": "id"}),
        }
    for status, answer in answers.items():
        assert answer.status_code == status
        code = answer["X-Request-ID"][-8:]
        assert f"<code>{code}</code>" in answer.content.decode()
        told = [line for line in lines if line.get("request_id", "").endswith(code)]
        assert [line["status"] for line in of_requests(told)] == [status]
        assert len(told) == 2  # and what Django has to say of it
    assert "<code>" not in client.get("/today/").content.decode()
