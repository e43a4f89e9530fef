"""Everything that is kept about one person, in one file that a machine can read, for the person who asks."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.text import slugify

from guests.erasing.reach import Reach, of_person
from guests.erasing.rules import Rule, all_rows, file_columns
from guests.erasing.table import RULES
from guests.models import Document, Guest, PrivateReading, Visit
from liaison.accounts.models import User

_OURS = {"secret_digest", "client_uuid", "digest", "dedupe_key", "plan_key", "message_id"}
"""Keys of the app's own, which say nothing of a person and open doors."""


def write_everything_about(*, guest: Guest, by: User, at: datetime, out: IO[bytes]) -> None:
    """Write a ZIP of `data.json`, the documents deciphered, and the photograph; that `by` read it is kept.

    Holds the rows that erasing would take, with their old values; papers in which others stand as well are left out.
    Raises PermissionDenied for whoever does not run every event of the person, and UndecipherableError where the key is
    lost; then the file must not be given out.
    """
    if not _runs_all_events_of(by, guest):
        raise PermissionDenied
    reach = of_person(guest.pk)
    whole = Reach(reach.events, [guest.pk], person=guest.pk)
    names = _Names()
    with transaction.atomic(), ZipFile(out, "w", ZIP_DEFLATED) as archive:
        PrivateReading.objects.create(guest=guest, reader=by, read_at=at)
        data = {
            rule.label: _told(rule, whole, names)
            for rule in RULES
            if whole.takes(rule) and not rule.names_many
        }
        readings = PrivateReading.objects.filter(guest=guest).order_by("read_at").select_related("reader")
        data["guests.PrivateReading"] = {
            "rows": [{"reader": str(one.reader), "read_at": one.read_at} for one in readings]
        }
        text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        archive.writestr("data.json", text)
        for name, content in _files(guest, whole):
            archive.writestr(name, content)


def _runs_all_events_of(user: User, guest: Guest) -> bool:
    if not user.is_active:
        return False
    own = Visit.objects.coordinated_by(user).values("pk")
    return user.is_superuser or (guest.visits.exists() and not guest.visits.exclude(pk__in=own).exists())


def _told(rule: Rule, reach: Reach, names: "_Names") -> dict[str, list[dict[str, Any]]]:
    """The table's rows about the person, and what its history says of them."""
    visits = set(reach.visits())
    kinds = ("rows", "history")
    rows = (all_rows(table).filter(reach.condition(rule)).order_by("pk") for table in rule.tables)
    return {
        kind: [_alone(dict(_columns(row, names)), visits) for row in of_table]
        for kind, of_table in zip(kinds, rows, strict=False)
    }


def _columns(row: models.Model, names: "_Names") -> Iterator[tuple[str, Any]]:
    for column in row._meta.concrete_fields:  # noqa: SLF001 (Django's own API)
        if column.name in _OURS or column.name in {"pgh_id", "pgh_context", "pgh_obj"}:
            continue
        value = getattr(row, column.attname)
        if column.is_relation:
            value = names.of(column.related_model, value)
        yield column.name, str(value) if isinstance(column, models.FileField) else value


def _alone(told: dict[str, Any], visits: set[int]) -> dict[str, Any]:
    """What a notice about several guests says, without the others."""
    payload = told.get("payload")
    if isinstance(payload, dict):
        told["payload"] = {
            key: [pair for pair in value if pair[0] in visits] if isinstance(value, list) else value
            for key, value in payload.items()
        }
    return told


class _Names:
    """Rows that are referred to, by name; each is asked for once."""

    def __init__(self) -> None:
        self._known: dict[tuple[type[models.Model], Any], str] = {}

    def of(self, model: Any, key: Any) -> str | None:
        """The name of the row of that key; None for none."""
        if key is None:
            return None
        if (model, key) not in self._known:
            row = all_rows(model).filter(pk=key).first()
            self._known[model, key] = str(row) if row else f"deleted, number {key}"
        return self._known[model, key]


def _files(guest: Guest, reach: Reach) -> Iterator[tuple[str, bytes]]:
    for paper in Document.objects.filter(visit__in=reach.visits()):
        yield f"documents/{paper.pk}-{slugify(paper.title)}.{paper.kind}", paper.content()
    for column in file_columns(Guest):
        file = getattr(guest, column)
        if file:
            with file.open("rb") as stored:
                yield f"{column}{PurePath(file.name).suffix}", stored.read()
