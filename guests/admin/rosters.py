"""Lists of officers at the desk: upload, choose the columns, look at the outcome, confirm. Works without JavaScript."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.admin.filing import StepsAdmin, person
from events.models import Event
from guests.models import RosterFile
from guests.roster.applying import NotAppliedError, apply_roster
from guests.roster.fields import ROSTER
from guests.roster.filing import compared, listed_in, remembered_columns, sheets_in, take_in
from guests.roster.forms import ColumnsForm
from guests.roster.reading import Listing
from guests.roster.wording import outcome_of, questions_of, summary_counts, summary_text
from liaison.accounts.models import User
from liaison.sheets.mapping import Column, Mapping
from liaison.sheets.outcome import known_answers
from liaison.sheets.reading import UnreadableFileError
from liaison.sheets.table import Sheet


@admin.register(RosterFile)
class RosterFileAdmin(StepsAdmin):
    """The lists of officers of the events one coordinates, and the four steps of each."""

    columns_form = ColumnsForm
    upload_title = _("Upload a list of officers")

    def take_in(self, *, event: Event, data: bytes, filename: str, by: User) -> RosterFile:
        return take_in(event=event, data=data, filename=filename, by=by, at=timezone.now())

    def sheets_of(self, filed: RosterFile) -> tuple[Sheet, ...]:
        return sheets_in(filed.content())

    def remembered(self, event: Event, columns: Iterable[Column]) -> dict[int, str]:
        return remembered_columns(event, columns)

    def summary_text(self, summary: dict[str, Any]) -> str:
        return summary_text(summary)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        filed = self.found(request, pk)
        if filed.state != RosterFile.State.MAPPED:
            return self.go_on(filed)
        refused = None
        try:
            listing = listed_in(filed)
            if request.method == "POST" and "answer" not in request.POST:
                refused = _apply(request, filed, listing)
                if refused is None:
                    return HttpResponseRedirect(self.address("done", filed))
            diff = compared(listing, filed.event, by=person(request), at=timezone.now())
        except UnreadableFileError as error:
            return self.gone(request, error)
        if "answer" in request.POST:
            return self._answer(filed, known_answers(questions_of(diff), request.POST.dict()))
        outcome = outcome_of(diff, filed.event.time_zone)
        return self.step(
            request,
            3,
            "preview",
            filed.filename,
            filed=filed,
            refused=refused,
            outcome=outcome,
            digest=diff.digest,
        )

    def _answer(self, filed: RosterFile, answers: dict[str, str]) -> HttpResponse:
        """Keep what the person said about the list, and show what it would do now."""
        mapping = Mapping.from_json(filed.mapping, ROSTER).answered(answers)
        filed.choose_columns(filed.mapping | mapping.as_json())
        return HttpResponseRedirect(self.address("preview", filed))

    def done_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        filed = self.found(request, pk)
        if filed.state != RosterFile.State.APPLIED:
            return self.go_on(filed)
        counts = summary_counts(filed.summary)
        return self.step(request, 4, "done", filed.filename, filed=filed, counts=counts)


def _apply(request: HttpRequest, filed: RosterFile, listing: Listing) -> NotAppliedError | None:
    """Write what was looked at; the refusal where nothing was written."""
    try:
        apply_roster(
            roster=filed,
            by=person(request),
            at=timezone.now(),
            leave_out_errors="leave_out_errors" in request.POST,
            send_invitations="send_invitations" in request.POST,
            seen=request.POST.get("digest") or "nothing",
            listing=listing,
        )
    except NotAppliedError as error:
        return error
    return None
