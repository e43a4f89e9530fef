"""What machines may ask: whether the process lives, whether the parts work, and who is told which."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.notices.models import Notice
from liaison.watching import shared
from liaison.watching.shared import SILENCE
from liaison.watching.vitals import PARTS
from tests.factories import make_user
from tests.liaison.notices.wishes import MINUTE
from tests.liaison.watching.logged import make_notice

TOKEN = "a token of more than thirty letters"
KNOWS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> Iterator[None]:
    settings.METRICS_TOKEN = TOKEN
    shared._redis().flushdb()  # noqa: SLF001 (this run's own Redis)
    yield
    shared._redis().flushdb()  # noqa: SLF001


@pytest.fixture
def alive(db: None) -> None:
    """Beat and a worker have just been heard of."""
    now = timezone.now()
    shared.note_beat(now)
    shared.note_worker("celery@here", now)


def asked(address: str = "/readyz", **headers: str) -> tuple[int, dict[str, Any]]:
    answer = Client().get(address, headers=headers or KNOWS)
    return answer.status_code, answer.json()


def failing() -> list[str]:
    status, told = asked()
    found = [name for name, works in told["parts"].items() if not works]
    assert (status, told["ready"]) == ((503, False) if found else (200, True))
    return found


def test_a_process_lives_whatever_else_does_not(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "read", lambda at: pytest.fail("Redis was asked."))
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content, len(queries)) == (200, b"ok", 0)


def test_all_is_well_when_every_part_is(alive: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert asked() == (200, {"ready": True, "parts": dict.fromkeys(PARTS, True)})
    assert (
        len(queries) == 4
    )  # one to look, two for migrations (whether there is the table, what it holds), one for notices


def break_beat() -> None:
    shared.note_beat(timezone.now() - SILENCE - timedelta(seconds=1))


def break_workers() -> None:
    shared._redis().delete("liaison:workers")  # noqa: SLF001
    shared.note_worker("celery@gone", timezone.now() - SILENCE - timedelta(seconds=1))


def break_notices() -> None:
    now = timezone.now()
    make_notice(make_user("Sari"), due_at=now - 6 * MINUTE, expires_at=now + 60 * MINUTE)


def break_migrations() -> None:
    MigrationRecorder(connection).record_unapplied("guests", "0001_initial")


@pytest.mark.parametrize(
    ("part", "harm"),
    [
        ("beat", break_beat), ("workers", break_workers), ("notices", break_notices),
        ("migrations", break_migrations),
    ],
)  # fmt: skip
def test_the_part_that_fails_is_told(alive: None, part: str, harm: Callable[[], None]) -> None:
    assert failing() == []
    harm()
    assert failing() == [part]


def test_a_notice_that_is_only_just_due_or_is_done_is_no_trouble(alive: None) -> None:
    now, sari = timezone.now(), make_user("Sari")
    make_notice(sari, due_at=now - MINUTE, expires_at=now + 60 * MINUTE)
    done = make_notice(sari, due_at=now - 60 * MINUTE, expires_at=now + 60 * MINUTE)
    Notice.objects.filter(pk=done.pk).update(state=Notice.State.SENT, finished_at=now)
    assert failing() == []


def test_without_redis_the_broker_is_told_and_who_speaks_through_it(
    alive: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "read", lambda at: None)
    assert failing() == ["broker", "workers", "beat"]


def test_without_the_database_it_is_told_and_no_page_falls_over(
    alive: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_words: object, **_more: object) -> None:
        raise OperationalError("no connection")

    with connection.execute_wrapper(refuse):
        assert failing() == ["database", "migrations", "notices"]
        metrics = Client().get("/metrics", headers=KNOWS)
    assert metrics.status_code == 200
    assert 'liaison_part_works{part="database"} 0.0' in metrics.content.decode()


def test_whoever_asks_by_address_is_answered_and_the_database_is_not_asked_whether_the_process_lives(
    alive: None, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["liaison.example"]
    by_address = Client(headers={"host": "10.0.0.5:8000"})
    assert by_address.get("/readyz?only=database").status_code == 200
    with connection.execute_wrapper(_nothing_is_asked):
        assert by_address.get("/healthz").content == b"ok"
    assert by_address.get("/metrics").status_code == 400


def _nothing_is_asked(_execute: Any, sql: str, *_given: Any) -> None:
    raise AssertionError(sql)


def test_a_load_balancer_asks_only_after_what_pages_need(alive: None) -> None:
    break_beat()
    assert asked("/readyz?only=database,migrations")[0] == 200
    assert asked()[0] == 503
    assert Client().get("/readyz?only=coffee").status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": TOKEN}, {"Authorization": "Bearer "}],
)  # fmt: skip
def test_a_stranger_is_told_whether_and_never_what(alive: None, headers: dict[str, str]) -> None:
    break_beat()
    answer = Client().get("/readyz", headers=headers)
    assert (answer.status_code, answer.json()) == (503, {"ready": False})
    assert Client().get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("given", ["Bearer ", "Bearer", ""])
def test_where_no_token_is_set_nobody_knows_it(alive: None, settings: Any, given: str) -> None:
    settings.METRICS_TOKEN = ""
    headers = {"Authorization": given}
    assert Client().get("/metrics", headers=headers).status_code == 404
    assert "parts" not in Client().get("/readyz", headers=headers).json()


def test_probes_answer_over_plain_http_inside(alive: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answers = {path: Client().get(path, headers=KNOWS).status_code for path in ("/healthz", "/readyz", "/metrics")}  # fmt: skip
    assert answers == dict.fromkeys(answers, 200)
    assert Client().get("/metricsx").status_code == 301  # the control
