"""What went wrong, at the desk: read and acknowledged, never rewritten."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.admin.base import EventReadOnlyAdmin, moment_column
from guests.admin.words import guest_of
from guests.incidents import acknowledge
from guests.models import Incident
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter, QuestionFilter


class AlarmFilter(QuestionFilter):
    """Incidents by whether somebody has taken note."""

    title = _("acknowledged")
    parameter_name = "acknowledged"
    answers = {"no": _("Not yet"), "alarms": _("Calls for help, not yet")}

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Incident]:
        return rows.alarms() if answer == "alarms" else rows.filter(acknowledged_at=None)  # type: ignore[no-any-return]


@admin.register(Incident)
class IncidentAdmin(EventReadOnlyAdmin):
    """Incidents, complaints and alarms, and who has taken note of them."""

    event_path = "visit__event"
    list_display = (
        moment_column(Incident, "raised_at"),
        "visit",
        "severity_shown",
        "kind",
        "text",
        "place",
        "raised_by",
        moment_column(Incident, "acknowledged_at"),
    )
    list_select_related = ("visit__guest", "visit__event", "raised_by", "acknowledged_by")
    list_filter = (("severity", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter), AlarmFilter)
    search_fields = (
        "text",
        "kind",
        "severity",
        "place",
        *guest_of("visit"),
        "raised_by__name",
        "raised_at",
        "acknowledged_by__name",
        "acknowledged_at",
    )
    actions = ("acknowledge_chosen",)
    fields = readonly_fields = (
        "visit",
        "severity",
        "kind",
        "text",
        "place",
        "raised_by",
        moment_column(Incident, "raised_at"),
        "acknowledged_by",
        moment_column(Incident, "acknowledged_at"),
    )

    @admin.action(description=_("Acknowledge"))
    def acknowledge_chosen(self, request: HttpRequest, queryset: QuerySet[Incident]) -> None:
        """Say that one has taken note and sees to it."""
        number = acknowledge(incidents=queryset, by=request.user, at=timezone.now())  # type: ignore[arg-type]  # signed in
        messages.success(request, ngettext("%d was acknowledged.", "%d were acknowledged.", number) % number)

    @column(
        _("severity"), ordering="severity", label={"minor": "default", "serious": "warning", "sos": "danger"}
    )
    def severity_shown(self, incident: Incident) -> tuple[str, str]:
        return incident.severity, incident.get_severity_display()
