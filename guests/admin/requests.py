"""What guests need, at the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.admin.base import (
    EventAdmin,
    EventForm,
    EventReadOnlyAdmin,
    EventTabularInline,
    moment_column,
    shown,
)
from guests.admin.filters import DueFilter
from guests.admin.words import guest_of
from guests.models import Request, RequestComment
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter, UsedDropdownFilter
from liaison.searching import Said

_OVER = {Request.State.DONE, Request.State.DECLINED}


class RequestForm(EventForm):
    """A request that is over carries when; one taken up again does not."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("state") in _OVER:
            self.instance.closed_at = self.instance.closed_at or timezone.now()
        else:
            self.instance.closed_at = None
        if cleaned.get("category") == Request.Category.OTHER and not cleaned.get("text"):
            self.add_error("text", _("Say what is needed."))
        return cleaned


class CommentInline(EventTabularInline):
    """Words on the request; what somebody wrote stays as it was."""

    model = RequestComment
    fields = ("text", "author", "written")
    readonly_fields = ("author", "written")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RequestComment]:
        rows: QuerySet[RequestComment] = super().get_queryset(request)
        return rows.select_related("author", "request__visit__event")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @column(_("written"))
    def written(self, comment: RequestComment) -> str:
        return shown(comment.written_at, comment.request.visit.event) if comment.pk else ""


@admin.register(Request)
class RequestAdmin(EventAdmin):
    """Everything asked for, the overdue marked."""

    event_path = "visit__event"
    form = RequestForm
    list_display = ("what", "visit", "category", "owner", "state_shown", "raised", "due")
    list_select_related = ("visit__guest", "visit__event", "owner__user")
    list_filter = (
        DueFilter,
        ("state", ChoicesDropdownFilter),
        ("category", ChoicesDropdownFilter),
        ("owner", UsedDropdownFilter),
    )
    search_fields = (
        "text",
        "category",
        "state",
        *guest_of("visit"),
        "owner__user__name",
        "raised_by__name",
        "raised_at",
        "due_at",
    )
    autocomplete_fields = ("visit", "owner")
    said = (Said(_("overdue"), Q(closed_at=None, due_at__lt=Now())),)
    inlines = (CommentInline,)
    readonly_fields = ("raised_by", moment_column(Request, "raised_at"), moment_column(Request, "closed_at"))
    fieldsets = (
        (None, {"fields": ("visit", "category", "text")}),
        (_("Who and by when"), {"fields": (("owner", "state"), "due_at")}),
        (_("So far"), {"fields": (readonly_fields,)}),
    )

    def save_model(self, request: HttpRequest, obj: Request, form: Any, change: bool) -> None:
        if not change:
            obj.raised_by, obj.raised_at = request.user, timezone.now()  # type: ignore[assignment]  # signed in
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for comment in formset.save(commit=False):
            comment.author, comment.written_at = request.user, timezone.now()
            comment.save()

    @column(_("what is needed"), ordering="text")
    def what(self, request: Request) -> str:
        return str(request)

    @column(_("raised"), ordering="raised_at")
    def raised(self, request: Request) -> str:
        return shown(request.raised_at, request.visit.event)

    @column(_("due"), ordering="due_at")
    def due(self, request: Request) -> str:
        return shown(request.due_at, request.visit.event)

    @column(
        _("state"),
        ordering="state",
        label={
            "open": "info",
            "accepted": "warning",
            "done": "success",
            "declined": "default",
            "overdue": "danger",
        },
    )
    def state_shown(self, request: Request) -> tuple[str, str]:
        if request.is_open and request.due_at and request.due_at < timezone.now():
            return "overdue", str(_("overdue"))
        return request.state, request.get_state_display()


@admin.register(RequestComment)
class RequestCommentAdmin(EventReadOnlyAdmin):
    """Words on requests, over all guests."""

    event_path = "request__visit__event"
    list_display = ("text", "request", "author", moment_column(RequestComment, "written_at"))
    list_select_related = ("request__visit__event", "author")
    search_fields = (
        "text",
        "request__text",
        "request__category",
        "author__name",
        "written_at",
    )
    fields = readonly_fields = ("request", "text", "author", moment_column(RequestComment, "written_at"))
