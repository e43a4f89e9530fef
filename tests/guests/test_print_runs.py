"""Print runs: many handouts in one private file, in order, whoever dies meanwhile; and how the desk asks for them."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zipfile import ZipFile

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from guests import press_room, print_runs
from guests.look import Look, Pictures
from guests.models import Print, PrintRun, Visit
from guests.press_room import rendered
from guests.print_runs import (
    RunRefusedError,
    remove_old_files,
    render_next_print_run,
    request_day_sheets,
    request_print_run,
)
from guests.prints import print_handouts
from guests.tasks import remove_old_prints, render_prints
from liaison.celery import app
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_guest, make_visit
from tests.guests.phone import now as now
from tests.guests.phone import signed_in
from tests.guests.test_prints import queries_of
from tests.paper import text_of

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_files_left() -> Iterator[None]:
    yield
    for name in files():
        default_storage.delete(f"{print_runs.FOLDER}{name}")


def files() -> list[str]:
    return default_storage.listdir(print_runs.FOLDER)[1] if default_storage.exists(print_runs.FOLDER) else []


def file_of(run: PrintRun) -> str:
    return str(run.file.name).removeprefix(print_runs.FOLDER)


def at_now() -> datetime:
    return NOW


def asked_for_run(cast: Cast, *visits: Visit) -> PrintRun:
    return request_print_run(visits=visits or [cast.sato, cast.lim], by=cast.ratna, at=NOW)


def test_a_run_is_rendered_into_one_private_file(cast: Cast) -> None:
    run = asked_for_run(cast)
    assert (run.state, run.total, run.done) == ("waiting", 2, 0)
    assert render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert (run.state, run.done, run.error, run.finished_at, run.leased_until) == (
        "done",
        2,
        "",
        NOW,
        None,
    )
    with run.file.open() as file:
        text = text_of(file.read())
    assert text.index("Ana Lim") < text.index("Kenji Sato")
    assert "Chidi Okafor" not in text
    assert not render_next_print_run(clock=at_now)


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("who", "status"), [("ratna", 200), ("sari", 404), ("putri", 404), ("hendra", 404), ("dewi", 404)]
)
def test_the_file_is_for_those_who_run_the_event(cast: Cast, who: str, status: int) -> None:
    run = asked_for_run(cast)
    address = reverse("print_run_file", args=[run.pk])
    client = signed_in(getattr(cast, who))
    assert client.get(address).status_code == 404  # it is not there yet
    render_next_print_run(clock=at_now)
    page = client.get(address)
    assert page.status_code == status
    if status == 200:
        assert page["Cache-Control"] == "no-store, private"
        assert page["Content-Disposition"].startswith("attachment; filename*=utf-8''")
        assert page.getvalue().startswith(b"%PDF-")
        page.close()


def test_the_worker_finds_what_waits(cast: Cast) -> None:
    assert render_prints.name in {entry["task"] for entry in app.conf.beat_schedule.values()}
    runs = [asked_for_run(cast), asked_for_run(cast, cast.lim)]
    render_prints()
    assert {run.state for run in PrintRun.objects.all()} == {"done"}
    assert len(files()) == len(runs)


def test_what_a_run_may_not_be_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_runs, "MOST_GUESTS", 2)
    refused: list[tuple[list[Visit], str]] = [
        ([], "at least one"),
        ([cast.sato, cast.okafor], "one event"),
        ([cast.sato, cast.lim, make_visit(cast.event)], "at most 2"),
    ]
    for visits, reason in refused:
        with pytest.raises(RunRefusedError, match=reason):
            request_print_run(visits=visits, by=cast.ratna, at=NOW)
    with pytest.raises(PermissionDenied):
        request_print_run(visits=[cast.sato], by=cast.sari, at=NOW)
    assert not PrintRun.objects.exists()


def test_whoever_lost_the_event_gets_nothing_of_it(cast: Cast) -> None:
    run = asked_for_run(cast)
    cast.ratna.memberships.all().delete()
    render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert (run.state, bool(run.file)) == ("failed", False)
    assert "in the reach of who asked" in run.error


@pytest.fixture
def broken(cast: Cast) -> Iterator[None]:
    """The photo on Mr Sato's handout, and on no other, is none."""
    cast.sari.photo.save("sari.jpg", ContentFile(b"no picture"))
    yield
    cast.sari.photo.delete()


