"""Uploading a file that no address will serve, and a picture of which only a copy is kept."""

import secrets
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from liaison.paper.pictures import FORMATS, MOST_BYTES, BrokenImageError, redrawn, too_heavy

_KEPT_AT = (1600, 1600)  # pixels: more than any paper sets


class PictureField(forms.FileField):
    """A picture, known by its content: what is kept is drawn anew, without what a camera wrote into it or hid behind it.

    Upright, at most 1600 pixels wide and high, a PNG or JPEG under a random name.
    """

    def to_python(self, data: Any) -> Any:
        uploaded: Any = super().to_python(data)
        if uploaded is None:
            return None
        try:
            if uploaded.size > MOST_BYTES:
                raise too_heavy(uploaded.name)
            drawn = redrawn(uploaded.read(), size=_KEPT_AT, formats=FORMATS)
        except BrokenImageError as error:
            raise forms.ValidationError(capfirst(error.reason), code="invalid") from error
        ending = "png" if drawn.startswith(b"\x89PNG") else "jpg"
        return SimpleUploadedFile(f"{secrets.token_hex(16)}.{ending}", drawn)


class PrivateFileInput(forms.ClearableFileInput):
    """A file input that says what is on file, and gives no link to it: uploads are private."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        chooser = format_html(
            '<input type="file" class="desk-file" name="{}"{}>', name, flatatt(widget["attrs"])
        )
        if not widget["is_initial"]:
            return chooser
        on_file = format_html('<p class="desk-on-file">{}: {}</p>', _("On file"), PurePath(value.name).name)
        if self.is_required:
            return on_file + chooser
        clear = format_html(
            '<label class="desk-clear"><input type="checkbox" name="{}" id="{}"> {}</label>',
            widget["checkbox_name"],
            widget["checkbox_id"],
            _("Remove it"),
        )
        return on_file + chooser + clear
