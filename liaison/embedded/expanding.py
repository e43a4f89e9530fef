"""Whether a web of the previous release goes on working while the migrations of this one are applied.

First what is new is added so that old code need not know it (expand); what nothing reads any more goes a release later
(contract), in a migration that says so: `contracts = "Nothing has read it since 0.2."`
"""

import os
import sys
from collections.abc import Iterator

import django
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

OURS = ("accounts", "notices", "events", "guests")
_FIRST = "0001_initial"
_TAKE_AWAY = (
    operations.RemoveField,
    operations.DeleteModel,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)


def main() -> int:
    """Name what old code would not survive; answers the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    django.setup()
    loader = MigrationLoader(None)
    found = []
    for key in sorted(loader.disk_migrations):
        if key[0] in OURS and key[1] != _FIRST:
            before = loader.project_state(key, at_end=False)
            found += [f"{key[0]} {key[1]}: {fault}" for fault in faults(loader.disk_migrations[key], before)]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return bool(found)


def faults(migration: Migration, before: ProjectState) -> Iterator[str]:
    """What a web of the previous release would fall over while this is applied, and what cannot be taken back."""
    state, made = before.clone(), set[str]()
    says_why = bool(getattr(migration, "contracts", ""))
    for operation in migration.operations:
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name_lower)
        is_new = getattr(operation, "model_name_lower", getattr(operation, "name_lower", "")) in made
        if not operation.reversible:
            yield f"{operation.describe()} cannot be taken back"
        if not says_why and not is_new and (fault := _fault(operation, migration.app_label, state)):
            yield f"{operation.describe()}: {fault}"
        operation.state_forwards(migration.app_label, state)


def _fault(operation: Operation, app: str, state: ProjectState) -> str:
    """What old code would fall over; empty where it would not notice."""
    if isinstance(operation, _TAKE_AWAY):
        return "old code still asks for it"
    if isinstance(operation, operations.AddField) and _must_be_given(operation.field):
        return "old code does not fill it; let it be null or give it a db_default"
    if isinstance(operation, operations.AlterField):
        old = state.models[app, operation.model_name_lower].fields[operation.name_lower]
        if old.null and not operation.field.null:
            return "old code may still leave it empty"
        if type(old) is not type(operation.field):
            return "old code knows it as something else"
    return ""


def _must_be_given(field: "models.Field[object, object]") -> bool:
    """Whether an INSERT that does not name the column fails: a Python default is not the database's."""
    in_a_table = not isinstance(field, models.ManyToManyField)
    has_default = field.db_default is not models.NOT_PROVIDED or getattr(field, "generated", False)
    return in_a_table and not field.null and not has_default


if __name__ == "__main__":
    raise SystemExit(main())
