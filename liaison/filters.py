"""Filters of the desk's lists; what they offer is in the reader's scope."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters import admin as theme
from unfold.contrib.filters.forms import DropdownForm
from unfold.widgets import UnfoldAdminSelectWidget

_DRAWN = (
    '<div class="grow relative max-w-2xl"><select{}>{}</select><span aria-hidden="true" class="material-symbols-outlined absolute '
    'mr-[12px] pointer-events-none right-0 text-base-400 top-1/2 -translate-y-1/2 dark:text-base-500">expand_more</span></div>'
)  # as the theme's template draws it


class QuickSelect(UnfoldAdminSelectWidget):  # type: ignore[misc]
    """A choice, written in one go instead of by a template for each of its options."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        shown = format_html_join("", ' {}="{}"', given.items())
        chosen = {
            str(one) for one in (value if isinstance(value, list | tuple) else [value]) if one is not None
        }
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, mark_safe(" selected") if str(key) in chosen else "", label)
                for key, label in self.choices
            ),
        )
        return format_html(_DRAWN, shown, options)


class _QuickForm(DropdownForm):  # type: ignore[misc]
    widget = QuickSelect()

    class Media:
        extend = False  # the browser's own select needs no script


class DropdownFilter(theme.DropdownFilter):  # type: ignore[misc]
    """A question of our own, to be answered from a few."""

    form_class = _QuickForm


class QuestionFilter(DropdownFilter):
    """A question with fixed answers, each of which is a selection of the rows."""

    answers: ClassVar[Mapping[str, Any]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return self.answers.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        answer = self.value()
        return self.answered(queryset, answer, request) if answer in self.answers else queryset

    @abstractmethod
    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        """Of the rows, those to which that answer belongs."""


class ChoicesDropdownFilter(theme.ChoicesDropdownFilter):  # type: ignore[misc]
    """The rows whose field has one of its choices."""

    form_class = _QuickForm


class UsedDropdownFilter(theme.RelatedDropdownFilter):  # type: ignore[misc]
    """Offers, of a table with few rows, what some row of the list has and the reader finds in that table."""

    form_class = _QuickForm

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        listed = model_admin.narrowed(model_admin.get_queryset(request), request).order_by()
        table = model_admin.admin_site.get_model_admin(field.remote_field.model)
        is_used = Exists(listed.filter(**{self.field_path: OuterRef("pk")}))
        return [(row.pk, str(row)) for row in table.get_queryset(request).filter(is_used)]

    def has_output(self) -> bool:
        """Also with one choice where it was chosen, so that it can be undone."""
        return super().has_output() or bool(self.value() and self.lookup_choices)
