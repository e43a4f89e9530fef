"""Long lists in the hands of a worker: asked for by a page, done by a process that may die."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from guests.importing import applying, runs
from guests.importing.beside import Written, write_phones
from guests.importing.filing import checked_rows
from guests.importing.runs import questions_in, request_run, work_on_next_list
from guests.models import GuestList, GuestListRun, Visit
from liaison.beside import beside_transaction
from tests.cast import Cast
from tests.factories import NOW
from tests.guests.importing.lists import ANA, BUDI, HEADINGS, listed, numbered
from tests.guests.importing.test_guest_lists_admin import chosen, hidden, signed_in, upload
from tests.liaison.sheets import files

pytestmark = pytest.mark.django_db(transaction=True)
"""Committed for real: how far the writing is is noted through a second connection."""

CHECK, APPLY = GuestListRun.Kind.CHECK, GuestListRun.Kind.APPLY


def clock(at: datetime = NOW) -> Callable[[], datetime]:
    return lambda: at


def asked(cast: Cast, kind: GuestListRun.Kind, guest_list: GuestList | None = None) -> GuestListRun:
    guest_list = guest_list or listed(cast.event, cast.ratna, ANA, BUDI)
    return request_run(guest_list=guest_list, kind=kind, by=cast.ratna, at=NOW)


def test_a_worker_checks_and_writes_nothing_but_the_outcome(cast: Cast) -> None:
    run = asked(cast, CHECK)
    assert work_on_next_list(clock=clock())
    run.refresh_from_db()
    assert (run.state, run.leased_until, run.finished_at) == (GuestListRun.State.DONE, None, NOW)
    assert [count["number"] for count in run.outcome["outcome"]["counts"]] == [2, 0, 0, 2, 0]
    assert len(run.outcome["digest"]) == 64
    assert [one.name for one in questions_in(run.outcome["outcome"])] == ["person-2"]
    assert not Visit.objects.filter(external_key="A1").exists()
    assert not work_on_next_list(clock=clock())


def test_a_worker_applies_what_was_seen_and_nothing_else(cast: Cast) -> None:
    run = asked(cast, APPLY)
    run.seen = "something else"
    run.save()
    work_on_next_list(clock=clock())
    run.refresh_from_db()
    assert run.state == GuestListRun.State.FAILED
    assert "have changed since you looked" in run.error
    second = asked(cast, APPLY, run.guest_list)
    work_on_next_list(clock=clock())
    second.refresh_from_db()
    assert second.state == GuestListRun.State.DONE
    assert Visit.objects.filter(external_key="A1").count() == 1


def test_one_list_has_one_open_run(cast: Cast) -> None:
    first = asked(cast, CHECK)
    assert asked(cast, APPLY, first.guest_list) == first


def test_what_a_dead_worker_left_is_taken_over_when_its_lease_ran_out(cast: Cast) -> None:
    run = asked(cast, CHECK)
    run.take(NOW)
    assert not work_on_next_list(clock=clock(NOW + timedelta(seconds=80)))
    assert work_on_next_list(clock=clock(NOW + timedelta(seconds=91)))
    run.refresh_from_db()
    assert run.state == GuestListRun.State.DONE


def test_a_worker_whose_run_was_taken_over_writes_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(cast, APPLY)
    read = checked_rows

    def read_slowly(*args: object) -> object:
        GuestListRun.objects.update(leased_until=NOW + timedelta(hours=1))
        return read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "checked_rows", read_slowly)
    work_on_next_list(clock=clock())
    run.refresh_from_db()
    assert run.state == GuestListRun.State.RUNNING
    assert not Visit.objects.filter(external_key="A1").exists()


Seen = list[tuple[str, int, int, int]]


def looked_at_while_writing(
    run: GuestListRun, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None] = lambda: None
) -> Seen:
    """What others see of the run, and how many of the list's visits, whenever a batch has been written."""
    seen: Seen = []
    write = write_phones

    def look(written: Sequence[Written]) -> None:
        write(written)
        meanwhile()
        with beside_transaction() as others:
            now = GuestListRun.objects.using(others).get(pk=run.pk)
            visits = Visit.objects.using(others).filter(external_key__startswith="K").count()
            seen.append((now.phase, now.done, now.total, visits))

    monkeypatch.setattr(applying, "_BATCH", 2)
    monkeypatch.setattr("guests.importing.applying.write_phones", look)
    return seen


