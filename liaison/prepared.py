"""Questions that are put many times a second: written as a QuerySet, made into SQL once, then only asked."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import connection, models


class Given(models.Value):
    """A value that is named when the question is written, and known when it is put."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class Among(models.Func):
    """Whether a key is one of those that are named: what `__in` says of keys that are known."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()

    def __init__(self, key: str, keys: Given) -> None:
        super().__init__(models.F(key), keys)


class Question:
    """Some columns of a QuerySet in which `Given` stands where values are to come.

    Naming joins and columns takes Django longer than PostgreSQL takes to answer; here it is done at the first asking.
    """

    def __init__(self, columns: Sequence[str], rows: Callable[[], models.QuerySet[Any]]) -> None:
        self._columns, self._write = tuple(columns), rows

    def rows(self, **given: object) -> list[Any]:
        """The rows as named tuples, as `values_list(named=True)` has them, with these values. One query."""
        sql, parameters = self._sql
        values = [given[one.value] if isinstance(one, Given) else one for one in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            found: Any = cursor.fetchall()
        return list(map(self._make, found))

    @cached_property
    def _sql(self) -> tuple[str, tuple[Any, ...]]:
        compiler = self._write().values_list(*self._columns).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if compiler.get_converters([each for each, *_rest in compiler.select]):
            raise TypeError("A column comes from the database as something else than it is in Python.")
        return sql, tuple(parameters)

    @cached_property
    def _make(self) -> Callable[[Sequence[Any]], Any]:
        return namedtuple("Row", self._columns)._make
