"""The filter by event, for every table whose rows belong to one."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events.admin.chosen import desk_of
from liaison.filters import DropdownFilter

EVENT_PARAMETER = "event__id__exact"


class OfEventFilter(DropdownFilter):
    """The rows of one of the events one runs; offered where there is a choice, in the same words in every table."""

    title = _("event")
    parameter_name = EVENT_PARAMETER

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.event_path = model_admin.event_path

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        desk = desk_of(request)
        offered = (desk.chosen,) if desk.chosen else desk.events
        return [(str(event.pk), event.name) for event in offered]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1 or self.value() is not None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not chosen:
            return queryset
        known = chosen in {key for key, _name in self.lookup_choices}
        return queryset.filter(**{self.event_path: int(chosen)}) if known else queryset.none()
