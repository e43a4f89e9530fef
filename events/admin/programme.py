"""The programme from a file, at the desk: upload, choose the columns of a table, look at the outcome, confirm."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.admin.filing import StepsAdmin
from events.models import Event, ProgrammeFile
from events.programme.applying import NotAppliedError, apply_programme
from events.programme.diffing import diff_of
from events.programme.filing import listing_of, remembered_columns, take_in
from events.programme.forms import ColumnsForm, UploadForm
from events.programme.listed import Listing
from events.programme.stored import stored_at
from events.programme.table import PROGRAMME
from events.programme.wording import outcome_of, questions_of, summary_counts, summary_text
from liaison.accounts.models import User
from liaison.sheets.mapping import Column, Mapping
from liaison.sheets.outcome import known_answers
from liaison.sheets.reading import UnreadableFileError, read_sheets
from liaison.sheets.table import Sheet


@admin.register(ProgrammeFile)
class ProgrammeFileAdmin(StepsAdmin):
    """The programmes of the events one coordinates; schedules and calendars skip the step of the columns."""

    columns_form = ColumnsForm
    upload_form = UploadForm
    upload_title = _("Upload a programme")
    list_display = ("filename", "event", "kind", "state_label", "outcome", "uploaded_by", "uploaded")
    search_fields = (
        *StepsAdmin.search_fields,
        "kind",
    )
    list_filter = (*StepsAdmin.list_filter, "kind")

    def take_in(self, *, event: Event, data: bytes, filename: str, by: User) -> ProgrammeFile:
        return take_in(event=event, data=data, filename=filename, by=by, at=timezone.now())

    def sheets_of(self, filed: ProgrammeFile) -> tuple[Sheet, ...]:
        return read_sheets(filed.content())

    def remembered(self, event: Event, columns: Iterable[Column]) -> dict[int, str]:
        return remembered_columns(event, columns)

    def summary_text(self, summary: dict[str, Any]) -> str:
        return summary_text(summary)

    def has_columns(self, filed: ProgrammeFile) -> bool:
        return filed.kind == ProgrammeFile.Kind.TABLE and super().has_columns(filed)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        filed = self.found(request, pk)
        if filed.state != ProgrammeFile.State.MAPPED:
            return self.go_on(filed)
        refused = None
        try:
            listing = listing_of(filed)
            questions = questions_of(listing, filed.mapping.get("answers", {}).get("order", ""))
            if "answer" in request.POST:
                return self._answer(filed, known_answers(questions, request.POST.dict()))
            if request.method == "POST":
                refused = _apply(request, filed, listing)
                if refused is None:
                    return HttpResponseRedirect(self.address("done", filed))
            diff = diff_of(listing, stored_at(filed.event), filed.event.time_zone)
        except UnreadableFileError as error:
            return self.gone(request, error)
        outcome = outcome_of(diff, filed.event.time_zone, questions)
        context = {"filed": filed, "refused": refused, "outcome": outcome, "digest": diff.digest}
        return self.step(
            request, 3, "preview", filed.filename, has_columns=self.has_columns(filed), **context
        )

    def _answer(self, filed: ProgrammeFile, answers: dict[str, str]) -> HttpResponse:
        """Keep what the person said about the table, and show what it would do now."""
        mapping = Mapping.from_json(filed.mapping, PROGRAMME).answered(answers)
        filed.choose_columns(filed.mapping | mapping.as_json())
        return HttpResponseRedirect(self.address("preview", filed))

    def done_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        filed = self.found(request, pk)
        if filed.state != ProgrammeFile.State.APPLIED:
            return self.go_on(filed)
        counts = summary_counts(filed.summary)
        return self.step(request, 4, "done", filed.filename, filed=filed, counts=counts)

    def step(
        self, request: HttpRequest, number: int, template: str, title: str, **context: Any
    ) -> HttpResponse:
        page = super().step(request, number, template, title, **context)
        filed = context.get("filed")
        if isinstance(page, TemplateResponse) and filed and filed.kind != ProgrammeFile.Kind.TABLE:
            names = [name for index, name in (page.context_data or {})["steps"] if index != 2]
            page.context_data = (page.context_data or {}) | {
                "steps": list(enumerate(names, start=1)),
                "step": number - 1,
            }
        return page


def _apply(request: HttpRequest, filed: ProgrammeFile, listing: Listing) -> NotAppliedError | None:
    """Write what was looked at; the refusal where nothing was written."""
    try:
        apply_programme(
            programme_file=filed,
            at=timezone.now(),
            leave_out_errors="leave_out_errors" in request.POST,
            remove_gone="remove_gone" in request.POST,
            seen=request.POST.get("digest") or "nothing",
            listing=listing,
        )
    except NotAppliedError as error:
        return error
    return None