@pytest.mark.usefixtures("broken")
def test_one_bad_paper_is_named_and_the_rest_is_printed(cast: Cast) -> None:
    run = asked_for_run(cast)
    render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert (run.state, run.done, run.error, len(files())) == ("done", 2, "", 1)
    [[told, called, why]] = run.failures
    assert (told, called) == ([cast.sato.pk, "en", None, None], "Kenji Sato")
    assert why.startswith("The photo of Sari Wulandari cannot be printed")
    with run.file.open() as file:
        text = text_of(file.read())
    assert "Ana Lim" in text
    assert "Kenji Sato" not in text


@pytest.mark.usefixtures("broken")
def test_a_run_of_which_nothing_can_be_made_has_failed_with_a_sentence_in_the_askers_language(
    cast: Cast,
) -> None:
    cast.ratna.language = "id"
    cast.ratna.save()
    run = asked_for_run(cast, cast.sato)
    render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert (run.state, run.finished_at, run.leased_until, files()) == ("failed", NOW, None, [])
    assert "Tidak dapat mencetak Foto Sari Wulandari" in run.error
    assert len(run.failures) == 1


@pytest.mark.usefixtures("broken")
def test_with_placeholders_nothing_fails(cast: Cast) -> None:
    look = Look(pictures=Pictures.PLACEHOLDER)
    run = request_print_run(visits=[cast.sato, cast.lim], by=cast.ratna, at=NOW, look=look)
    render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert (run.state, run.failures) == ("done", [])


@pytest.mark.usefixtures("broken", "now")
def test_the_desk_names_what_failed_and_prints_just_that_again(cast: Cast) -> None:
    run = asked_for_run(cast)
    render_next_print_run(clock=at_now)
    client = signed_in(cast.ratna)
    page = client.get(reverse("admin:guests_printrun_change", args=[run.pk])).content.decode()
    assert "<strong>Kenji Sato</strong>: The photo of Sari Wulandari cannot be printed" in page
    assert "2 of 2, 1 failed" in page
    cast.sari.photo.delete()
    address = reverse("admin:guests_printrun_retry", args=[run.pk])
    assert client.get(address).status_code == 405
    assert signed_in(cast.hendra).post(address).status_code == 404
    answer = client.post(address)
    again = PrintRun.objects.exclude(pk=run.pk).get()
    assert answer["Location"] == reverse("admin:guests_printrun_change", args=[again.pk])
    assert (again.total, again.wishes) == (1, [[cast.sato.pk, "en", None, None]])
    render_next_print_run(clock=at_now)
    again.refresh_from_db()
    assert (again.state, again.failures) == ("done", [])


@pytest.mark.usefixtures("now")
def test_the_desk_calls_a_run_off(cast: Cast) -> None:
    run = asked_for_run(cast)
    address = reverse("admin:guests_printrun_off", args=[run.pk])
    assert signed_in(cast.hendra).post(address).status_code == 404
    assert signed_in(cast.ratna).get(address).status_code == 405
    page = signed_in(cast.ratna).post(address, follow=True).content.decode()
    assert "The print run was called off." in page
    run.refresh_from_db()
    assert run.state == "off"
    assert not render_next_print_run(clock=at_now)
    assert "It was over already." in signed_in(cast.ratna).post(address, follow=True).content.decode()


def test_a_worker_whose_run_is_called_off_stops_and_leaves_no_file(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_runs, "PAPERS_AT_ONCE", 1)
    run = asked_for_run(cast)
    made: list[Print] = []

    def call_off_and_render(papers: list[Print], look: Look) -> Any:
        made.extend(papers)
        run.call_off(at=NOW)
        return rendered(papers, look)

    monkeypatch.setattr(print_runs, "rendered", call_off_and_render)
    assert render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert (run.state, run.done, len(made), files()) == ("off", 0, 1, [])


# --- what comes out ------------------------------------------------------------------------------------------------


