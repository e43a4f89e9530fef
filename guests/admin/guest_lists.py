"""Guest lists at the desk: upload, choose the columns, look at the outcome, confirm. Works without JavaScript."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from guests.importing.applying import NotAppliedError, apply_guest_list
from guests.importing.asking import known_answers, questions_of
from guests.importing.diffing import diff_of
from guests.importing.fields import GUEST_LIST
from guests.importing.filing import checked_rows, headings_chosen, remembered_columns, sheets_of, take_in
from guests.importing.forms import ColumnsForm, UploadForm
from guests.importing.runs import is_long, questions_in, request_run
from guests.importing.stored import stored_at
from guests.importing.wording import outcome_of, summary_counts, summary_text
from guests.models import GuestList, GuestListRun
from guests.tasks import work_on_guest_lists
from liaison.accounts.models import User
from liaison.admin import ScopedAdmin
from liaison.queue import nudge
from liaison.sheets.mapping import Column, Mapping, columns_of, header_row_of
from liaison.sheets.reading import UnreadableFileError, first_sheet
from liaison.sheets.table import Sheet
from liaison.templatetags.clock import clock, day, zone

_STEPS = (gettext_lazy("File"), gettext_lazy("Columns"), gettext_lazy("Check"), gettext_lazy("Done"))


@admin.register(GuestList)
class GuestListAdmin(ScopedAdmin):
    """The guest lists of the events one coordinates, and the four steps of each."""

    list_display = ("filename", "event", "state_label", "outcome", "uploaded_by", "uploaded")
    list_select_related = ("event", "uploaded_by")
    list_filter = ("state",)
    search_fields = ("filename", "event__name")
    actions = None

    @display(  # type: ignore[untyped-decorator]
        description=gettext_lazy("State"),
        ordering="state",
        label={"uploaded": "warning", "mapped": "info", "applied": "success"},
    )
    def state_label(self, guest_list: GuestList) -> tuple[str, str]:
        return guest_list.state, guest_list.get_state_display()

    @display(description=gettext_lazy("What was done"))  # type: ignore[untyped-decorator]
    def outcome(self, guest_list: GuestList) -> str:
        return summary_text(guest_list.summary)

    @display(description=gettext_lazy("Uploaded"), ordering="uploaded_at")  # type: ignore[untyped-decorator]
    def uploaded(self, guest_list: GuestList) -> str:
        at, of = guest_list.uploaded_at, guest_list.event.time_zone
        return f"{day(at, of)} {clock(at, of)} {zone(at, of)}"

    # --- addresses -------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        steps = {"columns": self.columns_view, "preview": self.preview_view, "done": self.done_view}
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"guests_guestlist_{name}")
            for name, view in steps.items()
        ]
        return own + list(super().get_urls())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Go to the step at which the list stands."""
        if not object_id.isdecimal():
            raise Http404
        return self._go_on(self._found(request, int(object_id)))

    # --- the steps -------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        form = UploadForm(request.POST or None, request.FILES or None, user=_person(request))
        if request.method == "POST" and form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                guest_list = take_in(
                    event=form.cleaned_data["event"],
                    data=upload.read(),
                    filename=upload.name,
                    by=_person(request),
                    at=timezone.now(),
                )
            except UnreadableFileError as error:
                form.add_error("file", str(error))
            else:
                return self._go_on(guest_list)
        return self._step(request, 1, "upload", _("Upload a guest list"), form=form)

    def columns_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        guest_list = self._found(request, pk)
        if guest_list.state == GuestList.State.APPLIED:
            return self._go_on(guest_list)
        try:
            context = _columns(request, guest_list)
        except UnreadableFileError as error:
            return self._gone(request, error)
        form: ColumnsForm = context["form"]
        if request.method == "POST" and form.is_valid():
            mapping = form.mapping(context["sheet"].name, context["header_row"])
            guest_list.choose_columns(
                _chosen_json(guest_list, mapping, form)
                | {"rows": len(context["sheet"].below(mapping.header_row))}
            )
            self._check_later(request, guest_list)
            return HttpResponseRedirect(_address("preview", guest_list))
        return self._step(request, 2, "columns", guest_list.filename, **context)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        guest_list = self._found(request, pk)
        if guest_list.state != GuestList.State.MAPPED:
            return self._go_on(guest_list)
        refused = None
        if is_long(guest_list):
            return self._long_preview(request, guest_list)
        try:
            if request.method == "POST" and "answer" in request.POST:
                return self._answer(request, guest_list)
            if request.method == "POST":
                refused = self._apply(request, guest_list)
                if refused is None:
                    return HttpResponseRedirect(_address("done", guest_list))
            context = _preview(guest_list)
        except UnreadableFileError as error:
            return self._gone(request, error)
        return self._step(request, 3, "preview", guest_list.filename, refused=refused, **context)

    def done_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        guest_list = self._found(request, pk)
        if guest_list.state != GuestList.State.APPLIED:
            return self._go_on(guest_list)
        context = {"guest_list": guest_list, "counts": summary_counts(guest_list.summary)}
        return self._step(request, 4, "done", guest_list.filename, **context)

    # --- lists left to a worker ------------------------------------------------------------------------------------

    def _check_later(self, request: HttpRequest, guest_list: GuestList) -> None:
        guest_list.refresh_from_db()
        if is_long(guest_list) and guest_list.state == GuestList.State.MAPPED:
            self._ask_worker(request, guest_list, GuestListRun.Kind.CHECK)

    def _ask_worker(
        self, request: HttpRequest, guest_list: GuestList, kind: GuestListRun.Kind, **options: Any
    ) -> None:
        request_run(guest_list=guest_list, kind=kind, by=_person(request), at=timezone.now(), **options)
        nudge(work_on_guest_lists)

    def _long_preview(self, request: HttpRequest, guest_list: GuestList) -> HttpResponse:
        """The preview as a worker left it; how far the worker is; or what went wrong."""
        run = guest_list.runs.order_by("-pk").first()
        checked = guest_list.runs.filter(kind=GuestListRun.Kind.CHECK, state=GuestListRun.State.DONE).first()
        if request.method == "POST":
            self._long_post(request, guest_list, checked)
            return HttpResponseRedirect(_address("preview", guest_list))
        if run is None or run.is_open or checked is None:
            return self._step(request, 3, "waiting", guest_list.filename, guest_list=guest_list, run=run)
        failed = run.error if run.state == GuestListRun.State.FAILED else ""
        return self._step(
            request, 3, "preview", guest_list.filename, guest_list=guest_list, refused=failed, is_long=True,
            **checked.outcome,
        )  # fmt: skip

    def _long_post(self, request: HttpRequest, guest_list: GuestList, checked: GuestListRun | None) -> None:
        if checked and "answer" in request.POST:
            answers = known_answers(questions_in(checked.outcome["outcome"]), request.POST.dict())
            mapping = Mapping.from_json(guest_list.mapping, GUEST_LIST)
            guest_list.choose_columns(guest_list.mapping | mapping.answered(answers).as_json())
        if not checked or "answer" in request.POST or "again" in request.POST:
            self._ask_worker(request, guest_list, GuestListRun.Kind.CHECK)
        else:
            self._ask_worker(
                request, guest_list, GuestListRun.Kind.APPLY,
                leave_out_errors="leave_out_errors" in request.POST, seen=request.POST.get("digest") or "nothing",
            )  # fmt: skip

    def _answer(self, request: HttpRequest, guest_list: GuestList) -> HttpResponse:
        """Keep what the person said about the list, and show what it would do now."""
        diff = diff_of(checked_rows(guest_list), stored_at(guest_list.event))
        questions = questions_of(diff, guest_list.event.time_zone)
        mapping = Mapping.from_json(guest_list.mapping, GUEST_LIST)
        answers = known_answers(questions, request.POST.dict())
        guest_list.choose_columns(guest_list.mapping | mapping.answered(answers).as_json())
        return HttpResponseRedirect(_address("preview", guest_list))

    def _apply(self, request: HttpRequest, guest_list: GuestList) -> NotAppliedError | None:
        """Write what was looked at; the refusal where nothing was written."""
        try:
            apply_guest_list(
                guest_list=guest_list,
                by=_person(request),
                at=timezone.now(),
                leave_out_errors="leave_out_errors" in request.POST,
                seen=request.POST.get("digest") or "nothing",
            )
        except NotAppliedError as error:
            return error
        return None

    # --- deleting --------------------------------------------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: GuestList) -> None:
        """Take the file away with its row; what it wrote stays."""
        super().delete_model(request, obj)
        transaction.on_commit(lambda: obj.file.delete(save=False))

    # --- common to the steps ---------------------------------------------------------------------------------------

    def _found(self, request: HttpRequest, pk: int) -> GuestList:
        rows: models.QuerySet[GuestList] = self.get_queryset(request)
        guest_list = rows.select_related("event").filter(pk=pk).first()
        if guest_list is None:
            raise Http404
        return guest_list

    def _go_on(self, guest_list: GuestList) -> HttpResponse:
        steps = {GuestList.State.UPLOADED: "columns", GuestList.State.MAPPED: "preview"}
        return HttpResponseRedirect(
            _address(steps.get(GuestList.State(guest_list.state), "done"), guest_list)
        )

    def _gone(self, request: HttpRequest, error: UnreadableFileError) -> HttpResponse:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:guests_guestlist_changelist"))

    def _step(
        self, request: HttpRequest, number: int, template: str, title: str, **context: Any
    ) -> HttpResponse:
        steps = [(index, str(name)) for index, name in enumerate(_STEPS, start=1)]
        common = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": title,
            "steps": steps,
            "step": number,
        }
        return TemplateResponse(request, f"admin/guests/guestlist/{template}.html", common | context)