def test_others_see_how_far_the_writing_is_but_nothing_of_what_is_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(cast, APPLY, listed(cast.event, cast.ratna, *numbered(5)))
    seen = looked_at_while_writing(run, monkeypatch)
    work_on_next_list(clock=clock())
    run.refresh_from_db()
    assert seen == [("writing", 0, 5, 0), ("writing", 2, 5, 0), ("writing", 4, 5, 0)]
    assert (run.state, run.phase, run.done) == (GuestListRun.State.DONE, "writing", 5)
    assert Visit.objects.filter(external_key__startswith="K").count() == 5


def test_a_worker_that_writes_for_long_keeps_its_lease(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked(cast, APPLY, listed(cast.event, cast.ratna, *numbered(5)))
    now = [NOW]
    held: list[bool] = []

    def a_minute_passes() -> None:
        now[0] += timedelta(seconds=60)
        with beside_transaction() as others:
            held.append(GuestListRun.objects.using(others).held(now[0]).exists())

    looked_at_while_writing(run, monkeypatch, a_minute_passes)
    work_on_next_list(clock=lambda: now[0])
    run.refresh_from_db()
    assert held == [True, True, True]
    assert (run.state, run.finished_at) == (GuestListRun.State.DONE, NOW + timedelta(seconds=180))


def test_a_worker_taken_over_while_writing_undoes_what_it_wrote(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(cast, APPLY, listed(cast.event, cast.ratna, *numbered(5)))

    def another_worker_takes_over() -> None:
        with beside_transaction() as others:
            GuestListRun.objects.using(others).update(leased_until=NOW + timedelta(hours=1))

    looked_at_while_writing(run, monkeypatch, another_worker_takes_over)
    work_on_next_list(clock=clock())
    run.refresh_from_db()
    assert run.state == GuestListRun.State.RUNNING
    assert not Visit.objects.filter(external_key__startswith="K").exists()


def test_a_failure_of_ours_is_told_without_its_details(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError("secret")

    run = asked(cast, CHECK)
    monkeypatch.setattr(runs, "checked_rows", broken)
    work_on_next_list(clock=clock())
    run.refresh_from_db()
    assert run.state == GuestListRun.State.FAILED
    assert "administrator" in run.error
    assert "secret" not in run.error


@pytest.fixture
def ratna(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Ratna at the desk, where a list is long from two rows on."""
    monkeypatch.setattr(runs, "LONG", 1)
    return signed_in(cast.ratna)


def test_a_long_list_goes_through_the_worker_from_upload_to_done(cast: Cast, ratna: Client) -> None:
    response = upload(ratna, cast.event, files.csv_text([HEADINGS, ANA, BUDI]).encode(), "long.csv")
    ratna.post(response.url, chosen(ratna.get(response.url)))
    guest_list = GuestList.objects.get()
    preview = reverse("admin:guests_guestlist_preview", args=[guest_list.pk])
    waiting = ratna.get(preview).content.decode()
    assert "The list is being checked." in waiting
    assert 'http-equiv="refresh"' in waiting
    work_on_next_list(clock=clock())
    page = ratna.get(preview)
    assert "Budi Santoso" in page.content.decode()
    assert ratna.post(preview, {"digest": hidden(page, "digest")}).status_code == 302
    waiting = ratna.get(preview).content.decode()
    assert "The list is being applied." in waiting
    assert "Step 1 of 2: 0 of 2 rows are read." in waiting
    GuestListRun.objects.filter(kind=APPLY).update(phase="writing", done=1)
    assert "Step 2 of 2: 1 of 2 guests are written." in ratna.get(preview).content.decode()
    assert not Visit.objects.filter(external_key="A1").exists()
    work_on_next_list(clock=clock())
    assert ratna.get(preview, follow=True).redirect_chain[-1][0].endswith("/done/")
    assert Visit.objects.filter(external_key__in=["A1", "B2"]).count() == 2


def test_a_long_list_that_is_refused_says_why_and_can_be_checked_again(cast: Cast, ratna: Client) -> None:
    response = upload(ratna, cast.event, files.csv_text([HEADINGS, ANA, BUDI]).encode(), "long.csv")
    ratna.post(response.url, chosen(ratna.get(response.url)))
    preview = reverse("admin:guests_guestlist_preview", args=[GuestList.objects.get().pk])
    work_on_next_list(clock=clock())
    ratna.post(preview, {"digest": "out of date"})
    work_on_next_list(clock=clock())
    assert "have changed since you looked" in ratna.get(preview).content.decode()
    ratna.post(preview, {"again": "yes"})
    assert "The list is being checked." in ratna.get(preview).content.decode()