def test_the_pdf_has_a_bookmark_for_each_guest(cast: Cast) -> None:
    run = asked_for_run(cast)
    render_next_print_run(clock=at_now)
    run.refresh_from_db()
    with pikepdf.open(run.file.path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Ana Lim", "Kenji Sato"]


def test_a_zip_has_a_file_for_each_guest_under_a_harmless_name(cast: Cast) -> None:
    cast.lim.guest.name = "../Ana\\:Lim " + "x" * 120
    cast.lim.guest.save()
    run = request_print_run(visits=[cast.sato, cast.lim], by=cast.ratna, at=NOW, output=PrintRun.Output.ZIP)
    render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert str(run.file.name).endswith(".zip")
    with run.file.open() as file, ZipFile(file) as book:
        names = book.namelist()
        assert names == [f"001 -Ana-Lim {'x' * 69}.pdf", "002 Kenji Sato.pdf"]
        assert "Kenji Sato" in text_of(book.read(names[1]))


@pytest.mark.usefixtures("now")
def test_a_zip_is_downloaded_as_one(cast: Cast) -> None:
    run = request_print_run(visits=[cast.sato], by=cast.ratna, at=NOW, output=PrintRun.Output.ZIP)
    render_next_print_run(clock=at_now)
    answer = signed_in(cast.ratna).get(reverse("print_run_file", args=[run.pk]))
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].endswith(".zip")
    answer.close()


def test_the_file_goes_after_a_week_and_the_run_stays(cast: Cast) -> None:
    assert remove_old_prints.name in {entry["task"] for entry in app.conf.beat_schedule.values()}
    old, young = asked_for_run(cast, cast.lim), asked_for_run(cast, cast.sato)
    render_next_print_run(clock=at_now)
    render_next_print_run(clock=lambda: NOW + HOUR)
    assert remove_old_files(at=NOW + print_runs.KEEP_FOR) == 0
    assert remove_old_files(at=NOW + print_runs.KEEP_FOR + 0.5 * HOUR) == 1
    for run in (old, young):
        run.refresh_from_db()
    assert (old.state, bool(old.file), bool(young.file)) == ("done", False, True)
    assert files() == [file_of(young)]


# --- day sheets ----------------------------------------------------------------------------------------------------


