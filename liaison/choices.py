"""Rows that are chosen at the desk; what could be the key of no row chooses none."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models


def could_be_key(model: type[models.Model], word: str) -> bool:
    """Whether a row of the table could have that key, so that the database may be asked for it."""
    try:
        model._meta.pk.clean(word, None)  # noqa: SLF001 (Django's own API)
    except ValidationError:
        return False
    return True


class RowSelect(AutocompleteSelect):
    """A field that searches as one types. Django's own asks the database for whatever was sent, and falls over."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> list[Any]:
        model = self.field.remote_field.model
        keys = [one for one in value if could_be_key(model, str(one))]
        return super().optgroups(name, keys, attr)
