"""The erasing itself: in batches, each a transaction that also counts; again, by two at once, or after a kill without harm."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

import pgtrigger
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.functions import Cast

from guests.erasing.reach import Reach
from guests.erasing.rules import GONE, Blank, Delete, Numbered, Rule, Stage, all_rows, file_columns
from guests.erasing.saved import forget_lists_that_name, lists_that_name
from guests.erasing.table import RULES
from guests.models import Erasure
from guests.models.erasure import FILES, HISTORY, LOG

BATCH = 500
_SAVED_LISTS = "accounts.SavedList"
_SILENT = Blank(Stage.ANONYMOUS, {"object_repr": GONE, "change_message": ""})


@dataclass(frozen=True)
class _Step:
    """Rows of one table that one act still has to take, counted under `key`."""

    key: str
    rows: models.QuerySet[Any]
    act: Blank | Delete

    @property
    def files(self) -> list[str]:
        """The columns whose files go."""
        named = file_columns(self.rows.model)
        return named if isinstance(self.act, Delete) else [name for name in named if name in self.act.columns]

    def file_names(self, rows: models.QuerySet[Any]) -> set[str]:
        """The files of the rows that are there."""
        names = {name for column in self.files for name in rows.values_list(column, flat=True) if name}
        return {name for name in names if default_storage.exists(name)}

    def take(self, most: int) -> Counter[str]:
        """Erase so many of the rows; the files first, so that a transaction that falls leaves rows to be taken again."""
        keys = list(
            self.rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)[:most]
        )
        if not keys:
            return Counter()
        rows = all_rows(self.rows.model).filter(pk__in=keys)
        names = self.file_names(rows)
        for name in names:
            default_storage.delete(name)
        if isinstance(self.act, Delete):
            rows.delete()
        else:
            rows.update(**{name: _written(name, value) for name, value in self.act.columns.items()})
        return Counter({self.key: len(keys)}) + Counter({FILES: len(names)})


def work(
    erasure: Erasure, reach: Reach, stages: Collection[Stage], *, at: datetime, batch: int = BATCH
) -> None:
    """Erase all that is reached and finish the report.

    Workers that carry on the same erasure take turns by its row: what one has taken the other no longer finds.
    """
    if Stage.ANONYMOUS in stages:
        _in_turn(erasure, lambda: Counter({_SAVED_LISTS: forget_lists_that_name(reach.whole)}))
    for step in _steps(reach, stages):
        while _in_turn(erasure, lambda step=step: step.take(batch)):
            pass
    with transaction.atomic():
        locked = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if locked.finished_at is None:
            locked.finished_at = max(at, locked.started_at)
            locked.save(update_fields=["finished_at"])
    erasure.refresh_from_db()


def _in_turn(erasure: Erasure, act: Any) -> int:
    """One batch, in which no trigger protects, remembers or plans anything: nowhere else in the app is that so."""
    with transaction.atomic():
        locked = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if locked.finished_at is not None:
            return 0
        with pgtrigger.ignore():
            counted: Counter[str] = act()
        if counted.total():
            locked.add(counted)
        return counted.total()


def would_go(reach: Reach, stages: Collection[Stage]) -> dict[str, int]:
    """How many of each kind would be erased; nothing is written."""
    counted: Counter[str] = Counter()
    files: set[str] = set()  # a row and its history name the same ones
    for step in _steps(reach, stages):
        counted[step.key] += step.rows.count()
        files |= step.file_names(step.rows)
    counted[FILES] = len(files)
    if Stage.ANONYMOUS in stages:
        counted[_SAVED_LISTS] += len(lists_that_name(reach.whole))
    return dict(+counted)


def is_anything_left(reach: Reach, stages: Collection[Stage]) -> bool:
    """Whether there is anything to erase."""
    return any(step.rows.exists() for step in _steps(reach, stages))


def _steps(reach: Reach, stages: Collection[Stage]) -> Iterator[_Step]:
    for rule in RULES:
        if reach.takes(rule):
            acts = _acts(rule, stages)
            for place, act in enumerate(acts):
                is_first = act.only not in [earlier.only for earlier in acts[:place]]
                yield from _steps_of(rule, act, reach, with_log=is_first)


def _acts(rule: Rule, stages: Collection[Stage]) -> list[Blank | Delete]:
    """The acts of these stages; of two alike the later one takes what the earlier, for some rows only, would take."""
    acts = [act for act in rule.acts if act.stage in stages]
    return [
        act for place, act in enumerate(acts) if not act.only or type(act) not in map(type, acts[place + 1 :])
    ]


def _steps_of(rule: Rule, act: Blank | Delete, reach: Reach, *, with_log: bool) -> Iterator[_Step]:
    reached = reach.condition(rule) & act.only
    tables = [all_rows(table).filter(reached) for table in rule.tables]
    if with_log:
        yield _Step(LOG, _lines_of_log(rule.model, tables), _SILENT)
    for key, rows in zip((rule.label, HISTORY), tables, strict=False):
        yield _Step(key, rows.filter(_differs(act)) if isinstance(act, Blank) else rows, act)


def _lines_of_log(model: type[models.Model], tables: list[models.QuerySet[Any]]) -> models.QuerySet[Any]:
    """What the desk's own log says of the rows, deleted ones included."""
    keys = (rows.annotate(key=Cast("id", models.TextField())).values("key") for rows in tables)
    about = reduce(or_, (models.Q(object_id__in=of_table) for of_table in keys))
    table = ContentType.objects.get_for_model(model)
    return LogEntry.objects.filter(about & _differs(_SILENT), content_type=table)


def _differs(act: Blank) -> models.Q:
    """Whether a row still says something."""
    return reduce(or_, (~_is_written(name, value) for name, value in act.columns.items()))


def _is_written(name: str, value: Any) -> models.Q:
    if value == GONE:
        return models.Q(**{f"{name}__in": ["", GONE]})
    return models.Q(**{name: value.expression() if isinstance(value, Numbered) else value})


def _written(name: str, value: Any) -> Any:
    """What a column becomes; what was empty stays so."""
    if value == GONE:
        return models.Case(models.When(**{name: ""}, then=models.Value("")), default=models.Value(GONE))
    return value.expression() if isinstance(value, Numbered) else value
