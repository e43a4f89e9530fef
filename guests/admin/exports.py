"""Lists to take away, at the desk: what there is for an event, the file itself, and who has taken what."""

from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from events.admin.base import EventReadOnlyAdmin, moment_column
from events.admin.searched import SearchedFilter
from events.models import Event
from guests.exporting.asked import Asked
from guests.exporting.giving import CONTENT_TYPES, file_name, give
from guests.models import Export
from liaison.admin import column
from liaison.encryption import UndecipherableError
from liaison.filters import ChoicesDropdownFilter
from liaison.moments import DayInput
from liaison.sheets.writing import Format

_IN_MEMORY = 2 * 1024 * 1024  # bytes; a larger file waits on disk
_HOLDS = {
    Export.Kind.GUESTS: _(
        "Every guest with titles, delegation, arrival, departure and officer. It can be changed and imported again."
    ),
    Export.Kind.ASSIGNMENTS: _(
        "Who looks after whom, in which role, from when to when, with the officer’s phone."
    ),
    Export.Kind.ARRIVALS: _(
        "Every arrival and departure by time, with flight, car, driver, officer and hotel."
    ),
    Export.Kind.MANIFEST: _("Every ride by time: leave by, from, to, plate, driver and who sits in the car."),
    Export.Kind.CONTACTS: _("The team and the drivers as contacts (vCard) for a phone’s address book."),
    Export.Kind.READINGS: _("Who read which guest’s private data, and when. What was read is not in it."),
    Export.Kind.TAKEN: _("Who took which list of this event away, when, with how many rows."),
    Export.Kind.ERASURES: _(
        "What was erased, when, for whom or why, and how many rows of each kind; never what they said."
    ),
}
_DATED = {Export.Kind.ARRIVALS, Export.Kind.MANIFEST}
_DAY = " ".join((*INPUT_CLASSES, "desk-day"))
_ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "UTC")


class ListForm(forms.Form):
    """How a list is wished: only what can be chosen of that list."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[(Format.XLSX.value, "Excel (.xlsx)"), (Format.CSV.value, "CSV")],
        widget=UnfoldAdminSelectWidget(),
    )
    zone = forms.ChoiceField(label=_("Times in"), required=False, widget=UnfoldAdminSelectWidget())
    first_day = forms.DateField(label=_("From day"), required=False, widget=DayInput({"class": _DAY}))
    last_day = forms.DateField(label=_("To day"), required=False, widget=DayInput({"class": _DAY}))
    with_private = forms.BooleanField(
        label=_("With private data"),
        required=False,
        help_text=_(
            "Room, personal phones, health, passport, security. That you read them is written down for each guest."
        ),
    )

    def __init__(self, *args: Any, kind: str, event: Event, own_zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": f"{kind}_%s"})
        zones = dict.fromkeys((event.time_zone, own_zone, *_ZONES))
        self.fields["zone"].choices = [(name, name) for name in zones]  # type: ignore[attr-defined]
        unfit = {"first_day", "last_day"} if kind not in _DATED else set()
        unfit |= {"with_private"} if kind != Export.Kind.GUESTS else {"zone"}
        unfit |= {"format", "zone"} if kind == Export.Kind.CONTACTS else set()
        for name in unfit:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if last and not first:
            self.add_error("first_day", _("Give the first day as well."))
        if first and last and last < first:
            self.add_error("last_day", _("The last day must not come before the first."))
        return cleaned


@dataclass(frozen=True)
class Offer:
    """A list on the page, with the form that fetches it."""

    kind: str
    label: Any
    holds: Any
    form: ListForm


@admin.register(Export)
class ExportAdmin(EventReadOnlyAdmin):
    """Who has taken which list."""

    list_before_template = "admin/guests/export/above.html"
    list_display = (
        moment_column(Export, "taken_at"),
        "kind",
        "event",
        "taken",
        "rows",
        "format",
        "with_private",
    )
    search_fields = (
        "event__name",
        "kind",
        "format",
        "rows",
        "taken_by__name",
        "taken_at",
    )
    list_select_related = ("event", "taken_by")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("taken_by", SearchedFilter),
        "with_private",
    )
    fields = readonly_fields = (
        moment_column(Export, "taken_at"), "kind", "event", "taken", "rows", "format", "with_private",
    )  # fmt: skip

    @column(_("taken by"), ordering="taken_by__name")
    def taken(self, export: Export) -> str:
        return str(export.taken_by or _("command line"))

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        own = [
            path("lists/", guarded(self.events_view), name="guests_export_events"),
            path("lists/<slug:slug>/", guarded(self.lists_view), name="guests_export_lists"),
        ]
        return own + list(super().get_urls())

    @method_decorator(require_safe)
    def events_view(self, request: HttpRequest) -> HttpResponse:
        """The events whose lists the person may take; straight on where it is one."""
        events = list(_events(request))
        if len(events) == 1:
            return HttpResponseRedirect(reverse("admin:guests_export_lists", args=[events[0].slug]))
        context = self._context(request) | {"events": events}
        return TemplateResponse(request, "admin/guests/export/events.html", context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    @method_decorator(cache_control(no_store=True, private=True))
    def lists_view(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        """What can be taken of the event, and by POST the list that was chosen."""
        event = get_object_or_404(_events(request), slug=slug)
        chosen = request.POST.get("kind", "")
        forms_by_kind = {
            kind: _form(request, event, kind, request.POST if kind == chosen else None)
            for kind in Export.Kind.values
        }
        form = forms_by_kind.get(chosen)
        if form and form.is_valid():
            try:
                return _file(_asked(request, event, form), chosen, form.cleaned_data.get("format", ""))
            except UndecipherableError:
                said = _("What is on file cannot be read with the keys of this installation.")
                form.add_error(None, said)
        offers = [Offer(kind, Export.Kind(kind).label, _HOLDS[Export.Kind(kind)], forms_by_kind[kind]) for kind in Export.Kind.values]  # fmt: skip
        context = self._context(request) | {"event": event, "subtitle": event.name, "offers": offers}
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/guests/export/lists.html", context, status=status)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {"title": _("Lists to take away"), "opts": self.opts}


def _events(request: HttpRequest) -> QuerySet[Event]:
    return Event.objects.coordinated_by(request.user)  # type: ignore[arg-type]  # signed in


def _form(request: HttpRequest, event: Event, kind: str, data: Any) -> ListForm:
    own_zone = request.user.time_zone  # type: ignore[union-attr]  # signed in
    return ListForm(data, kind=kind, event=event, own_zone=own_zone)


def _asked(request: HttpRequest, event: Event, form: ListForm) -> Asked:
    wished = form.cleaned_data
    return Asked(
        event=event,
        by=request.user,  # type: ignore[arg-type]  # signed in
        at=timezone.now(),
        zone_name=wished.get("zone", ""),
        with_private=wished.get("with_private", False),
        first_day=wished.get("first_day"),
        last_day=wished.get("last_day"),
    )


def _file(asked: Asked, kind: str, how: str) -> FileResponse:
    out: Any = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the response closes it when it is sent)
    try:
        export = give(asked=asked, kind=kind, how=how, out=out)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return FileResponse(
        out, as_attachment=True, filename=file_name(export), content_type=CONTENT_TYPES[export.format]
    )
