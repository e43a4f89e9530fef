"""The gate's look at migrations: what an old web survives passes, what it would fall over is named."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from liaison.embedded.expanding import faults, main

GUEST = migrations.CreateModel(
    "Guest",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=9)),
        ("diet", models.CharField(max_length=9, null=True)),
    ],
)


def judged(*operations: Operation, contracts: str = "") -> list[str]:
    before = ProjectState()
    GUEST.state_forwards("guests", before)
    migration = migrations.Migration("0002_probe", "guests")
    migration.operations = list(operations)  # type: ignore[misc]  # as its own __init__ does
    if contracts:
        migration.contracts = contracts  # type: ignore[attr-defined]
    return list(faults(migration, before))


def add(field: "models.Field[Any, Any]") -> Operation:
    return migrations.AddField("guest", "rank", field)


NOTICED: list[tuple[Sequence[Operation], str]] = [
    ([migrations.RemoveField("guest", "diet")], "still asks"),
    ([migrations.RenameField("guest", "diet", "food")], "still asks"),
    ([migrations.DeleteModel("Guest")], "still asks"),
    ([migrations.RenameModel("Guest", "Person")], "still asks"),
    ([migrations.AlterModelTable("Guest", "people")], "still asks"),
    ([add(models.IntegerField(default=0))], "db_default"),
    ([migrations.AlterField("guest", "diet", models.CharField(max_length=9))], "leave it empty"),
    ([migrations.AlterField("guest", "name", models.IntegerField())], "something else"),
]
UNNOTICED: list[Sequence[Operation]] = [
    [add(models.IntegerField(null=True))],
    [add(models.IntegerField(default=0, db_default=0))],
    [add(models.DateTimeField(db_default=Now()))],
    [add(models.ManyToManyField("guests.Guest"))],
    [migrations.AlterField("guest", "name", models.CharField(max_length=99, null=True))],
    [migrations.CreateModel("Car", [("id", models.BigAutoField(primary_key=True))]),
     migrations.AddField("car", "plate", models.CharField(max_length=9))],
]  # fmt: skip


@pytest.mark.parametrize(("operations", "why"), NOTICED)
def test_what_old_code_falls_over_is_named_unless_the_migration_says_why(
    operations: Sequence[Operation], why: str
) -> None:
    (fault,) = judged(*operations)
    assert why in fault
    assert judged(*operations, contracts="Nothing has read it since 0.2.") == []


@pytest.mark.parametrize("operations", UNNOTICED)
def test_what_old_code_survives_passes(operations: Sequence[Operation]) -> None:
    assert judged(*operations) == []


def test_what_cannot_be_taken_back_is_named_even_then() -> None:
    one_way = migrations.RunSQL("SELECT 1")
    assert judged(one_way, contracts="Nothing has read it since 0.2.") == [
        f"{one_way.describe()} cannot be taken back"
    ]
    assert judged(migrations.RunSQL("SELECT 1", "SELECT 1")) == []


def test_the_migrations_of_this_release_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out