def _person(request: HttpRequest) -> User:
    """The signed-in person; the desk has turned everybody else away."""
    return cast("User", request.user)


def _address(step: str, guest_list: GuestList) -> str:
    return reverse(f"admin:guests_guestlist_{step}", args=[guest_list.pk])


def _chosen(request: HttpRequest, guest_list: GuestList, sheets: tuple[Sheet, ...]) -> tuple[Sheet, int]:
    """The sheet and header row asked for, else those remembered, else those guessed."""
    asked = request.POST if request.method == "POST" else request.GET
    sheet = first_sheet(sheets, asked.get("sheet", guest_list.mapping.get("sheet", "")))
    written = asked.get("header_row", "")
    if written.isdecimal() and len(written) < 6:
        return sheet, int(written)
    if sheet.name == guest_list.mapping.get("sheet"):
        return sheet, guest_list.mapping["header_row"]
    return sheet, header_row_of(sheet, GUEST_LIST)


def _remembered(
    guest_list: GuestList, sheet: Sheet, header_row: int, columns: Iterable[Column]
) -> dict[str, str]:
    """The columns as they were chosen before: for this sheet and header row, else for the event's last list."""
    if guest_list.mapping:
        mapping = Mapping.from_json(guest_list.mapping, GUEST_LIST)
        if (mapping.sheet, mapping.header_row) == (sheet.name, header_row):
            return {f"column-{index}": mapping.field_of(index) for index in range(sheet.width)}
    remembered = remembered_columns(guest_list.event, columns)
    return {f"column-{index}": key for index, key in remembered.items()}


