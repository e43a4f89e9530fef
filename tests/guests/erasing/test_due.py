"""An event's data go when its days are over: all of them, nothing of others, and only by the erasing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session as SignIn
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from events.models import Event
from guests.erasing.due import Due, due, erase_due, would_go_of
from guests.erasing.rules import Stage
from guests.erasing.table import RULES
from guests.models import (
    DayReport,
    Erasure,
    Export,
    Guest,
    GuestPrivate,
    ItineraryItem,
    LogbookEntry,
    PrivateReading,
    Request,
    Visit,
)
from liaison.celery import app
from liaison.encryption import UndecipherableError
from tests.cast import Cast
from tests.factories import NOW, make_contact, make_guest, make_item, make_visit
from tests.guests.desk_rows import forum as forum  # the fixture
from tests.guests.erasing.planting import (
    columns_to_erase,
    files_with,
    fill_the_rest,
    later,
    of_event,
    plant,
    save_a_list,
    tables_with,
)

WORD, ELSEWHERE = "Kanarivogel", "Tamariskwood"


@pytest.fixture
def planted(forum: Cast, settings: Any, tmp_path: Path) -> Cast:
    """The forum full of one word, the summit elsewhere full of another; the summit's days are not over for a year more."""
    settings.MEDIA_ROOT = tmp_path
    Event.objects.filter(pk=forum.other_event.pk).update(ends_on=NOW.date() + timedelta(days=800))
    make_contact(forum.other_event)
    for event, word in ((forum.event, WORD), (forum.other_event, ELSEWHERE)):
        fill_the_rest(event, forum.ratna)
        plant(word, of_event(event))
    for guest in Guest.objects.exclude(private=None):
        guest.private.health = WORD
        guest.private.save()
    return forum


def ruled_tables() -> set[str]:
    """The tables of which something that can hold a word is erased."""
    unsaid = {"guests_privatereading"}
    tables = set()
    for rule in RULES:
        texts = [rule.model._meta.get_field(name) for name in columns_to_erase(rule)]  # noqa: SLF001 (Django's own API)
        if any(isinstance(field, models.JSONField | models.FileField) or _is_free(field) for field in texts):
            tables |= {table._meta.db_table for table in rule.tables}  # noqa: SLF001 (the same)
    return tables - unsaid


def _is_free(field: Any) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    return is_text and not field.unique and (field.max_length or 100) > 12


ENCRYPTED = {"guests_guestprivate", "guests_guestprivateevent"}
WITHOUT_A_COPY = {"guests_guestlinkevent", "guests_calendarfeedevent"}


def test_the_word_stands_wherever_it_can(planted: Cast) -> None:
    """The control: the sweep finds the word in every table, every history and every kind of file."""
    assert ruled_tables() - ENCRYPTED - WITHOUT_A_COPY - tables_with(WORD) == set()
    folders = {Path(name).parent.name for name in files_with(WORD)}
    assert folders == {"documents", "guests", "guest-lists", "rosters", "programmes", "prints"}


def test_after_both_stages_no_table_no_history_and_no_file_holds_a_word(planted: Cast) -> None:
    make_item(planted.sato, f"{WORD} deleted before").delete()
    gone = make_visit(planted.event, make_guest(f"{WORD} who was deleted"), note=WORD)
    gone.guest.delete()
    save_a_list(planted.ratna, WORD)
    untouched = tables_with(ELSEWHERE)
    erase_due(at=later(366))
    assert tables_with(WORD) == set()
    assert files_with(WORD) == []
    assert not GuestPrivate.objects.filter(guest__visits__event=planted.event).exists()
    assert tables_with(ELSEWHERE) == untouched
    assert len(files_with(ELSEWHERE)) == 1  # Mr Okafor's photograph


def test_first_what_is_private_goes_and_the_rest_stays_for_its_year(planted: Cast) -> None:
    before = Guest.objects.get(pk=planted.sato.guest_id)
    assert erase_due(at=later(30)) == []
    [report] = erase_due(at=later(31))
    assert (report.stage, report.event) == (Stage.PRIVATE, planted.event)
    assert not GuestPrivate.objects.filter(guest=before).exists()
    planted.sato.refresh_from_db()
    assert (planted.sato.room, planted.sato.companions_note, planted.sato.guest.diet) == ("", "—", "")
    assert planted.sato.guest.name == before.name
    assert WORD in planted.sato.note
    assert not planted.sato.documents.exists()
    assert {Path(name).parent.name for name in files_with(WORD)} == {"guests"}
    assert WORD in Request.objects.get(visit=planted.sato).text
    assert not Event.objects.get(pk=planted.event.pk).guest_lists.exists()


