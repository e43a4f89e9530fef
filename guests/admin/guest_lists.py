"""Guest lists at the desk: upload, choose the columns, look at the outcome, confirm. Works without JavaScript."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy

from events.admin.filing import StepsAdmin, person
from events.models import Event
from guests.importing.applying import NotAppliedError, apply_guest_list
from guests.importing.asking import questions_of
from guests.importing.diffing import diff_of
from guests.importing.fields import GUEST_LIST
from guests.importing.filing import checked_rows, remembered_answers, remembered_columns, sheets_of, take_in
from guests.importing.forms import ColumnsForm
from guests.importing.runs import is_long, questions_in, request_run
from guests.importing.stored import stored_at
from guests.importing.wording import outcome_of, summary_counts, summary_text
from guests.models import GuestList, GuestListRun
from guests.tasks import work_on_guest_lists
from liaison.accounts.models import User
from liaison.queue import nudge
from liaison.sheets.mapping import Column, Mapping
from liaison.sheets.outcome import known_answers
from liaison.sheets.reading import UnreadableFileError
from liaison.sheets.table import Sheet


@admin.register(GuestList)
class GuestListAdmin(StepsAdmin):
    """The guest lists of the events one coordinates, and the four steps of each."""

    columns_form = ColumnsForm
    upload_title = gettext_lazy("Upload a guest list")

    def take_in(self, *, event: Event, data: bytes, filename: str, by: User) -> GuestList:
        return take_in(event=event, data=data, filename=filename, by=by, at=timezone.now())

    def sheets_of(self, filed: GuestList) -> tuple[Sheet, ...]:
        return sheets_of(filed)

    def remembered(self, event: Event, columns: Iterable[Column]) -> dict[int, str]:
        return remembered_columns(event, columns)

    def summary_text(self, summary: dict[str, Any]) -> str:
        return summary_text(summary)

    # --- the last steps ------------------------------------------------------------------------------------------------

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        guest_list = self.found(request, pk)
        if guest_list.state != GuestList.State.MAPPED:
            return self.go_on(guest_list)
        refused = None
        if is_long(guest_list):
            return self._long_preview(request, guest_list)
        try:
            if request.method == "POST" and "answer" in request.POST:
                return self._answer(request, guest_list)
            if request.method == "POST":
                refused = self._apply(request, guest_list)
                if refused is None:
                    return HttpResponseRedirect(self.address("done", guest_list))
            context = _preview(guest_list)
        except UnreadableFileError as error:
            return self.gone(request, error)
        return self.step(request, 3, "preview", guest_list.filename, refused=refused, **context)

    def done_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        guest_list = self.found(request, pk)
        if guest_list.state != GuestList.State.APPLIED:
            return self.go_on(guest_list)
        context = {
            "guest_list": guest_list,
            "filed": guest_list,
            "counts": summary_counts(guest_list.summary),
        }
        return self.step(request, 4, "done", guest_list.filename, **context)

    # --- lists left to a worker ------------------------------------------------------------------------------------

    def columns_chosen(self, request: HttpRequest, guest_list: GuestList) -> None:
        is_first_choice = not guest_list.mapping
        guest_list.refresh_from_db()
        if is_first_choice and (answers := remembered_answers(guest_list.event)):
            mapping = Mapping.from_json(guest_list.mapping, GUEST_LIST).answered(answers)
            guest_list.choose_columns(guest_list.mapping | mapping.as_json())
            guest_list.refresh_from_db()
        if is_long(guest_list) and guest_list.state == GuestList.State.MAPPED:
            self._ask_worker(request, guest_list, GuestListRun.Kind.CHECK)

    def _ask_worker(
        self, request: HttpRequest, guest_list: GuestList, kind: GuestListRun.Kind, **options: Any
    ) -> None:
        request_run(guest_list=guest_list, kind=kind, by=person(request), at=timezone.now(), **options)
        nudge(work_on_guest_lists)

    def _long_preview(self, request: HttpRequest, guest_list: GuestList) -> HttpResponse:
        """The preview as a worker left it; how far the worker is; or what went wrong."""
        run = guest_list.runs.order_by("-pk").first()
        checked = guest_list.runs.filter(kind=GuestListRun.Kind.CHECK, state=GuestListRun.State.DONE).first()
        if request.method == "POST":
            self._long_post(request, guest_list, checked)
            return HttpResponseRedirect(self.address("preview", guest_list))
        if run is None or run.is_open or checked is None:
            return self.step(
                request, 3, "waiting", guest_list.filename, guest_list=guest_list, filed=guest_list, run=run
            )
        failed = run.error if run.state == GuestListRun.State.FAILED else ""
        return self.step(
            request, 3, "preview", guest_list.filename, guest_list=guest_list, filed=guest_list, refused=failed, is_long=True,
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
        return HttpResponseRedirect(self.address("preview", guest_list))

    def _apply(self, request: HttpRequest, guest_list: GuestList) -> NotAppliedError | None:
        """Write what was looked at; the refusal where nothing was written."""
        try:
            apply_guest_list(
                guest_list=guest_list,
                by=person(request),
                at=timezone.now(),
                leave_out_errors="leave_out_errors" in request.POST,
                seen=request.POST.get("digest") or "nothing",
            )
        except NotAppliedError as error:
            return error
        return None


def _preview(guest_list: GuestList) -> dict[str, Any]:
    """What the list would do now."""
    diff = diff_of(checked_rows(guest_list), stored_at(guest_list.event))
    mapping = Mapping.from_json(guest_list.mapping, GUEST_LIST)
    return {
        "guest_list": guest_list,
        "filed": guest_list,
        "outcome": outcome_of(diff, mapping, guest_list.event.time_zone),
        "digest": diff.digest,
    }
