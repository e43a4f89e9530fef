"""Paper at the desk: which versions were printed, handouts for many guests at once, and how far those are."""

from collections import defaultdict
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget

from events.admin.base import EventReadOnlyAdmin, moment_column
from guests.admin.filters import OutdatedFilter
from guests.admin.words import guest_of
from guests.look import Look, Pictures, Sheet
from guests.models import Print, PrintRun, Visit
from guests.naming import language_name
from guests.outdated import outdated
from guests.print_runs import RunRefusedError, request_print_run
from guests.tasks import render_prints
from guests.wording import LANGUAGES
from liaison.admin import column, flag
from liaison.filters import ChoicesDropdownFilter, UsedDropdownFilter
from liaison.queue import nudge


class PrintForm(forms.Form):
    """How the papers are to look."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"), required=False, widget=UnfoldAdminSelectWidget()
    )
    sheet = forms.ChoiceField(
        label=gettext_lazy("Sheet"),
        choices=Sheet.choices,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy(
            "Print a booklet on both sides, turned over the long edge; cut it across the middle, fold each half, and put "
            "the upper half around the lower one."
        ),
    )
    pictures = forms.ChoiceField(
        label=gettext_lazy("Where a picture is broken"),
        choices=Pictures.choices,
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        own = [(code, get_language_info(code)["name_local"]) for code in LANGUAGES]
        cast("forms.ChoiceField", self.fields["language"]).choices = [("", _("each guest's own")), *own]

    def look(self) -> Look:
        return Look(self.cleaned_data["sheet"], self.cleaned_data["pictures"])


@admin.action(description=gettext_lazy("Print the handouts…"))
def print_handouts(table: Any, request: HttpRequest, chosen: QuerySet[Visit]) -> HttpResponse | None:
    """Ask how the handouts of the chosen guests are to look, have them printed, and lead to where they will be."""
    visits = list(chosen.select_related("event"))
    form = PrintForm(request.POST if {"print", "preview"} & {*request.POST} else None)
    if not (form.is_bound and form.is_valid()):
        return _asking(table, request, form, "print_handouts", len(visits))
    language, look = form.cleaned_data["language"], form.look()
    if "preview" in request.POST and visits:
        said = look.as_words() | ({"language": language} if language else {})
        return HttpResponseRedirect(f"{reverse('preview_handout', args=[visits[0].pk])}?{urlencode(said)}")
    by: Any = request.user  # the desk has turned everybody else away
    try:
        run = request_print_run(visits=visits, by=by, at=timezone.now(), language=language, look=look)
    except RunRefusedError as refused:
        table.message_user(request, str(refused), messages.ERROR)
        return None
    nudge(render_prints)
    said_of = ngettext(
        "%(number)d handout is being printed.", "%(number)d handouts are being printed.", run.total
    )
    table.message_user(
        request, f"{said_of % {'number': run.total}} {_('Reload this page to see how far it is.')}", messages.SUCCESS
    )  # fmt: skip
    return HttpResponseRedirect(reverse("admin:guests_printrun_change", args=[run.pk]))


def _asking(table: Any, request: HttpRequest, form: PrintForm, action: str, number: int) -> HttpResponse:
    said = ngettext("%(number)d guest", "%(number)d guests", number)
    page = table.admin_site.each_context(request) | {
        "title": _("Print the handouts"), "subtitle": said % {"number": number}, "opts": table.opts, "form": form,
        "action": action, "back": request.get_full_path(), "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "chosen_name": ACTION_CHECKBOX_NAME, "select_across": request.POST.get("select_across", "0"),
    }  # fmt: skip
    return TemplateResponse(request, "admin/guests/printrun/ask.html", page)


@admin.action(description=gettext_lazy("Print again"), permissions=["view"])
def print_again(table: Any, request: HttpRequest, chosen: QuerySet[Print]) -> HttpResponse | None:
    """Ask for the chosen papers as they would be now, each in its language, and lead to where they will be."""
    by_language: defaultdict[tuple[int, str], dict[int, Visit]] = defaultdict(dict)
    for version in chosen.filter(kind=Print.Kind.HANDOUT).select_related("visit__event"):
        by_language[(version.visit.event_id, version.language)][version.visit_id] = version.visit
    at, by = timezone.now(), request.user
    try:
        with transaction.atomic():
            runs = [
                request_print_run(visits=list(visits.values()), language=language, by=by, at=at)  # type: ignore[arg-type]  # signed in
                for (_event, language), visits in by_language.items()
            ]
    except RunRefusedError as refused:
        table.message_user(request, str(refused), messages.ERROR)
        return None
    nudge(render_prints)
    number = sum(run.total for run in runs)
    said = ngettext("%(number)d handout is being printed.", "%(number)d handouts are being printed.", number)
    table.message_user(request, said % {"number": number}, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:guests_printrun_changelist"))


@admin.action(description=gettext_lazy("Revoke the codes on the chosen prints"), permissions=["view"])
def revoke_codes(table: Any, request: HttpRequest, chosen: QuerySet[Print]) -> None:
    """The codes on these papers open nothing any more; printed again, each gets a new one."""
    versions = list(chosen.filter(revoked_at=None))
    for version in versions:
        version.revoke(at=timezone.now())
    said = ngettext("%(number)d code revoked.", "%(number)d codes revoked.", len(versions))
    table.message_user(request, said % {"number": len(versions)}, messages.SUCCESS)


@admin.register(Print)
class PrintAdmin(EventReadOnlyAdmin):
    """Every version of every paper."""

    event_path = "visit__event"
    list_display = (
        "visit",
        "kind",
        "day",
        "holder",
        "version",
        "language_shown",
        moment_column(Print, "printed_at"),
        "printed_by",
        "holds",
        "open",
    )
    list_select_related = ("visit__guest", "visit__event", "holder", "printed_by")
    list_filter = (OutdatedFilter, ("kind", ChoicesDropdownFilter), ("printed_by", UsedDropdownFilter))
    actions = (print_again, revoke_codes)
    search_fields = (
        *guest_of("visit"),
        "kind",
        "day",
        "holder__name",
        "version",
        "language",
        "printed_by__name",
        "printed_at",
    )
    fields = readonly_fields = (
        "visit",
        "kind",
        "day",
        "holder",
        "version",
        "language_shown",
        moment_column(Print, "printed_at"),
        "printed_by",
        moment_column(Print, "revoked_at"),
        "open",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Print]:
        """Without what was printed, which a list of a hundred would read in vain."""
        rows: QuerySet[Print] = super().get_queryset(request)
        return rows.defer("data")

    def for_page(self, rows: QuerySet[Print], request: HttpRequest) -> None:
        """Which of the page's handouts no longer hold."""
        shown = Print.objects.filter(visit__in={version.visit_id for version in rows})
        gone = set(outdated(shown, at=timezone.now()))
        for version in rows:
            version.is_outdated = version.pk in gone  # type: ignore[attr-defined]  # for this page

    @column(gettext_lazy("what it says"))
    def holds(self, version: Any) -> str:
        return flag(gettext_lazy("out of date"), "amber") if version.is_outdated else ""

    @column(gettext_lazy("language"), ordering="language")
    def language_shown(self, version: Print) -> str:
        return language_name(version.language)

    @column(gettext_lazy("file"))
    def open(self, version: Print) -> str:
        return _link(
            reverse(version.kind, args=[version.pk]), _("Open")
        )  # each kind's page is called as the kind