def test_what_was_said_of_a_doctor_is_private(planted: Cast) -> None:
    Request.objects.filter(visit=planted.lim).update(category="doctor", text="Insulin")
    erase_due(at=later(31))
    assert Request.objects.get(visit=planted.lim).text == "—"
    assert tables_with("Insulin") == set()


def test_who_and_when_remain(planted: Cast) -> None:
    kept = {
        model: model._default_manager.count()  # noqa: SLF001 (Django's own API)
        for model in (PrivateReading, Export, LogbookEntry, DayReport, Request, ItineraryItem, Visit, Guest)
    }
    erase_due(at=later(366))
    assert {model: model._default_manager.count() for model in kept} == kept  # noqa: SLF001 (the same)
    guest = Guest.objects.get(pk=planted.sato.guest_id)
    assert (guest.titled_name, guest.called) == (f"G-{guest.pk}", f"G-{guest.pk}")
    assert PrivateReading.objects.filter(guest=guest, reader=planted.sari).count() == 1


def test_a_guest_who_comes_again_keeps_the_name_until_that_is_over(planted: Cast) -> None:
    make_visit(planted.other_event, planted.sato.guest)
    erase_due(at=later(366))
    guest, lim = Guest.objects.get(pk=planted.sato.guest_id), Guest.objects.get(pk=planted.lim.guest_id)
    assert WORD in guest.name
    assert GuestPrivate.objects.filter(guest=guest).exists()
    assert lim.name == f"G-{lim.pk}"
    erase_due(at=later(1200))
    guest.refresh_from_db()
    assert guest.name == f"G-{guest.pk}"
    assert tables_with(WORD) == set()


def test_each_event_says_how_long(planted: Cast) -> None:
    Event.objects.filter(pk=planted.event.pk).update(retention_days=2, anonymise_days=5)
    assert [one.stage for one in due(at=later(2)) if one.event == planted.event.pk] == []
    assert [one.stage for one in due(at=later(3)) if one.event == planted.event.pk] == [Stage.PRIVATE]
    assert [one.stage for one in due(at=later(6)) if one.event == planted.event.pk] == [
        Stage.PRIVATE,
        Stage.ANONYMOUS,
    ]


def test_a_deleted_events_history_is_erased_on_its_day(planted: Cast) -> None:
    """What was deleted by hand goes on standing in the history until its days are over."""
    lonely = Event.objects.create(
        name="Gone", slug="gone", time_zone="UTC", starts_on=NOW.date(), ends_on=NOW.date()
    )
    make_visit(lonely, make_guest("Persimmonia"))
    guest = Guest.objects.get(name="Persimmonia")
    lonely.delete()
    guest.delete()
    assert tables_with("Persimmonia") == {"guests_guestevent"}
    erase_due(at=max(later(366), timezone.now() + timedelta(days=366)))
    assert tables_with("Persimmonia") == set()


def test_the_report_before_says_what_the_report_after_says(planted: Cast) -> None:
    before = would_go_of(Due(planted.event.pk, Stage.PRIVATE), at=later(31))
    assert tables_with(WORD) >= {"guests_document", "guests_documentevent"}  # a report erases nothing
    [report] = erase_due(at=later(31))
    assert report.counts == before
    assert (report.counts["guests.Document"], report.counts["guests.GuestPrivate"]) == (2, 2)
    assert report.finished_at == later(31)
    assert dict(report.lines)["Documents"] == 2


def test_a_second_round_finds_nothing_and_writes_no_report(planted: Cast) -> None:
    assert len(erase_due(at=later(366))) == 2
    assert erase_due(at=later(366)) == []
    assert Erasure.objects.exclude(stage="person").count() == 2


def test_what_is_written_after_the_day_goes_with_the_next_round(planted: Cast) -> None:
    erase_due(at=later(31))
    GuestPrivate.objects.create(guest=planted.sato.guest, health="Late")
    [report] = erase_due(at=later(32))
    assert report.counts == {"guests.GuestPrivate": 1, "history": 1}


