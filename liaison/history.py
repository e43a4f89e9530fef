"""History by database triggers: who changed which row, when, from what; bulk and raw writes included."""

from collections.abc import Callable, Sequence
from typing import Any

import pghistory
import pgtrigger
from django.db import models

from liaison.prepared import ask

_LATEST = 250


def tracked(*, exclude: Sequence[str] = ()) -> Callable[[type[models.Model]], type[Any]]:
    """Keep every insert, update and delete of the model, but for the excluded columns; what is kept is not rewritten."""
    return pghistory.track(  # type: ignore[no-any-return]
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude) or None,
        append_only=True,
        meta={"triggers": [is_not_emptied()]},
    )


def is_not_emptied() -> pgtrigger.Trigger:
    """A log loses no row by being emptied as a whole, at which no trigger of its rows is asked."""
    return pgtrigger.Trigger(
        name="log_is_not_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
    )


class Fingerprint:
    """What some columns of a table's rows say now, for a table that is written all day for other reasons.

    The rows are those whose column `of` has one of the values given to `Watch.state`.
    """

    def __init__(self, table: type[models.Model], *columns: str, of: str) -> None:
        said = f"count(*), bit_xor(hash_record_extended(ROW(id, {', '.join(columns)}), 0))"
        self.text = f"(SELECT concat_ws('.', {said}) FROM {_table(table)} WHERE {of} = ANY(%s))"  # noqa: S608 (names of ours)


class Watch:
    """Tells whether any row of some tracked tables was written, in one query."""

    def __init__(
        self,
        *tables: type[models.Model],
        besides: Sequence[type[models.Model]] = (),
        prints: Sequence[Fingerprint] = (),
    ) -> None:
        """`besides` are tables without a history to which rows are only added; `prints` are looked at as they are now."""
        histories = [(_table(table.pgh_event_model), "pgh_id") for table in tables]  # type: ignore[attr-defined]
        added = [(_table(table), "id") for table in besides]
        newest = [_newest(table, key) for table, key in [*histories, *added]]
        self._tables = (*tables, *besides)
        self._question = "SELECT " + ", ".join([*newest, *(each.text for each in prints)])

    def state(self, *chosen: Sequence[int]) -> str:
        """A word that changes whenever something was written; about a millisecond whatever the size.

        The newest and the oldest of each table's latest numbers, and how many they are: a transaction that took its
        numbers early and ended late pushes the oldest out, and is seen as well. `chosen` are the rows of each print.
        """
        [row] = ask(self._question, chosen)
        return "-".join(str(number) for number in row)

    def narrowed(self, state: str, *tables: type[models.Model]) -> str:
        """What of a state is about these tables, and about all prints."""
        parts = state.split("-")
        prints = parts[len(self._tables) :]
        return "-".join([*(parts[self._tables.index(table)] for table in tables), *prints])


Numbers = tuple[frozenset[int], ...]


class Latest:
    """Tells which rows were written to the histories of some tracked tables between two readings."""

    def __init__(self, *tables: type[models.Model]) -> None:
        arrays = [f"ARRAY({_latest(_table(table.pgh_event_model), 'pgh_id')})" for table in tables]  # type: ignore[attr-defined]
        self._question = f"SELECT {', '.join(arrays)}"

    def read(self) -> Numbers:
        """The latest numbers of each table, in their order; one query."""
        [row] = ask(self._question, ())
        return tuple(frozenset(numbers) for numbers in row)

    @staticmethod
    def written(before: Numbers, now: Numbers) -> list[frozenset[int] | None]:
        """By table the numbers that came between, those of late transactions included; None where they are too many to tell."""
        return [
            None if len(is_now) == _LATEST and not was & is_now else is_now - was
            for was, is_now in zip(before, now, strict=True)
        ]


def _table(model: Any) -> str:
    return str(model._meta.db_table)  # noqa: SLF001 (Django's own API)


def _newest(table: str, key: str) -> str:
    latest = _latest(table, key)
    return f"(SELECT concat_ws('.', max(key), min(key), count(*)) FROM ({latest}) AS latest)"  # noqa: S608 (a table of ours, by its model's own name)


def _latest(table: str, key: str) -> str:
    return f"SELECT {key} AS key FROM {table} ORDER BY {key} DESC LIMIT {_LATEST}"  # noqa: S608 (the same)
