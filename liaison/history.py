"""History by database triggers: who changed which row, when, from what; bulk and raw writes included."""

from collections.abc import Callable, Sequence
from typing import Any

import pghistory
from django.db import models


def tracked(*, exclude: Sequence[str] = ()) -> Callable[[type[models.Model]], type[Any]]:
    """Keep every insert, update and delete of the model, but for the excluded columns."""
    return pghistory.track(  # type: ignore[no-any-return]
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude) or None,
    )
