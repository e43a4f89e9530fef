"""A row's history as people read it: who changed what, when, from what to what."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

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
    """What one person, or the app by itself, did at one moment; `about` names the row where it hangs on the one asked for."""

    when: datetime
    who: str
    what: str
    steps: Sequence[Step]
    about: str = ""


@dataclass(frozen=True)
class Beside:
    """A table whose rows hang on another's by `path` and whose changes are told with its; a row is named by `named`."""

    model: type[models.Model]
    path: str
    named: str


def changes_of(
    row: models.Model, *, viewer: User, zone_name: str, at: datetime, beside: Iterable[Beside] = ()
) -> list[Change]:
    """The latest changes of the row and of what hangs on it, the newest first, times in that zone; without history none.

    Read from what the triggers kept, for each table in one query and one for each table that is referred to, and one
    for the people. People and rows that the viewer may not see at `at` are not named.
    """
    kept: dict[Beside | None, list[Any]] = {None: _kept(type(row), "pgh_obj_id", row.pk)}
    kept |= {one: _kept(one.model, f"{one.path}_id", row.pk) for one in beside}
    authors = {key for events in kept.values() for event in events if (key := _author(event))}
    people = User.objects.visible_to(viewer, at=at).in_bulk(authors)
    told: list[tuple[datetime, int, Change]] = []
    for source, events in kept.items():
        if events:
            words = _Words(events, lambda model: _in_scope(model, viewer, at), zone_name)
            told += [
                (change.when, after.pgh_id, change)
                for after, before in _with_what_was(events)
                for change in [_change(after, before, words, people, source)]
            ]
    return [change for _when, _number, change in sorted(told, key=lambda one: one[:2], reverse=True)][
        :LONGEST
    ]


def _kept(model: Any, path: str, key: Any) -> list[Any]:
    """The latest that the triggers kept of a row, or of the rows that hang on one, the newest first."""
    history = getattr(model, "pgh_event_model", None)
    if history is None:
        return []
    events = history.objects.filter(**{path: key}).select_related("pgh_context")
    return list(events.order_by("-pgh_id")[: LONGEST + 1])


def _with_what_was(events: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Each event with the one before it of the same row; an update whose predecessor is too old to be told is left out."""
    by_row: defaultdict[Any, list[Any]] = defaultdict(list)
    for event in events:
        by_row[event.pgh_obj_id].append(event)
    for of_row in by_row.values():
        for after, before in pairwise([*of_row, None]):
            if before is not None or after.pgh_label != "update":
                yield after, before


def _change(
    after: Any, before: Any, words: "_Words", people: dict[int, User], source: Beside | None
) -> Change:
    return Change(
        when=after.pgh_created_at,
        who=_named(_author(after), people),
        what=_what(after.pgh_label),
        steps=words.steps(before, after),
        about=words.name_of(after, source) if source else "",
    )


def _author(event: Any) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _named(key: int | None, people: dict[int, User]) -> str:
    if key is None:
        return _("the app")
    return str(people.get(key, "")) or _("somebody outside your events")


def _in_scope(model: type[models.Model], viewer: User, at: datetime) -> "models.QuerySet[Any]":
    rows = model._default_manager.all()  # noqa: SLF001 (Django's own API)
    rows = rows.select_related(*getattr(model, "named_by", ()))  # what its name is made of
    return rows.visible_to(viewer, at=at) if isinstance(rows, ScopedQuerySet) else rows


def _what(label: str) -> str:
    done = {
        "insert": pgettext("somebody", "added"),
        "update": pgettext("somebody", "changed"),
        "delete": pgettext("somebody", "deleted"),
    }
    return done.get(label, label)


class _Words:
    """Stored values in words: rows by name, choices as on screens, moments in the zone."""

    def __init__(
        self,
        events: Sequence[Any],
        in_scope: Callable[[type[models.Model]], "models.QuerySet[Any]"],
        zone_name: str,
    ) -> None:
        columns = events[0]._meta.fields  # noqa: SLF001 (Django's own API)
        own = (field for field in columns if not field.name.startswith("pgh_"))
        self.fields = [field for field in own if not field.primary_key and field.name != "id"]
        self.zone_name = zone_name
        self.rows: dict[type[models.Model], dict[Any, Any]] = {}
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        for field in self.fields:
            if field.is_relation:
                wanted[field.related_model] |= {getattr(event, field.attname) for event in events} - {None}
        for model, keys in wanted.items():
            if keys:
                self.rows[model] = in_scope(model).in_bulk(keys)

    def name_of(self, event: Any, source: Beside) -> str:
        """The row the event is about: “Itinerary item “Flight home””."""
        [field] = [field for field in self.fields if field.name == source.named]
        kind = capfirst(str(source.model._meta.verbose_name))  # noqa: SLF001 (Django's own API)
        name = self._said(field, event)
        return _("%(kind)s “%(name)s”") % {"kind": kind, "name": name} if name else kind

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
