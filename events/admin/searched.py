"""The filter by a row of another table, which is found by typing: as light among ten thousand rows as among ten."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.contrib.filters import admin as theme
from unfold.contrib.filters.forms import AutocompleteDropdownForm

from events.admin.base import EventAutocompleteSelect
from events.admin.chosen import desk_of


class _OneOrAll(EventAutocompleteSelect):
    """Says what holds while none is chosen."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {"data-placeholder": _("All")}


class _SearchForm(AutocompleteDropdownForm):  # type: ignore[misc]
    """A field that finds rows in the reader's scope; of the event the desk is about, where it is about one."""

    widget = _OneOrAll

    def __init__(
        self, request: HttpRequest, name: str, *, field: Any, model_admin: Any, **given: Any
    ) -> None:
        super().__init__(request, name, field=field, model_admin=model_admin, **given)
        table = model_admin.admin_site.get_model_admin(field.remote_field.model)
        chooser = self.fields[name]
        chooser.queryset, chooser.widget.event = table.get_queryset(request), desk_of(request).chosen


class SearchedFilter(theme.AutocompleteSelectFilter):  # type: ignore[misc]
    """The rows that hang on the chosen row of another table."""

    form_class = _SearchForm
