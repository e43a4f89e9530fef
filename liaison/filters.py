"""Filters of the desk's lists; what they offer is in the reader's scope."""

from typing import Any

from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RelatedDropdownFilter

__all__ = ["ChoicesDropdownFilter", "DropdownFilter", "UsedDropdownFilter"]


class UsedDropdownFilter(RelatedDropdownFilter):  # type: ignore[misc]
    """Offers only what some row of the list has and the reader finds in its own table; so nothing of another event."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        used = (
            model_admin.narrowed(model_admin.get_queryset(request), request)
            .order_by()
            .values(f"{self.field_path}__pk")
        )
        table = model_admin.admin_site.get_model_admin(field.remote_field.model)
        return [(row.pk, str(row)) for row in table.get_queryset(request).filter(pk__in=used)]
