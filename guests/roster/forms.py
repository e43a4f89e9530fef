"""Choosing the columns of a list of officers."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from guests.roster.fields import ROSTER, label_of
from liaison.sheets import choosing


class ColumnsForm(choosing.ColumnsForm):
    """What each column says of the officers."""

    vocabulary = ROSTER

    def fields_to_choose(self) -> list[Any]:
        return [(field.key, capfirst(label_of(field.key))) for field in ROSTER.fields]

    def complaint(self, keys: set[str]) -> str:
        known = {"name", "email"} & keys
        return "" if known else _("Choose the column with the officers' names or e-mail addresses.")
