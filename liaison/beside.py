"""Writing beside an open transaction: what is noted there is seen at once and stays when the transaction falls."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from django.db import connection, connections

_numbers = count(1)


@contextmanager
def beside_transaction() -> Iterator[str]:
    """The alias of a second connection to the database, closed afterwards.

    A row that the open transaction has changed or locked must not be written through it: that would wait for ever.
    """
    alias = f"beside_{next(_numbers)}"
    second = connection.copy(alias)
    connections[alias] = second
    try:
        yield alias
    finally:
        second.close()
        del connections[alias]
