"""What guests need, at the desk."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from events.admin.base import (
    EventAdmin,
    EventForm,
    EventReadOnlyAdmin,
    EventTabularInline,
    moment_column,
    shown,
)
from events.admin.event import EventTableAdmin
from events.admin.searched import SearchedFilter
from guests.admin.filters import WaitingFilter
from guests.admin.words import guest_of
from guests.hours import length
from guests.models import Request, RequestComment, RequestDeadline
from guests.requests import (
    RequestError,
    accept_request,
    close_request,
    comment_on_request,
    decline_request,
    give_request,
    log_request,
    reopen_request,
    set_deadline,
)
from liaison.admin import column, flag
from liaison.filters import ChoicesDropdownFilter
from liaison.searching import Said

_STEPS = {
    Request.State.OPEN: [Request.State.ACCEPTED, Request.State.DONE, Request.State.DECLINED],
    Request.State.ACCEPTED: [Request.State.DONE, Request.State.DECLINED],
    Request.State.DONE: [Request.State.OPEN],
    Request.State.DECLINED: [Request.State.OPEN],
}


class RequestForm(EventForm):
    """A request that says what is needed, and why where it is declined. What happens to it is a step, as on the phone."""

    step = forms.ChoiceField(label=_("State"), required=False)
    reason = forms.CharField(label=_("Why it is declined"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state = Request.State(self.instance.state)
        self.fields["step"].widget = UnfoldAdminSelectWidget()
        self.fields["reason"].widget = UnfoldAdminTextInputWidget()
        steps = [state, *_STEPS[state]] if self.instance.pk else [state]
        self.fields["step"].choices = [(each.value, each.label) for each in steps]  # type: ignore[attr-defined]
        self.initial.update(step=state.value, reason=self.instance.decline_reason)
        if not self.instance.pk and "due_at" in self.fields:
            self.fields["due_at"].help_text = _("Left empty: as soon as is usual for the category.")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("category") == Request.Category.OTHER and not cleaned.get("text"):
            self.add_error("text", _("Say what is needed."))
        if cleaned.get("step") == Request.State.DECLINED and not cleaned.get("reason"):
            self.add_error("reason", _("Say why it is declined."))
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
    """Everything asked for, the overdue and those without an owner marked."""

    event_path = "visit__event"
    form = RequestForm
    list_display = ("what", "visit", "category", "owner_shown", "state_shown", "age", "due")
    list_select_related = ("visit__guest", "visit__event", "owner__user")
    ordering = (F("closed_at").desc(nulls_first=True), F("due_at").asc(nulls_last=True), "raised_at", "pk")
    list_filter = (
        WaitingFilter,
        ("state", ChoicesDropdownFilter),
        ("category", ChoicesDropdownFilter),
        ("owner", SearchedFilter),
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
    said = (
        Said(_("overdue"), Q(closed_at=None, due_at__lt=Now())),
        Said(_("without an owner"), Q(closed_at=None, owner_is_there=False), needs="owner_is_there"),
    )
    inlines = (CommentInline,)
    readonly_fields = (
        "raised_by", moment_column(Request, "raised_at"), "accepted_by", moment_column(Request, "accepted_at"),
        "closed_by", moment_column(Request, "closed_at"),
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("visit", "category", "text")}),
        (_("Who and by when"), {"fields": (("owner", "due_at"), ("step", "reason"))}),
        (_("So far"), {"fields": (readonly_fields[:2], readonly_fields[2:4], readonly_fields[4:])}),
    )

    def for_list(self, rows: QuerySet[Request], request: HttpRequest) -> QuerySet[Request]:
        return rows.with_owner_there(timezone.now())  # type: ignore[attr-defined,no-any-return]

    def save_model(self, request: HttpRequest, obj: Request, form: Any, change: bool) -> None:
        """What the desk does to a request stands in the logbook and is told, as what the phone does."""
        if change:
            obj.save(update_fields=["category", "text"])
            _take_steps(request, obj, form)
        else:
            _log(request, obj)
        obj.refresh_from_db()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for comment in formset.save(commit=False):
            comment_on_request(
                request=form.instance, text=comment.text, by=request.user, at=timezone.now(), client_uuid=uuid4()  # type: ignore[arg-type]  # signed in
            )  # fmt: skip

    @column(_("what is needed"), ordering="text")
    def what(self, request: Request) -> str:
        return Truncator(str(request)).chars(80)

    @column(_("who sees to it"), ordering="owner__user__name")
    def owner_shown(self, request: Any) -> str:
        """One who has left the guest is named, and marked: nobody sees to it."""
        if request.is_open and not request.owner_is_there:
            return format_html("{} {}", request.owner or "", flag(_("without an owner"), "amber"))
        return str(request.owner or "")

    @column(_("asked"), ordering="raised_at")
    def age(self, request: Request) -> str:
        """How long it has waited, or waited until it was over."""
        waited = (request.closed_at or timezone.now()) - request.raised_at
        return length(waited) if request.closed_at else _("%(length)s ago") % {"length": length(waited)}

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
        if request.is_overdue(timezone.now()):
            return "overdue", str(_("overdue"))
        return request.state, request.get_state_display()


def _log(request: HttpRequest, obj: Request) -> None:
    at, category = timezone.now(), Request.Category(obj.category)
    usual = RequestDeadline.objects.minutes_of(obj.visit.event_id)[category]
    logged = log_request(
        visit=obj.visit, category=category, text=obj.text, owner=obj.owner, by=request.user, at=at,  # type: ignore[arg-type]  # signed in
        due_at=obj.due_at or at + timedelta(minutes=usual), client_uuid=obj.client_uuid,
    )  # fmt: skip
    obj.pk = logged.pk


def _take_steps(request: HttpRequest, obj: Request, form: Any) -> None:
    """The step first where the request waits again after it, else last: what is over is given to nobody."""
    said, step = form.cleaned_data, form.cleaned_data.get("step")
    steps = {
        Request.State.OPEN: reopen_request,
        Request.State.ACCEPTED: accept_request,
        Request.State.DONE: close_request,
        Request.State.DECLINED: partial(decline_request, reason=said.get("reason", "")),
    }
    todo: list[Any] = []
    if "owner" in form.changed_data and said["owner"]:
        todo.append(partial(give_request, owner=said["owner"]))
    if "due_at" in form.changed_data:
        todo.append(partial(set_deadline, due_at=said["due_at"]))
    if "step" in form.changed_data and step:
        todo.insert(0 if step in {Request.State.OPEN, Request.State.ACCEPTED} else len(todo), steps[step])
    for act in todo:
        try:
            act(request=obj, by=request.user, at=timezone.now(), client_uuid=uuid4())
        except RequestError as error:
            messages.error(request, str(error))
            return


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


class RequestDeadlineInline(EventTabularInline):
    """How soon each kind of request is due; what is not listed is due as soon as is usual."""

    model = RequestDeadline
    fields = ("category", "minutes")
    tab = True


# An event's page knows nothing of guests; what belongs to both joins it from this side.
EventTableAdmin.inlines = (*EventTableAdmin.inlines, RequestDeadlineInline)


@admin.register(RequestDeadline)
class RequestDeadlineAdmin(EventAdmin):
    """How soon requests are due, over all events."""

    list_display = ("event", "category", "minutes")
    list_display_links = ("category",)
    list_select_related = ("event",)
    search_fields = ("event__name", "category", "minutes")
