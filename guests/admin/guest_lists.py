"""Guest lists at the desk: upload, choose the columns, look at the outcome, confirm. Works without JavaScript."""

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
from guests.importing.diffing import diff_of
from guests.importing.filing import checked_rows, sheets_of, take_in
from guests.importing.forms import ColumnsForm, UploadForm
from guests.importing.mapping import Mapping, columns_of, header_row_of
from guests.importing.reading import UnreadableFileError, first_sheet
from guests.importing.sheets import Sheet
from guests.importing.stored import stored_at
from guests.importing.wording import outcome_of, summary_counts, summary_text
from guests.models import GuestList
from liaison.accounts.models import User
from liaison.admin import ScopedAdmin
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
            guest_list.choose_columns(mapping.as_json())
            return HttpResponseRedirect(_address("preview", guest_list))
        return self._step(request, 2, "columns", guest_list.filename, **context)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        guest_list = self._found(request, pk)
        if guest_list.state != GuestList.State.MAPPED:
            return self._go_on(guest_list)
        refused = None
        try:
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
    return sheet, header_row_of(sheet)


def _remembered(guest_list: GuestList, sheet: Sheet, header_row: int) -> dict[str, str]:
    """The columns as they were chosen before, for the same sheet and header row."""
    if not guest_list.mapping:
        return {}
    mapping = Mapping.from_json(guest_list.mapping)
    if (mapping.sheet, mapping.header_row) != (sheet.name, header_row):
        return {}
    return {f"column-{index}": mapping.field_of(index) for index in range(sheet.width)}


def _columns(request: HttpRequest, guest_list: GuestList) -> dict[str, Any]:
    """The columns of the chosen sheet, each with the choice made, remembered or guessed."""
    sheets = sheets_of(guest_list)
    sheet, header_row = _chosen(request, guest_list, sheets)
    form = ColumnsForm(
        columns_of(sheet, header_row),
        request.POST if request.method == "POST" else None,
        initial=_remembered(guest_list, sheet, header_row),
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
    mapping = Mapping.from_json(guest_list.mapping)
    return {
        "guest_list": guest_list,
        "outcome": outcome_of(diff, mapping, guest_list.event.time_zone),
        "digest": diff.digest,
    }
