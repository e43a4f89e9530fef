"""Paper at the desk: which versions were printed and no longer hold, print runs, how far they are, and what failed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from events.admin.base import EventReadOnlyAdmin, moment_column
from events.admin.searched import SearchedFilter
from guests.admin.filters import OutdatedFilter
from guests.admin.printing import print_again, told_of
from guests.admin.words import guest_of
from guests.models import Print, PrintRun
from guests.outdated import outdated
from guests.press_room import Failure
from guests.print_runs import KEEP_FOR, RunRefusedError, retry
from guests.side_by_side import names_of
from guests.tasks import render_prints
from liaison.admin import column, flag
from liaison.filters import ChoicesDropdownFilter
from liaison.queue import nudge


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

    list_before_template = "admin/desk/papers.html"
    list_display = (
        "about",
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
    list_select_related = ("visit__guest", "event", "holder", "printed_by")
    list_filter = (OutdatedFilter, ("kind", ChoicesDropdownFilter), ("printed_by", SearchedFilter))
    actions = (print_again, revoke_codes)
    search_fields = (
        *guest_of("visit"),
        "event__name",
        "kind",
        "day",
        "holder__name",
        "version",
        "language",
        "printed_by__name",
        "printed_at",
    )
    fields = readonly_fields = (
        "about",
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
        """Which of the page's papers no longer hold."""
        about_guests = Q(visit__in={version.visit_id for version in rows if version.visit_id})
        about_events = Q(visit=None, event__in={version.event_id for version in rows if not version.visit_id})
        shown = Print.objects.filter(about_guests | about_events)
        gone = set(outdated(shown, at=timezone.now()))
        for version in rows:
            version.is_outdated = version.pk in gone  # type: ignore[attr-defined]  # for this page

    @column(gettext_lazy("about"), ordering="visit")
    def about(self, version: Print) -> str:
        """The guest; or the event, of a paper that is about all of it."""
        return str(version.visit or version.event)

    @column(gettext_lazy("what it says"))
    def holds(self, version: Any) -> str:
        return flag(gettext_lazy("out of date"), "amber") if version.is_outdated else ""

    @column(gettext_lazy("language"), ordering="language")
    def language_shown(self, version: Print) -> str:
        return names_of(version.language)

    @column(gettext_lazy("file"))
    def open(self, version: Print) -> str:
        return _link(
            reverse(version.kind, args=[version.pk]), _("Open")
        )  # each kind's page is called as the kind


@admin.register(PrintRun)
class PrintRunAdmin(EventReadOnlyAdmin):
    """Papers for many guests: how far they are, and the file."""

    list_before_template = "admin/desk/papers.html"
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
    change_form_outer_after_template = "admin/guests/printrun/after.html"
    list_filter = (("state", ChoicesDropdownFilter),)
    fields = readonly_fields = (
        "event",
        "kind",
        "sheet",
        "pictures",
        "output",
        "state",
        "progress",
        "file_shown",
        "error",
        moment_column(PrintRun, "requested_at"),
        "requested_by",
        moment_column(PrintRun, "finished_at"),
    )

    @column(
        gettext_lazy("state"),
        ordering="state",
        label={
            "waiting": "warning",
            "running": "info",
            "done": "success",
            "failed": "danger",
            "off": "warning",
        },
    )
    def state_shown(self, run: PrintRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrintRun]:
        """Without what was wished for, which no page shows."""
        rows: QuerySet[PrintRun] = super().get_queryset(request)
        return rows.defer("wishes")

    def get_urls(self) -> list[URLPattern]:
        pages = {"off": self.off_view, "retry": self.retry_view}
        view = self.admin_site.admin_view
        own = [
            path(f"<int:pk>/{name}/", view(page), name=f"guests_printrun_{name}")
            for name, page in pages.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        failures = [Failure(*failure) for failure in run.failures] if run else []
        more = {"failures": failures, "days_kept": KEEP_FOR.days}
        page: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | more)
        return page

    @method_decorator(require_POST)
    def off_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Call the run off; its worker stops at the next few papers."""
        run = get_object_or_404(self.get_queryset(request), pk=pk)
        if run.call_off(at=timezone.now()):
            messages.success(request, _("The print run was called off."))
        else:
            messages.info(request, _("It was over already."))
        return HttpResponseRedirect(reverse("admin:guests_printrun_change", args=[pk]))

    @method_decorator(require_POST)
    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Print what could not be printed, and nothing else, in a new run."""
        run = get_object_or_404(self.get_queryset(request).select_related("event"), pk=pk)
        try:
            again = retry(run=run, by=request.user, at=timezone.now())  # type: ignore[arg-type]  # signed in
        except RunRefusedError as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(reverse("admin:guests_printrun_change", args=[pk]))
        nudge(render_prints)
        return told_of(request, [again])

    @column(gettext_lazy("progress"))
    def progress(self, run: PrintRun) -> str:
        said = _("%(rendered)d of %(total)d") % {"rendered": run.done, "total": run.total}
        if not run.failures:
            return said
        failed = ngettext("%(number)d failed", "%(number)d failed", len(run.failures))
        return f"{said}, {failed % {'number': len(run.failures)}}"

    @column(gettext_lazy("file"))
    def file_shown(self, run: PrintRun) -> str:
        if run.state != PrintRun.State.DONE:
            return ""
        if not run.file:
            return _("removed after %(days)d days") % {"days": KEEP_FOR.days}
        return _link(reverse("print_run_file", args=[run.pk]), _("Download"))


def _link(address: str, label: str) -> str:
    return format_html(
        '<a class="font-semibold text-primary-700 underline dark:text-primary-400" href="{}">{}</a>',
        address,
        label,
    )
