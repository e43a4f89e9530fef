"""Bringing everything encrypted under the newest key, after which the older ones can be forgotten."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.functions import Cast

from guests.models import Document
from liaison.encryption import EncryptedTextField, UndecipherableError, renewed

BATCH = 200
RENEWED, ALREADY, UNREADABLE, MISSING = "renewed", "already under the newest key", "unreadable", "missing"


def rotate_keys(*, batch: int = BATCH) -> Counter[str]:
    """Encrypt every text and every document anew with the first of the keys; how many became of which kind.

    What is under the first key is left as it is, so a run that was broken off is simply run again. What no key reads,
    and files that are gone, are counted and left; as long as something is unreadable no key should be removed.
    """
    counted: Counter[str] = Counter()
    for model, columns in _encrypted_tables():
        for keys in _batches(model, batch):
            counted += _renew_rows(model, columns, keys)
    for keys in _batches(Document, batch):
        counted += _renew_files(keys)
    return counted


def _encrypted_tables() -> Iterator[tuple[Any, list[str]]]:
    """Every table with encrypted columns."""
    for model in apps.get_models():
        own = [column.name for column in model._meta.local_fields if isinstance(column, EncryptedTextField)]  # noqa: SLF001 (Django's own API)
        if own:
            yield model, own


def _batches(model: Any, size: int) -> Iterator[list[int]]:
    """The keys of the rows in order, so many at a time."""
    last = 0
    while keys := list(model.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        yield keys
        last = keys[-1]


def _renew_rows(model: Any, columns: list[str], keys: list[int]) -> Counter[str]:
    """One transaction; the rows are held, so that what somebody writes meanwhile is neither lost nor put back."""
    counted: Counter[str] = Counter()
    as_stored = {f"{name}_as_stored": Cast(name, models.TextField()) for name in columns}
    with transaction.atomic():
        rows = model.objects.filter(pk__in=keys).order_by("pk").select_for_update()
        for row in rows.values("pk").annotate(**as_stored):
            anew = {}
            for name in columns:
                token = row[f"{name}_as_stored"]
                outcome, fresh = _renewed(token.encode()) if token else ("", None)
                counted[outcome] += 1
                if fresh:
                    anew[name] = models.Value(fresh.decode(), output_field=models.TextField())
            if anew:
                model.objects.filter(pk=row["pk"]).update(**anew)
    del counted[""]  # nothing on file
    return counted


def _renew_files(keys: list[int]) -> Counter[str]:
    """Each file is replaced whole by its twin, or stays."""
    counted: Counter[str] = Counter()
    with transaction.atomic():
        rows = Document.objects.filter(pk__in=keys).order_by("pk").select_for_update()
        for name in rows.values_list("file", flat=True):
            path = Path(default_storage.path(name))
            if not path.is_file():
                counted[MISSING] += 1
                continue
            outcome, fresh = _renewed(path.read_bytes())
            counted[outcome] += 1
            if fresh:
                _replace(path, fresh)
    return counted


def _renewed(token: bytes) -> tuple[str, bytes | None]:
    try:
        fresh = renewed(token)
    except UndecipherableError:
        return UNREADABLE, None
    return (RENEWED if fresh else ALREADY), fresh


def _replace(path: Path, content: bytes) -> None:
    """Put another content in the file's place; whoever reads meanwhile has the old or the new, never a part."""
    with NamedTemporaryFile(dir=path.parent, prefix=".renewed-", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
