"""Forms about an event."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Event
from liaison.accounts.models import User
from liaison.sheets.reading import MAX_BYTES

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

TABLES = ".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.tsv,.txt"


class UploadForm(forms.Form):
    """An event one coordinates, and a file."""

    accept = TABLES
    event = forms.ModelChoiceField(Event.objects.none(), label=_("Event"), empty_label=None)
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # refused later, with a sentence of our own
        widget=forms.FileInput,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event = self.fields["event"]
        assert isinstance(event, forms.ModelChoiceField)  # noqa: S101 (narrows the type)
        event.queryset = Event.objects.coordinated_by(user)
        self.fields["file"].widget.attrs["accept"] = self.accept

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Upload the table alone, without pictures."),
                params={"limit": MAX_BYTES // 1024 // 1024},
            )
        return file