def test_the_sheets_of_a_day_are_those_of_the_officers_on_duty_officer_by_officer(cast: Cast) -> None:
    make_assignment(cast.lim, cast.sari_officer, role="deputy")
    make_assignment(
        cast.sato, cast.bagus_officer, role="deputy", starts_at=NOW + 30 * HOUR, ends_at=NOW + 40 * HOUR
    )
    run = request_day_sheets(visits=[cast.sato, cast.lim], day=NOW.date(), by=cast.ratna, at=NOW)
    assert (run.kind, run.total) == ("day_sheet", 3)
    render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert (run.state, run.failures) == ("done", [])
    with pikepdf.open(run.file.path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [
            "Bagus Pratama – Ms Lim", "Sari Wulandari – Ms Lim", "Sari Wulandari – Mr Sato",
        ]  # fmt: skip


def test_of_a_day_without_officers_there_is_no_run(cast: Cast) -> None:
    with pytest.raises(RunRefusedError, match="No officer is on duty"):
        request_day_sheets(visits=[cast.sato], day=NOW.date() + timedelta(days=9), by=cast.ratna, at=NOW)
    with pytest.raises(PermissionDenied):
        request_day_sheets(visits=[cast.sato], day=NOW.date(), by=cast.sari, at=NOW)


def test_whoever_lost_the_duty_meanwhile_gets_no_sheet(cast: Cast) -> None:
    run = request_day_sheets(visits=[cast.sato, cast.lim], day=NOW.date(), by=cast.ratna, at=NOW)
    cast.sari_leads.withdraw()
    render_next_print_run(clock=at_now)
    assert {sheet.holder for sheet in Print.objects.all()} == {cast.bagus}
    run.refresh_from_db()
    assert run.state == "done"


@pytest.mark.usefixtures("now")
def test_the_desk_asks_of_which_day(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    address = reverse("admin:guests_visit_changelist")
    chosen = {"action": "print_day_sheets", "_selected_action": [cast.sato.pk, cast.lim.pk]}
    assert 'value="2027-05-13"' in client.post(address, chosen).content.decode()
    assert (
        "This field is required"
        in client.post(address, chosen | {"print": "1", "output": "pdf"}).content.decode()
    )
    assert not PrintRun.objects.exists()
    wanted = {"day": "2027-05-13", "output": "zip"}
    look = client.post(address, chosen | wanted | {"preview": "1"})
    first = Visit.objects.filter(pk__in=[cast.sato.pk, cast.lim.pk]).first()
    assert first is not None
    assert look["Location"] == f"/visits/{first.pk}/day-sheet/preview.pdf?day=2027-05-13"
    client.post(address, chosen | wanted | {"print": "1"})
    run = PrintRun.objects.get()
    assert (run.kind, run.output, run.total) == ("day_sheet", "zip", 2)


def test_what_nobody_expected_fails_the_run_and_is_in_the_log(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(press_room, "render", break_down)
    run = asked_for_run(cast)
    assert render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert (run.state, run.error) == (
        "failed",
        "Something went wrong that an administrator finds in the log.",
    )
    assert "ZeroDivisionError" in caplog.text


class Killed(BaseException):
    """Stands for SIGKILL: no code of ours runs after it."""


def dying(after: int) -> Callable[[], datetime]:
    """A clock whose reader dies when it looks at it for one time more."""
    looks = iter(range(after))

    def look() -> datetime:
        if next(looks, None) is None:
            raise Killed
        return NOW

    return look


@pytest.mark.parametrize("looks", [1, 2, 3, 4])
def test_a_run_whose_worker_died_is_taken_over(
    cast: Cast, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after claiming, before or after a part, or before the file is named."""
    monkeypatch.setattr(print_runs, "PAPERS_AT_ONCE", 1)
    run = asked_for_run(cast)
    with pytest.raises(Killed):
        render_next_print_run(clock=dying(looks))
    run.refresh_from_db()
    assert (run.state, run.leased_until) == ("running", NOW + PrintRun.LEASE)
    assert not render_next_print_run(clock=at_now)  # the lease still holds
    later = NOW + PrintRun.LEASE
    assert render_next_print_run(clock=lambda: later)
    run.refresh_from_db()
    assert (run.state, run.done) == ("done", 2)
    assert files() == [file_of(run)]
    assert Print.objects.count() == 2  # the same versions as before


def test_a_file_that_no_row_names_goes_when_the_run_is_taken_over(cast: Cast) -> None:
    run = asked_for_run(cast)
    for name in (f"{run.pk}-left.pdf", f"{run.pk}0-other.pdf"):
        default_storage.save(f"{print_runs.FOLDER}{name}", ContentFile(b"%PDF-"))
    render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert sorted(files()) == sorted([f"{run.pk}0-other.pdf", file_of(run)])


def test_a_worker_that_wakes_up_late_writes_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of its parts another worker takes the run over and finishes it."""
    monkeypatch.setattr(print_runs, "PAPERS_AT_ONCE", 1)
    run = asked_for_run(cast)
    later = NOW + 2 * PrintRun.LEASE

    def sleep_and_render(papers: list[Print], look: Look) -> Any:
        monkeypatch.setattr(print_runs, "rendered", rendered)
        assert render_next_print_run(clock=lambda: later)
        return rendered(papers, look)

    monkeypatch.setattr(print_runs, "rendered", sleep_and_render)
    assert render_next_print_run(clock=at_now)
    run.refresh_from_db()
    assert (run.state, run.done, run.finished_at) == ("done", 2, later)
    assert len(files()) == 1


def test_one_run_at_a_time_so_that_reminders_find_a_worker(cast: Cast) -> None:
    first, second = asked_for_run(cast), asked_for_run(cast)
    with pytest.raises(Killed):
        render_next_print_run(clock=dying(2))
    assert not render_next_print_run(clock=at_now)
    second.refresh_from_db()
    assert second.state == "waiting"
    first.refresh_from_db()
    assert first.state == "running"


def test_a_run_that_is_cut_off_again_and_again_is_given_up(cast: Cast) -> None:
    run = asked_for_run(cast)
    with pytest.raises(Killed):
        render_next_print_run(clock=dying(2))
    late = NOW + print_runs.GIVE_UP_AFTER + HOUR
    assert not render_next_print_run(clock=lambda: late)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "cut off" in run.error


_WORKER = """
import django, os, signal
django.setup()
from django.utils import timezone
from guests import press_room, print_runs
render = print_runs.rendered
def render_and_hang(papers, look):
    part = render(papers, look)
    if papers[0].visit_id == LAST:
        print("rendering", flush=True)
        signal.pause()
    return part
print_runs.rendered = render_and_hang
print_runs.PAPERS_AT_ONCE = 1
print_runs.render_next_print_run(clock=timezone.now)
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_a_run_that_another_finishes(cast: Cast) -> None:
    run = request_print_run(visits=[cast.sato, cast.lim], by=cast.ratna, at=timezone.now())
    name = connection.settings_dict["NAME"]
    base = os.environ["DATABASE_URL"]
    head, _slash, tail = base.rpartition("/") if "?" not in base else base.partition("?")[0].rpartition("/")
    options = base[base.index("?") :] if "?" in base else ""
    environment = os.environ | {
        "DATABASE_URL": f"{head}/{name}{options}",
        "DJANGO_SETTINGS_MODULE": "liaison.settings",
    }
    assert tail
    words = [sys.executable, "-c", _WORKER.replace("LAST", str(cast.sato.pk))]
    worker = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own words)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "rendering\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    run.refresh_from_db()
    assert (run.state, run.done) == ("running", 1)
    assert not render_next_print_run(clock=timezone.now)
    assert render_next_print_run(clock=lambda: timezone.now() + PrintRun.LEASE)
    run.refresh_from_db()
    assert (run.state, run.done, len(files())) == ("done", 2, 1)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_a_run_takes_a_query_more_for_every_four_guests_and_no_more(cast: Cast, number: int) -> None:
    visits = [make_visit(cast.event, make_guest()) for _each in range(number)]
    asked_for_run(cast, *visits)
    parts = (number + 3) // 4
    assert queries_of(lambda: render_next_print_run(clock=at_now)) == 16 + parts


# --- the desk ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("now")
def test_the_desk_asks_for_handouts_and_shows_how_far_they_are(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    chosen = {"action": "print_handouts", "_selected_action": [cast.sato.pk, cast.lim.pk]}
    asked = client.post(reverse("admin:guests_visit_changelist"), chosen)
    assert "2 guests" in asked.content.decode()
    assert not PrintRun.objects.exists()
    wanted = {"print": "1", "language": "", "sheet": "a4", "pictures": "placeholder", "output": "pdf"}
    response = client.post(reverse("admin:guests_visit_changelist"), chosen | wanted)
    run = PrintRun.objects.get()
    assert (run.sheet, run.pictures, run.output) == ("a4", "placeholder", "pdf")
    assert response["Location"] == reverse("admin:guests_printrun_change", args=[run.pk])
    waiting = client.get(response["Location"]).content.decode()
    assert "0 of 2" in waiting
    assert 'http-equiv="refresh"' in waiting  # it says by itself how far it is
    render_next_print_run(clock=at_now)
    page = client.get(response["Location"]).content.decode()
    assert "2 of 2" in page
    assert 'http-equiv="refresh"' not in page
    assert f'href="/print-runs/{run.pk}/file/"' in page
    listed = client.get(reverse("admin:guests_print_changelist")).content.decode()
    for version in Print.objects.all():
        assert f'href="/prints/{version.pk}/handout.pdf"' in listed


@pytest.mark.usefixtures("now")
def test_the_desk_refuses_guests_of_two_events_with_a_sentence(cast: Cast) -> None:
    cast.hendra.is_superuser = True
    cast.hendra.save()
    chosen = {"action": "print_handouts", "_selected_action": [cast.sato.pk, cast.okafor.pk], "print": "1"}
    chosen |= {"sheet": "a5", "pictures": "all", "output": "pdf"}
    page = signed_in(cast.hendra).post(reverse("admin:guests_visit_changelist"), chosen, follow=True)
    assert "Choose guests of one event only." in page.content.decode()
    assert not PrintRun.objects.exists()


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(("table", "asked"), [("print", 11), ("printrun", 6)])
@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_desks_lists_of_paper_take_the_same_queries_for_any_number(
    cast: Cast, table: str, asked: int, number: int
) -> None:
    visits = [make_visit(cast.event, make_guest()) for _each in range(number)]
    print_handouts(visits=[visit.pk for visit in visits], by=cast.ratna, at=NOW)
    for visit in visits:
        asked_for_run(cast, visit)
    client = signed_in(cast.ratna)
    address = reverse(f"admin:guests_{table}_changelist")
    assert queries_of(lambda: client.get(address)) == asked  # what the prints would say now takes five
