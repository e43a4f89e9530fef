"""Guests that pass from officer to officer, at the desk: read, never rewritten."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from events.admin.base import EventReadOnlyAdmin, moment_column
from guests.admin.words import guest_of
from guests.models import Handover
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter


@admin.register(Handover)
class HandoverAdmin(EventReadOnlyAdmin):
    """Guests that passed from officer to officer, and those not yet accepted."""

    event_path = "assignment__visit__event"
    list_display = (
        "guest",
        "giver",
        "taker",
        "state_shown",
        moment_column(Handover, "offered_at"),
        moment_column(Handover, "answered_at"),
    )
    list_select_related = (
        "assignment__officer__user",
        "assignment__visit__guest",
        "assignment__visit__event",
        "receiver__user",
    )
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = (
        "assignment__officer__user__name",
        "receiver__user__name",
        *guest_of("assignment__visit"),
        "state",
        "offered_at",
        "answered_at",
    )
    fields = readonly_fields = (
        "guest",
        "giver",
        "taker",
        "state",
        "note_shown",
        moment_column(Handover, "offered_at"),
        moment_column(Handover, "answered_at"),
    )

    @column(_("guest"), ordering="assignment__visit__guest__name")
    def guest(self, handover: Handover) -> str:
        return str(handover.assignment.visit.guest)

    @column(_("given by"), ordering="assignment__officer__user__name")
    def giver(self, handover: Handover) -> str:
        return str(handover.assignment.officer)

    @column(_("given to"), ordering="receiver__user__name")
    def taker(self, handover: Handover) -> str:
        return str(handover.receiver)

    @column(_("note"))
    def note_shown(self, handover: Handover) -> SafeString:
        return format_html_join("", "<p><strong>{}</strong>: {}</p>", handover.parts)

    @column(
        _("state"),
        ordering="state",
        label={"offered": "warning", "accepted": "success", "declined": "danger", "withdrawn": "default"},
    )
    def state_shown(self, handover: Handover) -> tuple[str, str]:
        return handover.state, handover.get_state_display()
