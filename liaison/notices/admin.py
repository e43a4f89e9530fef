"""What the app sent, to whom, and what became of it, at the desk."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.admin import ReadOnlyAdmin, ScopedTabularInline, column
from liaison.clock import moment_text
from liaison.filters import ChoicesDropdownFilter, QuestionFilter, UsedDropdownFilter
from liaison.notices.models import Delivery, Notice
from liaison.searching import Clock

_COLOURS = {
    "sent": "success",
    "sending": "info",
    "planned": "info",
    "waiting": "info",
    "failed": "danger",
    "missed": "warning",
}


def _shown(moment: datetime | None, notice: Notice) -> str:
    """In the event's zone; of a notice that is about no event, in the recipient's."""
    zone_name = notice.event.time_zone if notice.event else notice.recipient.time_zone
    return moment_text(moment, zone_name) if moment else ""


class DeliveryInline(ScopedTabularInline):
    """The ways by which a notice went out."""

    model = Delivery
    fields = readonly_fields = ("channel", "address", "state", "attempts", "error", "sent")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @column(_("sent"))
    def sent(self, delivery: Delivery) -> str:
        return _shown(delivery.sent_at, delivery.notice)


class AcknowledgementFilter(QuestionFilter):
    """Reminders that went out and to which the officer has not reacted."""

    title = _("acknowledged")
    parameter_name = "acknowledged"
    answers = {"waiting": _("Not yet, and it matters")}

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> Any:
        return rows.unacknowledged(timezone.now())


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Reminders, invitations and the rest."""

    event_path = "event"
    list_display = ("recipient", "kind", "due", "state_shown", "acknowledged", "event")
    list_select_related = ("recipient", "event")
    list_filter = (("state", ChoicesDropdownFilter), AcknowledgementFilter, ("event", UsedDropdownFilter))
    search_fields = (
        "recipient__name",
        "recipient__email",
        "kind",
        "subject_ref",
        "state",
        "due_at",
        "acknowledged_at",
        "event__name",
    )
    fields = ("recipient", "kind", "event", "state", "due", "expires", "finished", "acknowledged")
    readonly_fields = fields
    inlines = (DeliveryInline,)

    def clock_of_rows(self, request: HttpRequest) -> Clock:
        """The event's; of what is about no event, the recipient's."""
        told = super().clock_of_rows(request)
        return Clock(Coalesce(F("event__time_zone"), F("recipient__time_zone")), told.zones)

    @column(_("state"), ordering="state", label=_COLOURS)
    def state_shown(self, notice: Notice) -> tuple[str, str]:
        return notice.state, notice.get_state_display()

    @column(_("due"), ordering="due_at")
    def due(self, notice: Notice) -> str:
        return _shown(notice.due_at, notice)

    @column(_("of no use after"))
    def expires(self, notice: Notice) -> str:
        return _shown(notice.expires_at, notice)

    @column(_("finished"))
    def finished(self, notice: Notice) -> str:
        return _shown(notice.finished_at, notice)

    @column(_("acknowledged"), ordering="acknowledged_at")
    def acknowledged(self, notice: Notice) -> str:
        return _shown(notice.acknowledged_at, notice)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Every attempt to reach somebody, the failed ones with a reason."""

    event_path = "notice__event"
    list_display = (
        "notice",
        "channel",
        "address",
        "state_shown",
        "attempts",
        "next_attempt",
        "sent",
        "error",
    )
    list_select_related = ("notice__recipient", "notice__event")
    list_filter = (("state", ChoicesDropdownFilter), ("notice__event", UsedDropdownFilter))
    search_fields = (
        "notice__kind",
        "notice__recipient__name",
        "channel",
        "address",
        "state",
        "attempts",
        "next_attempt_at",
        "sent_at",
        "error",
    )
    fields = ("notice", "channel", "address", "state", "attempts", "next_attempt", "sent", "error")
    readonly_fields = fields

    def clock_of_rows(self, request: HttpRequest) -> Clock:
        """The event's; of what is about no event, the recipient's."""
        told = super().clock_of_rows(request)
        return Clock(Coalesce(F("notice__event__time_zone"), F("notice__recipient__time_zone")), told.zones)

    @column(_("state"), ordering="state", label=_COLOURS)
    def state_shown(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()

    @column(_("next attempt"), ordering="next_attempt_at")
    def next_attempt(self, delivery: Delivery) -> str:
        waits = delivery.state == Delivery.State.WAITING
        return _shown(delivery.next_attempt_at, delivery.notice) if waits else ""

    @column(_("sent"), ordering="sent_at")
    def sent(self, delivery: Delivery) -> str:
        return _shown(delivery.sent_at, delivery.notice)
