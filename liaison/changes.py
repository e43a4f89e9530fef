"""A row's history as people read it: who changed what, when, from what to what."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.clock import moment_text
from liaison.scope import ScopedQuerySet

LONGEST = 200


@dataclass(frozen=True)
class Step:
    """One column that went from one value to another, both in words; empty for nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What one person, or the app by itself, did to the row at one moment."""

    when: datetime
    who: str
    what: str
    steps: Sequence[Step]


def changes_of(row: models.Model, *, viewer: User, zone_name: str, at: datetime) -> list[Change]:
    """The row's latest changes, the newest first, times in that zone; of a table without history none.

    Read from what the triggers kept, in one query and one for the people and for each table that is referred to.
    People and rows that the viewer may not see at `at` are not named.
    """
    history = getattr(type(row), "pgh_event_model", None)
    if history is None:
        return []
    kept = list(
        history.objects.filter(pgh_obj_id=row.pk)
        .select_related("pgh_context")
        .order_by("-pgh_id")[: LONGEST + 1]
    )
    fields = [field for field in history._meta.fields if not field.name.startswith("pgh_")]  # noqa: SLF001 (Django's own API)
    words = _Words(fields, kept, lambda model: _in_scope(model, viewer, at), zone_name)
    people = User.objects.visible_to(viewer, at=at).in_bulk(
        {key for event in kept if (key := _author(event))}
    )
    return [
        Change(
            when=after.pgh_created_at,
            who=_named(_author(after), people),
            what=_what(after.pgh_label),
            steps=words.steps(before, after),
        )
        for after, before in pairwise([*kept, None])
        if before is not None or after.pgh_label != "update"
    ][:LONGEST]


def _author(event: Any) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _named(key: int | None, people: dict[int, User]) -> str:
    if key is None:
        return _("the app")
    return str(people.get(key, "")) or _("somebody outside your events")


def _in_scope(model: type[models.Model], viewer: User, at: datetime) -> "models.QuerySet[Any]":
    rows = model._default_manager.all()  # noqa: SLF001 (Django's own API)
    return rows.visible_to(viewer, at=at) if isinstance(rows, ScopedQuerySet) else rows


def _what(label: str) -> str:
    return {"insert": _("added"), "update": _("changed"), "delete": _("deleted")}.get(label, label)


class _Words:
    """Stored values in words: rows by name, choices as on screens, moments in the zone."""

    def __init__(
        self,
        fields: Iterable[Any],
        events: Sequence[Any],
        in_scope: Callable[[type[models.Model]], "models.QuerySet[Any]"],
        zone_name: str,
    ) -> None:
        self.fields = [field for field in fields if not field.primary_key and field.name != "id"]
        self.zone_name = zone_name
        self.rows: dict[type[models.Model], dict[Any, Any]] = {}
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        for field in self.fields:
            if field.is_relation:
                wanted[field.related_model] |= {getattr(event, field.attname) for event in events} - {None}
        for model, keys in wanted.items():
            if keys:
                self.rows[model] = in_scope(model).in_bulk(keys)

    def steps(self, before: Any, after: Any) -> list[Step]:
        """The columns that differ; of an added row none, since the row itself shows them."""
        if before is None or after.pgh_label != "update":
            return []
        return [
            Step(capfirst(str(field.verbose_name)), self._said(field, before), self._said(field, after))
            for field in self.fields
            if getattr(before, field.attname) != getattr(after, field.attname)
        ]

    def _said(self, field: Any, event: Any) -> str:
        value = getattr(event, field.attname)
        if value in (None, "", [], {}):
            return ""
        if field.is_relation:
            return str(self.rows[field.related_model].get(value) or _("what is gone or not yours to see"))
        if isinstance(value, datetime):
            return moment_text(value, self.zone_name)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if field.flatchoices:
            return str(dict(field.flatchoices).get(value, value))
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
