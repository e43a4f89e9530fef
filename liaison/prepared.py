"""Questions that are put many times a second: written as a QuerySet, made into SQL once, then only asked.

PostgreSQL keeps them ready as well: what a connection has asked a few times is prepared there and planned no more.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import psycopg
from django.db import connection, models
from django.db.models.query import get_related_populators
from psycopg import sql


class _Given(models.Value):
    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


def given(name: str) -> Any:
    """What stands in a question for a value that is known when it is put; of whatever type the value will be."""
    return _Given(name)


class Among(models.Func):
    """Whether a key is one of those given under the name: what `__in` says of keys that are known."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()

    def __init__(self, key: str, keys: str) -> None:
        super().__init__(models.F(key), given(keys))


def ask(text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a text of SQL with these values, which PostgreSQL keeps prepared (see DATABASE_PREPARE_AFTER)."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    # Django's own cursors write values into the text, so that no two texts are the same and nothing can be prepared.
    database: Any = connection
    ready = psycopg.Cursor(connection.connection)
    with connection.wrap_database_errors, database._prepare_cursor(ready) as cursor:  # noqa: SLF001 (counts and logs it as Django does)
        cursor.execute(text, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class _Asked:
    """A QuerySet in which `given` stands where values are to come, compiled at the first asking.

    Naming joins and columns takes Django longer than PostgreSQL takes to answer.
    """

    def __init__(self, write: Callable[[], models.QuerySet[Any]]) -> None:
        self._write = write

    def _answer(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        _compiler, text, names = self._ready
        return ask(text, [values[name] for name in names])

    @cached_property
    def _ready(self) -> tuple[Any, str, list[str]]:
        """The compiler, its SQL, and what is to be given. All else stands in the SQL, so that a plan made once knows it."""
        compiler = self._write().query.get_compiler(connection=connection)
        text, parameters = compiler.as_sql()
        names = [one.value for one in parameters if isinstance(one, _Given)]
        with connection.cursor() as cursor:
            written = tuple("%s" if isinstance(one, _Given) else _literal(one, cursor) for one in parameters)
        return compiler, text.replace("%%", "%%%%") % written, names


def _literal(value: Any, cursor: Any) -> str:
    return sql.Literal(value).as_string(cursor.connection).replace("%", "%%")


class Question(_Asked):
    """Some columns of such a QuerySet."""

    def __init__(self, columns: Sequence[str], rows: Callable[[], models.QuerySet[Any]]) -> None:
        super().__init__(lambda: rows().values_list(*columns))
        row: Any = namedtuple("Row", columns)  # type: ignore[misc]  # the columns are data here
        self._make = row._make

    def rows(self, **values: Any) -> list[Any]:
        """The rows as named tuples, as `values_list(named=True)` has them, with these values. One query."""
        return list(map(self._checked_make, self._answer(values)))

    @cached_property
    def _checked_make(self) -> Any:
        compiler = self._ready[0]
        if compiler.get_converters([each for each, *_rest in compiler.select]):
            raise TypeError("A column comes from the database as something else than it is in Python.")
        return self._make


class ModelQuestion(_Asked):
    """Such a QuerySet as the models it is of, with what it selects beside them and annotates."""

    def found(self, **values: Any) -> list[Any]:
        """The models, as iterating over the QuerySet with these values has them. One query."""
        rows = self._answer(values)
        return [self._model_of(row) for row in self._ready[0].results_iter([rows])]

    def _model_of(self, row: Sequence[Any]) -> Any:
        make, populators = self._makers
        one = make(row)
        for populator in populators:
            populator.populate(row, one)
        for name, position in self._ready[0].annotation_col_map.items():
            setattr(one, name, row[position])
        return one

    @cached_property
    def _makers(self) -> tuple[Callable[[Sequence[Any]], Any], Sequence[Any]]:
        """What makes the model of a row, and what makes those beside it: as Django's own QuerySet does."""
        compiler, alias = self._ready[0], connection.alias
        info = compiler.klass_info
        columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        names = [column.target.attname for column, *_rest in compiler.select[columns]]

        def make(row: Sequence[Any]) -> Any:
            return info["model"].from_db(alias, names, row[columns])

        beside: Any = get_related_populators
        return make, beside(info, compiler.select, alias)
