"""A file taken in by steps at the desk: upload, choose the columns, look at the outcome, confirm. Works without JavaScript."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from events.admin.filters import OfEventFilter
from events.forms import UploadForm
from events.models import Event
from liaison.accounts.models import User
from liaison.admin import ScopedAdmin, column
from liaison.filed import FiledUpload
from liaison.sheets.choosing import ColumnsForm, chosen_before, chosen_json, chosen_sheet
from liaison.sheets.mapping import Column, columns_of
from liaison.sheets.reading import UnreadableFileError
from liaison.sheets.table import Sheet
from liaison.templatetags.clock import clock, day, zone

_STEPS = (_("File"), _("Columns"), _("Check"), _("Done"))


class StepsAdmin(ScopedAdmin):
    """The files of the events one coordinates, and the steps of each. What is in them, the table itself says."""

    columns_form: ClassVar[type[ColumnsForm]]
    upload_form: ClassVar[type[UploadForm]] = UploadForm
    upload_title: ClassVar[Any]

    list_display: tuple[str, ...] = ("filename", "event", "state_label", "outcome", "uploaded_by", "uploaded")
    list_select_related = ("event", "uploaded_by")
    list_filter: tuple[Any, ...] = ("state", OfEventFilter)
    event_path = "event"
    search_fields: tuple[str, ...] = (
        "filename",
        "event__name",
        "state",
        "uploaded_by__name",
        "uploaded_at",
    )
    actions = None

    # --- what a table of files says ----------------------------------------------------------------------------------

    @abstractmethod
    def take_in(self, *, event: Event, data: bytes, filename: str, by: User) -> FiledUpload:
        """Keep an uploaded file. Raises UnreadableFileError, keeping nothing."""

    @abstractmethod
    def sheets_of(self, filed: Any) -> tuple[Sheet, ...]:
        """The sheets of the stored file. Raises UnreadableFileError."""

    @abstractmethod
    def remembered(self, event: Event, columns: Iterable[Column]) -> dict[int, str]:
        """The fields of columns as they were chosen for the event's last file."""

    def columns_chosen(self, request: HttpRequest, filed: Any) -> None:
        """What is to be done once the columns are chosen."""

    @abstractmethod
    def summary_text(self, summary: dict[str, Any]) -> str: ...

    @abstractmethod
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse: ...

    @abstractmethod
    def done_view(self, request: HttpRequest, pk: int) -> HttpResponse: ...

    def step_at(self, filed: Any) -> str:
        """The step at which the file stands."""
        steps = {FiledUpload.State.UPLOADED: "columns", FiledUpload.State.MAPPED: "preview"}
        return steps.get(FiledUpload.State(filed.state), "done")

    def has_columns(self, filed: Any) -> bool:
        """Whether there are columns to choose, now or again."""
        return bool(filed.state != FiledUpload.State.APPLIED)

    # --- the list ----------------------------------------------------------------------------------------------------

    @column(
        _("State"), ordering="state", label={"uploaded": "warning", "mapped": "info", "applied": "success"}
    )
    def state_label(self, filed: FiledUpload) -> tuple[str, str]:
        return filed.state, filed.get_state_display()

    @column(_("What was done"))
    def outcome(self, filed: FiledUpload) -> str:
        return self.summary_text(filed.summary)

    @column(_("Uploaded"), ordering="uploaded_at")
    def uploaded(self, filed: Any) -> str:
        at, of = filed.uploaded_at, filed.event.time_zone
        return f"{day(at, of)} {clock(at, of)} {zone(at, of)}"

    # --- addresses -----------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        steps = {"columns": self.columns_view, "preview": self.preview_view, "done": self.done_view}
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"{self._name}_{name}")
            for name, view in steps.items()
        ]
        return own + list(super().get_urls())

    @property
    def _name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def address(self, step: str, filed: models.Model) -> str:
        return reverse(f"admin:{self._name}_{step}", args=[filed.pk])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Go to the step at which the file stands."""
        if not object_id.isdecimal():
            raise Http404
        return self.go_on(self.found(request, int(object_id)))

    # --- the first steps -------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        form = self.upload_form(request.POST or None, request.FILES or None, user=person(request))
        if request.method == "POST" and form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                filed = self.take_in(
                    event=form.cleaned_data["event"],
                    data=upload.read(),
                    filename=upload.name,
                    by=person(request),
                )
            except UnreadableFileError as error:
                form.add_error("file", str(error))
            else:
                return self.go_on(filed)
        return self.step(request, 1, "upload", str(self.upload_title), form=form)

    def columns_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        filed = self.found(request, pk)
        if not self.has_columns(filed):
            return self.go_on(filed)
        try:
            context = self._columns(request, filed)
        except UnreadableFileError as error:
            return self.gone(request, error)
        form: ColumnsForm = context["form"]
        if request.method == "POST" and form.is_valid():
            mapping = form.mapping(context["sheet"].name, context["header_row"])
            rows = len(context["sheet"].below(mapping.header_row))
            filed.choose_columns(chosen_json(filed.mapping, mapping, form.columns) | {"rows": rows})
            self.columns_chosen(request, filed)
            return HttpResponseRedirect(self.address("preview", filed))
        return self.step(request, 2, "columns", filed.filename, filed=filed, **context)

    def _columns(self, request: HttpRequest, filed: Any) -> dict[str, Any]:
        """The columns of the chosen sheet, each with the choice made, remembered or guessed."""
        sheets, vocabulary = self.sheets_of(filed), self.columns_form.vocabulary
        sheet, header_row = chosen_sheet(request, sheets, filed.mapping, vocabulary)
        columns = columns_of(sheet, header_row, vocabulary)
        initial = chosen_before(
            sheet, header_row, filed.mapping, vocabulary, lambda: self.remembered(filed.event, columns)
        )
        form = self.columns_form(columns, request.POST if request.method == "POST" else None, initial=initial)
        return {"form": form, "sheets": sheets, "sheet": sheet, "header_row": header_row}

    # --- deleting --------------------------------------------------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Take the file away with its row; what it wrote stays."""
        super().delete_model(request, obj)
        transaction.on_commit(lambda: obj.file.delete(save=False))

    # --- common to the steps ---------------------------------------------------------------------------------------------

    def found(self, request: HttpRequest, pk: int) -> Any:
        filed = self.get_queryset(request).select_related("event").filter(pk=pk).first()
        if filed is None:
            raise Http404
        return filed

    def go_on(self, filed: Any) -> HttpResponse:
        return HttpResponseRedirect(self.address(self.step_at(filed), filed))

    def gone(self, request: HttpRequest, error: UnreadableFileError) -> HttpResponse:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse(f"admin:{self._name}_changelist"))

    def step(
        self, request: HttpRequest, number: int, template: str, title: str, **context: Any
    ) -> HttpResponse:
        steps = [(index, str(name)) for index, name in enumerate(_STEPS, start=1)]
        common = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": title,
            "steps": steps,
            "step": number,
        }
        folder = f"admin/{self.opts.app_label}/{self.opts.model_name}"
        return TemplateResponse(request, f"{folder}/{template}.html", common | context)


def person(request: HttpRequest) -> User:
    """The signed-in person; the desk has turned everybody else away."""
    return cast("User", request.user)
