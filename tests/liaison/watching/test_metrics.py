"""The numbers that Prometheus reads: of all processes, of the outbox, and of those who have no address."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from liaison.embedded.engines import ROOT
from liaison.notices.models import Notice
from liaison.paper.pdf import bind, lay_out
from liaison.watching import shared
from liaison.watching.version import VERSION
from tests.cast import Cast
from tests.factories import make_user
from tests.faults.processes import crew
from tests.liaison.notices.wishes import HOUR, MINUTE
from tests.liaison.watching.logged import make_notice
from tests.liaison.watching.test_probes import KNOWS, TOKEN
from tests.liaison.watching.test_probes import _fresh as _fresh  # the fixture: a token, an empty Redis

Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(text: str) -> Numbers:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def asked() -> Numbers:
    return read(Client().get("/metrics", headers=KNOWS).content.decode())


def of(numbers: Numbers, name: str, **labels: str) -> float:
    return numbers.get((name, tuple(sorted(labels.items()))), 0)


def settle(notice: Notice, state: str, **times: Any) -> None:
    Notice.objects.filter(pk=notice.pk).update(state=state, **times)


def test_requests_are_counted_by_route_method_and_status_with_their_time_and_queries(cast: Cast) -> None:
    before = asked()
    for _time in range(3):
        Client().get(reverse("account_login"))
    Client().post("/nothing/")
    after = asked()

    def grown(name: str, **labels: str) -> float:
        return of(after, name, **labels) - of(before, name, **labels)

    assert grown("liaison_requests_total", route="account_login", method="GET", status="200") == 3
    assert grown("liaison_requests_total", route="none", method="POST", status="404") == 1
    assert grown("liaison_request_seconds_count", route="account_login", method="GET") == 3
    assert grown("liaison_request_seconds_bucket", route="account_login", method="GET", le="+Inf") == 3
    assert grown("liaison_request_queries_bucket", route="account_login", le="1.0") == 3


def test_the_outbox_is_told_as_it_is(db: None) -> None:
    now, sari = timezone.now(), make_user("Sari")
    state = Notice.State
    times = {"expires_at": now + HOUR}
    make_notice(sari, due_at=now - 2 * MINUTE, **times)
    make_notice(sari, due_at=now + 2 * MINUTE, **times)
    for due, finished, became in (
        (now - 10 * MINUTE, now - 10 * MINUTE, state.SENT), (now - 30 * MINUTE, now - 20 * MINUTE, state.SENT),
        (now - 10 * MINUTE, now - 5 * MINUTE, state.FAILED), (now - 10 * MINUTE, now - 5 * MINUTE, state.MISSED),
        (now - 3 * HOUR, now - 2 * HOUR, state.SENT), (now - 3 * HOUR, now - 2 * HOUR, state.FAILED),
    ):  # fmt: skip
        notice = make_notice(sari, due_at=due, **times)
        settle(notice, became, finished_at=finished, created_at=due - HOUR)
    numbers = asked()
    assert of(numbers, "liaison_notices_due") == 1
    assert 120 <= of(numbers, "liaison_notices_oldest_due_seconds") < 180
    told = {
        outcome: of(numbers, "liaison_notices_last_hour", outcome=outcome)
        for outcome in ("sent", "late", "failed", "missed")
    }
    assert told == {"sent": 2, "late": 1, "failed": 1, "missed": 1}


def test_what_was_asked_for_after_its_time_is_not_late(db: None) -> None:
    now = timezone.now()
    notice = make_notice(make_user("Sari"), due_at=now - HOUR, expires_at=now + HOUR)
    settle(notice, Notice.State.SENT, finished_at=now, created_at=now - MINUTE)
    assert of(asked(), "liaison_notices_last_hour", outcome="late") == 0


def test_those_without_an_address_tell_through_redis(db: None) -> None:
    now = timezone.now()
    shared.note_beat(now - timedelta(seconds=7))
    shared.note_backup(now - HOUR)
    shared.note_worker("celery@one", now)
    shared.note_worker("celery@two", now)
    shared.note_worker("celery@gone", now - HOUR)
    shared.note_task("guests.plan_and_dispatch", "success", 0.5)
    shared.note_task("guests.plan_and_dispatch", "success", 0.25)
    shared._redis().rpush("celery", "one", "two", "three")  # noqa: SLF001 (messages that wait)
    numbers = asked()
    assert of(numbers, "liaison_workers") == 2
    assert of(numbers, "liaison_queue_depth") == 3
    assert 7 <= of(numbers, "liaison_beat_age_seconds") < 30
    assert 3600 <= of(numbers, "liaison_backup_age_seconds") < 3630
    labels = {"task": "guests.plan_and_dispatch", "outcome": "success"}
    assert of(numbers, "liaison_tasks_total", **labels) == 2
    assert of(numbers, "liaison_task_seconds_total", **labels) == 0.75


def test_papers_are_timed_wherever_they_are_printed(db: None) -> None:
    bind([lay_out("Kenji Sato", "<p>Kenji Sato</p>")])
    numbers = asked()
    assert of(numbers, "liaison_pdf_seconds_count") == 2  # set, and printed
    assert of(numbers, "liaison_pdf_seconds_sum") > 0


def test_the_version_is_the_projects(db: None) -> None:
    assert f'\nversion = "{VERSION}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert of(asked(), "liaison_info", version=VERSION) == 1


def test_a_reading_asks_as_often_for_many_notices_as_for_one(db: None) -> None:
    now, sari = timezone.now(), make_user("Sari")
    counted = []
    for _number in range(2):
        for _notice in range(3):
            make_notice(sari, due_at=now - MINUTE, expires_at=now + HOUR)
        with CaptureQueriesContext(connection) as queries:
            asked()
        counted.append(len(queries))
    assert counted == [7, 7]


def test_no_name_and_no_address_is_among_the_numbers(cast: Cast) -> None:
    Client().get("/nothing/Kryptonit/", {"q": "Kryptonit"})
    text = Client().get("/metrics", headers=KNOWS).content.decode()
    assert "liaison_requests_total" in text
    for word in ("Kryptonit", "Sato", "Forum", cast.sari.email, TOKEN):
        assert word not in text


@pytest.mark.django_db(transaction=True)
def test_the_counts_of_a_process_outlive_it_and_its_files_serve_the_next(tmp_path: Path) -> None:
    """Two real processes at a time, each replaced after a few requests."""
    folder = tmp_path / "metrics"
    with crew(tmp_path, METRICS_TOKEN=TOKEN, METRICS_DIR=str(folder)) as team:
        web, address = team.web("--workers", "2", "--max-requests", "5")
        for _time in range(24):
            with urlopen(f"{address}/healthz", timeout=20) as answer:  # noqa: S310 (our own server)
                assert answer.read() == b"ok"
        with urlopen(Request(f"{address}/metrics", headers=KNOWS), timeout=20) as answer:  # noqa: S310
            numbers = read(answer.read().decode())
        assert of(numbers, "liaison_requests_total", route="alive", method="GET", status="200") == 24
        assert web.times_said("Booting worker") > 4  # the control: processes came and went
        assert len(list(folder.glob("counter_*.db"))) <= 4
