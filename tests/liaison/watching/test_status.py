"""The page that tells how the installation runs: all of it to administrators, notices of their events to coordinators."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaison.accounts.models import User
from liaison.notices.models import Notice
from liaison.watching import shared
from tests.cast import Cast
from tests.factories import make_user
from tests.guests.desk import signed_in, words_of
from tests.liaison.notices.wishes import HOUR, MINUTE
from tests.liaison.watching.logged import make_notice
from tests.liaison.watching.test_probes import _fresh as _fresh  # the fixture: a token, an empty Redis


@pytest.fixture
def admin(db: None) -> User:
    return make_user("Wayan", is_staff=True, is_superuser=True)


def read(user: User) -> str:
    answer = signed_in(user).get(reverse("status"))
    assert answer.status_code == 200
    return words_of(answer)


def test_an_administrator_reads_that_all_runs(admin: User) -> None:
    now = timezone.now()
    shared.note_beat(now)
    shared.note_worker("celery@one", now)
    shared.note_backup(now)
    text = read(admin)
    for words in ("● 1 works: celery@one", "● last heard of", "● as this version needs them", "PostgreSQL", "Room left"):  # fmt: skip
        assert words in text
    assert "▲" not in text


def test_and_what_does_not(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    text = read(admin)
    for words in ("▲ none works", "▲ not heard of", "◆ none is known of"):
        assert words in text
    monkeypatch.setattr(shared, "read", lambda at: None)
    assert "▲ cannot be reached" in read(admin)


def test_a_backup_of_the_day_before_yesterday_is_old(admin: User) -> None:
    shared.note_backup(timezone.now() - timedelta(days=3))
    assert "Last backup◆" in read(admin)


def test_files_are_counted_with_their_size(admin: User, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "prints").mkdir()
    (tmp_path / "prints" / "a").write_bytes(b"x" * 2048)
    (tmp_path / "b").write_bytes(b"x" * 1024)
    assert "2 files, 3.0 KB" in read(admin)


def numbers_of(user: User) -> list[list[int]]:
    context = signed_in(user).get(reverse("status")).context
    return [
        [line.numbers.sent, line.numbers.late, line.numbers.failed, line.numbers.missed]
        for line in context["lately"]
    ]


def test_a_coordinator_reads_of_the_notices_of_her_events_only(cast: Cast, admin: User) -> None:
    now = timezone.now()
    for event, state in (
        (cast.event, Notice.State.SENT), (cast.event, Notice.State.FAILED), (cast.other_event, Notice.State.MISSED),
    ):  # fmt: skip
        notice = make_notice(cast.sari, event_id=event.pk, due_at=now - HOUR, expires_at=now + HOUR)
        Notice.objects.filter(pk=notice.pk).update(state=state, finished_at=now - 2 * MINUTE)
    assert numbers_of(cast.ratna) == [[1, 0, 1, 0]] * 2
    assert numbers_of(cast.hendra) == [[0, 0, 0, 1]] * 2
    assert numbers_of(admin) == [[1, 0, 1, 1]] * 2


def test_nothing_of_the_machine_is_told_to_a_coordinator(cast: Cast) -> None:
    shared.note_worker("celery@one", timezone.now())
    text = read(cast.ratna)
    assert "Due and not begun" in text
    for words in ("celery@one", "PostgreSQL", "Room left", "Last backup"):
        assert words not in text


def test_a_notice_that_is_overdue_is_marked(cast: Cast) -> None:
    now = timezone.now()
    make_notice(cast.sari, event_id=cast.event.pk, due_at=now - 7 * MINUTE, expires_at=now + HOUR)
    assert "▲ 7 minutes" in read(cast.ratna)
    assert "▲" not in read(cast.hendra)


@pytest.mark.parametrize("number", [1, 3])
def test_it_asks_as_often_for_three_notices_as_for_one(admin: User, number: int) -> None:
    now = timezone.now()
    for _number in range(number):
        make_notice(admin, due_at=now - MINUTE, expires_at=now + HOUR)
    desk = signed_in(admin)
    with CaptureQueriesContext(connection) as queries:
        desk.get(reverse("status"))
    assert len(queries) == 9


def test_officers_have_no_such_page(cast: Cast) -> None:
    assert signed_in(cast.sari).get(reverse("status")).status_code == 403
    assert Client().get(reverse("status")).status_code == 302
