"""What the app sent, to whom, and what became of it, at the desk."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from liaison.admin import ReadOnlyAdmin, ScopedTabularInline, column
from liaison.clock import moment_text
from liaison.filters import ChoicesDropdownFilter, QuestionFilter, UsedDropdownFilter
from liaison.notices.models import Delivery, Notice
from liaison.notices.resending import send_again
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
    fields = readonly_fields = ("channel", "address", "state", "attempts", "why", "sent")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @column(_("not sent because"))
    def why(self, delivery: Delivery) -> str:
        return delivery.reason

    @column(_("sent"))
    def sent(self, delivery: Delivery) -> str:
        return _shown(delivery.sent_at, delivery.notice)


class TroubleFilter(QuestionFilter):
    """What did not get through, as long as somebody should see to it."""

    title = _("got through")
    parameter_name = "trouble"
    answers = {"failed": _("Could not be sent"), "missed": _("Too late to help, since yesterday")}

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> Any:
        at = timezone.now()
        return rows.failed_lately(at) if answer == "failed" else rows.missed_lately(at)


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
    list_display = ("recipient", "kind", "due", "state_shown", "why", "again", "acknowledged", "event")
    list_select_related = ("recipient", "event")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        TroubleFilter,
        AcknowledgementFilter,
        ("event", UsedDropdownFilter),
    )
    actions = ("send_chosen_again",)
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
    change_form_outer_after_template = "admin/notices/notice/send_again.html"
    list_after_template = "admin/notices/notice/row_buttons.html"

    def get_urls(self) -> list[URLPattern]:
        again = path(
            "<int:pk>/send-again/",
            self.admin_site.admin_view(self.send_again_view),
            name="notices_notice_send_again",
        )
        return [again, *super().get_urls()]

    def for_page(self, rows: QuerySet[Notice], request: HttpRequest) -> None:
        """Why the failed ones of the page failed."""
        failed = Delivery.objects.filter(notice__in=[row.pk for row in rows], state=Delivery.State.FAILED)
        reasons = {delivery.notice_id: delivery.reason for delivery in failed.order_by("pk")}
        for notice in rows:
            notice.reason = reasons.get(notice.pk, "")  # type: ignore[attr-defined]  # for this page

    @admin.action(description=_("Send again what failed"), permissions=["view"])
    def send_chosen_again(self, request: HttpRequest, chosen: Any) -> None:
        """What failed among the chosen goes out with the next tick; what is of no use any more stays as it is."""
        self._send_again(request, chosen)

    @method_decorator(require_POST)
    def send_again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same for one row; a second tap finds nothing that failed."""
        notice = get_object_or_404(self.get_queryset(request), pk=pk)
        self._send_again(request, Notice.objects.filter(pk=notice.pk))
        return HttpResponseRedirect(reverse("admin:notices_notice_change", args=[pk]))

    def _send_again(self, request: HttpRequest, rows: Any) -> None:
        number = send_again(notices=rows.run_by(request.user), at=timezone.now())
        if number:
            said = ngettext("%(number)s notice is sent again.", "%(number)s notices are sent again.", number)
            messages.success(request, said % {"number": number})
        else:
            messages.warning(request, gettext("Nothing there has failed and is still of use."))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """With the button, where there is something to send again."""
        rows: Any = self.get_queryset(request)
        can = rows.run_by(request.user).sendable_again(timezone.now())
        asked = {
            "can_send_again": bool(object_id and object_id.isdecimal()) and can.filter(pk=object_id).exists()
        }
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | asked)

    def clock_of_rows(self, request: HttpRequest) -> Clock:
        """The event's; of what is about no event, the recipient's."""
        told = super().clock_of_rows(request)
        return Clock(Coalesce(F("event__time_zone"), F("recipient__time_zone")), told.zones)

    @column(_("state"), ordering="state", label=_COLOURS)
    def state_shown(self, notice: Notice) -> tuple[str, str]:
        return notice.state, notice.get_state_display()

    @column(_("not sent because"))
    def why(self, notice: Any) -> str:
        return str(notice.reason)

    @column(_("once more"))
    def again(self, notice: Notice) -> str:
        """A button of a form beside the list's: Enter on a tick presses the first button of the list's own."""
        if notice.state != Notice.State.FAILED or not notice.is_of_use(timezone.now()):
            return ""
        address = reverse("admin:notices_notice_send_again", args=[notice.pk])
        return format_html(
            '<button class="desk-button desk-button-quiet" form="row-buttons" formaction="{}" aria-label="{}: {}">{}</button>',
            address,
            gettext("Send again"),
            notice,
            gettext("Send again"),
        )

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
