"""The two forms of a guest list: the file, and its columns."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from events.models import Event
from guests.importing.fields import BY_KEY, GROUPS, NAME, NAME_PARTS
from liaison.accounts.models import User
from liaison.sheets.mapping import Column, Mapping
from liaison.sheets.reading import MAX_BYTES

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class UploadForm(forms.Form):
    """An event one coordinates, and a file."""

    event = forms.ModelChoiceField(Event.objects.none(), label=_("Event"), empty_label=None)
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # refused later, with a sentence of our own
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.tsv,.txt"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event = self.fields["event"]
        assert isinstance(event, forms.ModelChoiceField)  # noqa: S101 (narrows the type)
        event.queryset = Event.objects.coordinated_by(user)

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Upload the table alone, without pictures."),
                params={"limit": MAX_BYTES // 1024 // 1024},
            )
        return file


class ColumnsForm(forms.Form):
    """One choice for each column of the file: the field it fills, or none."""

    def __init__(self, columns: Iterable[Column], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = tuple(columns)
        choices = _choices()
        for column in self.columns:
            self.fields[_name(column)] = forms.ChoiceField(
                choices=choices, label=column.heading, required=False, initial=column.guess
            )

    def clean(self) -> dict[str, Any]:
        """Each field once, unless columns fill it together; and a name: without names there are no guests."""
        taken: dict[str, Column] = {}
        for column in self.columns:
            key = self.cleaned_data.get(_name(column))
            if not key:
                continue
            if key in taken and not BY_KEY[key].joins:
                self.add_error(
                    _name(column),
                    _("“%(heading)s” fills this already.") % {"heading": taken[key].heading},
                )
            taken.setdefault(key, column)
        if not {NAME.key, *NAME_PARTS} & taken.keys():
            raise forms.ValidationError(_("Choose the column with the guests' names."))
        return self.cleaned_data

    def mapping(self, sheet: str, header_row: int) -> Mapping:
        """What was chosen."""
        chosen = ((column.index, self.cleaned_data[_name(column)]) for column in self.columns)
        return Mapping(sheet, header_row, tuple((index, key) for index, key in chosen if key in BY_KEY))

    def rows(self) -> list[tuple[Column, forms.BoundField]]:
        """Each column with its choice."""
        return [(column, self[_name(column)]) for column in self.columns]


def _name(column: Column) -> str:
    return f"column-{column.index}"


def _choices() -> list[Any]:
    groups = [
        (str(group), [(field.key, capfirst(field.label)) for field in fields]) for group, fields in GROUPS
    ]
    return [("", _("— leave out —")), *groups]
