"""Questions that are put many times a second: written as a QuerySet, made into SQL once, then only asked."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import connection, models


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


class Question:
    """Some columns of a QuerySet in which `given` stands where values are to come.

    Naming joins and columns takes Django longer than PostgreSQL takes to answer; here it is done at the first asking.
    """

    def __init__(self, columns: Sequence[str], rows: Callable[[], models.QuerySet[Any]]) -> None:
        self._columns, self._write = tuple(columns), rows
        row: Any = namedtuple("Row", self._columns)  # type: ignore[misc]  # the columns are data here
        self._make = row._make

    def rows(self, **values: Any) -> list[Any]:
        """The rows as named tuples, as `values_list(named=True)` has them, with these values. One query."""
        sql, parameters = self._sql
        filled = [values[one.value] if isinstance(one, _Given) else one for one in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, filled)
            return list(map(self._make, cursor.fetchall()))

    @cached_property
    def _sql(self) -> tuple[str, tuple[Any, ...]]:
        compiler = self._write().values_list(*self._columns).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if compiler.get_converters([each for each, *_rest in compiler.select]):
            raise TypeError("A column comes from the database as something else than it is in Python.")
        return sql, tuple(parameters)