def _chosen_json(guest_list: GuestList, mapping: Mapping, form: ColumnsForm) -> dict[str, Any]:
    """The columns as chosen with their headings, by which the event's next list knows them; answers stay while they fit."""
    before = guest_list.mapping
    if before and (before["sheet"], before["header_row"]) == (mapping.sheet, mapping.header_row):
        mapping = mapping.answered(before.get("answers", {}))
    return mapping.as_json() | {"headings": headings_chosen(mapping, form.columns)}


def _columns(request: HttpRequest, guest_list: GuestList) -> dict[str, Any]:
    """The columns of the chosen sheet, each with the choice made, remembered or guessed."""
    sheets = sheets_of(guest_list)
    sheet, header_row = _chosen(request, guest_list, sheets)
    columns = columns_of(sheet, header_row, GUEST_LIST)
    form = ColumnsForm(
        columns,
        request.POST if request.method == "POST" else None,
        initial=_remembered(guest_list, sheet, header_row, columns),
    )
    return {
        "guest_list": guest_list,
        "form": form,
        "sheets": sheets,
        "sheet": sheet,
        "header_row": header_row,
    }


def _preview(guest_list: GuestList) -> dict[str, Any]:
    """What the list would do now."""
    diff = diff_of(checked_rows(guest_list), stored_at(guest_list.event))
    mapping = Mapping.from_json(guest_list.mapping, GUEST_LIST)
    return {
        "guest_list": guest_list,
        "outcome": outcome_of(diff, mapping, guest_list.event.time_zone),
        "digest": diff.digest,
    }
