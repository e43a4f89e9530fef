"""Words for the state of rows, worked out by the database: two that are alike mean that nothing was changed in between."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models.functions import Cast


def fingerprints(rows: models.QuerySet[Any], by: str, *, but: Collection[str] = ()) -> dict[int, str]:
    """For each value of `by` a word that changes whenever a column of its rows does, one of `but` excepted; one query.

    A column that is added to the table counts by itself.
    """
    columns = [field.attname for field in rows.model._meta.concrete_fields if field.name not in but]  # noqa: SLF001 (Django's own API)
    return fingerprints_of(rows, by, columns)


def fingerprints_of(rows: models.QuerySet[Any], by: str, columns: Collection[str]) -> dict[int, str]:
    """The same of these columns only."""
    row = Cast(models.Func(*columns, function="ROW"), models.TextField())
    number = models.Func(
        row, models.Value(0), function="hashtextextended", output_field=models.BigIntegerField()
    )
    words = rows.order_by().values_list(by).annotate(number=models.Count("pk"), word=models.Sum(number))
    return {key: f"{count}.{word}" for key, count, word in words}
