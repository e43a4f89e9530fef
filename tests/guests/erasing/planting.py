"""A word planted wherever an event's rows can hold one, and the sweep that looks for it everywhere."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import connection, models
from django.db.models.functions import Cast, Concat

from events.models import Event, SessionAsListed
from guests.erasing.reach import Reach
from guests.erasing.rules import Rule, all_rows, file_columns
from guests.erasing.table import RULES
from guests.models import GuestListRun, ListedVisit, Look, Request
from liaison.accounts.models import SavedList, User
from liaison.encryption import EncryptedTextField
from tests.factories import NOW

SHORT = 12  # characters that hold no planted word


def fill_the_rest(event: Event, ratna: User) -> None:
    """Rows in the tables that are not at the desk."""
    for visit in event.visits.all():
        Look.objects.create(visit=visit, user=ratna, seen_at=NOW)
        ListedVisit.objects.create(visit=visit)
    for session in event.sessions.all():
        SessionAsListed.objects.create(session=session)
    for filed in event.guest_lists.all():
        GuestListRun.objects.create(
            guest_list=filed,
            kind="check",
            requested_by=ratna,
            requested_at=NOW,
            state="done",
            finished_at=NOW,
        )


def plant(word: str, rows_of: Any) -> None:
    """Put the word into every text, document and file of the rows that `rows_of` gives of a table."""
    for rule in RULES:
        rows = rows_of(rule)
        if rule.model is Request:  # a reason stands only there
            rows.update(
                state="declined", decline_reason="None left", closed_by=models.F("raised_by"), closed_at=NOW
            )
        for column in rule.model._meta.local_concrete_fields:  # noqa: SLF001 (Django's own API)
            if column.name in file_columns(rule.model):
                for row in rows:
                    getattr(row, column.name).save(f"{word}-{row.pk}", ContentFile(word.encode()))
            elif column.name in columns_to_erase(rule) and (said := _said(column, word)) is not None:
                with pgtrigger.ignore(
                    "guests.LogbookEntry:logbook_is_not_rewritten", "guests.DayReport:report_is_not_rewritten"
                ):
                    rows.update(**{column.name: said})
        _log(rule.model, rows, word)


def columns_to_erase(rule: Rule) -> set[str]:
    """The columns in which nothing may stay."""
    if rule.is_deleted_whole:
        return {column.name for column in rule.model._meta.local_concrete_fields}  # noqa: SLF001 (Django's own API)
    return rule.covered() - {name for names in rule.keeps.values() for name in names.split()}


def _said(column: Any, word: str) -> Any:
    if isinstance(column, EncryptedTextField):
        return None
    if isinstance(column, models.JSONField):
        return {"said": word}
    is_text = isinstance(column, models.CharField | models.TextField) and not column.choices
    if not is_text or column.unique or (column.max_length or 100) <= SHORT:
        return None
    return Concat(models.Value(f"{word} "), Cast("pk", models.CharField()))


def _log(model: type[models.Model], rows: Any, word: str) -> None:
    table, by = ContentType.objects.get_for_model(model), User.objects.first()
    for row in rows:
        LogEntry.objects.create(
            user=by, content_type=table, object_id=str(row.pk), object_repr=word, action_flag=CHANGE, change_message=word
        )  # fmt: skip


def tables_with(word: str) -> set[str]:
    """The tables of which some row holds the word in whatever column; the histories too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        names = [name for (name,) in cursor.fetchall()]
        found = set()
        for name in names:
            asked = f'SELECT EXISTS (SELECT 1 FROM "{name}" AS line WHERE line::text ILIKE %s)'  # noqa: S608 (a table's own name)
            cursor.execute(asked, [f"%{word}%"])
            if cursor.fetchone() == (True,):
                found.add(name)
    return found


def files_with(word: str) -> list[str]:
    """The files whose name or content holds the word."""
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return sorted(str(path) for path in files if word in path.name or word.encode() in path.read_bytes())


def of_event(event: Event) -> Any:
    """Gives the rows of a table that belong to the event, by the ways the tables name themselves."""
    guests = list(event.visits.values_list("guest", flat=True))
    reach = Reach([event.pk], guests)
    return lambda rule: all_rows(rule.model).filter(reach.condition(rule))


def later(days: int) -> Any:
    """So many days after the forum's last day, at noon."""
    return NOW + timedelta(days=days + 1, hours=3)


def save_a_list(user: User, name: str) -> None:
    SavedList.objects.create(user=user, table="guests.visit", name="Mine", query=f"q={name}")
