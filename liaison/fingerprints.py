"""Words for the state of rows, worked out by the database: two that are alike mean that nothing was changed in between."""

from collections.abc import Collection
from hashlib import blake2b
from typing import Any

from django.db import models


def fingerprints(rows: models.QuerySet[Any], by: str, *, but: Collection[str] = ()) -> dict[int, str]:
    """For each value of `by` a word that changes whenever a column of its rows does, one of `but` excepted; one query.

    A column that is added to the table counts by itself.
    """
    columns = [field.attname for field in rows.model._meta.concrete_fields if field.name not in but]  # noqa: SLF001 (Django's own API)
    return fingerprints_of(rows, by, columns)


def fingerprints_of(rows: models.QuerySet[Any], by: str, columns: Collection[str]) -> dict[int, str]:
    """The same of these columns only."""
    words = rows.order_by().values_list(by)
    words = words.annotate(number=models.Count("pk"), word=models.Sum(row_word(*columns)))
    return {key: f"{count}.{word}" for key, count, word in words}


def row_word(*columns: str) -> models.Func:
    """A number for what the columns of one row say, columns of the single rows it hangs on included."""
    row = models.Func(*columns, function="ROW")
    return models.Func(
        row, models.Value(0), function="hash_record_extended", output_field=models.BigIntegerField()
    )


def shortened(state: str) -> str:
    """A long word as one of 32 letters; a cache's key has room for 250."""
    return blake2b(state.encode(), digest_size=16).hexdigest()
