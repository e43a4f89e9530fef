"""Writing the demo's rows: all or none, under a name in their history."""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.db import transaction


@contextmanager
def writing(source: str) -> Iterator[None]:
    """One transaction, named `source` in the history of the rows it writes."""
    with pghistory.context(source=source), transaction.atomic():
        yield
