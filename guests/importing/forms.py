"""Choosing the columns of a guest list."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from guests.importing.fields import GROUPS, GUEST_LIST, NAME, NAME_PARTS
from liaison.sheets import choosing


class ColumnsForm(choosing.ColumnsForm):
    """What each column says of the guests; without names there are no guests."""

    vocabulary = GUEST_LIST

    def fields_to_choose(self) -> list[Any]:
        return [
            (str(group), [(field.key, capfirst(field.label)) for field in fields]) for group, fields in GROUPS
        ]

    def complaint(self, keys: set[str]) -> str:
        return "" if {NAME.key, *NAME_PARTS} & keys else _("Choose the column with the guests' names.")
