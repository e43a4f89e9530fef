"""What went wrong, at the desk: read and acknowledged, never rewritten."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.admin.base import EventReadOnlyAdmin, moment_column
from guests.incidents import acknowledge
from guests.models import Incident
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter


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
    list_filter = (("severity", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter))
    search_fields = ("text", "place", "visit__guest__name", "visit__guest__addressed_as", "raised_by__name")
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
