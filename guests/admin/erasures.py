"""Erasing at the desk: what goes when, what has gone, and one person who asks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import UnfoldAdminTextInputWidget

from events.admin.base import shown
from events.admin.chosen import zones_at_desk
from events.models import Event
from guests.admin.words import guest_at
from guests.erasing.due import Due, would_go_of
from guests.erasing.person import STAGES, erase_guest, would_go_of_guest
from guests.erasing.reach import last_day
from guests.models import Erasure, Guest, Visit
from guests.models.erasure import named_counts
from liaison.admin import ReadOnlyAdmin, column
from liaison.filters import ChoicesDropdownFilter
from liaison.searching import Clock, Said
from liaison.wall import openly


@dataclass(frozen=True)
class Plan:
    """One stage of an event: how long it keeps, and what would go if that were today."""

    label: str
    last_day: date
    is_over: bool
    counts: list[tuple[str, int]]


class EraseGuestForm(forms.Form):
    """That it is meant: the name written once more, and why."""

    name = forms.CharField(
        label=gettext_lazy("The guest’s name, to confirm"),
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget(), help_text=gettext_lazy("Kept with the report. Name nobody here."))  # fmt: skip

    def __init__(self, *args: Any, guest: Guest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guest = guest

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name.split() != self.guest.name.split():
            raise forms.ValidationError(_("This is not the name. Write it as it stands above."))
        return name


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """What was erased, when, by whom and why; and what goes next."""

    list_before_template = "admin/guests/erasure/above.html"
    list_display = ("begun", "stage", "event", "guest", "asked", "reason", "done")
    list_select_related = ("event", "guest", "asked_by")
    list_filter = (("stage", ChoicesDropdownFilter),)
    search_fields = (
        "stage",
        "event__name",
        *guest_at("guest"),
        "asked_by__name",
        "reason",
        "started_at",
        "finished_at",
    )
    said = (
        Said(gettext_lazy("the app"), Q(asked_by=None)),
        Said(gettext_lazy("not yet"), Q(finished_at=None)),
    )
    fields = readonly_fields = ("begun", "stage", "event", "guest", "asked", "reason", "done", "how_many")

    def clock_of_rows(self, request: HttpRequest) -> Clock:
        """The zone of the row's event, as the columns show; UTC where there is none."""
        return Clock(Coalesce(F("event__time_zone"), Value("UTC")), zones_at_desk(request))

    @column(gettext_lazy("begun"), ordering="started_at")
    def begun(self, erasure: Erasure) -> SafeString:
        return shown(erasure.started_at, erasure.event)

    @column(gettext_lazy("finished"), ordering="finished_at")
    def done(self, erasure: Erasure) -> SafeString | str:
        return shown(erasure.finished_at, erasure.event) or _("not yet")

    @column(gettext_lazy("asked for by"), ordering="asked_by__name")
    def asked(self, erasure: Erasure) -> str:
        return str(erasure.asked_by or _("the app"))

    @column(gettext_lazy("how many"))
    def how_many(self, erasure: Erasure) -> SafeString:
        return format_html_join("", "<div>{}: {}</div>", erasure.lines)

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        own = [
            path("plans/", guarded(self.events_view), name="guests_erasure_events"),
            path("plans/<slug:slug>/", guarded(self.plan_view), name="guests_erasure_plan"),
            path("guest/<int:pk>/", guarded(self.guest_view), name="guests_erasure_guest"),
        ]
        return own + list(super().get_urls())

    @method_decorator(require_safe)
    def events_view(self, request: HttpRequest) -> HttpResponse:
        """The events of which the person may see the plan; straight on where it is one."""
        events = list(Event.objects.coordinated_by(request.user))  # type: ignore[arg-type]  # signed in
        if len(events) == 1:
            return HttpResponseRedirect(reverse("admin:guests_erasure_plan", args=[events[0].slug]))
        context = self._context(request) | {"events": events}
        return TemplateResponse(request, "admin/guests/erasure/events.html", context)

    @method_decorator(require_safe)
    def plan_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """What goes on which day, counted as if it were today."""
        event = get_object_or_404(Event.objects.coordinated_by(request.user), slug=slug)  # type: ignore[arg-type]  # signed in
        context = self._context(request) | {"event": event, "subtitle": event.name, "plans": _plans(event)}
        return TemplateResponse(request, "admin/guests/erasure/plan.html", context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def guest_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What would go of one person at one's own events; by POST, with the name typed, it goes."""
        own = Visit.objects.coordinated_by(request.user).filter(guest=pk)  # type: ignore[arg-type]  # signed in
        guest = get_object_or_404(Guest.objects.filter(pk__in=own.values("guest")), pk=pk)
        events = sorted(set(own.values_list("event", flat=True)))
        form = EraseGuestForm(request.POST if request.method == "POST" else None, guest=guest)
        with openly():  # whether they were elsewhere, too, decides what may go; where is not said
            is_elsewhere = Visit.objects.filter(guest=guest).exclude(event__in=events).exists()
        if form.is_valid():
            for event in events if is_elsewhere else [None]:
                erasure = erase_guest(
                    guest=guest, by=request.user, reason=form.cleaned_data["reason"], at=timezone.now(), event=event  # type: ignore[arg-type]  # signed in
                )  # fmt: skip
            messages.success(request, _("It is erased. What went, and how much, stands here."))
            return HttpResponseRedirect(reverse("admin:guests_erasure_change", args=[erasure.pk]))
        context = self._context(request) | {
            "title": _("Erase a person"), "guest": guest, "form": form, "events": Event.objects.filter(pk__in=events),
            "is_elsewhere": is_elsewhere,
            "counts": list(named_counts(would_go_of_guest(guest, events))),
        }  # fmt: skip
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/guests/erasure/guest.html", context, status=status)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {"title": _("What is erased when"), "opts": self.opts}


def _plans(event: Event) -> list[Plan]:
    at = timezone.now()
    plans = []
    for stage in STAGES:
        day = last_day(event, stage)
        counts = list(named_counts(would_go_of(Due(event.pk, stage), at=at)))
        plans.append(Plan(str(stage.label), day, day < at.date(), counts))
    return plans
