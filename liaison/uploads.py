"""Uploading a file that no address will serve."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _


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
