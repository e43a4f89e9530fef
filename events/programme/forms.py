"""The two forms of a programme: the file, and the columns of a table."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from events import forms
from events.programme.table import PROGRAMME, label_of
from liaison.sheets import choosing


class UploadForm(forms.UploadForm):
    """An event one coordinates, and its programme as a table, a schedule or a calendar."""

    accept = f"{forms.TABLES},.json,.xml,.ics,.ical"


class ColumnsForm(choosing.ColumnsForm):
    """What each column says of the sessions."""

    vocabulary = PROGRAMME

    def fields_to_choose(self) -> list[Any]:
        return [(field.key, capfirst(label_of(field.key))) for field in PROGRAMME.fields]

    def complaint(self, keys: set[str]) -> str:
        return "" if "title" in keys else _("Choose the column with the titles of the sessions.")