@admin.register(PrintRun)
class PrintRunAdmin(EventReadOnlyAdmin):
    """Papers for many guests: how far they are, and the file."""

    list_display = (
        "__str__",
        "event",
        "state_shown",
        "progress",
        "file_shown",
        moment_column(PrintRun, "requested_at"),
        "requested_by",
    )
    search_fields = (
        "event__name",
        "kind",
        "total",
        "state",
        "requested_by__name",
        "requested_at",
    )
    list_select_related = ("event", "requested_by")
    list_filter = (("state", ChoicesDropdownFilter),)
    fields = readonly_fields = (
        "event",
        "kind",
        "language_shown",
        "sheet",
        "pictures",
        "state",
        "progress",
        "file_shown",
        "error",
        moment_column(PrintRun, "requested_at"),
        "requested_by",
        moment_column(PrintRun, "finished_at"),
    )

    @column(gettext_lazy("language"), ordering="language")
    def language_shown(self, run: PrintRun) -> str:
        return language_name(run.language) if run.language else _("each guest's own")

    @column(
        gettext_lazy("state"),
        ordering="state",
        label={"waiting": "warning", "running": "info", "done": "success", "failed": "danger"},
    )
    def state_shown(self, run: PrintRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @column(gettext_lazy("progress"))
    def progress(self, run: PrintRun) -> str:
        return _("%(rendered)d of %(total)d") % {"rendered": run.done, "total": run.total}

    @column(gettext_lazy("file"))
    def file_shown(self, run: PrintRun) -> str:
        if run.state != PrintRun.State.DONE:
            return ""
        return _link(reverse("print_run_file", args=[run.pk]), _("Download"))


def _link(address: str, label: str) -> str:
    return format_html('<a class="font-semibold text-primary-700 underline" href="{}">{}</a>', address, label)
