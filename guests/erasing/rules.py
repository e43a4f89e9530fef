"""How a table's rows are erased: deleted, or some of their columns emptied; in which stage, and what stays, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast, Concat

from guests.models import Erasure

Stage = Erasure.Stage

GONE = "—"
"""What stands where something was written; what was empty stays empty."""


@dataclass(frozen=True)
class Numbered:
    """A name that tells rows apart and says nothing: “G-12”."""

    letter: str

    def expression(self) -> Any:
        """The name, made of the number that the row and its history share."""
        return Concat(
            models.Value(f"{self.letter}-"), Cast("id", models.CharField()), output_field=models.CharField()
        )


@dataclass(frozen=True)
class Blank:
    """Some columns of some rows become what says nothing, and so do they in the history."""

    stage: Stage
    columns: Mapping[str, Any]
    only: models.Q = field(default_factory=models.Q)


@dataclass(frozen=True)
class Delete:
    """Some rows go, and all of their history with them."""

    stage: Stage
    only: models.Q = field(default_factory=models.Q)


@dataclass(frozen=True)
class Rule:
    """What becomes of one table.

    `of` is the column by which a row hangs on a row of another ruled table, or on its event; the roots are found by
    `guests.erasing.reach`. `names_many` are files and working papers in which a person stands among others: they go
    whole when one of them is erased. `also_of` is the event of such rows in a table whose others hang on `of`. `keeps` lists columns under the reason why they stay.
    """

    label: str
    of: str
    acts: tuple[Blank | Delete, ...]
    keeps: Mapping[str, str] = field(default_factory=dict)
    names_many: bool = False
    also_of: str = ""

    @property
    def model(self) -> type[models.Model]:
        """The table."""
        return apps.get_model(self.label)

    @property
    def history(self) -> Any:
        """The table in which triggers keep the rows' old values; None where there is none."""
        return getattr(self.model, "pgh_event_model", None)

    @property
    def tables(self) -> list[Any]:
        """The table, and its history where there is one."""
        return [self.model, *([self.history] if self.history else [])]

    def covered(self) -> set[str]:
        """The columns this rule speaks of."""
        spoken = {name for act in self.acts if isinstance(act, Blank) for name in act.columns}
        return spoken | {name for names in self.keeps.values() for name in names.split()}

    @property
    def is_deleted_whole(self) -> bool:
        """Whether no row of it survives the last stage."""
        return any(isinstance(act, Delete) and not act.only for act in self.acts)


def all_rows(table: Any) -> "models.QuerySet[Any]":
    """Every row, whoever may see it."""
    rows: models.QuerySet[Any] = table._base_manager.all()  # noqa: SLF001 (Django's own API)
    return rows


def file_columns(model: Any) -> list[str]:
    """The columns that name files."""
    return [column.name for column in model._meta.local_fields if isinstance(column, models.FileField)]  # noqa: SLF001 (Django's own API)