def test_the_command_says_what_would_go_and_erases_nothing(planted: Cast, capsys: Any) -> None:
    Event.objects.filter(pk=planted.event.pk).update(
        starts_on=timezone.now().date() - timedelta(days=40),
        ends_on=timezone.now().date() - timedelta(days=35),
    )
    before = tables_with(WORD)
    call_command("erase_due", "--dry-run")
    said = capsys.readouterr().out
    assert "private data of an event" in said
    assert "2 Documents" in said
    assert tables_with(WORD) == before
    call_command("erase_due")
    assert "2 Documents" in capsys.readouterr().out
    call_command("erase_due", "--dry-run")
    assert capsys.readouterr().out == "Nothing is due.\n"


def test_sign_ins_that_ran_out_are_deleted(db: None) -> None:
    at = timezone.now()
    SignIn.objects.create(session_key="old", session_data="x", expire_date=at - timedelta(days=1))
    SignIn.objects.create(session_key="new", session_data="x", expire_date=at + timedelta(days=1))
    erase_due(at=at)
    assert list(SignIn.objects.values_list("session_key", flat=True)) == ["new"]


@pytest.mark.parametrize("model", [LogbookEntry, DayReport, PrivateReading, Export])
def test_ordinary_code_neither_changes_nor_deletes_a_log(planted: Cast, model: Any) -> None:
    rows = model.objects.all()
    columns = {LogbookEntry: "text", DayReport: "text", PrivateReading: "read_at", Export: "format"}
    value = NOW if model is PrivateReading else "changed"
    for again in (False, True):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            rows.update(**{columns[model]: value})
        with pytest.raises(DatabaseError, match=r"Cannot (update or )?delete"), transaction.atomic():
            rows._raw_delete(rows.db)  # noqa: SLF001 (as bare as code can ask)
        if not again:
            erase_due(at=later(366))  # what the erasing may do ends with it


LOGS = [LogbookEntry, DayReport, PrivateReading, Export, Erasure]
HISTORIES: list[Any] = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]


@pytest.mark.parametrize("model", [*LOGS, *HISTORIES], ids=lambda model: model._meta.label)  # noqa: SLF001 (Django's own API)
def test_no_log_is_emptied_as_a_whole(db: None, model: Any) -> None:
    table = model._meta.db_table  # noqa: SLF001 (Django's own API)
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="Cannot truncate"),
        transaction.atomic(),
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_a_history_is_neither_rewritten_nor_torn_out(planted: Cast) -> None:
    assert len(HISTORIES) >= 30
    kept = [model for model in HISTORIES if model.objects.exists()]
    assert len(kept) > 15
    for model in kept:
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            model.objects.update(pgh_label="nothing happened")
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            model.objects.all().delete()


def test_a_report_of_an_erasing_is_not_changed_or_deleted(planted: Cast) -> None:
    erase_due(at=later(31))
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Erasure.objects.update(counts={})
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        Erasure.objects.all().delete()


def test_only_the_erasing_and_the_demo_silence_triggers() -> None:
    root = Path(__file__).resolve().parents[3]
    folders = ("liaison", "events", "guests")
    silent = {
        str(path.relative_to(root))
        for folder in folders
        for path in (root / folder).rglob("*.py")
        if "pgtrigger.ignore(" in path.read_text(encoding="utf-8")
    }
    assert silent == {"guests/erasing/working.py", "guests/demo/clearing.py", "guests/demo/days.py"}


def test_beat_asks_for_it_once_a_day(planted: Cast) -> None:
    [entry] = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == "guests.erase_due"]
    assert entry["schedule"].remaining_estimate(timezone.now()) <= timedelta(days=1)
    Event.objects.filter(pk=planted.event.pk).update(
        starts_on=timezone.now().date() - timedelta(days=40),
        ends_on=timezone.now().date() - timedelta(days=35),
    )
    app.tasks[entry["task"]]()
    assert Erasure.objects.filter(stage=Stage.PRIVATE, event=planted.event).count() == 1
    assert not GuestPrivate.objects.filter(guest=planted.sato.guest_id).exists()


def test_what_no_key_reads_any_more_is_erased_all_the_same(planted: Cast, settings: Any) -> None:
    settings.PRIVATE_DATA_KEYS = ["bGlhaXNvbi10ZXN0cy1vcGVuLW5vdGhpbmctMTExMTE="]
    with pytest.raises(UndecipherableError):
        list(GuestPrivate.objects.filter(guest=planted.sato.guest_id))
    erase_due(at=later(31))
    assert not GuestPrivate.objects.filter(guest=planted.sato.guest_id).exists()
