"""Writing thousands of rows at once without paying for history and plan marks more than they cost."""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.db import connection, transaction


@contextmanager
def writing(source: str) -> Iterator[None]:
    """One transaction, named `source` in the history of the rows it writes.

    Every trigger of pgtrigger and pghistory asks for settings of the connection and, where they are missing, breaks
    off a subtransaction, which PostgreSQL pays for with a walk over all foreign keys still to be checked: 20,000 items
    took twelve times as long. So both settings are there from the start; the triggers do what they always do.
    """
    with pghistory.context(source=source), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")  # ignores none
        yield
