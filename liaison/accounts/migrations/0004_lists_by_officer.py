"""Kept lists of guests ask for a lead and for an officer by two words instead of one."""

from collections.abc import Callable
from typing import Any

from django.db import migrations
from django.http import QueryDict

BEFORE, LEAD, OFFICER = "officer", "lead", "assignments__officer__id__exact"


def renamed(query: str, name_of: Callable[[str, str], str]) -> str:
    """The question with its words renamed, in their order."""
    asked = QueryDict(mutable=True)
    for key, values in QueryDict(query).lists():
        for value in values:
            asked.appendlist(name_of(key, value), value)
    return asked.urlencode()


def _after(key: str, value: str) -> str:
    if key != BEFORE:
        return key
    return OFFICER if value.isdecimal() else LEAD


def _before(key: str, value: str) -> str:
    return BEFORE if key in {LEAD, OFFICER} else key


def _rename_in(apps: Any, name_of: Callable[[str, str], str]) -> None:
    for kept in apps.get_model("accounts", "SavedList").objects.filter(table="guests.visit"):
        kept.query = renamed(kept.query, name_of)
        kept.save(update_fields=["query"])


def forwards(apps: Any, schema_editor: Any) -> None:
    _rename_in(apps, _after)


def backwards(apps: Any, schema_editor: Any) -> None:
    _rename_in(apps, _before)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_logs_are_kept")]
    operations = [migrations.RunPython(forwards, backwards)]
