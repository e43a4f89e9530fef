"""The rows of the desk's lists, written in one go.

The theme's own tag asks for every cell what holds for its whole column: the heading, the classes, the templates it is
shown by. Here each column is looked at once and becomes a function from a row to its cell.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django import template
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.templatetags.unfold_list import result_headers
from unfold.utils import display_for_field, display_for_value
from unfold.widgets import UnfoldBooleanWidget

register = template.Library()

Cell = Callable[[Model], str]
_HOLE, _NAME_HOLE = "0" * 12, "\x00"  # where a row's key and name go in what is written once for all rows
_NOTHING = SafeString()
_SCOPE = SafeString(' scope="row"')


@register.inclusion_tag("admin/desk/rows.html", takes_context=True)
def desk_result_list(context: Any, cl: Any) -> dict[str, Any]:
    """The list's headings and rows."""
    headers = list(result_headers(cl))
    return {
        "cl": cl,
        "result_headers": headers,
        "num_sorted_fields": sum(1 for header in headers if header["sortable"] and header["sorted"]),
        "rows": _rows(cl, headers),
        "has_add_permission": cl.model_admin.has_add_permission(context["request"]),
        "is_popup": cl.is_popup,
    }


def _rows(cl: Any, headers: list[dict[str, Any]]) -> SafeString:
    cells = _cells(cl, headers)
    written = [
        f'<tbody class="desk-row"><tr>{"".join([cell(row) for cell in cells])}</tr></tbody>'
        for row in cl.result_list
    ]
    return mark_safe("".join(written))  # noqa: S308 (every cell has escaped what it shows)


def _cells(cl: Any, headers: list[dict[str, Any]]) -> list[Cell]:
    """A writer for each column: what opens the cell, what the row has there, what closes it."""
    cells, is_first_link = [], True
    for name, header in zip(cl.list_display, headers, strict=True):
        if name == "action_checkbox":
            cells.append(_tick())
            continue
        value = _value_of(name, cl)
        is_link = name in (cl.list_display_links or ())
        tag = "th" if is_link and is_first_link else "td"
        is_first_link = is_first_link and not is_link
        opening = format_html(
            '<{}{} class="desk-cell field-{}" data-label="{}">',
            tag, _SCOPE if tag == "th" else _NOTHING, _plain_name(name), capfirst(str(header["text"])),
        )  # fmt: skip
        cells.append(_linked(cl, opening, tag, value) if is_link else _shown(opening, tag, value))
    return cells


def _plain_name(name: Any) -> str:
    return str(getattr(name, "__name__", name))


def _shown(opening: str, tag: str, value: Cell) -> Cell:
    closing = f"</{tag}>"
    return lambda row: f"{opening}{value(row)}{closing}"


def _linked(cl: Any, opening: str, tag: str, value: Cell) -> Cell:
    """A cell that leads to the row's page, back from which the list is as it was."""
    address = reverse(f"admin:{cl.opts.app_label}_{cl.opts.model_name}_change", args=[_HOLE])
    address = add_preserved_filters({"preserved_filters": cl.preserved_filters, "opts": cl.opts}, address)
    before, after = str(conditional_escape(address)).split(_HOLE)
    chosen = str(cl.to_field or cl.pk_attname)

    def written(row: Model) -> str:
        opener = format_html(' data-popup-opener="{}"', row.serializable_value(chosen)) if cl.is_popup else ""
        return f'{opening}<a href="{before}{row.pk}{after}"{opener}>{value(row)}</a></{tag}>'

    return written


def _tick() -> Cell:
    """The box by which a row is chosen for an action."""
    label = _("Select %(row)s") % {"row": _NAME_HOLE}
    widget = UnfoldBooleanWidget({"class": "action-select", "aria-label": label}, lambda _value: False)
    before, between, after = _parts(widget.render(ACTION_CHECKBOX_NAME, _HOLE))
    opening = format_html('<td class="desk-cell action-checkbox" data-label="{}">', _("Select record"))
    return lambda row: f"{opening}{before}{row.pk}{between}{conditional_escape(str(row))}{after}</td>"


def _parts(box: str) -> tuple[str, str, str]:
    before, rest = " ".join(box.split()).split(_HOLE)
    between, after = rest.split(_NAME_HOLE)
    return before, between, after


def _value_of(name: Any, cl: Any) -> Cell:
    """What a row shows in the column, as HTML."""
    empty = conditional_escape(cl.model_admin.get_empty_value_display())
    try:
        field = cl.lookup_opts.get_field(name) if isinstance(name, str) else None
    except FieldDoesNotExist:
        field = None
    if field is not None:
        return _of_field(field, empty)
    _text, attr = label_for_field(name, cl.model, model_admin=cl.model_admin, return_attr=True)
    told = _told(name, cl)
    if label := getattr(attr, "label", None):
        return lambda row: _label(told(row), label, empty)
    if getattr(attr, "header", False):
        return lambda row: _header(*told(row))
    is_yes_or_no = getattr(attr, "boolean", False)
    return lambda row: conditional_escape(display_for_value(told(row), empty, is_yes_or_no))


def _of_field(field: Any, empty: str) -> Cell:
    name = field.name
    if isinstance(field, ForeignKey):
        return lambda row: empty if (other := getattr(row, name)) is None else conditional_escape(str(other))
    return lambda row: conditional_escape(display_for_field(getattr(row, name), field, empty))


def _told(name: Any, cl: Any) -> Callable[[Model], Any]:
    """What a column that is no field says of a row: a function, a method of the table, or one of the row."""
    if callable(name):
        return name  # type: ignore[no-any-return]
    if name != "__str__" and hasattr(cl.model_admin, name):
        return getattr(cl.model_admin, name)  # type: ignore[no-any-return]

    def of_row(row: Model) -> Any:
        value = getattr(row, name)
        return value() if callable(value) else value

    return of_row


def _header(first: Any, second: Any) -> str:
    below = format_html("<small>{}</small>", second) if second else _NOTHING
    return format_html('<span class="desk-two"><strong>{}</strong>{}</span>', first, below)


def _label(value: Any, kinds: Any, empty: str) -> str:
    """A word on its colour; `kinds` says which colour belongs to the value."""
    key, word = value if isinstance(value, tuple) else (value, value)
    if not word:
        return empty
    before, after = _label_of(kinds.get(key, "") if isinstance(kinds, dict) else "")
    return f"{before}{conditional_escape(word)}{after}"


@cache
def _label_of(kind: str) -> tuple[str, str]:
    """What stands before and after the word in the theme's own label of that kind."""
    label = " ".join(
        render_to_string("unfold/helpers/label.html", {"type": kind, "text": _NAME_HOLE}).split()
    )
    before, after = label.split(_NAME_HOLE)
    return before, after
